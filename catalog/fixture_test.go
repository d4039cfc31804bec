package catalog_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

const workspace = pedigree.DefaultWorkspace

// A fixture is the rules over a real store, with some types of its own.
type fixture struct {
	*catalog.Service
	store store.Store
	types *schema.Service
	t     testing.TB
}

func open(t testing.TB) *fixture {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	types := schema.New(s)
	f := &fixture{Service: catalog.New(s, types), store: s, types: types, t: t}
	f.define(shopTypes())
	return f
}

func (f *fixture) define(defs *schema.Defs) {
	f.t.Helper()
	if _, err := f.types.Create(f.t.Context(), defs); err != nil {
		f.t.Fatal(err)
	}
}

func attribute(name, typeName string, more ...func(*schema.AttributeDef)) schema.AttributeDef {
	a := schema.AttributeDef{Name: name, Type: typeName, Optional: true, Cardinality: schema.Single, Min: 0, Max: 1, Weight: -1}
	for _, change := range more {
		change(&a)
	}
	return a
}

func mandatory(a *schema.AttributeDef) { a.Optional, a.Min = false, 1 }
func list(a *schema.AttributeDef)      { a.Cardinality, a.Max = schema.List, 1<<31-1 }
func set(a *schema.AttributeDef)       { a.Cardinality, a.Max = schema.Set, 1<<31-1 }
func byDefault(text string) func(*schema.AttributeDef) {
	return func(a *schema.AttributeDef) { a.Default = &text }
}

func appended(a *schema.AttributeDef) {
	a.Options = map[string]string{"isAppendOnPartialUpdate": "true"}
}

func owned(a *schema.AttributeDef) {
	a.Constraints = []schema.ConstraintDef{{Type: schema.OwnedRef}}
}

// shopTypes are types that have one of everything.
func shopTypes() *schema.Defs {
	return &schema.Defs{
		Enums:   []schema.EnumDef{{Base: schema.Base{Name: "shade"}, Elements: []schema.EnumElement{{Value: "LIGHT", Ordinal: 1}, {Value: "DARK", Ordinal: 2}}}},
		Structs: []schema.StructDef{{Base: schema.Base{Name: "size"}, Attributes: []schema.AttributeDef{attribute("x", "int"), attribute("unit", "string")}}},
		Classifications: []schema.ClassificationDef{
			{Base: schema.Base{Name: "PII"}, Attributes: []schema.AttributeDef{attribute("level", "int"), attribute("why", "string")}},
			{Base: schema.Base{Name: "Secret"}, SuperTypes: []string{"PII"}},
			{Base: schema.Base{Name: "OnlyShelf"}, EntityTypes: []string{"shelf"}},
		},
		Entities: []schema.EntityDef{
			{Base: schema.Base{Name: "shelf"}, SuperTypes: []string{"DataSet"}, Attributes: []schema.AttributeDef{
				attribute("req", "string", mandatory), attribute("count", "int", byDefault("7")), attribute("open", "boolean"),
				attribute("opened", "date"), attribute("shade", "shade", byDefault("DARK")), attribute("tags", "array<string>", list),
				attribute("notes", "map<string,string>"), attribute("size", "size"), attribute("weight", "double"), attribute("total", "biginteger"),
				attribute("next", "shelf"), attribute("friends", "array<shelf>", list), attribute("boxes", "array<box>", set, owned),
				attribute("byName", "map<string,shelf>"), attribute("log", "array<string>", list, appended), attribute("facts", "map<string,int>", appended),
			}},
			{Base: schema.Base{Name: "special_shelf"}, SuperTypes: []string{"shelf"}},
			{Base: schema.Base{Name: "box"}, SuperTypes: []string{"DataSet"}},
			{Base: schema.Base{Name: "book"}, SuperTypes: []string{"DataSet"}},
			{Base: schema.Base{Name: "room"}, SuperTypes: []string{"Infrastructure"}},
			{Base: schema.Base{Name: "sorting"}, SuperTypes: []string{"Process"}},
		},
		Relationships: []schema.RelationshipDef{
			{
				Base: schema.Base{Name: "shelf_books"}, Kind: schema.Composition, Propagate: "ONE_TO_TWO", Attributes: []schema.AttributeDef{attribute("since", "int")},
				End1: schema.EndDef{Type: "shelf", Name: "books", Container: true, Cardinality: schema.Set},
				End2: schema.EndDef{Type: "book", Name: "shelf", Cardinality: schema.Single},
			},
			{
				Base: schema.Base{Name: "room_shelves"}, Kind: schema.Aggregation, Propagate: "NONE",
				End1: schema.EndDef{Type: "room", Name: "shelves", Container: true, Cardinality: schema.Set},
				End2: schema.EndDef{Type: "shelf", Name: "room", Cardinality: schema.Single},
			},
		},
		Business: []schema.BusinessDef{{Base: schema.Base{Name: "cost"}, Attributes: []schema.AttributeDef{
			attribute("score", "int", applies("DataSet")), attribute("centre", "string", applies("DataSet"), func(a *schema.AttributeDef) { a.Options["maxStrLength"] = "10" }),
		}}},
	}
}

func applies(names string) func(*schema.AttributeDef) {
	return func(a *schema.AttributeDef) {
		a.Options = map[string]string{"applicableEntityTypes": `["` + names + `"]`}
	}
}

type attrs = map[string]any

// an makes an entity of a type with a qualified name.
func an(typeName, name string, more attrs) *catalog.Entity {
	a := attrs{"qualifiedName": name, "name": name}
	if typeName == "shelf" || typeName == "special_shelf" {
		a["req"] = "r"
	}
	for key, value := range more {
		a[key] = value
	}
	return &catalog.Entity{TypeName: typeName, Attributes: a}
}

func (f *fixture) save(entities ...*catalog.Entity) *catalog.Mutations {
	f.t.Helper()
	m, err := f.Save(f.t.Context(), workspace, &catalog.Batch{Entities: entities})
	if err != nil {
		f.t.Fatal(err)
	}
	return m
}

// make saves an entity that is new and gives its guid.
func (f *fixture) make(e *catalog.Entity) string {
	f.t.Helper()
	m := f.save(e)
	if len(m.Mutated[catalog.ActionCreate]) == 0 {
		f.t.Fatalf("nothing was made: %+v", m)
	}
	return m.Mutated[catalog.ActionCreate][0].GUID
}

func (f *fixture) get(guid string) *catalog.Entity {
	f.t.Helper()
	e, _, err := f.Entity(f.t.Context(), workspace, catalog.Ref{GUID: guid}, catalog.ReadOptions{})
	if err != nil {
		f.t.Fatal(err)
	}
	return e
}

func (f *fixture) delete(guids ...string) *catalog.Mutations {
	f.t.Helper()
	m, err := f.Delete(f.t.Context(), workspace, guids)
	if err != nil {
		f.t.Fatal(err)
	}
	return m
}

// change does something to an entity.
func (f *fixture) change(guid string, do func(*catalog.Work, *pedigree.Node) error) error {
	return f.Change(f.t.Context(), workspace, catalog.Ref{GUID: guid}, do)
}

func (f *fixture) classify(guid string, classes ...catalog.Classification) error {
	return f.change(guid, func(w *catalog.Work, n *pedigree.Node) error { return w.Classify(n, classes) })
}

// names lists the guids of headers of an action.
func guids(m *catalog.Mutations, a catalog.Action) []string {
	var all []string
	for _, h := range m.Mutated[a] {
		all = append(all, h.GUID)
	}
	slices.Sort(all)
	return all
}

// wants checks that an error has a reason and says something.
func wants(t testing.TB, err error, r fault.Reason, message string) {
	t.Helper()
	if !fault.Is(err, r) || err.Error() != message {
		t.Errorf("got %v, want %q", err, message)
	}
}

func related(value any) []string {
	var all []string
	switch v := value.(type) {
	case []*catalog.RelatedID:
		for _, r := range v {
			all = append(all, r.GUID)
		}
	case *catalog.RelatedID:
		all = append(all, v.GUID)
	case []any:
		for _, r := range v {
			all = append(all, r.(catalog.ObjectID).GUID)
		}
	case catalog.ObjectID:
		all = append(all, v.GUID)
	}
	slices.Sort(all)
	return all
}
