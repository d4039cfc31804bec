package lineage

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A matcher finds which nodes of two pedigrees correspond.
type matcher struct {
	left, right side
	common      int
}

// A side is the nodes of one pedigree that the other does not have.
type side struct {
	nodes []Node // nearest first
	known *described
	start map[pedigree.NodeID]bool
	at    map[pedigree.NodeID]string // the first location of an artifact
	taken map[pedigree.NodeID]bool
}

func newMatcher(r store.Reader, q *DiffQuery, left, right *Graph) (*matcher, error) {
	m := &matcher{left: newSide(q.Left), right: newSide(q.Right)}
	inLeft, inRight := idsIn(left), idsIn(right)
	for i := range left.Nodes {
		if n := left.Nodes[i]; inRight[n.ID] {
			m.common++
		} else {
			m.left.nodes = append(m.left.nodes, n)
		}
	}
	for i := range right.Nodes {
		if n := right.Nodes[i]; !inLeft[n.ID] {
			m.right.nodes = append(m.right.nodes, n)
		}
	}
	if err := m.left.read(r); err != nil {
		return nil, err
	}
	return m, m.right.read(r)
}

func idsIn(g *Graph) map[pedigree.NodeID]bool {
	ids := make(map[pedigree.NodeID]bool, len(g.Nodes))
	for i := range g.Nodes {
		ids[g.Nodes[i].ID] = true
	}
	return ids
}

func newSide(start []pedigree.NodeID) side {
	s := side{start: make(map[pedigree.NodeID]bool), at: make(map[pedigree.NodeID]string), taken: make(map[pedigree.NodeID]bool)}
	for _, id := range start {
		s.start[id] = true
	}
	return s
}

// read reads what is known of the nodes, and where they are.
func (s *side) read(r store.Reader) (err error) {
	if s.known, err = describe(r, &Graph{Part: Part{Nodes: s.nodes}}); err != nil {
		return err
	}
	s.nodes = slices.DeleteFunc(s.nodes, func(n Node) bool { return !s.known.known(n.ID) }) // purged meanwhile
	var ids []pedigree.NodeID
	for i := range s.nodes {
		ids = append(ids, s.nodes[i].ID)
	}
	places, err := r.Places(ids)
	if err != nil {
		return err
	}
	locations := make([]pedigree.LocationID, len(places))
	for i := range places {
		locations[i] = places[i].Location
	}
	uris, err := r.LocationURIs(locations)
	for i, p := range places {
		if s.at[p.Node] == "" {
			s.at[p.Node] = uris[i]
		}
	}
	return err
}

// rules say, from the surest on, by what nodes correspond. Nodes without a key
// do not by that rule.
var rules = []func(s *side, n *Node) string{
	func(s *side, n *Node) string {
		if !s.start[n.ID] {
			return ""
		}
		return n.Type.Name
	},
	func(s *side, n *Node) string {
		if at := s.at[n.ID]; at != "" {
			return n.Type.Name + " " + at
		}
		return ""
	},
	func(_ *side, n *Node) string {
		if n.Name == "" {
			return ""
		}
		return n.Type.Name + " " + n.Name
	},
	func(s *side, n *Node) string {
		return n.Type.Name + " " + strconv.FormatInt(int64(s.known.nodes[n.ID].Home), 10)
	},
}

// match takes nodes that correspond from both sides.
func (m *matcher) match() []Changed {
	var all []Changed
	for _, rule := range rules {
		waiting := make(map[string][]*Node)
		for i := range m.left.nodes {
			if n := &m.left.nodes[i]; !m.left.taken[n.ID] {
				if key := rule(&m.left, n); key != "" {
					waiting[key] = append(waiting[key], n)
				}
			}
		}
		for i := range m.right.nodes {
			n := &m.right.nodes[i]
			key := rule(&m.right, n)
			if m.right.taken[n.ID] || key == "" || len(waiting[key]) == 0 {
				continue
			}
			all = append(all, m.pair(waiting[key][0], n))
			waiting[key] = waiting[key][1:]
		}
	}
	slices.SortStableFunc(all, func(a, b Changed) int { return cmp.Compare(a.Right.Depth, b.Right.Depth) })
	return all
}

func (m *matcher) pair(left, right *Node) Changed {
	m.left.taken[left.ID], m.right.taken[right.ID] = true, true
	return Changed{*left, *right, compareNodes(
		m.left.known.nodes[left.ID], m.right.known.nodes[right.ID], m.left.known.facts[left.ID], m.right.known.facts[right.ID],
	)}
}

// rest gives the nodes that nothing corresponds to.
func (s *side) rest() (nodes []Node) {
	for _, n := range s.nodes {
		if !s.taken[n.ID] {
			nodes = append(nodes, n)
		}
	}
	return nodes
}
