package sqlstore

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// Groups reads three sorts of index from one end to the other, that of the nodes
// and for each property that of its values, and joins them here: the database
// would look each property of each node up by itself, which takes ten times as
// long.
func (t *tx) Groups(q *query.Query, by []query.Field, metrics []string, limit int) (groups []store.Group, more bool, err error) {
	typ, err := t.findType(q.Type)
	if err != nil || typ == 0 || len(q.Homes) != 1 {
		return nil, false, err
	}
	g := grouping{tx: t, home: q.Homes[0]}
	for _, bin := range binsOf(q.View) {
		if err := g.addMembers(&part{tx: t, q: q, typ: typ, home: g.home, bin: bin}, by); err != nil {
			return nil, false, err
		}
	}
	g.index()
	for i, f := range by {
		if err := g.split(i, f); err != nil {
			return nil, false, err
		}
	}
	for _, key := range metrics {
		if err := g.sum(key); err != nil {
			return nil, false, err
		}
	}
	return g.largest(limit), len(g.groups) > limit, nil
}

// A grouping is under way: every member is in one group, and groups are split by
// one field after the other.
type grouping struct {
	*tx
	home    pedigree.NodeID
	members []pedigree.NodeID
	texts   [][]string // of the fields that are attributes, by member; nil for the others
	at      places
	group   []int32 // of each member
	groups  []store.Group
}

// addMembers reads the nodes of a part, with their attributes.
func (g *grouping) addMembers(p *part, by []query.Field) error {
	columns := "n.id"
	var attributes []int
	if g.texts == nil {
		g.texts = make([][]string, len(by))
	}
	for i, f := range by {
		if a, ok := f.(query.Attr); ok {
			columns += ", " + attrColumns[a]
			attributes = append(attributes, i)
		}
	}
	s, err := p.matching(columns)
	if err != nil {
		return err
	}
	r, err := g.conn.query(g.ctx, s.String(), s.args...)
	if err != nil {
		return err
	}
	for r.next() {
		g.members = append(g.members, r.id(0))
		for column, i := range attributes {
			g.texts[i] = append(g.texts[i], r.text(column+1))
		}
	}
	return r.close()
}

// index makes one group of all members.
func (g *grouping) index() {
	g.at = placesOfMembers(g.members)
	g.group = make([]int32, len(g.members))
	if len(g.members) > 0 {
		g.groups = []store.Group{{Nodes: int64(len(g.members))}}
	}
}

// split splits all groups by the values of a field.
func (g *grouping) split(i int, f query.Field) error {
	values := []store.Cell{{}} // the first stands for none
	valueOf := make([]int32, len(g.members))
	known := map[string]int32{}
	note := func(member int, text string) {
		v, ok := known[text]
		if !ok {
			v = int32(len(values))
			known[text] = v
			values = append(values, store.Cell{Set: true, Text: text})
		}
		valueOf[member] = v
	}
	if p, ok := f.(query.Property); ok {
		if err := g.readTexts(p, note); err != nil {
			return err
		}
	} else {
		for member, text := range g.texts[i] {
			if text != "" {
				note(member, text)
			}
		}
	}
	type pair struct{ group, value int32 }
	split := map[pair]int32{}
	before := g.groups
	g.groups = nil
	for member, value := range valueOf {
		p := pair{g.group[member], value}
		n, ok := split[p]
		if !ok {
			n = int32(len(g.groups))
			split[p] = n
			g.groups = append(g.groups, store.Group{Values: append(slices.Clone(before[p.group].Values), values[value])})
		}
		g.group[member] = n
		g.groups[n].Nodes++
	}
	return nil
}

// readTexts tells the text of a property of each member that has it.
func (g *grouping) readTexts(p query.Property, tell func(member int, text string)) error {
	key, err := g.findKey(p.Space, p.Key)
	if err != nil || key == 0 {
		return err
	}
	r, err := g.conn.query(g.ctx, textsByNode.sql, g.home, key)
	if err != nil {
		return err
	}
	var long []int
	for r.next() {
		member := g.at.of(r.id(0))
		if member < 0 {
			continue
		}
		if text := r.text(1); isWhole(text) {
			tell(member, text)
		} else {
			long = append(long, member)
		}
	}
	if err := r.close(); err != nil {
		return err
	}
	for _, member := range long { // the index has only what they begin with
		text, _, err := g.property(g.members[member], p.Space, key)
		if err != nil {
			return err
		}
		tell(member, text)
	}
	return g.ctx.Err()
}

// sum sums up a metric in all groups.
func (g *grouping) sum(metric string) error {
	sums := make([]store.Summary, len(g.groups))
	key, err := g.findKey(pedigree.Metric, metric)
	if err != nil {
		return err
	}
	r, err := g.conn.query(g.ctx, numbersByNode.sql, g.home, key)
	if err != nil {
		return err
	}
	for r.next() {
		if member := g.at.of(r.id(0)); member >= 0 {
			add(&sums[g.group[member]], r.float(1))
		}
	}
	for i := range sums {
		if n := sums[i].N; n > 1 {
			sums[i].Deviation = math.Sqrt(sums[i].Deviation / float64(n-1))
		}
		g.groups[i].Metrics = append(g.groups[i].Metrics, sums[i])
	}
	return r.close()
}

// add adds a number to a summary whose deviation is still the sum of the squares.
func add(s *store.Summary, v float64) {
	s.N++
	if s.N == 1 {
		s.Min, s.Max = v, v
	}
	s.Min, s.Max = min(s.Min, v), max(s.Max, v)
	away := v - s.Mean
	s.Mean += away / float64(s.N)
	s.Deviation += away * (v - s.Mean)
}

// largest gives the groups with the most nodes, those of equal size by value.
func (g *grouping) largest(limit int) []store.Group {
	all := slices.Clone(g.groups)
	slices.SortFunc(all, func(a, b store.Group) int {
		return cmp.Or(cmp.Compare(b.Nodes, a.Nodes), slices.CompareFunc(a.Values, b.Values, func(a, b store.Cell) int {
			switch {
			case a.Set != b.Set && a.Set:
				return -1
			case a.Set != b.Set:
				return 1
			}
			return strings.Compare(a.Text, b.Text)
		}))
	})
	return all[:min(limit, len(all))]
}

// places tells which member a node is. Nodes of one home were mostly made one
// after the other, so that a list by number is short.
type places struct {
	first pedigree.NodeID
	list  []int32                   // one more than the place; nil where it would be long
	known map[pedigree.NodeID]int32 // in its stead
}

func placesOfMembers(members []pedigree.NodeID) (p places) {
	if len(members) == 0 {
		return p
	}
	p.first = slices.Min(members)
	if span := int64(slices.Max(members)-p.first) + 1; span <= 16*int64(len(members)) {
		p.list = make([]int32, span)
		for i, id := range members {
			p.list[id-p.first] = int32(i) + 1
		}
		return p
	}
	p.known = make(map[pedigree.NodeID]int32, len(members))
	for i, id := range members {
		p.known[id] = int32(i) + 1
	}
	return p
}

// of gives the place of a node, -1 for none.
func (p *places) of(id pedigree.NodeID) int {
	if p.known != nil {
		return int(p.known[id]) - 1
	}
	if i := id - p.first; i >= 0 && int64(i) < int64(len(p.list)) {
		return int(p.list[i]) - 1
	}
	return -1
}
