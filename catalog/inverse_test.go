package catalog_test

import (
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/schema"
)

// staff are types as those of version 1, which say of attributes what they are the
// inverse of.
func staff() *schema.Defs {
	inverseOf := func(name string) func(*schema.AttributeDef) {
		return func(a *schema.AttributeDef) {
			a.Constraints = []schema.ConstraintDef{{Type: schema.InverseRef, Params: map[string]any{"attribute": name}}}
		}
	}
	return &schema.Defs{Entities: []schema.EntityDef{
		{Base: schema.Base{Name: "team"}, SuperTypes: []string{"Asset"}, Attributes: []schema.AttributeDef{attribute("members", "array<person>", set, inverseOf("teams"))}},
		{Base: schema.Base{Name: "person"}, SuperTypes: []string{"Asset"}, Attributes: []schema.AttributeDef{
			attribute("boss", "person", inverseOf("staff")), attribute("staff", "array<person>", set),
			attribute("teams", "array<team>", set, inverseOf("members")), attribute("desk", "desk", inverseOf("holder")),
		}},
		{Base: schema.Base{Name: "desk"}, SuperTypes: []string{"Asset"}, Attributes: []schema.AttributeDef{attribute("holder", "person", inverseOf("desk"))}},
	}}
}

func TestAnInverseReferenceFollows(t *testing.T) {
	f := open(t)
	f.define(staff())
	ann, bob, cyd := f.make(an("person", "ann", nil)), f.make(an("person", "bob", nil)), f.make(an("person", "cyd", nil))
	of := func(guid, name string) []string { return related(f.get(guid).Attributes[name]) }
	to := func(guid string) attrs { return attrs{"guid": guid} }

	f.save(an("person", "cyd", attrs{"boss": to(ann)}))
	if !slices.Equal(of(ann, "staff"), []string{cyd}) {
		t.Errorf("ann leads %v", of(ann, "staff"))
	}
	m := f.save(an("person", "cyd", attrs{"boss": to(bob)}))
	all := []string{ann, bob, cyd}
	slices.Sort(all)
	if got := guids(m, catalog.ActionUpdate); !slices.Equal(got, all) {
		t.Errorf("updated %v, want both bosses, too", got)
	}
	if len(of(ann, "staff")) != 0 || !slices.Equal(of(bob, "staff"), []string{cyd}) {
		t.Errorf("ann leads %v, bob %v", of(ann, "staff"), of(bob, "staff"))
	}

	one, two := f.make(an("desk", "1", attrs{"holder": to(ann)})), f.make(an("desk", "2", attrs{"holder": to(bob)}))
	f.save(an("person", "ann", attrs{"desk": to(two)}))
	if !slices.Equal(of(two, "holder"), []string{ann}) || len(of(one, "holder")) != 0 || len(of(bob, "desk")) != 0 {
		t.Errorf("desks are held by %v and %v, bob has %v", of(one, "holder"), of(two, "holder"), of(bob, "desk"))
	}

	team := f.make(an("team", "t", attrs{"members": []any{to(ann), to(bob)}}))
	if !slices.Equal(of(ann, "teams"), []string{team}) || !slices.Equal(of(bob, "teams"), []string{team}) {
		t.Errorf("teams %v and %v", of(ann, "teams"), of(bob, "teams"))
	}
	f.save(an("person", "ann", attrs{"teams": []any{}}))
	if !slices.Equal(of(team, "members"), []string{bob}) {
		t.Errorf("members %v", of(team, "members"))
	}
}

func TestABatchCanGiveBothSidesOfAnInverse(t *testing.T) {
	f := open(t)
	f.define(staff())
	boss, one, two := an("person", "boss", nil), an("person", "one", nil), an("person", "two", nil)
	boss.GUID, one.GUID, two.GUID = "-1", "-2", "-3"
	boss.Attributes["staff"] = []any{attrs{"guid": "-2"}, attrs{"guid": "-3"}}
	one.Attributes["boss"], two.Attributes["boss"] = attrs{"guid": "-1"}, attrs{"guid": "-1"}
	m := f.save(boss, one, two)
	if got := related(f.get(m.Assignments["-1"]).Attributes["staff"]); len(got) != 2 {
		t.Errorf("staff %v", got)
	}
	if again := f.save(boss, one, two); len(again.Mutated) != 0 {
		t.Errorf("the same again changed %+v", again.Mutated)
	}
}

func TestAnEntityThatIsThereAndANewOneCanBothNameTheirRelationship(t *testing.T) {
	f := open(t)
	shelf := f.make(an("shelf", "s", nil))
	book := an("book", "b", attrs{"shelf": attrs{"guid": shelf}})
	book.GUID = "-7"
	whole := an("shelf", "s", nil)
	whole.GUID, whole.RelationshipAttributes = shelf, attrs{"books": []any{attrs{"guid": "-7"}}}
	m := f.save(book, whole)
	if got := related(f.get(shelf).RelationshipAttributes["books"]); len(got) != 1 || got[0] != m.Assignments["-7"] {
		t.Errorf("the shelf has %v, want one book", got)
	}
}
