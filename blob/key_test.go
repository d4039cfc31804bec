package blob_test

import (
	"path"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/blob/blobtest"
)

func TestBadKeysAreRefusedWithoutRepeatingThem(t *testing.T) {
	for _, text := range blobtest.BadKeys() {
		k, err := blob.ParseKey(text)
		if err == nil {
			t.Errorf("%q is a key", text)
			continue
		}
		if pedigree.CodeOf(err) != pedigree.Invalid || err.Error() != "Invalid path" || !k.IsZero() {
			t.Errorf("%q: %v %q and key %q", text, pedigree.CodeOf(err), err, k)
		}
		if p, err := blob.ParsePrefix(text); err == nil && !p.IsRoot() && p.String()+"/" != text {
			t.Errorf("%q is the prefix %q", text, p)
		}
	}
}

func TestGoodKeysAreKeptByteForByte(t *testing.T) {
	for _, text := range []string{
		"x", "0/1/artifacts/model/MLmodel", "a b", "a%20b", "a%2520b", "100%", "50%-60%", "%zz", "%4", "x%41",
		"...", "..x", "x..", ".x", "1:2", "x/C:y", "dog+step+20+timestamp+100",
		"images/dog%step%0%timestamp%1795255781329%g03e11f8.png", "dog%step%2500%timestamp%1%z%compressed.webp", "a b%step%93%timestamp%2003%x", "ä", "日本", "a\u200db", "~x", "-", "$HOME", "`x`", "x|y", "x*",
		strings.Repeat("x", blob.MaxSegment), strings.TrimSuffix(strings.Repeat("x/", blob.MaxDepth), "/"),
		strings.Repeat(strings.Repeat("x", 255)+"/", 4)[:blob.MaxKey-1],
	} {
		k, err := blob.ParseKey(text)
		if err != nil || k.String() != text {
			t.Errorf("%q: key %q, %v", text, k, err)
		}
	}
}

func TestMarksOfAnImageCoverNothingElse(t *testing.T) {
	for _, text := range []string{
		"x%step%00%timestamp%1", "x%step%1%timestamp%0d", "x%step%17", "x%timestamp%17", "x%STEP%1%timestamp%17",
		"x%step%1%timestamp%1%2fy", "%2e%2e%2f%step%1%timestamp%1", "x%step%1%timestamp%1%00", "x%2523%step%1%timestamp%1",
		"x%25step%2517%25timestamp%2517", "%step%1%timestamp%1/..", "#%step%1%timestamp%1",
	} {
		if k, err := blob.ParseKey(text); err == nil {
			t.Errorf("%q is the key %q", text, k)
		}
	}
}

func TestKeysTellTheirPlace(t *testing.T) {
	k, _ := blob.ParseKey("a/b/c")
	if k.Name() != "c" || k.Parent().String() != "a/b" || k.Prefix().String() != "a/b/c" {
		t.Errorf("name %q in %q, directory %q", k.Name(), k.Parent(), k.Prefix())
	}
	k, _ = blob.ParseKey("a")
	if k.Name() != "a" || !k.Parent().IsRoot() {
		t.Errorf("name %q in %q", k.Name(), k.Parent())
	}
}

func TestPrefixesJoinWithinBounds(t *testing.T) {
	root, ab := blob.Prefix{}, blobtest.Dir(t, "a/b")
	c, _ := blob.ParseKey("c")
	if k, err := ab.Join(c); k.String() != "a/b/c" || err != nil {
		t.Errorf("a/b and c: %q, %v", k, err)
	}
	if k, err := root.Join(c); k != c || err != nil {
		t.Errorf("the root and c: %q, %v", k, err)
	}
	if p, err := ab.Sub(root); p != ab || err != nil {
		t.Errorf("a/b and the root: %q, %v", p, err)
	}
	if p, err := ab.Sub(ab); p.String() != "a/b/a/b" || err != nil {
		t.Errorf("a/b twice: %q, %v", p, err)
	}
	if _, err := ab.Join(blob.Key{}); err == nil {
		t.Error("a/b and no key is a key")
	}
	long, _ := blob.ParseKey(strings.Repeat("x", 250) + "/" + strings.Repeat("x", 250) + "/" + strings.Repeat("x", 250) + "/" + strings.Repeat("x", 250))
	if _, err := blobtest.Dir(t, strings.Repeat("y", 100)).Join(long); err == nil {
		t.Error("a key grew out of bounds")
	}
}

func TestContainsComparesWholeSegments(t *testing.T) {
	for _, test := range []struct {
		p, q string
		want bool
	}{
		{"", "", true},
		{"", "a", true},
		{"a", "a", true},
		{"a", "a/b", true},
		{"a/b", "a", false},
		{"run1", "run10", false},
		{"run1", "run1.bak/x", false},
		{"a", "", false},
	} {
		p, _ := blob.ParsePrefix(test.p)
		q, _ := blob.ParsePrefix(test.q)
		if p.Contains(q) != test.want {
			t.Errorf("%q contains %q: %v", p, q, !test.want)
		}
	}
}

func TestPrefixesMayEndInOneSlash(t *testing.T) {
	for text, want := range map[string]string{"": "", "a": "a", "a/": "a", "a/b/": "a/b"} {
		if p, err := blob.ParsePrefix(text); p.String() != want || err != nil {
			t.Errorf("%q: %q, %v", text, p, err)
		}
	}
	for _, text := range []string{"/", "a//", "//", "./", "../", "a/../"} {
		if p, err := blob.ParsePrefix(text); err == nil {
			t.Errorf("%q is the prefix %q", text, p)
		}
	}
}

// FuzzParseKey checks that a key stays below its root for every reader of it:
// as it is, decoded any number of times, cleaned, and on other systems.
func FuzzParseKey(f *testing.F) {
	for _, text := range blobtest.BadKeys() {
		f.Add(text)
	}
	f.Add("0/a%20b/100%/model.bin")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := blob.ParseKey(text)
		if err != nil {
			return
		}
		if k.String() != text || !utf8.ValidString(text) || len(text) > blob.MaxKey {
			t.Fatalf("%q became %q", text, k)
		}
		seen := blob.Spare(text)
		for range 2 * blob.DecodeRounds {
			if path.Clean("/root/"+seen) != "/root/"+seen || !filepath.IsLocal(seen) || strings.ContainsAny(seen, "\\#?;\x00\r\n") {
				t.Fatalf("%q decodes to %q", text, seen)
			}
			if strings.Count(seen, "/") != strings.Count(text, "/") {
				t.Fatalf("%q decodes to another tree, %q", text, seen)
			}
			seen = blob.Unescape(seen)
		}
		if name, err := blob.ParseKey(k.Name()); err == nil {
			if again, err := k.Parent().Join(name); again != k {
				t.Fatalf("%q is put together as %q, %v", text, again, err)
			}
		} else if !decodesToScheme(k.Name()) {
			t.Fatalf("%q has a name that is no key: %v", text, err)
		}
	})
}

func decodesToScheme(s string) bool {
	for range blob.DecodeRounds {
		if blob.HasScheme(s) {
			return true
		}
		s = blob.Unescape(s)
	}
	return false
}
