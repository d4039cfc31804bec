package tracking

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
)

// FuzzLocation asserts that what is accepted leads nowhere else, however often
// a reader decodes it.
func FuzzLocation(f *testing.F) {
	for _, uri := range []string{
		"s3://b/a/%252e%252e/x", "mlflow-artifacts:/x", "file:a?b=c", "a/./b", "s3://b/x?q=..", "%", "//h/x", `\\h\x`, "s3://b/100%25;", "x:%2f%2e./",
	} {
		f.Add(uri)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		if err := checkLocation(uri); err != nil {
			if pedigree.CodeOf(err) != pedigree.Invalid {
				t.Fatalf("%q: code %s", uri, pedigree.CodeOf(err))
			}
			return
		}
		if !strings.Contains(below(uri, "run", "artifacts"), "run/artifacts") {
			t.Fatalf("%q: nothing is below it: %q", uri, below(uri, "run", "artifacts"))
		}
		for range 12 {
			if slices.Contains(strings.FieldsFunc(uri, func(c rune) bool { return c == '/' || c == '?' }), "..") ||
				strings.ContainsAny(uri, `\#`) || strings.ContainsFunc(uri, unicode.IsControl) {
				t.Fatalf("accepted, and is read as %q", uri)
			}
			decoded, err := url.PathUnescape(uri)
			if err != nil || decoded == uri {
				return
			}
			uri = decoded
		}
	})
}

// FuzzKey asserts that an accepted key is one file path below its folder.
func FuzzKey(f *testing.F) {
	for _, key := range []string{"a/b", "../x", "a//b", "..", ".", "", "a:b c", "é", "\x00", "a/."} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if naming.CheckKey("key", key) != nil {
			return
		}
		if joined := path.Join("/folder", key); !strings.HasPrefix(joined, "/folder/") || joined != "/folder/"+key {
			t.Fatalf("%q is read as %q", key, joined)
		}
		if strings.ContainsFunc(key, unicode.IsControl) {
			t.Fatalf("%q holds a control character", key)
		}
	})
}

// FuzzHistoryToken asserts that a token is refused or marks a place that can
// be written again.
func FuzzHistoryToken(f *testing.F) {
	f.Add(encodePoint(point("", 1.5, 2, -3)))
	f.Add("zzz")
	f.Fuzz(func(t *testing.T, token string) {
		p, err := decodePoint(token)
		if err != nil {
			if pedigree.CodeOf(err) != pedigree.Invalid {
				t.Fatalf("%q: code %s", token, pedigree.CodeOf(err))
			}
			return
		}
		if p == nil {
			if token != "" {
				t.Fatalf("%q marks no place", token)
			}
			return
		}
		again, err := decodePoint(encodePoint(*p))
		if err != nil || !samePoint(*again, *p) {
			t.Fatalf("%v became %v %v", p, again, err)
		}
	})
}
