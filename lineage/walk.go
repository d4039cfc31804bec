package lineage

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// How much one transaction of a walk reads.
const (
	chunk    = 256  // nodes that it goes on from
	linkPage = 2048 // events of them
)

// Walk walks breadth first and gives what it meets in parts, each of at most
// some thousand nodes. An error of give ends the walk and is returned.
func (s *Service) Walk(ctx context.Context, q *Query, give func(*Part) error) (Summary, error) {
	if err := q.check(); err != nil {
		return Summary{}, err
	}
	w := &walk{
		joiner: newJoiner(q), ctx: ctx, store: s.store, q: q, give: give,
		met: make(map[pedigree.NodeID]mark), names: make(namer), ahead: make(map[pedigree.NodeID][]passage),
	}
	err := w.run()
	w.summary.Crowded = w.crowded
	return w.summary, err
}

// Graph is Walk with the whole answer in memory. The error is NotFound where
// there is none of the nodes to start from.
func (s *Service) Graph(ctx context.Context, q *Query) (*Graph, error) {
	g := &Graph{}
	var err error
	g.Summary, err = s.Walk(ctx, q, func(p *Part) error {
		g.add(p)
		return nil
	})
	return g, err
}

// A mark is what a walk has done with a node: a set of bits, the lowest two of
// which are the directions that it is walked in.
type mark uint16

const (
	wentUp   mark = 1 << (iota + 2) // its edges upstream were followed
	wentDown                        // and downstream
	taken                           // it is part of the walk
	shown                           // and of the answer
	refused                         // it is not seen
	joined                          // the answer says what it is one with
	kindBit                         // the lowest bit of the kind of node
)

// kindMark keeps a kind in a mark.
func kindMark(k pedigree.Kind) mark { return mark(k) * kindBit }

func (m mark) kind() pedigree.Kind { return pedigree.Kind(m / kindBit) }

func (m mark) flow() Direction { return Direction(m) & Both }

// A walk is under way.
type walk struct {
	*joiner
	ctx   context.Context
	store store.Store
	q     *Query
	give  func(*Part) error

	met     map[pedigree.NodeID]mark
	names   namer
	count   int                           // of nodes taken
	next    [3][]step                     // nodes to go on from, of the depth after this one, by kind less one
	ahead   map[pedigree.NodeID][]passage // of nodes to go on from, what ties them besides events
	depth   int                           // of nodes that are met now
	part    Part                          // to be given when the transaction has ended
	summary Summary
}

// A passage is a tie that is no event.
type passage Edge

// ends gives the end that a walk comes from and the one that it goes to.
func (p *passage) ends(direction Direction) (near, far pedigree.NodeID) {
	if direction == Upstream {
		return p.To, p.From
	}
	return p.From, p.To
}

// A step is a node to go on from.
type step struct {
	id   pedigree.NodeID
	flow Direction
}

func (w *walk) run() error {
	if err := w.begin(); err != nil {
		return err
	}
	for w.depth = 1; !w.summary.Truncated && (w.q.Depth == 0 || w.depth <= w.q.Depth); w.depth++ {
		level := w.next
		w.next = [3][]step{}
		if len(level[0])+len(level[1]) == 0 {
			return nil
		}
		for kind := pedigree.Artifact; kind <= pedigree.Execution; kind++ {
			if err := w.advance(kind, level[kind-1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// view runs fn in a transaction and then gives what it met.
func (w *walk) view(fn func() error) error {
	err := w.store.View(w.ctx, func(r store.Reader) error {
		w.r = r
		if err := fn(); err != nil {
			return err
		}
		return w.names.name(r, w.part.Nodes)
	})
	if err != nil || w.part.empty() {
		return err
	}
	part := w.part
	w.part = Part{}
	w.summary.Nodes += len(part.Nodes)
	w.summary.Edges += len(part.Edges)
	if len(part.Nodes) > 0 {
		w.summary.Depth = max(w.summary.Depth, part.Nodes[len(part.Nodes)-1].Depth)
	}
	return w.give(&part)
}

// advance goes on from nodes of a kind, in each direction that they are walked in.
func (w *walk) advance(kind pedigree.Kind, level []step) error {
	for _, direction := range []Direction{Upstream, Downstream} {
		var ids []pedigree.NodeID
		for _, s := range level {
			if s.flow&direction != 0 {
				ids = append(ids, s.id)
			}
		}
		slices.Sort(ids)
		for some := range slices.Chunk(ids, chunk) {
			var err error
			if w.q.Newest > 0 && kind == pedigree.Artifact {
				err = w.followNewest(direction, some)
			} else {
				err = w.follow(kind, direction, some)
			}
			if err != nil || w.summary.Truncated {
				return err
			}
		}
	}
	return nil
}

// follow goes on from some nodes, a page of their events at a time.
func (w *walk) follow(kind pedigree.Kind, direction Direction, ids []pedigree.NodeID) error {
	q := store.LinkQuery{Kind: kind, Nodes: ids, Direction: eventSide(kind, direction), Detail: w.q.timed(), Limit: linkPage}
	for first := true; first || q.After != nil; first = false {
		err := w.view(func() error {
			links, next, err := w.r.LinkPage(&q)
			if err != nil {
				return err
			}
			if err := w.meet(kind, direction, distinctLinks(links, q.After)); err != nil {
				return err
			}
			q.After = next
			if next == nil {
				return w.passOver(direction, ids)
			}
			return nil
		})
		if err != nil || w.summary.Truncated {
			return err
		}
	}
	return nil
}

// followNewest goes on from some artifacts to the executions that came last.
func (w *walk) followNewest(direction Direction, ids []pedigree.NodeID) error {
	for len(ids) > 0 && !w.summary.Truncated {
		read := 0
		err := w.view(func() error {
			var links []store.Link
			for read = 0; read < len(ids) && len(links) < linkPage; read++ {
				some, err := w.r.NewestLinks(ids[read], eventSide(pedigree.Artifact, direction), w.q.Newest)
				if err != nil {
					return err
				}
				links = append(links, some...)
			}
			if err := w.meet(pedigree.Artifact, direction, distinctLinks(links, nil)); err != nil {
				return err
			}
			return w.passOver(direction, ids[:read])
		})
		if err != nil {
			return err
		}
		ids = ids[read:]
	}
	return nil
}

// eventSide is the direction of events that lead from nodes of a kind in the
// direction of a walk.
func eventSide(kind pedigree.Kind, direction Direction) pedigree.Direction {
	if (kind == pedigree.Artifact) == (direction == Upstream) {
		return pedigree.Output
	}
	return pedigree.Input
}

// distinctLinks leaves out events between two nodes that an event before them
// joins: those in another role.
func distinctLinks(links []store.Link, after *store.LinkPlace) []store.Link {
	var last store.Link
	if after != nil {
		last.Node, last.Other = after.Node, after.Other
	}
	kept := links[:0]
	for _, l := range links {
		if l.Node != last.Node || l.Other != last.Other {
			kept = append(kept, l)
		}
		last = l
	}
	return kept
}

// meet takes in what is at the other ends of events.
func (w *walk) meet(kind pedigree.Kind, direction Direction, links []store.Link) error {
	if w.q.timed() {
		links = slices.DeleteFunc(links, func(l store.Link) bool { return !w.q.follows(l.Time) })
	}
	ids := make([]pedigree.NodeID, len(links))
	for i := range links {
		ids[i] = links[i].Other
	}
	if err := w.enter(w.q.onward(direction), ids); err != nil {
		return err
	}
	edge := EdgeInput
	if eventSide(kind, direction) == pedigree.Output {
		edge = EdgeOutput
	}
	w.part.Edges = slices.Grow(w.part.Edges, len(links))
	for _, l := range links {
		w.edge(direction, l.Node, l.Other, edge)
	}
	return nil
}

// passOver follows what ties nodes besides events, and notes that all their
// edges in a direction have been followed.
func (w *walk) passOver(direction Direction, ids []pedigree.NodeID) error {
	var ends []pedigree.NodeID
	var found []passage
	for _, id := range ids {
		for _, p := range w.ahead[id] {
			if near, far := p.ends(direction); near == id {
				ends = append(ends, far)
				found = append(found, p)
			}
		}
	}
	if err := w.enter(w.q.onward(direction), ends); err != nil {
		return err
	}
	for _, p := range found {
		near, far := p.ends(direction)
		w.edge(direction, near, far, p.Kind)
	}
	for _, id := range ids {
		if w.met[id] |= went(direction); w.met[id].done() {
			delete(w.ahead, id)
		}
	}
	return nil
}

// done reports whether the walk has gone on from a node in all directions that
// it is walked in.
func (m mark) done() bool { return mark(m.flow()) == m>>2&mark(Both) }

func went(direction Direction) mark {
	if direction == Upstream {
		return wentUp
	}
	return wentDown
}

// edge adds the edge between a node that the walk goes on from and one that it
// met, unless it was found from its other end before.
func (w *walk) edge(direction Direction, from, to pedigree.NodeID, kind EdgeKind) {
	a, b := w.met[from], w.met[to]
	if a&b&shown == 0 || b&went(Both&^direction) != 0 {
		return
	}
	if direction == Upstream {
		from, to = to, from
	}
	w.part.Edges = append(w.part.Edges, Edge{from, to, kind})
}
