package storetest

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func definitions(e *env) {
	d := pedigree.Definition{Name: "Customer data", UID: "u1", Body: `{"a":1}`}
	before := e.definitionsVersion()
	e.update(func(tx store.Tx) error { return tx.PutDefinition(pedigree.DefaultWorkspace, &d) })
	second := e.definitionsVersion()
	if second == before || d.Created == pedigree.NoTime {
		e.Errorf("version %d, then %d; %+v", before, second, d)
	}
	e.now.Add(5)
	changed := pedigree.Definition{Name: d.Name, UID: "ignored", Body: `{}`}
	e.update(func(tx store.Tx) error { return tx.PutDefinition(pedigree.DefaultWorkspace, &changed) })
	e.view(func(r store.Reader) error {
		all, err := r.Definitions(pedigree.DefaultWorkspace)
		want := []pedigree.Definition{{Name: d.Name, UID: "u1", Body: `{}`, Created: d.Created, Updated: d.Created + 5}}
		if !slices.Equal(all, want) {
			e.Errorf("definitions %+v, want %+v", all, want)
		}
		return err
	})
	third := e.definitionsVersion()
	e.update(func(tx store.Tx) error {
		was, err := tx.DeleteDefinition(pedigree.DefaultWorkspace, d.Name)
		again, _ := tx.DeleteDefinition(pedigree.DefaultWorkspace, d.Name)
		if !was || again {
			e.Errorf("it was there: %t, then %t", was, again)
		}
		return err
	})
	if third == second || e.definitionsVersion() == third {
		e.Error("the version stays although definitions change")
	}
}

func (e *env) definitionsVersion() (v int64) {
	e.Helper()
	e.view(func(r store.Reader) (err error) {
		v, err = r.DefinitionsVersion(pedigree.DefaultWorkspace)
		return err
	})
	return v
}

func relationships(e *env) {
	x := e.experiment()
	a, b, c := e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID)
	last := e.newest()
	one := pedigree.Relationship{
		Workspace: pedigree.DefaultWorkspace, UID: "r1", Type: "table_columns", End1: a.ID, End2: b.ID, Key: "k", Place: 3, Attributes: `{"x":1}`,
		Passes: pedigree.PassForward, Blocked: []string{"PII", "a, b"}, CreatedBy: "ann", UpdatedBy: "ann", Deleted: pedigree.NoTime,
	}
	two := pedigree.Relationship{Workspace: pedigree.DefaultWorkspace, UID: "r2", Type: "other", End1: b.ID, End2: c.ID, Deleted: pedigree.NoTime}
	self := pedigree.Relationship{Workspace: pedigree.DefaultWorkspace, UID: "r3", Type: "other", End1: c.ID, End2: c.ID, Deleted: pedigree.NoTime}
	for _, r := range []*pedigree.Relationship{&one, &two, &self} {
		e.update(func(tx store.Tx) error { return tx.CreateRelationship(r) })
	}
	e.wantTouches(last, touch{a.ID, pedigree.TouchRelations}, touch{b.ID, pedigree.TouchRelations}, touch{b.ID, pedigree.TouchRelations},
		touch{c.ID, pedigree.TouchRelations}, touch{c.ID, pedigree.TouchRelations})
	taken := one
	e.wantCode(e.Update(e.Context(), func(tx store.Tx) error { return tx.CreateRelationship(&taken) }), pedigree.AlreadyExists)

	e.wantRelationships([]pedigree.NodeID{a.ID}, one)
	e.wantRelationships([]pedigree.NodeID{b.ID, c.ID, a.ID}, one, two, self)
	e.view(func(r store.Reader) error {
		got, err := r.RelationshipsOf(c.ID, "other", 2, 0, 10)
		wantSame(e.T, "at end 2", got, []pedigree.Relationship{two, self})
		if err != nil {
			return err
		}
		got, err = r.RelationshipsOf(c.ID, "other", 2, two.ID, 10)
		if err != nil {
			return err
		}
		wantSame(e.T, "the next page", got, []pedigree.Relationship{self})
		if none, err := r.RelationshipsOf(c.ID, "unknown", 1, 0, 10); len(none) > 0 || err != nil {
			e.Errorf("of an unknown type %v (%v)", none, err)
		}
		named, err := r.RelationshipsNamed([]pedigree.NodeID{c.ID, a.ID}, "other", 2)
		wantSame(e.T, "of a type to several nodes", named, []pedigree.Relationship{two, self})
		if err != nil {
			return err
		}
		byUID, byErr := r.RelationshipsByUID(pedigree.DefaultWorkspace, []string{"r2", "nothing"})
		wantSame(e.T, "by public identity", byUID, []pedigree.Relationship{two})
		if byErr != nil {
			return byErr
		}
		used, usedErr := r.RelationshipsUsed(pedigree.DefaultWorkspace, "other")
		unused, _ := r.RelationshipsUsed(pedigree.DefaultWorkspace, "unknown")
		if !used || unused {
			e.Errorf("used %t, an unknown one %t", used, unused)
		}
		return cmpErr(err, usedErr)
	})

	e.now.Add(9)
	last = e.newest()
	two.Deleted, two.Version, two.UpdatedBy, two.Passes = pedigree.Time(e.now.Load()), 1, "bob", pedigree.PassBoth
	e.update(func(tx store.Tx) error { return tx.UpdateRelationship(&two) })
	e.wantTouches(last, touch{b.ID, pedigree.TouchRelations | pedigree.TouchUntied}, touch{c.ID, pedigree.TouchRelations | pedigree.TouchUntied})
	e.wantRelationships([]pedigree.NodeID{b.ID}, one, two)
	e.update(func(tx store.Tx) error {
		was, err := tx.DeleteRelationship(one.ID)
		again, _ := tx.DeleteRelationship(one.ID)
		if !was || again {
			e.Errorf("it was there: %t, then %t", was, again)
		}
		return err
	})
	e.wantRelationships([]pedigree.NodeID{a.ID})
	e.update(func(tx store.Tx) error { return tx.Purge(c.ID) })
	e.wantRelationships([]pedigree.NodeID{a.ID, b.ID, c.ID})
}

func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func wantSame[T any](t *testing.T, what string, got, want []T) {
	t.Helper()
	if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n%+v, want\n%+v", what, got, want)
	}
}

func (e *env) wantRelationships(nodes []pedigree.NodeID, want ...pedigree.Relationship) {
	e.Helper()
	e.view(func(r store.Reader) error {
		got, err := r.Relationships(nodes)
		wantSame(e.T, "relationships", got, want)
		return err
	})
}

func passages(e *env) {
	x := e.experiment()
	run, a := e.run(x), e.node(pedigree.LoggedModelType, x.ID)
	ev := pedigree.Event{Execution: run.ID, Artifact: a.ID, Direction: pedigree.Input}
	e.update(func(tx store.Tx) error { _, err := tx.PutEvent(&ev); return err })
	want := pedigree.EventPassage{Event: ev.ID, Passes: pedigree.PassNone, Blocked: []string{"PII"}}
	last := e.newest()
	e.update(func(tx store.Tx) error { return tx.SetEventPassage(&want) })
	e.wantTouches(last, touch{run.ID, pedigree.TouchEvents | pedigree.TouchUntied}, touch{a.ID, pedigree.TouchEvents | pedigree.TouchUntied})
	e.wantPassages([]pedigree.EventPassage{want})
	want.Passes, want.Blocked = pedigree.PassBoth, nil
	e.update(func(tx store.Tx) error { return tx.SetEventPassage(&want) })
	e.wantPassages([]pedigree.EventPassage{want}, ev.ID, 999)
	e.wantPassages(nil, 999)
	e.update(func(tx store.Tx) error {
		return tx.SetEventPassage(&pedigree.EventPassage{Event: ev.ID, Passes: pedigree.PassForward})
	})
	e.wantPassages(nil)
	e.wantCode(e.Update(e.Context(), func(tx store.Tx) error { return tx.SetEventPassage(&pedigree.EventPassage{Event: 999}) }), pedigree.NotFound)

	e.update(func(tx store.Tx) error { return tx.SetEventPassage(&want) })
	last = e.newest()
	e.update(func(tx store.Tx) error {
		was, err := tx.DeleteEvent(ev.ID)
		again, _ := tx.DeleteEvent(ev.ID)
		if !was || again {
			e.Errorf("the event was there: %t, then %t", was, again)
		}
		return err
	})
	e.wantTouches(last, touch{run.ID, pedigree.TouchEvents | pedigree.TouchUntied}, touch{a.ID, pedigree.TouchEvents | pedigree.TouchUntied})
	e.wantPassages(nil)
	e.view(func(r store.Reader) error {
		left, err := r.Events([]pedigree.NodeID{run.ID})
		if len(left) > 0 {
			e.Errorf("events left: %+v", left)
		}
		return err
	})
}

func (e *env) wantPassages(want []pedigree.EventPassage, of ...int64) {
	e.Helper()
	e.view(func(r store.Reader) error {
		got, err := r.EventPassages(of...)
		wantSame(e.T, "passages", got, want)
		return err
	})
}

func uniqueValues(e *env) {
	x := e.experiment()
	a, b, c := e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.DatasetType, x.ID)
	hold := func(n *pedigree.Node, value string) error {
		return e.Update(e.Context(), func(tx store.Tx) error { return tx.SetUnique(n, "Referenceable.qualifiedName", value) })
	}
	holders := func(value string, want ...*pedigree.Node) {
		e.Helper()
		e.view(func(r store.Reader) error {
			got, err := r.UniqueNodes(pedigree.DefaultWorkspace, "Referenceable.qualifiedName", value)
			var ids, wanted []pedigree.NodeID
			for i := range got {
				ids = append(ids, got[i].ID)
			}
			for i := range want {
				wanted = append(wanted, want[i].ID)
			}
			slices.Sort(ids)
			if !slices.Equal(ids, wanted) {
				e.Errorf("%q is held by %v, want %v", value, ids, wanted)
			}
			return err
		})
	}
	holders("q")
	for _, n := range []*pedigree.Node{a, c, a} {
		if err := hold(n, "q"); err != nil {
			e.Fatal(err)
		}
	}
	holders("q", a, c)
	e.wantCode(hold(b, "q"), pedigree.AlreadyExists)
	if err := hold(a, "r"); err != nil {
		e.Fatal(err)
	}
	holders("q", c)
	holders("r", a)
	a.Deleted = pedigree.Time(e.now.Load())
	e.update(func(tx store.Tx) error { return tx.UpdateNode(a) })
	holders("r")
	if err := hold(b, "r"); err != nil {
		e.Errorf("a node in the bin keeps others from its value: %v", err)
	}
	holders("r", b)
	if err := hold(b, ""); err != nil {
		e.Fatal(err)
	}
	holders("r")
	e.update(func(tx store.Tx) error { return tx.Purge(c.ID) })
	holders("q")
}

func classifications(e *env) {
	x := e.experiment()
	a, b := e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID)
	put := func(c *pedigree.Classification) {
		e.Helper()
		c.Workspace = pedigree.DefaultWorkspace
		e.update(func(tx store.Tx) error { return tx.PutClassification(c) })
	}
	last := e.newest()
	pii := pedigree.Classification{
		Node: a.ID, Type: "PII", Attributes: `{"level":1}`, Validity: `[{}]`, Propagate: true, RemoveOnDelete: true, NotByLineage: true, NotByHierarchy: true,
		CreatedBy: "ann", UpdatedBy: "ann",
	}
	secret := pedigree.Classification{Node: b.ID, Type: "Secret"}
	both := pedigree.Classification{Node: b.ID, Type: "PII", Propagate: true}
	for _, c := range []*pedigree.Classification{&pii, &secret, &both} {
		put(c)
	}
	e.wantTouches(last, touch{a.ID, pedigree.TouchClassified}, touch{b.ID, pedigree.TouchClassified}, touch{b.ID, pedigree.TouchClassified})
	e.now.Add(3)
	again := pedigree.Classification{Node: a.ID, Type: "PII", CreatedBy: "x", UpdatedBy: "bob"}
	put(&again)
	if again.ID != pii.ID || again.Created != pii.Created || again.Updated != pii.Updated+3 {
		e.Errorf("put again it is %+v, was %+v", again, pii)
	}
	again.CreatedBy = "ann"
	e.view(func(r store.Reader) error {
		got, err := r.Classifications([]pedigree.NodeID{b.ID, a.ID, b.ID})
		wantSame(e.T, "of nodes", got, []pedigree.Classification{again, secret, both})
		byID, byErr := r.ClassificationsByID([]pedigree.ClassificationID{secret.ID, 999})
		wantSame(e.T, "by number", byID, []pedigree.Classification{secret})
		named, namedErr := r.ClassificationsOf(pedigree.DefaultWorkspace, []string{"PII", "none"}, 0, 10)
		wantSame(e.T, "of a name", named, []pedigree.Classification{again, both})
		rest, restErr := r.ClassificationsOf(pedigree.DefaultWorkspace, []string{"Secret", "PII"}, again.ID, 1)
		wantSame(e.T, "the next page of two names", rest, []pedigree.Classification{secret})
		all, allErr := r.ClassificationsOf(pedigree.DefaultWorkspace, nil, again.ID, 10)
		wantSame(e.T, "all after the first", all, []pedigree.Classification{secret, both})
		counts, countsErr := r.ClassificationCounts(pedigree.DefaultWorkspace)
		if want := map[string]int64{"PII": 2, "Secret": 1}; !maps.Equal(counts, want) {
			e.Errorf("counted %v, want %v", counts, want)
		}
		none, noneErr := r.ClassificationCounts(x.ID) // which is no workspace
		if len(none) > 0 {
			e.Errorf("counted %v in another workspace", none)
		}
		return cmpErr(err, byErr, namedErr, restErr, allErr, countsErr, noneErr)
	})
	e.update(func(tx store.Tx) error {
		was, err := tx.DeleteClassification(secret.ID)
		twice, _ := tx.DeleteClassification(secret.ID)
		if !was || twice {
			e.Errorf("it was there: %t, then %t", was, twice)
		}
		return err
	})
	e.update(func(tx store.Tx) error { return tx.Purge(a.ID) })
	e.view(func(r store.Reader) error {
		got, err := r.Classifications([]pedigree.NodeID{a.ID, b.ID})
		wantSame(e.T, "after a purge", got, []pedigree.Classification{both})
		again, againErr := r.CarryAgain(10)
		if !slices.Equal(again, []pedigree.ClassificationID{pii.ID, secret.ID, both.ID}) {
			e.Errorf("to be carried anew %v, want those that are new, carried on or gone", again)
		}
		return cmpErr(err, againErr)
	})
}

func carried(e *env) {
	x := e.experiment()
	a, b, c := e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID)
	pii := pedigree.Classification{Workspace: pedigree.DefaultWorkspace, Node: a.ID, Type: "PII", Propagate: true}
	e.update(func(tx store.Tx) error {
		if err := tx.PutClassification(&pii); err != nil {
			return err
		}
		return cmpErr(tx.Carry(pii.ID, c.ID, b.ID), tx.Carry(pii.ID, b.ID), tx.SetCarryAgain(pii.ID, false))
	})
	wantBy := func(after pedigree.NodeID, limit int, want ...pedigree.NodeID) {
		e.Helper()
		e.view(func(r store.Reader) error {
			got, err := r.CarriedBy(pii.ID, after, limit)
			if !slices.Equal(got, want) {
				e.Errorf("carried to %v, want %v", got, want)
			}
			return err
		})
	}
	wantTo := func(want ...pedigree.Carried) {
		e.Helper()
		e.view(func(r store.Reader) error {
			got, err := r.CarriedTo([]pedigree.NodeID{c.ID, a.ID, b.ID})
			wantSame(e.T, "carried", got, want)
			return err
		})
	}
	wantAgain := func(want ...pedigree.ClassificationID) {
		e.Helper()
		e.view(func(r store.Reader) error {
			got, err := r.CarryAgain(10)
			if !slices.Equal(got, want) {
				e.Errorf("to be carried anew %v, want %v", got, want)
			}
			return err
		})
	}
	wantBy(0, 10, b.ID, c.ID)
	wantBy(b.ID, 10, c.ID)
	wantBy(0, 1, b.ID)
	wantTo(pedigree.Carried{Node: b.ID, Classification: pii.ID}, pedigree.Carried{Node: c.ID, Classification: pii.ID})
	wantAgain()
	e.update(func(tx store.Tx) error { return tx.Uncarry(pii.ID, b.ID) })
	wantBy(0, 10, c.ID)
	e.update(func(tx store.Tx) error { return cmpErr(tx.SetCarryAgain(pii.ID, true), tx.SetCarryAgain(pii.ID, true)) })
	wantAgain(pii.ID)
	e.update(func(tx store.Tx) error { return tx.SetCarryAgain(pii.ID, false) })
	wantAgain()
	e.update(func(tx store.Tx) error { return tx.Purge(c.ID) })
	wantAgain(pii.ID)
	e.update(func(tx store.Tx) error { _, err := tx.DeleteClassification(pii.ID); return err })
	wantTo()
	wantAgain(pii.ID)
}
