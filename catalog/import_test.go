package catalog_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree/catalog"
)

// imported is an entity as an archive holds it.
func imported() *catalog.Entity {
	yes := true
	e := an("shelf", "s", attrs{"count": int64(3)})
	e.GUID, e.CreatedBy, e.UpdatedBy, e.CreateTime, e.UpdateTime, e.Version, e.HomeID = "a-guid-of-elsewhere", "ann", "bob", 1000, 2000, 4, "home"
	e.Status, e.Labels = catalog.Active, []string{"l"}
	e.Classifications = []catalog.Classification{{TypeName: "PII", EntityGUID: e.GUID, Propagate: &yes, Attributes: attrs{"level": int64(1)}}}
	e.BusinessAttributes = map[string]map[string]any{"cost": {"score": int64(5)}}
	return e
}

func (f *fixture) takeIn(e *catalog.Entity) *catalog.Mutations {
	f.t.Helper()
	var m *catalog.Mutations
	err := f.Update(f.t.Context(), workspace, func(w *catalog.Work) (err error) {
		m, err = w.Save(&catalog.Batch{Entities: []*catalog.Entity{e}}, catalog.SaveOptions{Import: true})
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return m
}

func TestAnImportKeepsWhatAnEntityWas(t *testing.T) {
	f := open(t)
	m := f.takeIn(imported())
	if got := guids(m, catalog.ActionCreate); !slices.Equal(got, []string{"a-guid-of-elsewhere"}) || m.Assignments != nil {
		t.Fatalf("mutations %+v", m)
	}
	check := func(e *catalog.Entity) {
		t.Helper()
		if e.CreatedBy != "ann" || e.UpdatedBy != "bob" || e.CreateTime != 1000 || e.UpdateTime != 2000 || e.Version != 4 || e.HomeID != "home" {
			t.Errorf("entity %+v", e)
		}
		if len(e.Classifications) != 1 || e.Classifications[0].Attributes["level"] != int64(1) || !slices.Equal(e.Labels, []string{"l"}) ||
			!reflect.DeepEqual(e.BusinessAttributes, map[string]map[string]any{"cost": {"score": int64(5)}}) {
			t.Errorf("notes %+v", e)
		}
	}
	check(f.get("a-guid-of-elsewhere"))
	if m := f.takeIn(imported()); m.Mutated != nil {
		t.Errorf("the same again changed %+v", m)
	}
	check(f.get("a-guid-of-elsewhere"))
	gone := imported()
	gone.Status = catalog.Deleted
	f.takeIn(gone)
	if got := f.get("a-guid-of-elsewhere").Status; got != catalog.Deleted {
		t.Errorf("status %v", got)
	}
	f.takeIn(imported())
	e, _, err := f.Entity(t.Context(), workspace, catalog.Ref{Type: "shelf", Unique: attrs{"qualifiedName": "s"}}, catalog.ReadOptions{})
	if err != nil || e.Status != catalog.Active || e.GUID != "a-guid-of-elsewhere" {
		t.Errorf("back from the bin: %+v, %v", e, err)
	}
	f.save(an("shelf", "s", attrs{"description": "d"}))
	if e := f.get("a-guid-of-elsewhere"); e.UpdatedBy != "admin" || e.UpdateTime == 2000 || e.CreatedBy != "ann" || e.CreateTime != 1000 {
		t.Errorf("after a change %+v", e)
	}
}

func TestAnImportKeepsGuidsOfRelationships(t *testing.T) {
	f := open(t)
	book := f.make(an("book", "k", nil))
	e := imported()
	e.RelationshipAttributes = attrs{"books": []any{attrs{
		"guid": book, "typeName": "book", "relationshipGuid": "tie", "relationshipType": "shelf_books",
		"relationshipAttributes": attrs{"typeName": "shelf_books", "attributes": attrs{"since": int64(7)}},
	}}}
	f.takeIn(e)
	info, err := f.Relationship(t.Context(), workspace, "tie", false)
	if err != nil || info.Relationship.End2.GUID != book || info.Relationship.Attributes["since"] != int64(7) {
		t.Errorf("%+v, %v", info, err)
	}
}
