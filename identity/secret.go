package identity

import (
	"strings"

	"github.com/pedigree-ml/pedigree/naming"
)

// Redact takes passwords and signatures out of a URI before anybody stores it.
// What holds none comes back byte for byte.
func Redact(raw string) string {
	prefix := raw[:len(raw)-len(withoutPrefix(raw, "jdbc:"))]
	cut := naming.SplitLocation(raw[len(prefix):])
	if cut.Query == "?" {
		cut.Path, cut.Query = cut.Path+"?", ""
	}
	if cut.Authority == "" && cut.Query == "" && !strings.ContainsAny(cut.Path, "@;") {
		return raw
	}
	cut.Authority = redactAuthority(cut.Authority, web(cut.Scheme))
	if cut.Authority == "" && cut.Scheme != "" && len(cut.Scheme) > 2 {
		cut.Path = redactOpaque(cut.Path)
	}
	query, _ := queryWithout(cut.Query, secretIn(cut.Query))
	return prefix + cut.Scheme + redactParameters(cut.Authority) + redactParameters(cut.Path) + query
}

// redactAuthority takes the password of a user out. On the web the user goes
// too: it is often a token.
func redactAuthority(authority string, web bool) string {
	at := strings.LastIndexByte(authority, '@')
	if at < 0 {
		return authority
	}
	if web {
		return "//" + authority[at+1:]
	}
	if user, _, found := strings.Cut(authority[2:at], ":"); found {
		return "//" + user + authority[at:]
	}
	return authority
}

// redactOpaque does the same where no slashes follow the scheme, as in
// oracle:thin:scott/tiger@host.
func redactOpaque(path string) string {
	if strings.HasPrefix(path, "/") {
		return path
	}
	if shown := opaque(path); shown != path {
		return shown
	}
	return path
}

// redactParameters drops secret parameters that stand behind semicolons.
func redactParameters(text string) string {
	if !strings.Contains(text, ";") {
		return text
	}
	parts := strings.Split(text, ";")
	kept := parts[:1]
	for _, p := range parts[1:] {
		if key, _, _ := strings.Cut(p, "="); !secret(keyOf(key)) {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, ";")
}

// withoutParameters drops what stands behind semicolons and says how to reach a
// place; the name of a database stays.
func withoutParameters(text string) string {
	if !strings.Contains(text, ";") || !strings.Contains(text, "=") {
		return text
	}
	parts := strings.Split(text, ";")
	kept := parts[:1]
	for _, p := range parts[1:] {
		key, _, named := strings.Cut(p, "=")
		switch key = keyOf(key); {
		case !named, key == "databasename", key == "database":
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, ";")
}

// queryOf leaves out of a query what is secret, and what says how to reach a
// place rather than which it is. A query of an object store may name a version.
func queryOf(scheme, query string) (rest, version string) {
	switch scheme {
	case "http", "https":
		rest, _ = queryWithout(query, secretIn(query))
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
	var b strings.Builder
	whole, found := query, false
	for len(query) > 0 {
		end := strings.IndexAny(query[1:], "&;") + 1
		if end == 0 {
			end = len(query)
		}
		key, value, _ := strings.Cut(query[1:end], "=")
		if drop(keyOf(key)) {
			dropped, found = value, true
		} else if b.Len() == 0 {
			b.WriteString("?" + query[1:end])
		} else {
			b.WriteString(query[:end])
		}
		query = query[end:]
	}
	if !found && whole != "?" {
		return whole, ""
	}
	return b.String(), dropped
}

// keyOf reads the key of a parameter.
func keyOf(text string) string {
	return strings.ToLower(strings.TrimSpace(naming.UnescapePercent(text)))
}

// secret says which parameters grant access to who holds them: those of the
// signed URLs of the large object stores, and what is called a secret.
func secret(key string) bool {
	switch key {
	case "sig", "signature", "token", "access_token", "refresh_token", "id_token", "auth", "authorization", "sharedaccesssignature", "sharedaccesskey",
		"accountkey", "password", "passwd", "pwd", "pass", "secret", "client_secret", "secretkey", "secret_key", "secretaccesskey", "privatekey", "private_key",
		"apikey", "api_key", "api-key", "credential", "credentials", "awsaccesskeyid", "aws_access_key_id", "aws_secret_access_key", "googleaccessid":
		return true
	}
	return strings.HasPrefix(key, "x-amz-") || strings.HasPrefix(key, "x-goog-") ||
		strings.HasSuffix(key, "password") || strings.HasSuffix(key, "_token") || strings.HasSuffix(key, "_secret")
}

// secretIn adds to [secret], for a query that is signed, what says for whom and
// how long the signature holds.
func secretIn(query string) func(key string) bool {
	lower := strings.ToLower(query)
	if !strings.Contains(lower, "sig=") && !strings.Contains(lower, "signature=") {
		return secret
	}
	return func(key string) bool {
		switch key {
		case "expires", "se", "sp", "sv", "sr", "st", "ss", "srt", "spr", "sip", "skoid", "sktid", "skt", "ske", "sks", "skv":
			return true
		}
		return secret(key)
	}
}
