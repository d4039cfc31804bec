package lineage

import (
	"cmp"
	"container/heap"
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// An order is which executions of a graph need what others of them wrote.
type order struct {
	one     map[pedigree.NodeID]pedigree.NodeID // joined nodes to the first of them
	inputs  map[pedigree.NodeID][]pedigree.NodeID
	outputs map[pedigree.NodeID][]pedigree.NodeID
	parents map[pedigree.NodeID][]pedigree.NodeID
	written map[pedigree.NodeID]bool // vertices that something of the graph made
	cyclic  bool
}

func newOrder(g *Graph) *order {
	o := &order{
		one: map[pedigree.NodeID]pedigree.NodeID{}, inputs: map[pedigree.NodeID][]pedigree.NodeID{}, outputs: map[pedigree.NodeID][]pedigree.NodeID{},
		parents: map[pedigree.NodeID][]pedigree.NodeID{}, written: map[pedigree.NodeID]bool{},
	}
	for _, j := range g.Joined {
		for _, id := range j.Nodes {
			o.one[id] = j.Nodes[0]
		}
	}
	m := makers{map[pedigree.NodeID][]pedigree.NodeID{}, map[pedigree.NodeID][]pedigree.NodeID{}}
	for _, e := range g.Edges {
		to := o.vertex(e.To)
		switch e.Kind {
		case EdgeInput:
			o.inputs[e.To] = append(o.inputs[e.To], e.From)
		case EdgeOutput:
			o.outputs[e.From] = append(o.outputs[e.From], e.To)
			m.executions[to] = append(m.executions[to], e.From)
		case EdgeDerived, EdgeVersion:
			m.vertices[to] = append(m.vertices[to], o.vertex(e.From))
		}
	}
	for i := range g.Nodes {
		switch n := &g.Nodes[i]; n.Kind() {
		case pedigree.Execution:
			slices.Sort(o.inputs[n.ID])
			slices.Sort(o.outputs[n.ID])
			o.parents[n.ID] = m.of(n.ID, o)
		case pedigree.Artifact:
			v := o.vertex(n.ID)
			o.written[v] = len(m.executions[v])+len(m.vertices[v]) > 0
		}
	}
	return o
}

// vertex gives the node that stands for all that are one with a node.
func (o *order) vertex(id pedigree.NodeID) pedigree.NodeID {
	if first, ok := o.one[id]; ok {
		return first
	}
	return id
}

// makers is what each vertex was made by and of.
type makers struct {
	executions map[pedigree.NodeID][]pedigree.NodeID
	vertices   map[pedigree.NodeID][]pedigree.NodeID // without an execution
}

// of gives the other executions that wrote what one read, also through what is
// derived without an execution.
func (m *makers) of(execution pedigree.NodeID, o *order) []pedigree.NodeID {
	found, seen := map[pedigree.NodeID]bool{}, map[pedigree.NodeID]bool{}
	var queue []pedigree.NodeID
	for _, id := range o.inputs[execution] {
		queue = append(queue, o.vertex(id))
	}
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		if seen[id] {
			continue
		}
		seen[id] = true
		queue = append(queue, m.vertices[id]...)
		for _, maker := range m.executions[id] {
			found[maker] = true
		}
	}
	delete(found, execution)
	return slices.Sorted(maps.Keys(found))
}

// sorted gives the executions so that each comes after its parents, and else
// the older first. Where they need each other, the oldest goes first.
func (o *order) sorted(nodes map[pedigree.NodeID]*pedigree.Node) []pedigree.NodeID {
	waits := make(map[pedigree.NodeID]int)
	children := make(map[pedigree.NodeID][]pedigree.NodeID)
	ready, all := &byAge{nodes: nodes}, &byAge{nodes: nodes}
	for id, parents := range o.parents {
		if nodes[id] == nil {
			continue // purged meanwhile
		}
		heap.Push(all, id)
		for _, p := range parents {
			if nodes[p] != nil {
				waits[id]++
				children[p] = append(children[p], id)
			}
		}
		if waits[id] == 0 {
			heap.Push(ready, id)
		}
	}
	var sorted []pedigree.NodeID
	done := make(map[pedigree.NodeID]bool)
	for all.Len() > 0 {
		from := ready
		if ready.Len() == 0 {
			from = all
		}
		id := heap.Pop(from).(pedigree.NodeID)
		if done[id] {
			continue
		}
		o.cyclic = o.cyclic || waits[id] > 0
		done[id] = true
		sorted = append(sorted, id)
		for _, c := range children[id] {
			if waits[c]--; waits[c] == 0 {
				heap.Push(ready, c)
			}
		}
	}
	return sorted
}

// byAge is a heap of executions, the one that started first on top.
type byAge struct {
	ids   []pedigree.NodeID
	nodes map[pedigree.NodeID]*pedigree.Node
}

func (h *byAge) Len() int { return len(h.ids) }

func (h *byAge) Less(i, j int) bool {
	a, b := h.nodes[h.ids[i]], h.nodes[h.ids[j]]
	return cmp.Or(cmp.Compare(began(a), began(b)), cmp.Compare(a.ID, b.ID)) < 0
}

func (h *byAge) Swap(i, j int) { h.ids[i], h.ids[j] = h.ids[j], h.ids[i] }
func (h *byAge) Push(x any)    { h.ids = append(h.ids, x.(pedigree.NodeID)) }

func (h *byAge) Pop() any {
	last := h.ids[len(h.ids)-1]
	h.ids = h.ids[:len(h.ids)-1]
	return last
}

// began is when an execution started, as far as it says so.
func began(n *pedigree.Node) pedigree.Time {
	if n.Started.Set() {
		return n.Started
	}
	return n.Created
}
