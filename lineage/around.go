package lineage

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// maxContexts is how many contexts of a node are given: it is in few.
const maxContexts = 1000

// Contexts gives the contexts that a node belongs to, its home too, that are not
// in the bin. The error is NotFound where there is no such node.
func (s *Service) Contexts(ctx context.Context, workspace, node pedigree.NodeID) (all []pedigree.Node, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		if _, err := nodeIn(r, workspace, node); err != nil {
			return err
		}
		members, err := r.Contexts([]pedigree.NodeID{node})
		if err != nil {
			return err
		}
		ids := make([]pedigree.NodeID, 0, len(members))
		for _, m := range members[:min(len(members), maxContexts)] {
			ids = append(ids, m.Context)
		}
		all, err = r.Nodes(ids)
		all = live(all)
		return err
	})
	return all, err
}

// An Encounter is an event as one of its ends sees it, with the other.
type Encounter struct {
	pedigree.Event
	Other pedigree.Node
}

// An EventPlace is where a page of the events of a node ended.
type EventPlace struct {
	Direction   pedigree.Direction
	Node, Other pedigree.NodeID
	Given       int // events between these two that were given already
}

// Events gives a page of the events of an artifact or execution: those in which
// an artifact was read or an execution read first, by the node at the other end.
// Others in the bin are left out. It tells where the next page starts, nil after
// the last.
func (s *Service) Events(ctx context.Context, workspace, node pedigree.NodeID, after *EventPlace, limit int) (all []Encounter, next *EventPlace, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		all, next = nil, nil
		n, err := nodeIn(r, workspace, node)
		if err != nil || n.Type.Kind == pedigree.Context {
			return err
		}
		all, next, err = events(r, n, after, limit)
		return err
	})
	return all, next, err
}

func events(r store.Reader, n *pedigree.Node, after *EventPlace, limit int) (all []Encounter, next *EventPlace, err error) {
	for direction := pedigree.Input; direction <= pedigree.Output && len(all) < limit; direction++ {
		q := store.LinkQuery{Kind: n.Type.Kind, Nodes: []pedigree.NodeID{n.ID}, Direction: direction, Detail: true, Limit: limit - len(all)}
		if after != nil && direction < after.Direction {
			continue
		}
		if after != nil && direction == after.Direction {
			q.After = &store.LinkPlace{Node: after.Node, Other: after.Other, Given: after.Given}
		}
		links, place, err := r.LinkPage(&q)
		if err != nil {
			return nil, nil, err
		}
		some, err := encounters(r, links)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, some...)
		switch {
		case place != nil:
			return all, &EventPlace{direction, place.Node, place.Other, place.Given}, nil
		case direction == pedigree.Input:
			next = &EventPlace{Direction: pedigree.Output}
		default:
			next = nil
		}
	}
	return all, next, nil
}

// encounters reads what links say in full.
func encounters(r store.Reader, links []store.Link) ([]Encounter, error) {
	ids, others := make([]int64, len(links)), make([]pedigree.NodeID, len(links))
	for i, l := range links {
		ids[i], others[i] = l.Event, l.Other
	}
	found, err := r.EventsByID(ids)
	if err != nil {
		return nil, err
	}
	nodes, err := r.Nodes(others)
	if err != nil {
		return nil, err
	}
	events, ends := make(map[int64]pedigree.Event, len(found)), make(map[pedigree.NodeID]pedigree.Node, len(nodes))
	for _, e := range found {
		events[e.ID] = e
	}
	for _, n := range nodes {
		ends[n.ID] = n
	}
	all := make([]Encounter, 0, len(links))
	for _, l := range links {
		e, known := events[l.Event]
		if other, ok := ends[l.Other]; ok && known && other.Live() {
			all = append(all, Encounter{e, other})
		}
	}
	return all, nil
}

// nodeIn reads a node of a workspace, in the bin or not.
func nodeIn(r store.Reader, workspace, id pedigree.NodeID) (*pedigree.Node, error) {
	nodes, err := r.Nodes([]pedigree.NodeID{id})
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 || nodes[0].Workspace != workspace {
		return nil, pedigree.Errorf(pedigree.NotFound, "there is no node %d", id)
	}
	return &nodes[0], nil
}

// live leaves out what is in the bin.
func live(nodes []pedigree.Node) []pedigree.Node {
	kept := nodes[:0]
	for i := range nodes {
		if nodes[i].Live() {
			kept = append(kept, nodes[i])
		}
	}
	return kept
}
