package catalog_test

import (
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree/catalog"
)

// TestWithoutRelationshipsAnEntityKeepsItsAttributes asks for a process, whose inputs are
// an attribute and a relationship, and for a shelf that refers by attributes alone.
func TestWithoutRelationshipsAnEntityKeepsItsAttributes(t *testing.T) {
	f := open(t)
	room := f.make(an("room", "r", nil))
	first := f.make(an("shelf", "1", attrs{"room": attrs{"guid": room}}))
	second := f.make(an("shelf", "2", attrs{"next": attrs{"guid": first}, "friends": []any{attrs{"guid": first}}, "room": attrs{"guid": room}}))
	process := f.make(an("sorting", "p", attrs{"inputs": []any{attrs{"guid": first}}}))
	read := func(guid string) *catalog.Entity {
		t.Helper()
		e, _, err := f.Entity(t.Context(), workspace, catalog.Ref{GUID: guid}, catalog.ReadOptions{NoRelationships: true})
		if err != nil {
			t.Fatal(err)
		}
		if e.RelationshipAttributes != nil {
			t.Errorf("relationships of %s: %+v", e.TypeName, e.RelationshipAttributes)
		}
		return e
	}
	if got := related(read(process).Attributes["inputs"]); !slices.Equal(got, []string{first}) {
		t.Errorf("the process reads %v, want %s", got, first)
	}
	for _, name := range []string{"next", "friends"} {
		if got := related(read(second).Attributes[name]); !slices.Equal(got, []string{first}) {
			t.Errorf("%s is %v, want %s", name, got, first)
		}
	}
	if value, there := read(second).Attributes["room"]; there {
		t.Errorf("the room, which is no attribute, is %+v", value)
	}
}
