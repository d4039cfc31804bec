package identity

import (
	"net/url"
	"strings"
	"testing"
)

// FuzzNormalise checks that a spelling is its own, can be kept, and holds no
// password.
func FuzzNormalise(f *testing.F) {
	for _, raw := range []string{
		"s3a://b/k/?versionId=1", "file:///a%2520b", "https://h:443:443/?sig=1#x", "jdbc:jdbc:oracle:thin:a/b@h", `C:\\x`, "gs://b/k#1#2", "x:/", "//h",
		"abfss://c@h@i:443/x ;y=1", "runs:/a/../b", "models:/m@a", "dataset://a/ /", "file://localhost:/x",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		Redact(raw)
		l, ok := Normalise(raw)
		if !ok {
			return
		}
		if again, ok := Normalise(l.URI); !ok || again.URI != l.URI {
			t.Errorf("%q is spelt %q, and that %q (%v)", raw, l.URI, again.URI, ok)
		}
		if !sound(l.URI) || len(l.URI) > MaxURI || versionText(l.Version) != l.Version {
			t.Errorf("%q gives %q %q, which no store can hold", raw, l.URI, l.Version)
		}
	})
}

// FuzzNoPassword checks that the password of a URI is nowhere in what is kept
// of it.
func FuzzNoPassword(f *testing.F) {
	f.Add("https", "user", "h/x", "k")
	f.Add("jdbc:mysql", "", "h:3306/d", "pass%77ord")
	f.Add("jdbc:oracle", "thin:scott", "h:1521:o", "sig")
	f.Add("abfss", "container", "h@i/p", "token")
	f.Fuzz(func(t *testing.T, scheme, user, rest, key string) {
		const password = "Zq7Xw9Kd"
		if strings.ContainsAny(scheme+user, "/?#;@\\") || !secret(keyOf(key)) || strings.ContainsAny(key, "=&;#?/") {
			return
		}
		for _, raw := range []string{
			scheme + "://" + user + ":" + password + "@" + rest,
			scheme + "://" + rest + "?a=1&" + key + "=" + password,
			scheme + "://h;" + key + "=" + url.QueryEscape(password) + ";a=1",
		} {
			if strings.ContainsAny(rest, "?#/") && strings.Contains(raw, "@"+rest) && strings.Contains(rest, "@") {
				continue // where the user ends is anybody's guess
			}
			if !wellFormed(raw) {
				continue
			}
			if kept := Redact(raw); strings.Contains(kept, password) {
				t.Errorf("%q is kept as %q", raw, kept)
			}
			if l, _ := Normalise(raw); strings.Contains(l.URI+l.Version, password) {
				t.Errorf("%q is spelt %q", raw, l.URI)
			}
		}
	})
}

// wellFormed leaves out texts that are no URIs: Redact leaves those alone.
func wellFormed(raw string) bool {
	u, err := url.Parse(withoutPrefix(raw, "jdbc:"))
	return err == nil && len(u.Scheme) > 1 && u.Host != ""
}
