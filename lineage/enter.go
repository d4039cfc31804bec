package lineage

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// enter takes in nodes that a walk met in some directions, with all that is one
// with them.
func (w *walk) enter(flow Direction, ids []pedigree.NodeID) error {
	artifacts, err := w.take(flow, ids)
	if err != nil || len(artifacts) == 0 {
		return err
	}
	near, err := w.around(artifacts)
	if err != nil {
		return err
	}
	w.lookAhead(artifacts, near)
	classes, err := w.classes(artifacts, near)
	if err != nil || len(classes) == 0 {
		return err
	}
	var members []pedigree.NodeID
	for _, c := range classes {
		members = append(members, c.members...)
	}
	if artifacts, err = w.take(flow, members); err != nil {
		return err
	}
	if near, err = w.around(artifacts); err != nil {
		return err
	}
	w.lookAhead(artifacts, near)
	return w.join(classes)
}

// take marks nodes as walked in some directions and gives those of them that
// are artifacts and were not before.
func (w *walk) take(flow Direction, ids []pedigree.NodeID) (artifacts []pedigree.NodeID, err error) {
	var unknown []pedigree.NodeID
	for _, id := range ids {
		switch m := w.met[id]; {
		case m&refused != 0 || m.flow()&flow == flow:
		case m&taken != 0:
			if kind := w.again(id, flow); kind == pedigree.Artifact {
				artifacts = append(artifacts, id)
			}
		default:
			unknown = append(unknown, id)
		}
	}
	slices.Sort(unknown)
	vertices, err := w.r.Vertices(slices.Compact(unknown))
	if err != nil {
		return nil, err
	}
	w.part.Nodes = slices.Grow(w.part.Nodes, len(vertices))
	for i := range vertices {
		v := &vertices[i]
		switch {
		case !w.q.sees(v):
			w.met[v.ID] = refused
		case w.count == w.q.nodes():
			w.summary.Truncated = true
			return artifacts, nil
		case w.takeNew(v, flow):
			artifacts = append(artifacts, v.ID)
		}
	}
	return artifacts, nil
}

// takeNew takes a node in and reports whether it is an artifact.
func (w *walk) takeNew(v *store.Vertex, flow Direction) bool {
	m := taken | kindMark(v.Type.Kind) | mark(flow)
	w.count++
	if w.q.Show.empty() || w.q.Show.names(v.Type) {
		m |= shown
		w.part.Nodes = append(w.part.Nodes, Node{Vertex: *v, Depth: w.depth})
	}
	if w.q.Stop.names(v.Type) && w.depth > 0 {
		m |= mark(Both)
	} else {
		w.next[v.Type.Kind-1] = append(w.next[v.Type.Kind-1], step{v.ID, flow})
	}
	w.met[v.ID] = m
	return v.Type.Kind == pedigree.Artifact
}

// again takes in a node in further directions.
func (w *walk) again(id pedigree.NodeID, flow Direction) pedigree.Kind {
	m := w.met[id]
	kind := m.kind()
	w.next[kind-1] = append(w.next[kind-1], step{id, flow &^ m.flow()})
	w.met[id] = m | mark(flow)
	return kind
}

// lookAhead notes what ties artifacts to others besides events.
func (w *walk) lookAhead(artifacts []pedigree.NodeID, near *surroundings) {
	for _, id := range artifacts {
		for _, r := range near.relations[id] {
			if r.Kind == pedigree.Derived {
				w.note(id, passage{r.Source, r.Target, EdgeDerived})
			}
		}
	}
}

func (w *walk) note(id pedigree.NodeID, p passage) {
	if !slices.Contains(w.ahead[id], p) {
		w.ahead[id] = append(w.ahead[id], p)
	}
}

// classes finds what artifacts are one with, each class once.
func (w *walk) classes(artifacts []pedigree.NodeID, near *surroundings) ([]*class, error) {
	var all []*class
	var done map[pedigree.NodeID]bool
	for _, id := range artifacts {
		if done[id] || !near.tied(id) {
			continue
		}
		c, err := w.class(id, near)
		if err != nil {
			return nil, err
		}
		if done == nil {
			done = make(map[pedigree.NodeID]bool)
		}
		for _, m := range c.members {
			done[m] = true
		}
		for _, n := range c.successions {
			p := passage{n.from, n.to, EdgeVersion}
			for _, end := range []pedigree.NodeID{n.from, n.to} {
				if done[end] {
					w.note(end, p)
				}
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// join says of classes that they are one, as far as the answer shows their
// members.
func (w *walk) join(classes []*class) error {
	var members []pedigree.NodeID
	fresh := classes[:0]
	for _, c := range classes {
		c.keep(func(id pedigree.NodeID) bool { return w.met[id]&shown != 0 })
		if len(c.members) < 2 || w.met[c.members[0]]&joined != 0 {
			continue
		}
		fresh = append(fresh, c)
		members = append(members, c.members...)
	}
	if len(fresh) == 0 {
		return nil
	}
	vertices, err := w.r.Vertices(members)
	if err != nil {
		return err
	}
	byID := make(map[pedigree.NodeID]*store.Vertex, len(vertices))
	for i := range vertices {
		byID[vertices[i].ID] = &vertices[i]
	}
	for _, c := range fresh {
		for _, id := range c.members {
			w.met[id] |= joined
		}
		w.part.Joined = append(w.part.Joined, Join{Nodes: c.members, Ties: c.ties(byID)})
	}
	return nil
}
