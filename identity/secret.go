package identity

import (
	"strings"

	"github.com/pedigree-ml/pedigree/naming"
)

// Redact takes passwords and signatures out of a URI before anybody stores it.
// What holds none comes back byte for byte.
func Redact(raw string) string {
	cut := naming.SplitLocation(raw)
	if cut.Authority == "" && cut.Query == "" {
		return raw
	}
	if at := strings.LastIndexByte(cut.Authority, '@'); at >= 0 {
		if user, _, found := strings.Cut(cut.Authority[2:at], ":"); found {
			cut.Authority = "//" + user + cut.Authority[at:]
		}
	}
	query, _ := queryWithout(cut.Query, secret)
	return cut.Scheme + cut.Authority + cut.Path + query
}

// queryOf leaves out of a query what is secret, and what says how to reach a
// place rather than which it is. A query of an object store may name a version.
func queryOf(scheme, query string) (rest, version string) {
	switch scheme {
	case "http", "https":
		rest, _ = queryWithout(query, secret)
		return rest, ""
	}
	_, removed := queryWithout(query, func(key string) bool { return key == "versionid" || key == "generation" })
	return "", removed
}

// queryWithout drops parameters by their key in lower case, and gives the value
// of the last one dropped.
func queryWithout(query string, drop func(key string) bool) (rest, dropped string) {
	if query == "" {
		return "", ""
	}
	var kept []string
	for _, p := range strings.Split(query[1:], "&") {
		key, value, _ := strings.Cut(p, "=")
		if drop(strings.ToLower(key)) {
			dropped = value
			continue
		}
		kept = append(kept, p)
	}
	if len(kept) == 0 {
		return "", dropped
	}
	return "?" + strings.Join(kept, "&"), dropped
}

// secret says which parameters grant access to who holds them: those of the
// signed URLs of the large object stores, and what is called a secret.
func secret(key string) bool {
	switch key {
	case "sig", "signature", "token", "access_token", "sharedaccesssignature", "password", "pwd", "secret", "apikey", "api_key",
		"awsaccesskeyid", "googleaccessid", "expires", "se", "sp", "sv", "sr", "st", "spr", "sip", "skoid", "sktid", "skt", "ske", "sks", "skv":
		return true
	}
	return strings.HasPrefix(key, "x-amz-") || strings.HasPrefix(key, "x-goog-")
}
