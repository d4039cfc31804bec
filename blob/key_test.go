package blob

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
)

// badKeys are refused in every place that takes a key.
func badKeys() []string {
	keys := []string{
		"/", "/x", "//x", "x//y", "x/", "x//", "/etc/passwd", `\\host\share`, `C:\x`, "http://h/x", "file:///x", "..;/x",
		strings.Repeat("x", MaxSegment+1),
		strings.Repeat("x/", MaxDepth) + "x",
		strings.TrimSuffix(strings.Repeat(strings.Repeat("x", 204)+"/", 6), "/"),
	}
	anywhere := []string{
		"", ".", "..", "../x", "x/..", "x/../y", "./x", "x/.", "x/./y", `\`, `x\y`, `..\x`, `x\..\y`,
		"x\x00", "\x00", "x/\x01/y", "x\ny", "x\ry", "x\ty", "x\x7f", "x\u0085y", "\u009f",
		"#", "x#y", "x?y", "x;y", "x/;/y", "\xff", "x/\xc0\xae\xc0\xae/y", "\xe0\x80\xaf", "\xed\xa0\x80",
	}
	for _, bad := range anywhere {
		keys = append(keys, bad, "a/"+bad, bad+"/z", "a/"+bad+"/z")
	}
	for _, bad := range []string{"C:x", "c:/x", "C:", "file:x", "file:/x", "s3:x", "a+b-c.d:x"} {
		keys = append(keys, bad, bad+"/z")
	}
	for _, bad := range []string{"..", ".", "../x", "x/..", `x\y`, "/x", "x/y", "x#y", "x?y", "x;y", "x\x00y", "x\ny", "\xff"} {
		for _, escaped := range escapes(bad) {
			keys = append(keys, escaped, "a/"+escaped, escaped+"/z")
		}
	}
	for _, bad := range []string{"C:x", "file:x"} {
		keys = append(keys, escapes(bad)...)
	}
	return keys
}

// escapes gives a text percent-encoded 1 to 11 times, each wholly and, from
// the second time on, only its percent signs.
func escapes(text string) []string {
	var all []string
	whole, signs := text, escapeAll(text, false)
	for n := range 11 {
		if n < 4 { // the length triples each time
			whole = escapeAll(whole, n%2 == 0)
			all = append(all, whole)
		}
		all = append(all, signs)
		signs = strings.ReplaceAll(signs, "%", "%25")
	}
	return all
}

func escapeAll(s string, upper bool) string {
	var b strings.Builder
	for i := range len(s) {
		if upper {
			fmt.Fprintf(&b, "%%%02X", s[i])
		} else {
			fmt.Fprintf(&b, "%%%02x", s[i])
		}
	}
	return b.String()
}

func TestBadKeysAreRefusedWithoutRepeatingThem(t *testing.T) {
	for _, text := range badKeys() {
		k, err := ParseKey(text)
		if err == nil {
			t.Errorf("%q is a key", text)
			continue
		}
		if pedigree.CodeOf(err) != pedigree.Invalid || err.Error() != "Invalid path" || !k.IsZero() {
			t.Errorf("%q: %v %q and key %q", text, pedigree.CodeOf(err), err, k)
		}
		if p, err := ParsePrefix(text); err == nil && !p.IsRoot() && p.String()+"/" != text {
			t.Errorf("%q is the prefix %q", text, p)
		}
	}
}

func TestGoodKeysAreKeptByteForByte(t *testing.T) {
	for _, text := range []string{
		"x", "0/1/artifacts/model/MLmodel", "a b", "a%20b", "a%2520b", "100%", "50%-60%", "%zz", "%4", "x%41",
		"...", "..x", "x..", ".x", "1:2", "x/C:y", "dog+step+20+timestamp+100", "ä", "日本", "a\u200db", "~x", "-", "$HOME", "`x`", "x|y", "x*",
		strings.Repeat("x", MaxSegment), strings.TrimSuffix(strings.Repeat("x/", MaxDepth), "/"),
		strings.Repeat(strings.Repeat("x", 255)+"/", 4)[:MaxKey-1],
	} {
		k, err := ParseKey(text)
		if err != nil || k.String() != text {
			t.Errorf("%q: key %q, %v", text, k, err)
		}
	}
}

func TestKeysTellTheirPlace(t *testing.T) {
	k, _ := ParseKey("a/b/c")
	if k.Name() != "c" || k.Parent().String() != "a/b" || k.Prefix().String() != "a/b/c" {
		t.Errorf("name %q in %q, directory %q", k.Name(), k.Parent(), k.Prefix())
	}
	k, _ = ParseKey("a")
	if k.Name() != "a" || !k.Parent().IsRoot() {
		t.Errorf("name %q in %q", k.Name(), k.Parent())
	}
}

func TestPrefixesJoinWithinBounds(t *testing.T) {
	root, ab := Prefix{}, Prefix{"a/b"}
	c, _ := ParseKey("c")
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
	if _, err := ab.Join(Key{}); err == nil {
		t.Error("a/b and no key is a key")
	}
	long, _ := ParseKey(strings.Repeat("x", 250) + "/" + strings.Repeat("x", 250) + "/" + strings.Repeat("x", 250) + "/" + strings.Repeat("x", 250))
	if _, err := (Prefix{strings.Repeat("y", 100)}).Join(long); err == nil {
		t.Error("a key grew out of bounds")
	}
}

func TestContainsComparesWholeSegments(t *testing.T) {
	for _, test := range []struct {
		p, q string
		want bool
	}{
		{"", "", true}, {"", "a", true}, {"a", "a", true}, {"a", "a/b", true}, {"a/b", "a", false},
		{"run1", "run10", false}, {"run1", "run1.bak/x", false}, {"a", "", false},
	} {
		p, _ := ParsePrefix(test.p)
		q, _ := ParsePrefix(test.q)
		if p.Contains(q) != test.want {
			t.Errorf("%q contains %q: %v", p, q, !test.want)
		}
	}
}

func TestPrefixesMayEndInOneSlash(t *testing.T) {
	for text, want := range map[string]string{"": "", "a": "a", "a/": "a", "a/b/": "a/b"} {
		if p, err := ParsePrefix(text); p.String() != want || err != nil {
			t.Errorf("%q: %q, %v", text, p, err)
		}
	}
	for _, text := range []string{"/", "a//", "//", "./", "../", "a/../"} {
		if p, err := ParsePrefix(text); err == nil {
			t.Errorf("%q is the prefix %q", text, p)
		}
	}
}

// FuzzParseKey checks that a key stays below its root for every reader of it:
// as it is, decoded any number of times, cleaned, and on other systems.
func FuzzParseKey(f *testing.F) {
	for _, text := range badKeys() {
		f.Add(text)
	}
	f.Add("0/a%20b/100%/model.bin")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParseKey(text)
		if err != nil {
			return
		}
		if k.String() != text || !utf8.ValidString(text) || len(text) > MaxKey {
			t.Fatalf("%q became %q", text, k)
		}
		seen := text
		for range 2 * decodeRounds {
			if path.Clean("/root/"+seen) != "/root/"+seen || !filepath.IsLocal(seen) || strings.ContainsAny(seen, "\\#?;\x00\r\n") {
				t.Fatalf("%q decodes to %q", text, seen)
			}
			if strings.Count(seen, "/") != strings.Count(text, "/") {
				t.Fatalf("%q decodes to another tree, %q", text, seen)
			}
			seen = unescape(seen)
		}
		if again, err := (k.Parent()).Join(Key{k.Name()}); err != nil && !hasScheme(k.Name()) || err == nil && again != k {
			t.Fatalf("%q is put together as %q, %v", text, again, err)
		}
	})
}
