package lineage

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A Hop is one step of lineage, from what came first to what was made of it, or
// between two nodes that are one.
type Hop struct {
	From, To pedigree.NodeID
	Kind     EdgeKind // 0 for two nodes that are one
	Event    int64    // that ties them; 0 for other ties, and where it was not asked for
}

// A Hopper takes lineage a step at a time within one transaction, for those who
// walk by more than lineage.
type Hopper struct {
	joiner
	events bool
}

// NewHopper steps through what r reads. With events its hops name the events that
// they go along, which costs more.
func NewHopper(r store.Reader, workspace pedigree.NodeID, events bool) *Hopper {
	h := &Hopper{joiner: *newJoiner(NewQuery(workspace)), events: events}
	h.r = r
	return h
}

// Hops gives the steps that lead from some nodes, or Upstream to them: along events
// and what is derived, from one state of a place to the next, and both ways between
// what is one. Vertices are the nodes, of any kinds; contexts have no steps. Nodes in
// the bin may be at the other ends.
func (h *Hopper) Hops(direction Direction, vertices []store.Vertex) ([]Hop, error) {
	var hops []Hop
	var byKind [2][]pedigree.NodeID
	for i := range vertices {
		if kind := vertices[i].Type.Kind; kind != pedigree.Context {
			byKind[kind-1] = append(byKind[kind-1], vertices[i].ID)
		}
	}
	for i, ids := range byKind {
		slices.Sort(ids)
		along, err := h.alongEvents(pedigree.Kind(i+1), direction, slices.Compact(ids))
		if err != nil {
			return nil, err
		}
		hops = append(hops, along...)
	}
	beside, err := h.besideEvents(direction, byKind[pedigree.Artifact-1])
	return append(hops, beside...), err
}

func (h *Hopper) alongEvents(kind pedigree.Kind, direction Direction, ids []pedigree.NodeID) ([]Hop, error) {
	edge := EdgeInput
	if eventSide(kind, direction) == pedigree.Output {
		edge = EdgeOutput
	}
	var hops []Hop
	for some := range slices.Chunk(ids, chunk) {
		q := store.LinkQuery{Kind: kind, Nodes: some, Direction: eventSide(kind, direction), Detail: h.events, Limit: linkPage}
		for first := true; first || q.After != nil; first = false {
			links, next, err := h.r.LinkPage(&q)
			if err != nil {
				return nil, err
			}
			for _, l := range links {
				hops = append(hops, hop(direction, l.Node, l.Other, edge, l.Event))
			}
			q.After = next
		}
	}
	return hops, nil
}

// hop is a step that was found from one end.
func hop(direction Direction, near, far pedigree.NodeID, kind EdgeKind, event int64) Hop {
	if direction == Upstream {
		near, far = far, near
	}
	return Hop{From: near, To: far, Kind: kind, Event: event}
}

func (h *Hopper) besideEvents(direction Direction, artifacts []pedigree.NodeID) ([]Hop, error) {
	near, err := h.around(artifacts)
	if err != nil {
		return nil, err
	}
	var hops []Hop
	for _, id := range artifacts {
		for _, r := range near.relations[id] {
			p := passage{r.Source, r.Target, EdgeDerived}
			if at, far := p.ends(direction); r.Kind == pedigree.Derived && at == id {
				hops = append(hops, hop(direction, id, far, EdgeDerived, 0))
			}
		}
		if !near.tied(id) {
			continue
		}
		c, err := h.class(id, near)
		if err != nil {
			return nil, err
		}
		for _, member := range c.members {
			if member != id {
				hops = append(hops, hop(direction, id, member, 0, 0))
			}
		}
		for _, n := range c.successions {
			p := passage{n.from, n.to, EdgeVersion}
			if at, far := p.ends(direction); at == id {
				hops = append(hops, hop(direction, id, far, EdgeVersion, 0))
			}
		}
	}
	return hops, nil
}
