package carry

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/store"
)

// A Leg is one step of the way of a classification.
type Leg struct {
	Node pedigree.NodeID // that it leads to
	By   string          // what ties it to the node before: "input", "output", "derived", "version", "same", or the type of a relationship
}

// mostWay bounds the nodes that are looked at for a way.
const mostWay = 200_000

// Way gives a shortest way by which a classification is carried to a node: from the
// node after its own to that node. It is nil where there is none, and where it is too
// far to be found.
func Way(r store.Reader, c *pedigree.Classification, node pedigree.NodeID) ([]Leg, error) {
	steps, err := newStepper(r)
	if err != nil {
		return nil, err
	}
	onward := map[pedigree.NodeID]*step{node: nil} // of each node met, the step towards the end
	for queue := []pedigree.NodeID{node}; len(queue) > 0 && len(onward) < mostWay; {
		some := queue[:min(chunk, len(queue))]
		queue = queue[len(some):]
		vertices, err := r.Vertices(some)
		if err != nil {
			return nil, err
		}
		vertices = slices.DeleteFunc(vertices, func(v store.Vertex) bool { return v.Deleted.Set() })
		before, err := steps.steps(lineage.Upstream, vertices)
		if err != nil {
			return nil, err
		}
		for i := range before {
			s := &before[i]
			if _, met := onward[s.from]; met || !s.passes(c) {
				continue
			}
			onward[s.from] = s
			if s.from == c.Node {
				return wayFrom(c.Node, onward), nil
			}
			queue = append(queue, s.from)
		}
	}
	return nil, nil
}

// wayFrom follows steps to the end.
func wayFrom(at pedigree.NodeID, onward map[pedigree.NodeID]*step) []Leg {
	var way []Leg
	for s := onward[at]; s != nil; s = onward[s.to] {
		leg := Leg{Node: s.to, By: s.relationship}
		switch {
		case leg.By != "":
		case s.kind != 0:
			leg.By = s.kind.String()
		default:
			leg.By = "same"
		}
		way = append(way, leg)
	}
	return way
}
