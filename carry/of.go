package carry

import (
	"cmp"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/store"
)

// Of gives the classifications that are carried to nodes, by number, without those
// that nodes have themselves. Nodes without any have no entry.
func Of(r store.Reader, nodes []pedigree.NodeID) (map[pedigree.NodeID][]pedigree.Classification, error) {
	if some, err := exist(r); err != nil || !some || len(nodes) == 0 {
		return nil, err
	}
	behind, err := staleIn(r)
	if err != nil {
		return nil, err
	}
	pairs, err := r.CarriedTo(nodes)
	if err != nil {
		return nil, err
	}
	pairs = slices.DeleteFunc(pairs, func(p pedigree.Carried) bool { return behind.has(p.Classification) })
	if !behind.none() {
		walked, err := walkedTo(r, nodes, behind)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, walked...)
	}
	return classified(r, pairs)
}

// classified reads the classifications of pairs.
func classified(r store.Reader, pairs []pedigree.Carried) (map[pedigree.NodeID][]pedigree.Classification, error) {
	if len(pairs) == 0 {
		return nil, nil
	}
	numbers := make(classSet)
	for _, p := range pairs {
		numbers[p.Classification] = struct{}{}
	}
	classes, err := r.ClassificationsByID(sorted(numbers))
	if err != nil {
		return nil, err
	}
	byID := make(map[pedigree.ClassificationID]*pedigree.Classification, len(classes))
	for i := range classes {
		byID[classes[i].ID] = &classes[i]
	}
	all := make(map[pedigree.NodeID][]pedigree.Classification)
	for _, p := range pairs {
		if c := byID[p.Classification]; c != nil {
			all[p.Node] = append(all[p.Node], *c)
		}
	}
	for _, some := range all {
		slices.SortFunc(some, func(a, b pedigree.Classification) int { return cmp.Compare(a.ID, b.ID) })
	}
	return all, nil
}

// walkedTo finds which of the classifications that are behind are carried to nodes,
// by walking back from each.
func walkedTo(r store.Reader, nodes []pedigree.NodeID, behind *stale) ([]pedigree.Carried, error) {
	steps, err := newStepper(r)
	if err != nil {
		return nil, err
	}
	var found []pedigree.Carried
	for _, id := range slices.Compact(slices.Sorted(slices.Values(nodes))) {
		b := backward{stepper: steps, behind: behind, to: make(map[pedigree.NodeID][]step)}
		classes, err := b.walk(id)
		if err != nil {
			return nil, err
		}
		for _, c := range classes {
			found = append(found, pedigree.Carried{Node: id, Classification: c})
		}
	}
	return found, nil
}

// A backward is a walk from a node to what is carried to it.
type backward struct {
	*stepper
	behind *stale
	to     map[pedigree.NodeID][]step // steps by the node they lead to
	seen   nodeSet
	binned nodeSet
}

func (b *backward) walk(id pedigree.NodeID) ([]pedigree.ClassificationID, error) {
	b.seen, b.binned = nodeSet{id: {}}, make(nodeSet)
	queue := []pedigree.NodeID{id}
	var sources []pedigree.Classification
	for len(queue) > 0 {
		some := queue[:min(chunk, len(queue))]
		queue = queue[len(some):]
		vertices, err := b.r.Vertices(some)
		if err != nil {
			return nil, err
		}
		own, err := b.r.Classifications(some)
		if err != nil {
			return nil, err
		}
		sources = append(sources, b.starting(id, own, vertices)...)
		vertices = slices.DeleteFunc(vertices, func(v store.Vertex) bool {
			if v.Deleted.Set() {
				b.binned.add(v.ID)
			}
			return v.Deleted.Set()
		})
		steps, err := b.steps(lineage.Upstream, vertices)
		if err != nil {
			return nil, err
		}
		for _, s := range steps {
			b.to[s.to] = append(b.to[s.to], s)
			if b.seen.add(s.from) {
				queue = append(queue, s.from)
			}
		}
	}
	if b.binned.has(id) {
		return nil, nil
	}
	var reached []pedigree.ClassificationID
	for i := range sources {
		if b.arrives(&sources[i], id) {
			reached = append(reached, sources[i].ID)
		}
	}
	return reached, nil
}

// starting gives the classifications that are behind and are carried on from their
// nodes, which the walk has met.
func (b *backward) starting(id pedigree.NodeID, own []pedigree.Classification, vertices []store.Vertex) []pedigree.Classification {
	return slices.DeleteFunc(own, func(c pedigree.Classification) bool {
		at := slices.IndexFunc(vertices, func(v store.Vertex) bool { return v.ID == c.Node })
		return c.Node == id || !b.behind.has(c.ID) || at < 0 || !startsAt(&c, &vertices[at])
	})
}

// arrives reports whether a classification passes all along some way that the walk
// has found from its node.
func (b *backward) arrives(c *pedigree.Classification, id pedigree.NodeID) bool {
	seen := nodeSet{id: {}}
	for queue := []pedigree.NodeID{id}; len(queue) > 0; queue = queue[1:] {
		for i := range b.to[queue[0]] {
			s := &b.to[queue[0]][i]
			switch {
			case !s.passes(c):
			case s.from == c.Node:
				return true
			case !b.binned.has(s.from) && seen.add(s.from):
				queue = append(queue, s.from)
			}
		}
	}
	return false
}

// A Holding says for which nodes classifications of some names hold, their own or
// carried.
type Holding struct {
	// Noted says that the notes of the store are all there is, for a search to use
	// them where they are. Nodes is nil then.
	Noted bool
	Nodes []pedigree.NodeID // ascending
}

// Where tells where classifications of some names hold; no names stands for all.
func Where(r store.Reader, names []string) (*Holding, error) {
	behind, err := staleIn(r)
	if err != nil {
		return nil, err
	}
	if late, err := behind.any(r, names); err != nil || !late {
		return &Holding{Noted: true}, err
	}
	classes, err := allOf(r, names)
	if err != nil {
		return nil, err
	}
	nodes := make(nodeSet)
	for i := range classes {
		c := &classes[i]
		nodes.add(c.Node)
		var reached []pedigree.NodeID
		if behind.has(c.ID) {
			reached, err = Walk(r, c)
		} else {
			reached, err = noted(r, c.ID)
		}
		if err != nil {
			return nil, err
		}
		for _, id := range reached {
			nodes.add(id)
		}
	}
	return &Holding{Nodes: sorted(nodes)}, nil
}

// Reach gives the nodes that one classification is carried to, ascending.
func Reach(r store.Reader, c *pedigree.Classification) ([]pedigree.NodeID, error) {
	behind, err := staleIn(r)
	if err != nil {
		return nil, err
	}
	if behind.has(c.ID) {
		return Walk(r, c)
	}
	return noted(r, c.ID)
}

// page is how many rows are read at once.
const page = 10_000

func allOf(r store.Reader, names []string) ([]pedigree.Classification, error) {
	var all []pedigree.Classification
	for {
		var after pedigree.ClassificationID
		if len(all) > 0 {
			after = all[len(all)-1].ID
		}
		some, err := r.ClassificationsOf(workspace, names, after, page)
		all = append(all, some...)
		if err != nil || len(some) < page {
			return all, err
		}
	}
}

// noted gives what is written down of where a classification is carried to.
func noted(r store.Reader, c pedigree.ClassificationID) ([]pedigree.NodeID, error) {
	var all []pedigree.NodeID
	for {
		var after pedigree.NodeID
		if len(all) > 0 {
			after = all[len(all)-1]
		}
		some, err := r.CarriedBy(c, after, page)
		all = append(all, some...)
		if err != nil || len(some) < page {
			return all, err
		}
	}
}
