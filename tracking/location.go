package tracking

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree/naming"
)

// A client's artifact location is a label: the server stores and shows it and
// never opens what it names. All the same it is refused where a reader that
// resolves it could be led out of the place it seems to name, in whatever
// encoding, because other programs do open it.

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
		decoded := naming.UnescapePercent(uri)
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
	l := naming.SplitLocation(uri)
	if strings.ContainsAny(uri, "#") || strings.Contains(l.Path, ";") || strings.Contains(l.Authority, ";") {
		return invalid("'artifact_location' URL can't include fragments or params.")
	}
	if strings.Contains(l.Query, "..") {
		return invalid("Invalid query string")
	}
	for segment := range strings.SplitSeq(l.Path, "/") {
		if segment == ".." {
			return invalid("Invalid artifact_location: parent segments ('..') are not allowed.")
		}
	}
	return checkAuthority(l)
}

func checkAuthority(l naming.Location) error {
	host := strings.TrimPrefix(l.Authority, "//")
	switch {
	case strings.ContainsFunc(host, unicode.IsSpace), host == "..", host == ".":
		return invalid("Invalid artifact_location: the authority '%s' is not a host.", host)
	case l.Scheme == "" && l.Authority != "":
		return invalid("Invalid artifact_location: an authority needs a scheme.")
	case strings.EqualFold(l.Scheme, "mlflow-artifacts:") && (host != "" || !strings.HasPrefix(l.Path, "/")):
		return invalid("Invalid artifact_location: a mlflow-artifacts location is written 'mlflow-artifacts:/path'.")
	}
	return nil
}

// resolve makes a relative path absolute under the directory that the server
// was started in, as MLflow's server does; every other location is its own.
func (s *Service) resolve(uri string) string {
	l := naming.SplitLocation(uri)
	switch {
	case s.directory == "" || strings.HasPrefix(l.Path, "/") || l.Authority != "":
		return uri
	case l.Scheme == "":
		return path.Join(s.directory, uri)
	case strings.EqualFold(l.Scheme, "file:"):
		return l.Scheme + "//" + path.Join(s.directory, l.Path) + l.Query
	}
	return uri
}

// below appends segments to the path of a URI and keeps its query.
func below(uri string, segments ...string) string {
	l := naming.SplitLocation(uri)
	if l.Scheme == "" {
		l = naming.Location{Path: uri}
	}
	for _, s := range segments {
		if l.Path == "" && l.Authority != "" || l.Path != "" && !strings.HasSuffix(l.Path, "/") {
			l.Path += "/"
		}
		l.Path += s
	}
	return l.Scheme + l.Authority + l.Path + l.Query
}
