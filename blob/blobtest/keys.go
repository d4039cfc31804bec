package blobtest

import (
	"fmt"
	"strings"

	"github.com/pedigree-ml/pedigree/blob"
)

// BadKeys gives text that is refused in every place that takes a key: what
// leaves the tree, means something to a URL, or is out of bounds, plain and
// encoded once or many times over.
func BadKeys() []string {
	keys := []string{
		"/", "/x", "//x", "x//y", "x/", "x//", "/etc/passwd", `\\host\share`, `C:\x`, "http://h/x", "file:///x", "..;/x",
		strings.Repeat("x", blob.MaxSegment+1),
		strings.Repeat("x/", blob.MaxDepth) + "x",
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
