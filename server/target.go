package server

import (
	"errors"
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// checkTarget refuses request targets that two parties could read differently:
// what is matched, authorised and opened must be one and the same path. The
// path is never cleaned, so no redirect is ever made from one. slashInNames says
// whether the request matches an operation that takes escaped slashes.
func checkTarget(r *http.Request, slashInNames func(*http.Request) bool) error {
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
		if strings.Contains(raw, "%2f") && slashInNames(r) {
			if strings.HasSuffix(raw, "%2f") {
				return errEmptySegment
			}
			raw = strings.ReplaceAll(raw, "%2f", "/")
		}
		return checkDecoded(raw)
	}
	if strings.Contains(raw, "/.") && hasDots(raw) {
		return errDots
	}
	return nil
}

// errEmptySegment says what MLflow's server says of a path that it refuses;
// its clients look at the words.
var errEmptySegment = pedigree.Hide(pedigree.Invalid, errors.New("the path contains an empty segment"), "Invalid path")

var errDots = pedigree.Errorf(pedigree.Invalid, "the path must not contain a dot segment")

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
