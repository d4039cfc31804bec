package mlmdql

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// FuzzParse asserts what holds of any filter: it is refused as Invalid or
// Unimplemented, or gives a tree that is well formed and within the limits.
func FuzzParse(f *testing.F) {
	for _, file := range testdata(f) {
		for _, c := range cases(f, file) {
			f.Add(uint8(kindOfFile(f, file)), c.filter)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, filter string) {
		expr, err := Parse(pedigree.Kind(kind%3)+pedigree.Artifact, filter)
		if err != nil {
			if code := pedigree.CodeOf(err); code != pedigree.Invalid && code != pedigree.Unimplemented {
				t.Fatalf("%q: code %s", filter, code)
			}
			return
		}
		if (expr == nil) != (filter == "") {
			t.Fatalf("%q: %v", filter, expr)
		}
		if n := measure(t, expr, 0); n > maxParts {
			t.Fatalf("%q: %d parts", filter, n)
		}
	})
}

// measure counts the parts of a tree and checks each.
func measure(t *testing.T, expr query.Scalar, depth int) (n int) {
	if depth > 2*maxDepth+4 {
		t.Fatal("too deep")
	}
	switch e := expr.(type) {
	case nil:
		return 0
	case query.Literal, query.Column:
		show(e)
		return 1
	case query.Call:
		if len(e.Args) == 0 || operations[e.Op] == "" {
			t.Fatalf("malformed: %#v", e)
		}
		for _, a := range e.Args {
			n += measurePart(t, a, depth)
		}
	case query.Case:
		if len(e.When) == 0 {
			t.Fatalf("malformed: %#v", e)
		}
		for _, b := range e.When {
			n += measurePart(t, b.If, depth) + measurePart(t, b.Then, depth)
		}
		n += measure(t, e.Of, depth+1) + measure(t, e.Else, depth+1)
	}
	return n + 1
}

func measurePart(t *testing.T, part query.Scalar, depth int) int {
	if part == nil {
		t.Fatal("a part is missing")
	}
	return measure(t, part, depth+1)
}
