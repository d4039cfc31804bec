package carry

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/store"
)

// A Preview is what a classification would be carried to if it were put on a node.
type Preview struct {
	Nodes []lineage.Node // the first that it would reach, the nearest before others
	Types []TypeCount    // of all that were counted, the most frequent first
	Count int
	More  bool // it would reach more than were counted
}

// A TypeCount is how many nodes of a type there are among some.
type TypeCount struct {
	Type  pedigree.Type
	Count int
}

const (
	mostPreviewed = 10_000 // nodes that a preview counts
	mostShown     = 100    // nodes that it shows
)

// Preview tells where a classification of a name would be carried to from a node, by
// the same walk by which it is. The error is NotFound where there is no such node.
func (s *Service) Preview(ctx context.Context, ws, id pedigree.NodeID, name string) (p Preview, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		vertices, err := r.Vertices([]pedigree.NodeID{id})
		if err != nil {
			return err
		}
		if len(vertices) == 0 || vertices[0].Workspace != ws {
			return pedigree.Errorf(pedigree.NotFound, "there is no node %d", id)
		}
		p, err = preview(r, &pedigree.Classification{Workspace: ws, Node: id, Type: name, Propagate: true})
		return err
	})
	return p, err
}

func preview(r store.Reader, c *pedigree.Classification) (p Preview, err error) {
	steps, err := newStepper(r)
	if err != nil {
		return p, err
	}
	w := forward{class: c, seen: nodeSet{c.Node: {}}, queue: []pedigree.NodeID{c.Node}}
	var reached []pedigree.NodeID // in the order of the walk
	for len(w.queue) > 0 && len(reached) <= mostPreviewed {
		some := w.queue[:min(chunk, len(w.queue))]
		if err := w.advance(steps, nil); err != nil {
			return p, err
		}
		for _, id := range some {
			if w.reached.has(id) {
				reached = append(reached, id)
			}
		}
	}
	p.More = len(reached) > mostPreviewed || len(w.queue) > 0
	p.Count = min(len(reached), mostPreviewed)
	return p, p.meet(r, reached[:p.Count])
}

// meet reads what was reached: all of it to count it, and the first to show it.
func (p *Preview) meet(r store.Reader, reached []pedigree.NodeID) error {
	counts := make(map[string]TypeCount)
	for some := range slices.Chunk(reached, chunk) {
		vertices, err := r.Vertices(some)
		if err != nil {
			return err
		}
		met := make(map[pedigree.NodeID]*store.Vertex, len(vertices))
		for i := range vertices {
			v := &vertices[i]
			met[v.ID] = v
			n := counts[v.Type.Name]
			counts[v.Type.Name] = TypeCount{v.Type, n.Count + 1}
		}
		for _, id := range some {
			if v := met[id]; v != nil && len(p.Nodes) < mostShown {
				p.Nodes = append(p.Nodes, lineage.Node{Vertex: *v})
			}
		}
	}
	p.Types = slices.SortedFunc(maps.Values(counts), func(a, b TypeCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Type.Name, b.Type.Name))
	})
	return nil
}
