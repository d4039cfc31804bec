package schema

import (
	"fmt"
	"testing"

	"github.com/pedigree-ml/pedigree/store"
)

// many gives the models' definitions and as many more: types below each other in
// tens, with ten attributes each and a relationship each.
func many(b *testing.B, n int) []Def {
	b.Helper()
	defs, err := readModels(nil)
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		e := &EntityDef{Base: Base{Name: fmt.Sprintf("type%d", i), GUID: NewGUID()}, SuperTypes: []string{"DataSet"}}
		if i%10 > 0 {
			e.SuperTypes = []string{fmt.Sprintf("type%d", i-1)}
		}
		for j := range 10 {
			e.Attributes = append(e.Attributes, AttributeDef{Name: fmt.Sprintf("a%d_%d", i%10, j), Type: "array<string>", Optional: true, Cardinality: List, Min: NoCount, Max: NoCount})
		}
		r := &RelationshipDef{
			Base: Base{Name: fmt.Sprintf("relation%d", i), GUID: NewGUID()}, Kind: Association, Propagate: "NONE",
			End1: EndDef{Type: e.Name, Name: fmt.Sprintf("end%d", i), Cardinality: Set}, End2: EndDef{Type: "Asset", Name: fmt.Sprintf("other%d", i), Cardinality: Single},
		}
		defs = append(defs, e)
		if i%10 == 0 {
			defs = append(defs, r)
		}
	}
	return defs
}

func BenchmarkResolve(b *testing.B) {
	for _, n := range []int{0, 500, 5000} {
		b.Run(fmt.Sprintf("types=%d", n), func(b *testing.B) {
			defs := many(b, n)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Resolve(defs...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkReadModels(b *testing.B) {
	for b.Loop() {
		if _, err := readModels(nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTypesThatDidNotChange(b *testing.B) {
	f := open(b)
	f.must(f.store.View(f.ctx, func(r store.Reader) error {
		for b.Loop() {
			if _, err := f.Types(r); err != nil {
				return err
			}
		}
		return nil
	}))
}
