package carry

import (
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func TestFactsShowClassifications(t *testing.T) {
	s, _ := open(t)
	source, ends := fan(t, s, 1)
	c := pedigree.Classification{Workspace: workspace, Node: source, Type: "PII", Attributes: `{"level":2}`, Propagate: true}
	err := s.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.PutClassification(&c); err != nil {
			return err
		}
		nodes, err := tx.Nodes([]pedigree.NodeID{ends[0]})
		if err != nil {
			return err
		}
		return tx.PutProperties(&nodes[0],
			pedigree.Property{Space: pedigree.Tag, Key: "team", Value: "x"},
			pedigree.Property{Space: pedigree.Tag, Key: MarkPrefix + "PII", Value: "sent back"},
			pedigree.Property{Space: pedigree.Custom, Key: "k", Value: "v"})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(r store.Reader) error {
		ids := []pedigree.NodeID{ends[0], source}
		facts, err := r.Facts(ids)
		if err != nil {
			return err
		}
		if err := Mark(r, ids, facts, pedigree.Tag); err != nil {
			return err
		}
		want := [][]pedigree.Property{{
			{Space: pedigree.Tag, Key: "team", Value: "x"},
			{Space: pedigree.Tag, Key: "pedigree.classification.PII", Value: "from Thing source"},
			{Space: pedigree.Custom, Key: "k", Value: "v"},
		}, {
			{Space: pedigree.Tag, Key: "pedigree.classification.PII", Value: `{"level":2}`},
		}}
		for i := range want {
			if !slices.Equal(facts[i].Properties, want[i]) {
				t.Errorf("facts %+v, want %+v", facts[i].Properties, want[i])
			}
			if kept := WithoutMarks(facts[i].Properties); slices.ContainsFunc(kept, func(p pedigree.Property) bool { return IsMark(p.Key) }) {
				t.Errorf("kept %+v", kept)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
