package carry

import (
	"errors"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func TestWhatComesOutOfTheBinCarriesItsClassificationsOnAgain(t *testing.T) {
	s, _ := open(t)
	rules := New(s)
	source, ends := fan(t, s, 1)
	c := pedigree.Classification{Workspace: workspace, Node: source, Type: "PII", Propagate: true, RemoveOnDelete: true}
	for _, deleted := range []pedigree.Time{pedigree.NoTime, 5, pedigree.NoTime} {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			nodes, err := tx.Nodes([]pedigree.NodeID{source})
			if err != nil {
				return err
			}
			if c.ID == 0 {
				err = tx.PutClassification(&c)
			}
			nodes[0].Deleted = deleted
			return errors.Join(err, tx.UpdateNode(&nodes[0]))
		})
		if err == nil {
			err = rules.Settle(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		err = s.View(t.Context(), func(r store.Reader) error {
			if held, err := Of(r, ends); len(held[ends[0]]) > 0 == deleted.Set() || err != nil {
				t.Errorf("while its source is in the bin (%t): %v (%v)", deleted.Set(), held, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatIsTiedToANodeThatLosesAClassificationMeanwhileDoesNotGainIt(t *testing.T) {
	s, _ := open(t)
	rules := New(s)
	update := func(fn func(tx store.Tx) error) {
		t.Helper()
		if err := s.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	node := func(kind pedigree.Kind, uid string) pedigree.NodeID {
		n := pedigree.Node{Workspace: workspace, Home: workspace, Type: kinds[kind-1], UID: uid, Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime}
		update(func(tx store.Tx) error { return tx.CreateNode(&n) })
		return n.ID
	}
	maker, made, reader := node(pedigree.Execution, "maker"), node(pedigree.Artifact, "made"), node(pedigree.Execution, "reader")
	output := pedigree.Event{Execution: maker, Artifact: made, Direction: pedigree.Output}
	c := pedigree.Classification{Workspace: workspace, Node: maker, Type: "PII", Propagate: true}
	update(func(tx store.Tx) error { _, err := tx.PutEvent(&output); return err })
	update(func(tx store.Tx) error { return tx.PutClassification(&c) })
	if err := rules.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	update(func(tx store.Tx) error { _, err := tx.DeleteEvent(output.ID); return err })
	c.RemoveOnDelete = true // so that it is to be found anew
	update(func(tx store.Tx) error { return tx.PutClassification(&c) })
	update(func(tx store.Tx) error {
		_, err := tx.PutEvent(&pedigree.Event{Execution: reader, Artifact: made, Direction: pedigree.Input})
		return err
	})
	if err := rules.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := s.View(t.Context(), func(r store.Reader) error {
		if held, err := Of(r, []pedigree.NodeID{made, reader}); len(held) > 0 || err != nil {
			t.Errorf("still carried: %v (%v)", held, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
