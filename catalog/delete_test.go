package catalog_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/store"
)

func TestWhatIsOwnedGoesWithItsOwner(t *testing.T) {
	f := open(t)
	box, book := f.make(an("box", "b", nil)), f.make(an("book", "k", nil))
	room := f.make(an("room", "r", nil))
	shelf := f.make(an("shelf", "s", attrs{"boxes": []any{attrs{"guid": box}}, "books": []any{attrs{"guid": book}}, "room": attrs{"guid": room}}))
	m := f.delete(shelf)
	want := []string{shelf, box, book}
	slices.Sort(want)
	if got := guids(m, catalog.ActionDelete); !slices.Equal(got, want) {
		t.Errorf("deleted %v, want %v", got, want)
	}
	if f.get(room).Status != catalog.Active {
		t.Error("what only gathers it went, too")
	}
	if id := f.get(room).RelationshipAttributes["shelves"].([]*catalog.RelatedID)[0]; id.RelationshipStatus != catalog.Deleted || id.EntityStatus != catalog.Deleted {
		t.Errorf("the room's shelf %+v", id)
	}
	if m := f.delete(shelf); m.Mutated != nil || m.Assignments != nil {
		t.Errorf("deleted again: %+v", m)
	}
}

func TestDeletingAProcessTellsOfItsDataSets(t *testing.T) {
	f := open(t)
	in, out := f.make(an("shelf", "in", nil)), f.make(an("shelf", "out", nil))
	p := f.make(an("sorting", "p", attrs{"inputs": []any{attrs{"guid": in}}, "outputs": []any{attrs{"guid": out}}}))
	if err := f.classify(in, catalog.Classification{TypeName: "PII"}); err != nil {
		t.Fatal(err)
	}
	if c := f.get(out).Classifications; len(c) != 1 {
		t.Fatalf("classifications %+v", c)
	}
	m := f.delete(p)
	want := []string{in, out}
	slices.Sort(want)
	if got := guids(m, catalog.ActionUpdate); !slices.Equal(got, want) || !slices.Equal(guids(m, catalog.ActionDelete), []string{p}) {
		t.Errorf("mutations %+v", m)
	}
	if c := f.get(out).Classifications; len(c) != 0 {
		t.Errorf("still carried through what is in the bin: %+v", c)
	}
	if id := f.get(in).RelationshipAttributes["inputToProcesses"].([]*catalog.RelatedID)[0]; id.RelationshipStatus != catalog.Deleted {
		t.Errorf("the data set is still read: %+v", id)
	}
}

func TestAClassificationEndsWithItsEntityIfItSaysSo(t *testing.T) {
	f := open(t)
	yes, no := true, false
	in, out := f.make(an("shelf", "in", nil)), f.make(an("shelf", "out", nil))
	f.make(an("sorting", "p", attrs{"inputs": []any{attrs{"guid": in}}, "outputs": []any{attrs{"guid": out}}}))
	err := f.classify(in, catalog.Classification{TypeName: "PII", RemoveOnDelete: &yes}, catalog.Classification{TypeName: "Secret", RemoveOnDelete: &no})
	if err != nil {
		t.Fatal(err)
	}
	f.delete(in)
	c := f.get(out).Classifications
	if len(c) != 1 || c[0].TypeName != "Secret" || c[0].EntityStatus != catalog.Deleted || c[0].EntityGUID != in {
		t.Fatalf("classifications %+v", c)
	}
	declassify := func(w *catalog.Work, n *pedigree.Node) error { return w.Declassify(n, "Secret", in) }
	if err := f.change(out, declassify); err != nil {
		t.Fatal(err)
	}
	if c := f.get(out).Classifications; len(c) != 0 {
		t.Errorf("classifications %+v", c)
	}
	wants(t, f.change(out, declassify), fault.PropagatedClassificationNotAssociatedWithEntity,
		"Propagated classification Secret is not associated with entity "+out+", it is associated with entity "+in)
}

func TestAClassificationCanBeKeptFromOneSortOfWay(t *testing.T) {
	f := open(t)
	yes, no := true, false
	book := f.make(an("book", "k", nil))
	in, out := f.make(an("shelf", "in", attrs{"books": []any{attrs{"guid": book}}})), f.make(an("shelf", "out", nil))
	f.make(an("sorting", "p", attrs{"inputs": []any{attrs{"guid": in}}, "outputs": []any{attrs{"guid": out}}}))
	if err := f.classify(in, catalog.Classification{TypeName: "PII", NotByLineage: &yes}, catalog.Classification{TypeName: "Secret", NotByHierarchy: &yes}); err != nil {
		t.Fatal(err)
	}
	names := func(guid string) (all []string) {
		for _, c := range f.get(guid).Classifications {
			all = append(all, c.TypeName)
		}
		return all
	}
	if got := f.get(in).Classifications[0]; got.NotByLineage == nil || !*got.NotByLineage || got.NotByHierarchy != nil {
		t.Errorf("it is shown as %+v", got)
	}
	if !slices.Equal(names(book), []string{"PII"}) || !slices.Equal(names(out), []string{"Secret"}) {
		t.Errorf("the book has %v, the other shelf %v", names(book), names(out))
	}
	again := func(w *catalog.Work, n *pedigree.Node) error {
		return w.Reclassify(n, []catalog.Classification{{TypeName: "PII", NotByLineage: &no}})
	}
	if err := f.change(in, again); err != nil {
		t.Fatal(err)
	}
	if got := names(out); len(got) != 2 {
		t.Errorf("the other shelf has %v", got)
	}
}

func TestPurgeTakesWhatIsInTheBinAlone(t *testing.T) {
	f := open(t)
	book := f.make(an("book", "k", nil))
	shelf := f.make(an("shelf", "s", attrs{"books": []any{attrs{"guid": book}}}))
	if m, err := f.Purge(t.Context(), workspace, []string{shelf}); err != nil || m.Mutated != nil {
		t.Errorf("purged what lives: %+v, %v", m, err)
	}
	f.delete(shelf)
	m, err := f.Purge(t.Context(), workspace, []string{shelf})
	want := []string{shelf, book}
	slices.Sort(want)
	if err != nil || !slices.Equal(guids(m, catalog.ActionPurge), want) {
		t.Fatalf("%+v, %v", m, err)
	}
	_, _, err = f.Entity(t.Context(), workspace, catalog.Ref{GUID: book}, catalog.ReadOptions{})
	wants(t, err, fault.InstanceGUIDNotFound, "Given instance guid "+book+" is invalid/not found")
	err = f.store.View(t.Context(), func(r store.Reader) error {
		lines, err := r.ChangesBefore(&store.ChangeQuery{Workspace: workspace, What: catalog.PurgeChange, Limit: 10})
		if len(lines) != 1 || lines[0].Before != `["`+shelf+`"]` || lines[0].Node != workspace {
			t.Errorf("lines %+v", lines)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, do := range []func() (*catalog.Mutations, error){
		func() (*catalog.Mutations, error) { return f.Purge(t.Context(), workspace, []string{"nope"}) },
		func() (*catalog.Mutations, error) { return f.Delete(t.Context(), workspace, []string{"nope"}) },
		func() (*catalog.Mutations, error) {
			return f.DeleteRef(t.Context(), workspace, catalog.Ref{Type: "shelf", Unique: attrs{"qualifiedName": "nope"}})
		},
	} {
		if m, err := do(); err != nil || m.Mutated != nil {
			t.Errorf("what is not there: %+v, %v", m, err)
		}
	}
	_, err = f.Delete(t.Context(), workspace, nil)
	wants(t, err, fault.InvalidParameters, "invalid parameters: Guid(s) not specified")
}

func TestAWholeHasItsPartsToItself(t *testing.T) {
	f := open(t)
	book := f.make(an("book", "k", nil))
	one := f.make(an("shelf", "1", attrs{"books": []any{attrs{"guid": book}}}))
	two := f.make(an("shelf", "2", nil))
	relate := func(shelf string) error {
		_, err := f.Relate(t.Context(), workspace, &catalog.Relationship{TypeName: "shelf_books", End1: &catalog.ObjectID{GUID: shelf}, End2: &catalog.ObjectID{GUID: book}})
		return err
	}
	wants(t, relate(two), fault.RelationshipAlreadyExists, "relationship shelf_books already exists between entities "+one+" and "+book)
	f.save(an("book", "k", attrs{"shelf": attrs{"guid": two}}))
	if id := f.get(book).RelationshipAttributes["shelf"].(*catalog.RelatedID); id.GUID != two || f.get(book).Status != catalog.Active {
		t.Errorf("the book that moved stands in %+v", id)
	}
	if got := related(f.get(two).RelationshipAttributes["books"]); !slices.Equal(got, []string{book}) {
		t.Errorf("books %v", got)
	}
}

func TestWhatIsNoPartMayBeInSeveral(t *testing.T) {
	f := open(t)
	shelf, one, two := f.make(an("shelf", "s", nil)), f.make(an("room", "1", nil)), f.make(an("room", "2", nil))
	for _, room := range []string{one, two} {
		r := &catalog.Relationship{TypeName: "room_shelves", End1: &catalog.ObjectID{GUID: room}, End2: &catalog.ObjectID{GUID: shelf}}
		if _, err := f.Relate(t.Context(), workspace, r); err != nil {
			t.Fatal(err)
		}
		if got := related(f.get(room).RelationshipAttributes["shelves"]); !slices.Equal(got, []string{shelf}) {
			t.Errorf("shelves of %s: %v", room, got)
		}
		_, err := f.Relate(t.Context(), workspace, r)
		wants(t, err, fault.RelationshipAlreadyExists, "relationship room_shelves already exists between entities "+room+" and "+shelf)
	}
}

func TestAClassificationIsBlockedByItsSource(t *testing.T) {
	f := open(t)
	in, out := f.make(an("shelf", "in", nil)), f.make(an("shelf", "out", nil))
	process := f.make(an("sorting", "p", attrs{"inputs": []any{attrs{"guid": in}}, "outputs": []any{attrs{"guid": out}}}))
	for _, guid := range []string{in, process} {
		if err := f.classify(guid, catalog.Classification{TypeName: "PII"}); err != nil {
			t.Fatal(err)
		}
	}
	sources := func(all []catalog.Classification) (guids []string) {
		for i := range all {
			guids = append(guids, all[i].EntityGUID)
		}
		slices.Sort(guids)
		return guids
	}
	tie := f.get(out).RelationshipAttributes["outputFromProcesses"].([]*catalog.RelatedID)[0].RelationshipGUID
	block := func(blocked ...catalog.Classification) *catalog.Relationship {
		t.Helper()
		r, err := f.UpdateRelationship(t.Context(), workspace, &catalog.Relationship{GUID: tie, Blocked: blocked})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := block(catalog.Classification{TypeName: "PII", EntityGUID: in})
	if !slices.Equal(sources(r.Blocked), []string{in}) || !slices.Equal(sources(r.Propagated), []string{process}) {
		t.Errorf("blocked %v, propagated %v", sources(r.Blocked), sources(r.Propagated))
	}
	if got := sources(f.get(out).Classifications); !slices.Equal(got, []string{process}) {
		t.Errorf("what comes through is of %v", got)
	}
	block(catalog.Classification{TypeName: "PII"}) // whatever its source
	if got := f.get(out).Classifications; len(got) > 0 {
		t.Errorf("what comes through is %+v", got)
	}
	block([]catalog.Classification{}...)
	if got := f.get(out).Classifications; len(got) != 2 {
		t.Errorf("an empty list blocks nothing, but %+v comes through", got)
	}
}

func TestRelationshipAttributesAreChecked(t *testing.T) {
	f := open(t)
	book, shelf := f.make(an("book", "k", nil)), f.make(an("shelf", "s", nil))
	r := &catalog.Relationship{TypeName: "shelf_books", End1: &catalog.ObjectID{GUID: shelf}, End2: &catalog.ObjectID{GUID: book}, Attributes: attrs{"since": "x"}}
	_, err := f.Relate(t.Context(), workspace, r)
	wants(t, err, fault.RelationshipCrudInvalidParams, "Invalid relationship creation/updation parameters passed : shelf_books.since=x: invalid value for type int")
	r.Attributes = attrs{"since": int64(1999)}
	made, err := f.Relate(t.Context(), workspace, r)
	if err != nil || made.Attributes["since"] != int64(1999) || made.PropagateTags != "ONE_TO_TWO" {
		t.Fatalf("%+v, %v", made, err)
	}
	changed, err := f.UpdateRelationship(t.Context(), workspace, &catalog.Relationship{GUID: made.GUID, Attributes: attrs{"since": int64(2000)}})
	if err != nil || changed.Attributes["since"] != int64(2000) || changed.PropagateTags != "ONE_TO_TWO" {
		t.Errorf("%+v, %v", changed, err)
	}
	id := f.get(book).RelationshipAttributes["shelf"].(*catalog.RelatedID)
	if id.RelationshipAttributes.Attributes["since"] != int64(2000) {
		t.Errorf("seen from the book: %+v", id.RelationshipAttributes)
	}
	err = f.Update(t.Context(), workspace, func(w *catalog.Work) error { return w.Erase(made.GUID) })
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Relationship(t.Context(), workspace, made.GUID, false)
	wants(t, err, fault.RelationshipGUIDNotFound, "Given relationship guid "+made.GUID+" is invalid/not found")
}

// TestWhatIsTiedToManyIsTiedToEachOnce ties two to more others than are looked at in one
// page, each other among the last.
func TestWhatIsTiedToManyIsTiedToEachOnce(t *testing.T) {
	f := open(t)
	room, shelf := f.make(an("room", "room", nil)), f.make(an("shelf", "shelf", nil))
	relate := func(name, one, two string) (*catalog.Relationship, error) {
		return f.Relate(t.Context(), workspace, &catalog.Relationship{TypeName: name, End1: &catalog.ObjectID{GUID: one}, End2: &catalog.ObjectID{GUID: two}})
	}
	var rooms, shelves []*catalog.Entity
	for i := range 70 {
		rooms, shelves = append(rooms, an("room", "r"+strconv.Itoa(i), nil)), append(shelves, an("shelf", "s"+strconv.Itoa(i), nil))
	}
	for _, other := range guids(f.save(shelves...), catalog.ActionCreate) {
		if _, err := relate("room_shelves", room, other); err != nil {
			t.Fatal(err)
		}
	}
	for _, other := range guids(f.save(rooms...), catalog.ActionCreate) {
		if _, err := relate("room_shelves", other, shelf); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // again after the first is in the bin
		made, err := relate("room_shelves", room, shelf)
		if err != nil {
			t.Fatal(err)
		}
		_, err = relate("room_shelves", room, shelf)
		wants(t, err, fault.RelationshipAlreadyExists, "relationship room_shelves already exists between entities "+room+" and "+shelf)
		if err := f.Update(t.Context(), workspace, func(w *catalog.Work) error { return w.Unrelate(made.GUID) }); err != nil {
			t.Fatal(err)
		}
	}
	process := f.make(an("sorting", "p", attrs{"inputs": []any{attrs{"guid": shelf}}}))
	_, err := relate(catalog.InputsRelationship, process, shelf)
	wants(t, err, fault.RelationshipAlreadyExists, "relationship dataset_process_inputs already exists between entities "+process+" and "+shelf)
}

func TestRelationshipsWithoutDirectionAreTheSameFromEitherEnd(t *testing.T) {
	f := open(t)
	one, two := f.make(an("AtlasGlossaryTerm", "a", nil)), f.make(an("AtlasGlossaryTerm", "b", nil))
	relate := func(one, two string) error {
		_, err := f.Relate(t.Context(), workspace, &catalog.Relationship{TypeName: "AtlasGlossarySynonym", End1: &catalog.ObjectID{GUID: one}, End2: &catalog.ObjectID{GUID: two}})
		return err
	}
	if err := relate(one, two); err != nil {
		t.Fatal(err)
	}
	wants(t, relate(two, one), fault.RelationshipAlreadyExists, "relationship AtlasGlossarySynonym already exists between entities "+one+" and "+two)
}
