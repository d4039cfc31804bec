package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
)

// MaxURI bounds a location, in bytes. What is longer is at no place: every
// engine must be able to index it.
const MaxURI = 2048

// settling bounds the rounds in which a spelling becomes its own. Few need two.
const settling = 8

// Normalise gives a URI its one spelling, without credentials, and the version
// that it names, if it does. The spelling of a spelling is itself. ok is false
// for what is no place at all, such as a relative path or text that is no URI,
// and for what is longer than [MaxURI].
func Normalise(raw string) (l pedigree.Location, ok bool) {
	if len(raw) > 4*MaxURI {
		return l, false
	}
	version := ""
	for range settling {
		if l, ok = spell(raw); !ok || !sound(l.URI) {
			return pedigree.Location{}, false
		}
		if version == "" {
			version = l.Version
		}
		if l.URI == raw {
			l.Version = versionText(version)
			return l, len(l.URI) <= MaxURI
		}
		raw = l.URI
	}
	return pedigree.Location{}, false
}

// sound reports whether a text can be stored and shown.
func sound(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// spell does one round of [Normalise].
func spell(raw string) (l pedigree.Location, ok bool) {
	raw = strings.TrimSpace(raw)
	if raw == "" || !sound(raw) {
		return l, false
	}
	raw = withoutPrefix(raw, "jdbc:")
	if web(raw) {
		raw, _, _ = strings.Cut(raw, "#") // a place in the page, not another page
	}
	cut := naming.SplitLocation(raw)
	scheme := strings.ToLower(strings.TrimSuffix(cut.Scheme, ":"))
	switch {
	case scheme == "" && strings.HasPrefix(raw, "/") && !strings.Contains(cut.Authority, "@"):
		return pedigree.Location{URI: filePath(raw, false)}, true
	case scheme == "":
		return l, false
	case len(scheme) == 1:
		return pedigree.Location{URI: filePath("/"+raw, false)}, true // a drive of Windows
	}
	if alias := aliases[scheme]; alias != "" {
		scheme = alias
	}
	return spellAs(scheme, cut)
}

// withoutPrefix cuts a prefix off, in any case and however often.
func withoutPrefix(text, prefix string) string {
	for len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
		text = text[len(prefix):]
	}
	return text
}

func web(raw string) bool {
	scheme, _, _ := strings.Cut(raw, ":")
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
}

// spellAs spells a URI whose scheme is known.
func spellAs(scheme string, cut naming.Location) (pedigree.Location, bool) {
	authority := authorityOf(scheme, strings.TrimPrefix(cut.Authority, "//"))
	query, version := queryOf(scheme, cut.Query)
	path := withoutParameters(cut.Path)
	switch {
	case scheme == "file":
		return fileLocation(authority, path)
	case scheme == "mlflow-artifacts", (scheme == "models" || scheme == "runs") && authority == "":
		path = "/" + strings.Trim(path, "/")
		return pedigree.Location{URI: scheme + ":" + path}, path != "/"
	case scheme == "gs":
		var generation string
		if path, generation, _ = strings.Cut(path, "#"); generation != "" {
			version = generation
		}
	case cut.Authority == "":
		path = opaque(path)
	}
	uri := scheme + ":"
	if cut.Authority != "" {
		uri += "//" + authority
	}
	if query == "?" {
		query = ""
	}
	uri = strings.TrimRightFunc(uri+strings.TrimRight(path, "/")+query, unicode.IsSpace)
	return pedigree.Location{URI: uri, Version: version}, authority != "" || path != ""
}

func fileLocation(authority, path string) (pedigree.Location, bool) {
	if authority == "" {
		return pedigree.Location{URI: filePath(path, true)}, strings.HasPrefix(path, "/")
	}
	return pedigree.Location{URI: "file://" + authority + strings.TrimPrefix(filePath(path, true), "file://")}, true
}

// opaque drops who asks from what follows a scheme without slashes, such as
// oracle:thin:scott/tiger@host:1521:orcl.
func opaque(path string) string {
	at := strings.LastIndexByte(path, '@')
	if at < 0 || !strings.ContainsAny(path[:at], ":/") {
		return path
	}
	driver := ""
	if colon := strings.IndexByte(path[:at], ':'); colon >= 0 && !strings.ContainsAny(path[:colon], "/") {
		driver = path[:colon+1]
	}
	if strings.HasPrefix(path, "/") {
		return path // a path that holds the character
	}
	return driver + path[at+1:]
}

// authorityOf drops who asks, lowers what does not mind the case and leaves out
// the port that goes without saying.
func authorityOf(scheme, text string) string {
	text = withoutParameters(text)
	if user, host, found := strings.Cut(text, "@"); found && containers[scheme] {
		container, _, _ := strings.Cut(user, ":")
		text = container + "@" + host
	} else if at := strings.LastIndexByte(text, '@'); at >= 0 {
		text = text[at+1:]
	}
	if scheme == "s3" || scheme == "gs" {
		return text // old buckets have capitals
	}
	text = strings.ToLower(text)
	if scheme == "file" && text == "localhost" {
		return ""
	}
	return strings.TrimSuffix(text, ":"+ports[scheme])
}
