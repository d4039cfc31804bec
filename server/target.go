package server

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// checkTarget refuses request targets that two parties could read differently:
// what is matched, authorised and opened must be one and the same path. The
// path is never cleaned, so no redirect is ever made from one. slashes tells which
// escaped slashes the operation takes that the request matches.
func checkTarget(r *http.Request, slashes func(*http.Request) nameSlashes) error {
	if !strings.HasPrefix(r.RequestURI, "/") {
		return pedigree.Errorf(pedigree.Invalid, "the request target must be a path")
	}
	raw, _, _ := strings.Cut(r.RequestURI, "?")
	if i := strings.IndexAny(raw, ";\\#"); i >= 0 {
		return pedigree.Errorf(pedigree.Invalid, "the path must not contain %q", raw[i])
	}
	if strings.Contains(raw, "//") {
		return errEmptySegment
	}
	if strings.IndexByte(raw, '%') >= 0 {
		raw = strings.ToLower(raw)
		if strings.Contains(raw, "%2f") {
			return checkNames(raw, slashes(r))
		}
		return checkDecoded(raw)
	}
	if strings.Contains(raw, "/.") && hasDots(raw) {
		return errDots
	}
	return nil
}

// withoutLooseSlashes gives a request without the slashes at the end of its path
// and those side by side, in every spelling of it that guards and handlers see.
// Escaped ones stay for the guards to refuse.
func withoutLooseSlashes(r *http.Request) *http.Request {
	raw, query, asked := strings.Cut(r.RequestURI, "?")
	target := tidy(raw)
	if asked {
		target += "?" + query
	}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return r
	}
	clean := *r
	clean.URL, clean.RequestURI = u, target
	return &clean
}

// tidy takes out the slashes at the end of a path and those side by side.
func tidy(path string) string {
	path = strings.TrimRight(path, "/")
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// errEmptySegment says what MLflow's server says of a path that it refuses;
// its clients look at the words.
var errEmptySegment = pedigree.Hide(pedigree.Invalid, errors.New("the path contains an empty segment"), "Invalid path")

var errDots = pedigree.Errorf(pedigree.Invalid, "the path must not contain a dot segment")

// nameSlashes says which escaped slashes the names in a path may hold.
type nameSlashes uint8

const (
	noSlashes    nameSlashes = iota
	innerSlashes             // between other text
	anySlashes               // anywhere, also side by side
)

// checkNames checks a path whose names hold escaped slashes.
func checkNames(lower string, slashes nameSlashes) error {
	decoded := strings.ReplaceAll(lower, "%2f", "/")
	switch slashes {
	case innerSlashes:
		if strings.HasSuffix(decoded, "/") {
			return errEmptySegment
		}
		return checkDecoded(decoded)
	case anySlashes:
		if hasDots(strings.ReplaceAll(decoded, "%2e", ".")) {
			return errDots
		}
		return checkDecoded(strings.ReplaceAll(lower, "%2f", "+"))
	}
	return checkDecoded(lower)
}

// checkDecoded refuses escapes that stand for structure. Harmless ones, such as
// a space in a file name, pass; escapes of escapes are for who reads the value.
func checkDecoded(lower string) error {
	for _, escape := range []string{"%2f", "%5c", "%00"} {
		if strings.Contains(lower, escape) {
			return pedigree.Errorf(pedigree.Invalid, "the path must not contain %s", escape)
		}
	}
	if strings.Contains(lower, "//") {
		return errEmptySegment
	}
	if hasDots(strings.ReplaceAll(lower, "%2e", ".")) {
		return errDots
	}
	return nil
}

func hasDots(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}
