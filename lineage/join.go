package lineage

import (
	"cmp"
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/identity"
	"github.com/pedigree-ml/pedigree/store"
)

// A joiner finds which artifacts are one, in the transaction r at a time.
type joiner struct {
	q         *Query
	r         store.Reader
	locations map[pedigree.LocationID]*location
	held      int      // artifacts in them
	crowded   []string // locations that are
}

func newJoiner(q *Query) *joiner {
	return &joiner{q: q, locations: make(map[pedigree.LocationID]*location)}
}

// A class is the nodes that are one vertex, and how it is known.
type class struct {
	members     []pedigree.NodeID // by identity
	groups      []group
	successions []succession
}

// A group is artifacts that are tied to each other: by a state of a location,
// or by hand.
type group struct {
	members []pedigree.NodeID
	at      *location
	state   *state
	hand    pedigree.Relation // counts where there is no location
}

// surroundings is what the store says around some artifacts.
type surroundings struct {
	shared    map[pedigree.NodeID][]pedigree.LocationID
	relations map[pedigree.NodeID][]pedigree.Relation
}

// around reads it, with three statements for each few hundred artifacts.
func (j *joiner) around(artifacts []pedigree.NodeID) (*surroundings, error) {
	s := &surroundings{shared: map[pedigree.NodeID][]pedigree.LocationID{}, relations: map[pedigree.NodeID][]pedigree.Relation{}}
	if len(artifacts) == 0 {
		return s, nil
	}
	shared, err := j.r.SharedLocations(artifacts)
	if err != nil {
		return nil, err
	}
	for _, l := range shared {
		s.shared[l.Node] = append(s.shared[l.Node], l.Location)
	}
	relations, err := j.r.Relations(artifacts)
	for _, r := range relations {
		if j.q.AsOf.Set() && r.Time > j.q.AsOf {
			continue
		}
		s.relations[r.Source] = append(s.relations[r.Source], r)
		s.relations[r.Target] = append(s.relations[r.Target], r)
	}
	return s, err
}

// tied reports whether an artifact may be one with another.
func (s *surroundings) tied(id pedigree.NodeID) bool {
	return len(s.shared[id]) > 0 ||
		slices.ContainsFunc(s.relations[id], func(r pedigree.Relation) bool { return r.Kind == pedigree.Same })
}

// A component is all that is tied to an artifact, directly or through others,
// before what somebody says is distinct.
type component struct {
	*joiner
	members  map[pedigree.NodeID]bool
	queue    []pedigree.NodeID
	groups   []group
	seen     map[*state]bool
	byHand   map[int64]bool
	distinct map[pair]bool
}

// class finds what an artifact is one with. near is what is known of it.
func (j *joiner) class(id pedigree.NodeID, near *surroundings) (*class, error) {
	c := &component{
		joiner: j, members: map[pedigree.NodeID]bool{id: true}, queue: []pedigree.NodeID{id},
		seen: map[*state]bool{}, byHand: map[int64]bool{}, distinct: map[pair]bool{},
	}
	for {
		ids := c.queue
		c.queue = nil
		if err := c.spread(ids, near); err != nil {
			return nil, err
		}
		if len(c.queue) == 0 || len(c.members) > maxCrowd {
			return c.classOf(id), nil
		}
		var err error
		if near, err = j.around(c.queue); err != nil {
			return nil, err
		}
	}
}

// spread adds to the component what is tied to some of its members.
func (c *component) spread(ids []pedigree.NodeID, near *surroundings) error {
	for _, id := range ids {
		for _, at := range near.shared[id] {
			l, err := c.location(at)
			if err != nil {
				return err
			}
			if s := l.stateOf[id]; s != nil && !c.seen[s] {
				c.seen[s] = true
				c.group(group{members: slices.Clone(s.members), at: l, state: s})
			}
		}
		for _, r := range near.relations[id] {
			c.relate(r)
		}
	}
	return nil
}

func (c *component) relate(r pedigree.Relation) {
	switch {
	case r.Kind == pedigree.Distinct:
		c.distinct[pairOf(r.Source, r.Target)] = true
	case r.Kind == pedigree.Same && !c.byHand[r.ID]:
		c.byHand[r.ID] = true
		c.group(group{members: []pedigree.NodeID{r.Source, r.Target}, hand: r})
	}
}

func (c *component) group(g group) {
	c.groups = append(c.groups, g)
	for _, id := range g.members {
		if !c.members[id] {
			c.members[id] = true
			c.queue = append(c.queue, id)
		}
	}
}

// classOf gives the class of a member.
func (c *component) classOf(id pedigree.NodeID) *class {
	found := &class{}
	for _, members := range partition(slices.Collect(maps.Keys(c.members)), c.groups, c.distinct) {
		if _, in := slices.BinarySearch(members, id); in {
			found.members = members
		}
	}
	for _, g := range c.groups {
		if g.members = slices.DeleteFunc(g.members, found.lacks); len(g.members) > 0 {
			found.add(g)
		}
	}
	return found
}

// keep leaves out of a class the members that are not to be shown.
func (c *class) keep(show func(pedigree.NodeID) bool) {
	hide := func(id pedigree.NodeID) bool { return !show(id) }
	c.members = slices.DeleteFunc(c.members, hide)
	for i := range c.groups {
		c.groups[i].members = slices.DeleteFunc(c.groups[i].members, hide)
	}
}

func (c *class) lacks(id pedigree.NodeID) bool {
	_, in := slices.BinarySearch(c.members, id)
	return !in
}

// add takes a group over, whose members are all in the class.
func (c *class) add(g group) {
	c.groups = append(c.groups, g)
	if g.at == nil {
		return
	}
	for _, id := range g.members {
		if from, ok := g.at.before[id]; ok {
			c.successions = append(c.successions, succession{from, id})
		}
		for _, to := range g.at.after[id] {
			c.successions = append(c.successions, succession{id, to})
		}
	}
}

// ties explains a class: in each group every member to the first.
func (c *class) ties(vertices map[pedigree.NodeID]*store.Vertex) []Tie {
	var ties []Tie
	for _, g := range c.groups {
		switch {
		case len(g.members) < 2:
		case g.at == nil:
			ties = append(ties, Tie{A: g.members[0], B: g.members[1], Why: ByHand, Actor: g.hand.Actor, Note: g.hand.Reason})
		default:
			ties = append(ties, g.ties(vertices)...)
		}
	}
	slices.SortFunc(ties, func(a, b Tie) int {
		return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B), cmp.Compare(a.URI, b.URI))
	})
	return ties
}

func (g *group) ties(vertices map[pedigree.NodeID]*store.Vertex) []Tie {
	ties := make([]Tie, 0, len(g.members)-1)
	first := vertices[g.members[0]]
	for _, id := range g.members[1:] {
		other := vertices[id]
		ties = append(ties, Tie{
			A: first.ID, B: id, Why: g.state.why(first.ID, id), URI: g.at.uri, Version: g.state.version,
			Alias: elsewhere(first, g.at.uri) || elsewhere(other, g.at.uri),
		})
	}
	return ties
}

// elsewhere reports whether a node says that it is at another place than where
// it was found.
func elsewhere(v *store.Vertex, uri string) bool {
	if v.URI == "" {
		return false
	}
	said, ok := identity.Normalise(v.URI)
	return ok && said.URI != uri
}
