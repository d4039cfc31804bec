package carry

import (
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func TestAPreviewTellsWhereAClassificationWouldGo(t *testing.T) {
	s, _ := open(t)
	source, ends := fan(t, s, 300)
	rules := New(s)
	p, err := rules.Preview(t.Context(), workspace, source, "PII")
	if err != nil {
		t.Fatal(err)
	}
	if p.Count != 600 || p.More || len(p.Nodes) != mostShown || len(p.Types) != 2 || p.Types[0].Count != 300 {
		t.Errorf("%d, more %t, %d shown, types %+v", p.Count, p.More, len(p.Nodes), p.Types)
	}
	for i := range p.Nodes {
		if kind := p.Nodes[i].Kind(); kind != pedigree.Execution {
			t.Fatalf("%d is shown as the %d of the nearest, which is a %s", p.Nodes[i].ID, i, kind)
		}
	}
	if _, reached := heldBy(t, s, put(t, s, source), ends[0]); reached != p.Count {
		t.Errorf("it reaches %d once it is there", reached)
	}
	if p, err := rules.Preview(t.Context(), workspace, ends[0], "PII"); err != nil || p.Count != 0 || p.Nodes != nil {
		t.Errorf("from an end %+v, %v", p, err)
	}
	if _, err := rules.Preview(t.Context(), workspace, 1<<40, "PII"); pedigree.CodeOf(err) != pedigree.NotFound {
		t.Errorf("from nowhere %v", err)
	}
}

func TestAPreviewEnds(t *testing.T) {
	s, _ := open(t)
	source, _ := fan(t, s, mostPreviewed)
	p, err := New(s).Preview(t.Context(), workspace, source, "PII")
	if err != nil || p.Count != mostPreviewed || !p.More {
		t.Errorf("%d, more %t, %v", p.Count, p.More, err)
	}
}

// checkPreviewed compares what a preview tells with where a classification goes that
// is like the one previewed.
func (w *world) checkPreviewed(r store.Reader, when string, c *pedigree.Classification, reached []pedigree.NodeID) {
	if !c.Propagate || c.NotByLineage || c.NotByHierarchy || c.RemoveOnDelete {
		return
	}
	p, err := preview(r, &pedigree.Classification{Workspace: c.Workspace, Node: c.Node, Type: c.Type, Propagate: true})
	if err != nil {
		w.t.Fatal(err)
	}
	var shown []pedigree.NodeID
	for i := range p.Nodes {
		shown = append(shown, p.Nodes[i].ID)
	}
	if slices.Sort(shown); !slices.Equal(shown, reached) {
		w.t.Errorf("%s: a preview of %d tells %v, and it reaches %v", when, c.ID, shown, reached)
	}
}
