package tracking

import (
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A client's artifact location is a label: the server stores and shows it and
// never opens what it names. All the same it is refused where a reader that
// resolves it could be led out of the place it seems to name, in whatever
// encoding, because other programs do open it.

// location is a URI cut into its parts, nothing decoded.
type location struct {
	scheme    string // with the colon, or empty
	authority string // with its slashes, or empty
	path      string
	query     string // with the question mark, or empty
}

func splitLocation(uri string) location {
	var l location
	rest := uri
	if i := strings.IndexByte(rest, ':'); i > 0 && validScheme(rest[:i]) {
		l.scheme, rest = rest[:i+1], rest[i+1:]
	}
	if strings.HasPrefix(rest, "//") {
		end := strings.IndexAny(rest[2:], "/?")
		if end < 0 {
			end = len(rest) - 2
		}
		l.authority, rest = rest[:end+2], rest[end+2:]
	}
	l.path = rest
	if i := strings.IndexByte(rest, '?'); i >= 0 {
		l.path, l.query = rest[:i], rest[i:]
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

// checkLocation refuses an artifact location that could be read in two ways.
func checkLocation(uri string) error {
	if utf8.RuneCountInString(uri) > maxLocation {
		return invalid("Invalid artifact path length. The length of the artifact path cannot be greater than %d characters.", maxLocation)
	}
	if strings.HasPrefix(strings.ToLower(uri), "runs:") {
		return invalid("Artifact location cannot be a runs:/ URI. Given: '%s'", uri)
	}
	for range 10 {
		if err := checkLocationForm(uri); err != nil {
			return err
		}
		decoded := unescapePercent(uri)
		if decoded == uri {
			return nil
		}
		uri = decoded
	}
	return invalid("Invalid artifact_location: it is percent-encoded too many times.")
}

func checkLocationForm(uri string) error {
	if !utf8.ValidString(uri) || strings.ContainsFunc(uri, unicode.IsControl) || strings.Contains(uri, `\`) {
		return invalid("Invalid artifact_location: control characters, backslashes and text that is not UTF-8 are not allowed.")
	}
	l := splitLocation(uri)
	if strings.ContainsAny(uri, "#") || strings.Contains(l.path, ";") || strings.Contains(l.authority, ";") {
		return invalid("'artifact_location' URL can't include fragments or params.")
	}
	if strings.Contains(l.query, "..") {
		return invalid("Invalid query string")
	}
	for segment := range strings.SplitSeq(l.path, "/") {
		if segment == ".." {
			return invalid("Invalid artifact_location: parent segments ('..') are not allowed.")
		}
	}
	return checkAuthority(l)
}

func checkAuthority(l location) error {
	host := strings.TrimPrefix(l.authority, "//")
	switch {
	case strings.ContainsFunc(host, unicode.IsSpace), host == "..", host == ".":
		return invalid("Invalid artifact_location: the authority '%s' is not a host.", host)
	case l.scheme == "" && l.authority != "":
		return invalid("Invalid artifact_location: an authority needs a scheme.")
	case strings.EqualFold(l.scheme, "mlflow-artifacts:") && (host != "" || !strings.HasPrefix(l.path, "/")):
		return invalid("Invalid artifact_location: a mlflow-artifacts location is written 'mlflow-artifacts:/path'.")
	}
	return nil
}

// unescapePercent decodes %XX once. A percent sign that starts no such escape
// stands for itself.
func unescapePercent(s string) string {
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

// resolve makes a relative path absolute under the directory that the server
// was started in, as MLflow's server does; every other location is its own.
func (s *Service) resolve(uri string) string {
	l := splitLocation(uri)
	switch {
	case s.directory == "" || strings.HasPrefix(l.path, "/") || l.authority != "":
		return uri
	case l.scheme == "":
		return path.Join(s.directory, uri)
	case strings.EqualFold(l.scheme, "file:"):
		return l.scheme + "//" + path.Join(s.directory, l.path) + l.query
	}
	return uri
}

// below appends segments to the path of a URI and keeps its query.
func below(uri string, segments ...string) string {
	l := splitLocation(uri)
	if l.scheme == "" {
		l = location{path: uri}
	}
	for _, s := range segments {
		if l.path == "" && l.authority != "" || l.path != "" && !strings.HasSuffix(l.path, "/") {
			l.path += "/"
		}
		l.path += s
	}
	return l.scheme + l.authority + l.path + l.query
}
