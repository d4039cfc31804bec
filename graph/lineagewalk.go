package graph

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// A walk is a search of the graph under way.
type walk struct {
	ctx      context.Context
	r        store.Reader
	q        *LineageQuery
	maxEdges int

	nodes map[pedigree.Kind]map[pedigree.NodeID]bool // those met: true in the lineage, false where the walk ended
	count int                                        // nodes in the lineage
	edges []int64                                    // events in the lineage
}

func newWalk(ctx context.Context, r store.Reader, q *LineageQuery, maxEdges int) *walk {
	return &walk{ctx: ctx, r: r, q: q, maxEdges: maxEdges, nodes: map[pedigree.Kind]map[pedigree.NodeID]bool{
		pedigree.Artifact: {}, pedigree.Execution: {},
	}}
}

// start finds the nodes to start from. Those at which the walk ends are not
// gone on from.
func (w *walk) start() ([]pedigree.NodeID, error) {
	nodes, _, err := selected(w.r, w.q.Start)
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		return nil, pedigree.Errorf(pedigree.NotFound, "Cannot find qualified nodes to start the traversal.")
	}
	ids := make([]pedigree.NodeID, len(nodes))
	for i := range nodes {
		ids[i] = nodes[i].ID
	}
	stop, stops := w.q.Stops[w.q.Start.Kind]
	if stops && stop.Inverse { // a boundary keeps out of the lineage what is met, not what it starts from
		stops = false
	}
	return w.enter(w.q.Start.Kind, ids, stops)
}

// run goes from hop to hop until there is nothing new.
func (w *walk) run(frontier []pedigree.NodeID) error {
	kind := w.q.Start.Kind
	for range w.q.Hops {
		if len(frontier) == 0 || w.full() {
			return nil
		}
		if err := givenUp(w.ctx); err != nil {
			return err
		}
		next, err := w.hop(kind, frontier)
		if err != nil {
			return err
		}
		kind, frontier = other(kind), next
	}
	return nil
}

// full reports whether the lineage has all nodes that it may have.
func (w *walk) full() bool { return w.q.Nodes > 0 && w.count >= w.q.Nodes }

// other is the kind at the other end of an event.
func other(kind pedigree.Kind) pedigree.Kind {
	if kind == pedigree.Artifact {
		return pedigree.Execution
	}
	return pedigree.Artifact
}

// hop goes from nodes of a kind to their neighbours and gives those to go on
// from.
func (w *walk) hop(kind pedigree.Kind, from []pedigree.NodeID) ([]pedigree.NodeID, error) {
	found, err := w.r.Neighbours(kind, from, w.direction(kind), w.maxEdges+1)
	if err != nil {
		return nil, err
	}
	met := w.nodes[other(kind)]
	fresh := make(map[pedigree.NodeID]bool)
	var ids []pedigree.NodeID
	for _, n := range found {
		if _, known := met[n.To]; !known && !fresh[n.To] {
			fresh[n.To] = true
			ids = append(ids, n.To)
		}
	}
	_, stops := w.q.Stops[other(kind)]
	slices.Sort(ids)
	next, err := w.enter(other(kind), ids, stops)
	if err != nil {
		return nil, err
	}
	return next, w.follow(kind, found, fresh)
}

// direction is that of events that lead from nodes of a kind where the walk
// flows to, 0 for both.
func (w *walk) direction(kind pedigree.Kind) pedigree.Direction {
	switch {
	case w.q.Flow == BothWays:
		return 0
	case (w.q.Flow == Upstream) == (kind == pedigree.Artifact):
		return pedigree.Output
	}
	return pedigree.Input
}

// enter takes new nodes into the lineage, up to its limit, and gives those that
// the walk does not end at.
func (w *walk) enter(kind pedigree.Kind, ids []pedigree.NodeID, stops bool) ([]pedigree.NodeID, error) {
	if stops {
		ends, err := w.ends(kind, ids)
		if err != nil {
			return nil, err
		}
		ids = slices.DeleteFunc(ids, func(id pedigree.NodeID) bool {
			if ends[id] {
				w.nodes[kind][id] = false
			}
			return ends[id]
		})
	}
	if w.q.Nodes > 0 && w.count > 0 && len(ids) > w.q.Nodes-w.count {
		ids = ids[:max(w.q.Nodes-w.count, 0)]
	}
	for _, id := range ids {
		w.nodes[kind][id] = true
	}
	w.count += len(ids)
	return ids, nil
}

// endsAtOnce bounds the nodes that one question to the store names.
const endsAtOnce = 250

// ends gives the nodes at which the walk is to end.
func (w *walk) ends(kind pedigree.Kind, ids []pedigree.NodeID) (map[pedigree.NodeID]bool, error) {
	stop := w.q.Stops[kind]
	ends := make(map[pedigree.NodeID]bool, len(ids))
	for _, id := range ids {
		ends[id] = stop.Inverse || stop.Where == nil
	}
	if stop.Where == nil {
		return ends, nil
	}
	for some := range slices.Chunk(ids, endsAtOnce) {
		nodes, _, err := selected(w.r, &query.Selection{
			Workspace: w.q.Start.Workspace, Kind: kind, Where: among(some, stop.Where), By: query.Arrival, Limit: len(some),
		})
		if err != nil {
			return nil, err
		}
		for i := range nodes {
			ends[nodes[i].ID] = !stop.Inverse
		}
	}
	return ends, nil
}

// among restricts a condition to some nodes.
func among(ids []pedigree.NodeID, where query.Scalar) query.Scalar {
	one := query.Call{Op: query.OneOf, Args: []query.Scalar{query.Column{Part: query.ID}}}
	for _, id := range ids {
		one.Args = append(one.Args, query.Literal{Value: int64(id)})
	}
	return query.Call{Op: query.AllOf, Args: []query.Scalar{one, where}}
}

// follow takes the events of a hop into the lineage: those that lead to new
// nodes, and to ends where these are included. An event between nodes that both
// were there has been taken when it was met from its other end, but where the
// walk flows one way: then it is met only once.
func (w *walk) follow(kind pedigree.Kind, found []store.Neighbour, fresh map[pedigree.NodeID]bool) error {
	met, include := w.nodes[other(kind)], w.q.Stops[other(kind)].Include
	for _, n := range found {
		in, known := met[n.To]
		switch {
		case !known: // beyond the limit
		case !in && include, in && fresh[n.To], in && w.q.Flow != BothWays:
			w.edges = append(w.edges, n.Event)
		}
	}
	if len(found) > w.maxEdges || len(w.edges) > w.maxEdges {
		return pedigree.Errorf(pedigree.Exhausted, "the lineage has more than %d events: ask for fewer hops, one direction, or nodes to end at", w.maxEdges)
	}
	return nil
}

// met gives the nodes of a kind in the lineage, with the ends if they are
// included.
func (w *walk) met(kind pedigree.Kind) []pedigree.NodeID {
	ids := make([]pedigree.NodeID, 0, len(w.nodes[kind]))
	for id, in := range w.nodes[kind] {
		if in || w.q.Stops[kind].Include {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
