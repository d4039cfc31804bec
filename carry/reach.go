package carry

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/store"
)

// chunk is how many nodes a walk goes on from at once.
const chunk = 512

// reach gives the nodes that a classification is carried to, ascending, from the
// nodes that it has reached already: its own, or those that a new tie leads to.
// Where known says so of a node, the walk does not go past it.
func (s *stepper) reach(c *pedigree.Classification, from []pedigree.NodeID, known func([]pedigree.NodeID) (nodeSet, error)) ([]pedigree.NodeID, error) {
	w := forward{class: c, seen: nodeSet{c.Node: {}}}
	w.queue = w.fresh(from)
	if slices.Contains(from, c.Node) {
		w.queue = append(w.queue, c.Node)
	}
	for len(w.queue) > 0 {
		if err := w.advance(s, known); err != nil {
			return nil, err
		}
	}
	return sorted(w.reached), nil
}

// A forward is a walk along what a classification passes.
type forward struct {
	class   *pedigree.Classification
	seen    nodeSet
	reached nodeSet
	queue   []pedigree.NodeID
}

// fresh gives those of some nodes that the walk has not met.
func (w *forward) fresh(ids []pedigree.NodeID) []pedigree.NodeID {
	var fresh []pedigree.NodeID
	for _, id := range ids {
		if w.seen.add(id) {
			fresh = append(fresh, id)
		}
	}
	return fresh
}

// advance goes on from some of the nodes that wait.
func (w *forward) advance(s *stepper, known func([]pedigree.NodeID) (nodeSet, error)) error {
	some := w.queue[:min(chunk, len(w.queue))]
	w.queue = w.queue[len(some):]
	vertices, err := s.r.Vertices(some)
	if err != nil {
		return err
	}
	vertices = slices.DeleteFunc(vertices, func(v store.Vertex) bool { return v.Workspace != w.class.Workspace || !w.goesThrough(&v) })
	if known != nil {
		passed, err := known(some)
		if err != nil {
			return err
		}
		vertices = slices.DeleteFunc(vertices, func(v store.Vertex) bool { return passed.has(v.ID) })
	}
	if w.reached == nil {
		w.reached = make(nodeSet)
	}
	for i := range vertices {
		if vertices[i].ID != w.class.Node {
			w.reached.add(vertices[i].ID)
		}
	}
	steps, err := s.steps(lineage.Downstream, vertices)
	if err != nil {
		return err
	}
	for i := range steps {
		if steps[i].passes(w.class) && w.seen.add(steps[i].to) {
			w.queue = append(w.queue, steps[i].to)
		}
	}
	return nil
}

// goesThrough reports whether the classification is carried through a node.
func (w *forward) goesThrough(v *store.Vertex) bool {
	if v.ID == w.class.Node {
		return startsAt(w.class, v)
	}
	return !v.Deleted.Set()
}

// startsAt reports whether a classification is carried on from its own node: also
// from the bin, unless somebody said that it is not to be.
func startsAt(c *pedigree.Classification, v *store.Vertex) bool {
	return c.Propagate && !(v.Deleted.Set() && c.RemoveOnDelete)
}

// Walk finds where a classification is carried to by the graph alone, whatever is
// noted: also that of one that is gone, as if it were there. It begins at some nodes,
// or at its own where there are none.
func Walk(r store.Reader, c *pedigree.Classification, from ...pedigree.NodeID) ([]pedigree.NodeID, error) {
	steps, err := newStepper(r)
	if err != nil {
		return nil, err
	}
	if len(from) == 0 {
		from = []pedigree.NodeID{c.Node}
	}
	return steps.reach(c, from, nil)
}

// Next gives the nodes that a classification passes to from its own at once.
func Next(r store.Reader, c *pedigree.Classification) ([]pedigree.NodeID, error) {
	steps, err := newStepper(r)
	if err != nil {
		return nil, err
	}
	vertices, err := r.Vertices([]pedigree.NodeID{c.Node})
	if err != nil {
		return nil, err
	}
	after, err := steps.steps(lineage.Downstream, vertices)
	next := make(nodeSet)
	for i := range after {
		if after[i].passes(c) {
			next.add(after[i].to)
		}
	}
	return sorted(next), err
}

// Follows reports whether anything leads to a node that a classification could be
// carried along.
func Follows(r store.Reader, node pedigree.NodeID) (bool, error) {
	steps, err := newStepper(r)
	if err != nil {
		return false, err
	}
	vertices, err := r.Vertices([]pedigree.NodeID{node})
	if err != nil {
		return false, err
	}
	before, err := steps.steps(lineage.Upstream, vertices)
	return len(before) > 0, err
}
