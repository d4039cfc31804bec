package naming

import (
	"net/url"
	"strings"
)

// A Location is a URI cut into its parts, nothing decoded. Put together again
// in order they are the URI.
type Location struct {
	Scheme    string // with the colon, or empty
	Authority string // with its slashes, or empty
	Path      string
	Query     string // with the question mark, or empty
}

// SplitLocation cuts a URI.
func SplitLocation(uri string) Location {
	var l Location
	rest := uri
	if i := strings.IndexByte(rest, ':'); i > 0 && validScheme(rest[:i]) {
		l.Scheme, rest = rest[:i+1], rest[i+1:]
	}
	if strings.HasPrefix(rest, "//") {
		end := strings.IndexAny(rest[2:], "/?")
		if end < 0 {
			end = len(rest) - 2
		}
		l.Authority, rest = rest[:end+2], rest[end+2:]
	}
	l.Path = rest
	if i := strings.IndexByte(rest, '?'); i >= 0 {
		l.Path, l.Query = rest[:i], rest[i:]
	}
	return l
}

func validScheme(s string) bool {
	for i, c := range s {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || !('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return false
		}
	}
	return true
}

// UnescapePercent decodes %XX once. A percent sign that starts no such escape
// stands for itself.
func UnescapePercent(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		if s[0] == '%' && len(s) >= 3 {
			if c, err := url.PathUnescape(s[:3]); err == nil {
				b.WriteString(c)
				s = s[3:]
				continue
			}
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String()
}
