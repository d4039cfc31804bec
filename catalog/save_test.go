package catalog_test

import (
	"reflect"
	"slices"
	"testing"

	stdjson "encoding/json"

	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

func TestUnsetAttributesReadAsTheDefinitionSays(t *testing.T) {
	f := open(t)
	e := f.get(f.make(an("shelf", "s", nil)))
	want := attrs{
		"qualifiedName": "s", "name": "s", "req": "r", "count": int64(7), "open": false, "opened": int64(0), "shade": nil, "tags": nil, "notes": nil,
		"size": nil, "weight": 0.0, "total": stdjson.Number("0"), "next": nil, "friends": []any{}, "boxes": []any{}, "byName": nil, "log": nil, "facts": nil,
		"description": nil, "owner": nil, "displayName": nil, "userDescription": nil, "replicatedFrom": nil, "replicatedTo": nil,
	}
	if !reflect.DeepEqual(e.Attributes, want) {
		t.Errorf("attributes\n%#v, want\n%#v", e.Attributes, want)
	}
	if e.Version != 0 || e.Status != catalog.Active || e.CreatedBy != "admin" || e.UpdatedBy != "admin" || e.CreateTime == 0 {
		t.Errorf("entity %+v", e)
	}
}

func TestValuesComeBackAsTheyWereGiven(t *testing.T) {
	f := open(t)
	given := attrs{
		"count": stdjson.Number("12"), "open": true, "opened": stdjson.Number("1700000000000"), "shade": "light", "tags": []any{"b", "a", "b"},
		"notes": attrs{"k": "v"}, "size": attrs{"typeName": "size", "attributes": attrs{"x": stdjson.Number("5")}}, "weight": stdjson.Number("1.5"),
		"total": stdjson.Number("123456789012345678901234567890"), "unknown": "ignored",
	}
	e := f.get(f.make(an("shelf", "s", given)))
	for name, want := range (attrs{
		"count": int64(12), "open": true, "opened": int64(1700000000000), "shade": "LIGHT", "tags": []any{"b", "a", "b"}, "notes": attrs{"k": "v"},
		"size": attrs{"typeName": "size", "attributes": attrs{"x": int64(5), "unit": nil}}, "weight": 1.5, "total": stdjson.Number("123456789012345678901234567890"),
	}) {
		if !reflect.DeepEqual(e.Attributes[name], want) {
			t.Errorf("%s is %#v, want %#v", name, e.Attributes[name], want)
		}
	}
	if _, there := e.Attributes["unknown"]; there {
		t.Error("an unknown attribute was kept")
	}
}

func TestWhatIsWrongIsRefusedInTheWordsOfClients(t *testing.T) {
	f := open(t)
	for name, c := range map[string]struct {
		entity  *catalog.Entity
		reason  fault.Reason
		message string
	}{
		"mandatory": {
			an("shelf", "s", attrs{"req": nil}), fault.InstanceCrudInvalidParams,
			"Invalid instance creation/updation parameters passed : shelf.req: mandatory attribute value missing in type shelf",
		},
		"int": {
			an("shelf", "s", attrs{"count": "abc"}), fault.InstanceCrudInvalidParams,
			"Invalid instance creation/updation parameters passed : shelf.count=abc: invalid value for type int",
		},
		"enum": {
			an("shelf", "s", attrs{"shade": "Z"}), fault.InstanceCrudInvalidParams,
			"Invalid instance creation/updation parameters passed : shelf.shade=Z: invalid value for type shade",
		},
		"type": {an("nope", "s", nil), fault.TypeNameInvalid, "Type ENTITY with name nope does not exist"},
		"dangling": {
			an("shelf", "s", attrs{"next": attrs{"typeName": "shelf", "uniqueAttributes": attrs{"qualifiedName": "none"}}}), fault.ReferencedEntityNotFound,
			"Referenced entity AtlasObjectId{guid='null', typeName='shelf', uniqueAttributes={qualifiedName:none}} is not found",
		},
		"placeholder": {an("shelf", "s", attrs{"next": attrs{"guid": "-9", "typeName": "shelf"}}), fault.ReferencedEntityNotFound, "Referenced entity -9 is not found"},
		"guid":        {an("shelf", "s", attrs{"next": attrs{"guid": "0195", "typeName": "shelf"}}), fault.ReferencedEntityNotFound, "Referenced entity 0195 is not found"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.Save(t.Context(), workspace, &catalog.Batch{Entities: []*catalog.Entity{an("book", "half", nil), c.entity}})
			wants(t, err, c.reason, c.message)
			if _, _, err := f.Entity(t.Context(), workspace, catalog.Ref{Type: "book", Unique: attrs{"qualifiedName": "half"}}, catalog.ReadOptions{}); !fault.Is(err, fault.InstanceByUniqueAttributeNotFound) {
				t.Errorf("half of a batch was kept: %v", err)
			}
		})
	}
}

func TestWhatIsNotGivenStaysAndNullClears(t *testing.T) {
	f := open(t)
	guid := f.make(an("shelf", "s", attrs{"tags": []any{"a"}, "notes": attrs{"k": "v"}, "count": stdjson.Number("3"), "open": true, "description": "d"}))
	m := f.save(an("shelf", "s", attrs{"notes": nil, "count": nil, "open": nil}))
	if got := guids(m, catalog.ActionUpdate); !slices.Equal(got, []string{guid}) {
		t.Errorf("updated %v", got)
	}
	e := f.get(guid)
	for name, want := range (attrs{"tags": []any{"a"}, "notes": nil, "count": int64(7), "open": false, "description": "d"}) {
		if !reflect.DeepEqual(e.Attributes[name], want) {
			t.Errorf("%s is %#v, want %#v", name, e.Attributes[name], want)
		}
	}
}

func TestTheSameAgainChangesNothing(t *testing.T) {
	f := open(t)
	again := func() *catalog.Entity {
		e := an("shelf", "s", attrs{"tags": []any{"a"}, "size": attrs{"x": stdjson.Number("1")}, "weight": stdjson.Number("2"), "shade": "LIGHT"})
		e.GUID = "-77"
		e.CustomAttributes = map[string]string{"k": "v"}
		return e
	}
	guid := f.make(again())
	before := f.get(guid)
	m := f.save(again())
	if m.Mutated != nil || !reflect.DeepEqual(m.Assignments, map[string]string{"-77": guid}) {
		t.Errorf("mutations %+v", m)
	}
	if after := f.get(guid); after.UpdateTime != before.UpdateTime {
		t.Error("the time of change moved")
	}
}

func TestUniqueAttributesFindSubtypesToo(t *testing.T) {
	f := open(t)
	guid := f.make(an("special_shelf", "s", nil))
	e, _, err := f.Entity(t.Context(), workspace, catalog.Ref{Type: "shelf", Unique: attrs{"qualifiedName": "s"}}, catalog.ReadOptions{})
	if err != nil || e.GUID != guid || e.TypeName != "special_shelf" {
		t.Errorf("found %+v, %v", e, err)
	}
	other := f.make(an("book", "s", nil))
	if other == guid {
		t.Error("a book is a shelf")
	}
}

func TestABatchTiesWhatItMakes(t *testing.T) {
	f := open(t)
	parent := an("shelf", "p", nil)
	parent.GUID = "-1"
	kid := an("book", "k", nil)
	kid.GUID = "-2"
	kid.RelationshipAttributes = attrs{"shelf": attrs{"guid": "-1", "typeName": "shelf"}}
	m := f.save(parent, kid)
	p, k := m.Assignments["-1"], m.Assignments["-2"]
	if p == "" || k == "" || len(m.Mutated[catalog.ActionCreate]) != 2 || len(m.Mutated) != 1 {
		t.Fatalf("mutations %+v", m)
	}
	e, referred, err := f.Entity(t.Context(), workspace, catalog.Ref{GUID: p}, catalog.ReadOptions{})
	if err != nil || !slices.Equal(related(e.RelationshipAttributes["books"]), []string{k}) || referred[k] == nil {
		t.Errorf("parent %+v, referred %v, %v", e, referred, err)
	}
	id := f.get(k).RelationshipAttributes["shelf"].(*catalog.RelatedID)
	if id.GUID != p || id.RelationshipType != "shelf_books" || id.RelationshipStatus != catalog.Active || id.DisplayText != "p" || id.EntityStatus != catalog.Active {
		t.Errorf("kid's shelf %+v", id)
	}
}

func TestProcessesAreTiedToWholeEntities(t *testing.T) {
	f := open(t)
	in, out := f.make(an("shelf", "in", nil)), f.make(an("shelf", "out", nil))
	process := func() *catalog.Entity {
		return an("sorting", "p", attrs{
			"inputs":  []any{attrs{"guid": in, "typeName": "shelf", "attributes": attrs{"qualifiedName": "in"}, "relationshipAttributes": attrs{"meanings": []any{}}}},
			"outputs": []any{attrs{"typeName": "shelf", "uniqueAttributes": attrs{"qualifiedName": "out"}}},
		})
	}
	m := f.save(process())
	want := []string{in, out}
	slices.Sort(want)
	if got := guids(m, catalog.ActionUpdate); !slices.Equal(got, want) || len(m.Mutated[catalog.ActionCreate]) != 1 {
		t.Errorf("mutations %+v", m)
	}
	p := m.Mutated[catalog.ActionCreate][0].GUID
	e := f.get(p)
	if got := related(e.Attributes["inputs"]); !slices.Equal(got, []string{in}) {
		t.Errorf("inputs %v", e.Attributes["inputs"])
	}
	if got := related(e.RelationshipAttributes["outputs"]); !slices.Equal(got, []string{out}) {
		t.Errorf("outputs %v", got)
	}
	if got := related(f.get(in).RelationshipAttributes["inputToProcesses"]); !slices.Equal(got, []string{p}) {
		t.Errorf("the data set is read by %v", got)
	}
	if m := f.save(process()); m.Mutated != nil {
		t.Errorf("the same again changed %+v", m.Mutated)
	}
	m = f.save(an("sorting", "p", attrs{"outputs": []any{}, "inputs": []any{attrs{"guid": out}}}))
	if got := related(f.get(p).RelationshipAttributes["inputs"]); len(guids(m, catalog.ActionUpdate)) != 3 || !slices.Contains(got, out) {
		t.Errorf("mutations %+v, inputs %v", m, got)
	}
	if got := related(f.get(p).Attributes["inputs"]); !slices.Equal(got, []string{out}) {
		t.Errorf("inputs are %v", got)
	}
}

func TestBareReferencesKeepOrderAndKeys(t *testing.T) {
	f := open(t)
	a, b := f.make(an("shelf", "a", nil)), f.make(an("shelf", "b", nil))
	guid := f.make(an("shelf", "s", attrs{
		"friends": []any{attrs{"guid": b}, attrs{"guid": a}, attrs{"guid": b}}, "next": attrs{"guid": a},
		"byName": attrs{"x": attrs{"guid": a}, "y": attrs{"guid": b}, "z": attrs{"guid": a}},
	}))
	e := f.get(guid)
	order := func(v any) (all []string) {
		for _, id := range v.([]any) {
			all = append(all, id.(catalog.ObjectID).GUID)
		}
		return all
	}
	if got := order(e.Attributes["friends"]); !slices.Equal(got, []string{b, a}) { // a list holds each once
		t.Errorf("friends %v", got)
	}
	if got := e.Attributes["byName"].(map[string]any); len(got) != 3 || got["x"].(catalog.ObjectID).GUID != a || got["y"].(catalog.ObjectID).GUID != b {
		t.Errorf("by name %v", got)
	}
	f.save(an("shelf", "s", attrs{"friends": []any{attrs{"guid": a}, attrs{"guid": b}}, "next": nil}))
	e = f.get(guid)
	if got := order(e.Attributes["friends"]); !slices.Equal(got, []string{a, b}) || e.Attributes["next"] != nil {
		t.Errorf("friends %v, next %v", got, e.Attributes["next"])
	}
}

func TestWhatAWholeNoLongerHoldsGoes(t *testing.T) {
	f := open(t)
	one, two := f.make(an("book", "1", nil)), f.make(an("book", "2", nil))
	shelf := f.make(an("shelf", "s", attrs{"books": []any{attrs{"guid": one}, attrs{"guid": two}}}))
	m := f.save(an("shelf", "s", attrs{"books": []any{attrs{"guid": two}}}))
	if got := guids(m, catalog.ActionDelete); !slices.Equal(got, []string{one}) || f.get(one).Status != catalog.Deleted {
		t.Errorf("mutations %+v", m)
	}
	other := f.make(an("shelf", "t", attrs{"books": []any{attrs{"guid": two}}}))
	if got := related(f.get(other).RelationshipAttributes["books"]); f.get(two).Status != catalog.Active || !slices.Equal(got, []string{two}) {
		t.Errorf("the book that moved: %v", got)
	}
	if id := f.get(two).RelationshipAttributes["shelf"].(*catalog.RelatedID); id.GUID != other || id.RelationshipStatus != catalog.Active {
		t.Errorf("it stands in %+v", id)
	}
	_ = shelf
}

func TestWhatMovesToAnotherKeyStays(t *testing.T) {
	f := open(t)
	f.define(&schema.Defs{Entities: []schema.EntityDef{{Base: schema.Base{Name: "cabinet"}, SuperTypes: []string{"DataSet"}, Attributes: []schema.AttributeDef{
		attribute("drawers", "map<string,box>", owned),
	}}}})
	one, two := f.make(an("box", "1", nil)), f.make(an("box", "2", nil))
	guid := f.make(an("cabinet", "c", attrs{"drawers": attrs{"top": attrs{"guid": one}, "low": attrs{"guid": two}}}))
	m := f.save(an("cabinet", "c", attrs{"drawers": attrs{"top": attrs{"guid": two}, "low": attrs{"guid": one}}}))
	drawers := f.get(guid).Attributes["drawers"].(map[string]any)
	if len(m.Mutated[catalog.ActionDelete]) > 0 || len(drawers) != 2 || drawers["top"].(catalog.ObjectID).GUID != two || f.get(one).Status != catalog.Active {
		t.Errorf("mutations %+v, drawers %v", m, drawers)
	}
	m = f.save(an("cabinet", "c", attrs{"drawers": attrs{"top": attrs{"guid": two}}}))
	if got := guids(m, catalog.ActionDelete); !slices.Equal(got, []string{one}) {
		t.Errorf("deleted %v", got)
	}
}

func TestANewEntityTakesClassificationsAsTheyCome(t *testing.T) {
	f := open(t)
	f.define(&schema.Defs{Classifications: []schema.ClassificationDef{{Base: schema.Base{Name: "Kept"}, Attributes: []schema.AttributeDef{attribute("until", "string", mandatory)}}}})
	e := an("box", "b", nil)
	e.Classifications = []catalog.Classification{{TypeName: "Kept"}}
	if got := f.get(f.make(e)).Classifications; len(got) != 1 || got[0].TypeName != "Kept" {
		t.Errorf("classifications %+v", got)
	}
	wants(t, f.classify(f.make(an("box", "c", nil)), catalog.Classification{TypeName: "Kept"}), fault.InvalidParameters,
		"invalid parameters: Kept.until: mandatory attribute value missing in type Kept")
}

func TestPartialUpdatesAskForNothingElse(t *testing.T) {
	f := open(t)
	guid := f.make(an("shelf", "s", nil))
	m, err := f.PartialByUnique(t.Context(), workspace, catalog.Ref{Type: "shelf", Unique: attrs{"qualifiedName": "s"}},
		&catalog.Batch{Entities: []*catalog.Entity{{TypeName: "shelf", Attributes: attrs{"description": "d"}}}})
	if err != nil || !slices.Equal(guids(m, catalog.ActionPartialUpdate), []string{guid}) {
		t.Fatalf("%+v, %v", m, err)
	}
	m, err = f.PartialByGUID(t.Context(), workspace, guid, "open", true)
	if err != nil || len(m.Mutated[catalog.ActionPartialUpdate]) != 1 || f.get(guid).Attributes["open"] != true {
		t.Errorf("%+v, %v", m, err)
	}
	other := f.make(an("shelf", "o", nil))
	if _, err = f.PartialByGUID(t.Context(), workspace, guid, "next", other); err != nil || !slices.Equal(related(f.get(guid).Attributes["next"]), []string{other}) {
		t.Errorf("next %v, %v", f.get(guid).Attributes["next"], err)
	}
	_, err = f.PartialByGUID(t.Context(), workspace, guid, "nope", 1)
	wants(t, err, fault.UnknownAttribute, "Attribute nope not found for type shelf")
	_, err = f.PartialByUnique(t.Context(), workspace, catalog.Ref{Type: "shelf", Unique: attrs{"name": "s"}}, &catalog.Batch{Entities: []*catalog.Entity{{}}})
	wants(t, err, fault.AttributeUniqueInvalid, "Type shelf with unique attribute name does not exist")
}

func TestDoublesInABatchAreOneEntity(t *testing.T) {
	f := open(t)
	one, two := an("book", "b", nil), an("book", "b", attrs{"description": "d"})
	one.GUID, two.GUID = "-1", "-2"
	m := f.save(one, two)
	if m.Assignments["-1"] == "" || m.Assignments["-1"] != m.Assignments["-2"] || len(m.Mutated[catalog.ActionCreate]) != 1 {
		t.Errorf("mutations %+v", m)
	}
	if got := f.get(m.Assignments["-1"]).Attributes["description"]; got != "d" {
		t.Errorf("description %v", got)
	}
}

func TestRenamingFreesTheOldName(t *testing.T) {
	f := open(t)
	guid := f.make(an("room", "r", nil))
	if _, err := f.PartialByGUID(t.Context(), workspace, guid, "qualifiedName", "r2"); err != nil {
		t.Fatal(err)
	}
	if other := f.make(an("room", "r", nil)); other == guid {
		t.Error("the old name still means the renamed room")
	}
	e, _, err := f.Entity(t.Context(), workspace, catalog.Ref{Type: "room", Unique: attrs{"qualifiedName": "r2"}}, catalog.ReadOptions{})
	if err != nil || e.GUID != guid {
		t.Errorf("found %+v, %v", e, err)
	}
	_, err = f.PartialByGUID(t.Context(), workspace, guid, "qualifiedName", "r")
	if !fault.Is(err, fault.InstanceAlreadyExists) {
		t.Errorf("a name was taken twice: %v", err)
	}
}

func TestWhatIsCarriedToANewEntityIsToldAtOnce(t *testing.T) {
	f := open(t)
	in := f.make(an("shelf", "in", nil))
	if err := f.classify(in, catalog.Classification{TypeName: "PII"}); err != nil {
		t.Fatal(err)
	}
	if err := carry.New(f.store).Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := f.save(an("sorting", "p", attrs{"inputs": []any{attrs{"guid": in}}})).Mutated[catalog.ActionCreate][0]
	if !slices.Equal(h.ClassificationNames, []string{"PII"}) || len(h.Classifications) != 1 || h.Classifications[0].EntityGUID != in {
		t.Errorf("header %+v", h)
	}
}

func TestPartialUpdatesAddToWhatSaysSo(t *testing.T) {
	f := open(t)
	guid := f.make(an("shelf", "s", attrs{"log": []any{"a"}, "facts": attrs{"x": int64(1), "y": int64(2)}}))
	partial := func(given attrs) *catalog.Mutations {
		t.Helper()
		m, err := f.Partial(t.Context(), workspace, catalog.Ref{GUID: guid}, &catalog.Batch{Entities: []*catalog.Entity{{TypeName: "shelf", Attributes: given}}})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	partial(attrs{"log": []any{"b"}, "facts": attrs{"y": int64(3), "z": int64(4)}})
	e := f.get(guid)
	if !reflect.DeepEqual(e.Attributes["log"], []any{"a", "b"}) || !reflect.DeepEqual(e.Attributes["facts"], attrs{"x": int64(1), "y": int64(3), "z": int64(4)}) {
		t.Errorf("log %v, facts %v", e.Attributes["log"], e.Attributes["facts"])
	}
	if m := partial(attrs{"log": nil, "facts": attrs{"x": int64(1)}}); m.Mutated != nil {
		t.Errorf("nothing new changed %+v", m)
	}
	f.save(an("shelf", "s", attrs{"log": []any{"c"}, "facts": nil}))
	if e := f.get(guid); !reflect.DeepEqual(e.Attributes["log"], []any{"c"}) || e.Attributes["facts"] != nil {
		t.Errorf("a full update added: %v, %v", e.Attributes["log"], e.Attributes["facts"])
	}
}

// References that are kept as values, soft ones and those in structs, are to what the
// same request makes, or to what is there.
func TestReferencesInValues(t *testing.T) {
	f := open(t)
	soft := func(a *schema.AttributeDef) { a.Options = map[string]string{"isSoftReference": "true"} }
	f.define(&schema.Defs{
		Structs: []schema.StructDef{
			{Base: schema.Base{Name: "place"}, Attributes: []schema.AttributeDef{attribute("on", "shelf"), attribute("around", "array<place>", list)}},
		},
		Entities: []schema.EntityDef{{Base: schema.Base{Name: "vase"}, SuperTypes: []string{"DataSet"}, Attributes: []schema.AttributeDef{
			attribute("soft", "shelf", soft), attribute("softs", "array<shelf>", list, soft), attribute("byKey", "map<string,shelf>", soft), attribute("place", "place"),
		}}},
	})
	old := f.make(an("shelf", "old", nil))
	toNew, toOld := attrs{"guid": "-2", "typeName": "shelf"}, attrs{"typeName": "shelf", "uniqueAttributes": attrs{"qualifiedName": "old"}}
	fresh := an("special_shelf", "new", nil)
	fresh.GUID = "-2"
	given := attrs{
		"soft": toNew, "softs": []any{toOld, toNew}, "byKey": attrs{"a": toNew}, "place": attrs{"around": []any{attrs{"on": toNew}, attrs{"on": attrs{"guid": old}}}},
	}
	vase := an("vase", "v", given)
	vase.GUID = "-1"
	m, err := f.Save(t.Context(), workspace, &catalog.Batch{Entities: []*catalog.Entity{vase}, Referred: map[string]*catalog.Entity{"-2": fresh}})
	if err != nil {
		t.Fatal(err)
	}
	made, got := m.Assignments["-2"], f.get(m.Assignments["-1"]).Attributes
	if f.get(made).TypeName != "special_shelf" {
		t.Errorf("made %v", m)
	}
	idOfNew, idOfOld := catalog.ObjectID{GUID: made, Type: "special_shelf"}, catalog.ObjectID{GUID: old, Type: "shelf"}
	place := func(on any, around ...any) attrs {
		return attrs{"typeName": "place", "attributes": attrs{"on": on, "around": append([]any{}, around...)}}
	}
	want := attrs{
		"soft": idOfNew, "softs": []any{idOfOld, idOfNew}, "byKey": attrs{"a": idOfNew}, "place": place(nil, place(idOfNew), place(idOfOld)),
	}
	for name, value := range want {
		if g, w := asJSON(t, got[name]), asJSON(t, value); g != w {
			t.Errorf("%s is %s, want %s", name, g, w)
		}
	}
	if again := f.save(an("vase", "v", attrs{"soft": attrs{"guid": made}, "softs": []any{toOld, attrs{"guid": made}}})); len(again.Mutated) > 0 {
		t.Errorf("saying the same again changed %v", again.Mutated)
	}
	for _, c := range []struct {
		soft    any
		reason  fault.Reason
		message string
	}{
		{attrs{"guid": "-9", "typeName": "shelf"}, fault.ReferencedEntityNotFound, "Referenced entity -9 is not found"},
		{attrs{"guid": "none"}, fault.ReferencedEntityNotFound, "Referenced entity none is not found"},
		{
			attrs{"typeName": "vase", "uniqueAttributes": attrs{"qualifiedName": "v"}},
			fault.InstanceCrudInvalidParams,
			"Invalid instance creation/updation parameters passed : vase.soft=AtlasObjectId{guid='null', typeName='vase', uniqueAttributes={qualifiedName:v}}: invalid value for type shelf",
		},
	} {
		_, err := f.Save(t.Context(), workspace, &catalog.Batch{Entities: []*catalog.Entity{an("vase", "w", attrs{"soft": c.soft})}})
		wants(t, err, c.reason, c.message)
	}
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	text, err := stdjson.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
