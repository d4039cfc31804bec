package schema

import (
	"io/fs"
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/go-json-experiment/json"
)

func builtin(t testing.TB) *Types {
	t.Helper()
	defs, err := readModels(nil)
	if err != nil {
		t.Fatal(err)
	}
	types, err := Resolve(defs...)
	if err != nil {
		t.Fatal(err)
	}
	return types
}

func TestEveryDefinitionOfTheModelsSaysWhatItIs(t *testing.T) {
	types := builtin(t)
	for _, d := range types.Select(&Filter{}) {
		if b := d.Common(); b.Description == "" || b.Description == b.Name || b.ServiceType == "" || b.TypeVersion == "" || b.GUID == "" {
			t.Errorf("%s: %+v", b.Name, b)
		}
		if err := check(d); err != nil {
			t.Errorf("%s: %v", d.Common().Name, err)
		}
	}
}

// realBuiltins are the definitions of a real server at its start.
func realBuiltins(t testing.TB) *Defs {
	t.Helper()
	text, err := os.ReadFile("../../shared/data/atlas/typedefs-builtin.json")
	if err != nil {
		t.Skip("no list of the real server's definitions: ../shared/data/atlas is not there")
	}
	var defs Defs
	if err := json.Unmarshal(text, &defs, Reading); err != nil {
		t.Fatal(err)
	}
	return &defs
}

func TestModelsHaveWhatARealServerHas(t *testing.T) {
	types := builtin(t)
	real := realBuiltins(t)
	if real.Len() != 12+8+97+66 {
		t.Fatalf("%d definitions", real.Len())
	}
	for _, want := range real.All() {
		name := want.Common().Name
		got := types.Def(name)
		if got == nil || categoryOf(got) != categoryOf(want) {
			t.Errorf("%s is missing", name)
			continue
		}
		if !slices.Equal(slices.Sorted(slices.Values(superTypesOf(got))), slices.Sorted(slices.Values(superTypesOf(want)))) {
			t.Errorf("%s descends from %q, want %q", name, superTypesOf(got), superTypesOf(want))
		}
		have := byName(attributesOf(got))
		for i := range attributesOf(want) {
			w := &attributesOf(want)[i]
			g := have[w.Name]
			if g == nil || g.Type != w.Type || g.Optional != w.Optional || g.Cardinality != w.Cardinality || g.Unique != w.Unique || g.Indexable != w.Indexable || g.Weight != w.Weight {
				t.Errorf("%s.%s is %+v, want %+v", name, w.Name, g, w)
			}
		}
		if e, ok := want.(*EnumDef); ok {
			values := func(e *EnumDef) (all []string) {
				for _, element := range e.Elements {
					all = append(all, element.Value)
				}
				slices.Sort(all)
				return all
			}
			if !slices.Equal(values(got.(*EnumDef)), values(e)) {
				t.Errorf("%s lists other values", name)
			}
		}
		if r, ok := want.(*RelationshipDef); ok {
			g := got.(*RelationshipDef)
			if !sameEnd(&g.End1, &r.End1) || !sameEnd(&g.End2, &r.End2) || g.Kind != r.Kind || g.Propagate != r.Propagate || g.Label != r.Label {
				t.Errorf("%s is %+v, want %+v", name, g, r)
			}
		}
	}
}

func TestTheListOfARealServerLoadsAsAModel(t *testing.T) {
	realBuiltins(t) // skips where it is not there
	defs, err := readModels([]fs.FS{os.DirFS("../../shared/data/atlas")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Resolve(defs...); err != nil {
		t.Fatal(err)
	}
}

func TestWhatFollowsAModelIsNotLookedAt(t *testing.T) {
	defs, err := readModels([]fs.FS{fstest.MapFS{"mine.json": {Data: []byte(`{"entityDefs":[{"name":"mine","name":"ours"}]}'`)}}})
	if err != nil || !slices.ContainsFunc(defs, func(d Def) bool { return d.Common().Name == "ours" }) {
		t.Errorf("the model is not there: %v", err)
	}
	if _, err := readModels([]fs.FS{fstest.MapFS{"mine.json": {Data: []byte(`{"entityDefs":[`)}}}); err == nil {
		t.Error("half a model was taken")
	}
}

func TestShownDefinitionsSayWhatARealServerFindsOut(t *testing.T) {
	types := builtin(t)
	real := realBuiltins(t)
	ours := make(map[string]bool)
	for _, e := range types.Entities() {
		ours[e.Def.Name] = true
	}
	for i := range real.Entities {
		want := &real.Entities[i]
		got := types.Shown(types.Def(want.Name)).(*EntityDef)
		for _, s := range want.SubTypes {
			if ours[s] && !slices.Contains(got.SubTypes, s) {
				t.Errorf("%s is not above %s", want.Name, s)
			}
		}
		for _, w := range want.RelationshipAttributes {
			if types.Relationship(w.Relationship) == nil {
				continue // a test on the real server made it
			}
			i := slices.IndexFunc(got.RelationshipAttributes, func(g RelationshipAttributeDef) bool { return g.Name == w.Name && g.Relationship == w.Relationship })
			if i < 0 {
				t.Errorf("%s has no %s by %s", want.Name, w.Name, w.Relationship)
				continue
			}
			g := got.RelationshipAttributes[i]
			if g.Type != w.Type || g.Optional != w.Optional || g.Cardinality != w.Cardinality || g.Legacy != w.Legacy || len(g.Constraints) != len(w.Constraints) {
				t.Errorf("%s.%s is %+v, want %+v", want.Name, w.Name, g, w)
			}
		}
	}
}
