package sqlstore

import (
	"cmp"
	"math"
	"reflect"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// Bounds of a table that is computed in memory.
const (
	mostAxes   = 4
	mostGroups = 1 << 20
)

// tabulate computes a table of what was found; ok is false where columns do not tell
// all of it.
func (f *finding) tabulate(all nodeSet, q *query.Table) (table [][]any, ok bool, err error) {
	if len(q.Group) > mostAxes {
		return nil, false, nil
	}
	groups := make([]*axis, len(q.Group))
	for i, t := range q.Group {
		if groups[i], err = f.axis(all, t); err != nil || groups[i] == nil {
			return nil, false, err
		}
	}
	cells := make([]*tallied, len(q.Cells))
	for i, c := range q.Cells {
		cells[i] = &tallied{of: c.Of}
		if c.Of == query.Count {
			continue
		}
		if field, ok := c.Trait.(query.FieldTrait); ok && field.Decimal || c.Trait == nil {
			return nil, false, nil
		}
		if _, known := aggregates[c.Of]; !known {
			return nil, false, nil
		}
		if same := slices.IndexFunc(q.Cells[:i], func(o query.Cell) bool { return reflect.DeepEqual(o.Trait, c.Trait) }); same >= 0 {
			cells[i].axis = cells[same].axis
		} else if cells[i].axis, err = f.axis(all, c.Trait); err != nil {
			return nil, false, err
		}
		if cells[i].axis == nil || c.Of == query.Sum && !cells[i].axis.numbers() {
			return nil, false, nil
		}
	}
	g := gathering{groups: groups, cells: cells, wanted: q.Limit + q.Offset, known: make(map[[mostAxes]uint32]int32)}
	if !g.gather(all) {
		return nil, false, nil
	}
	return g.table(q), true, nil
}

// A tallied is a cell of all groups.
type tallied struct {
	of     query.Aggregate
	axis   *axis // nil for a count
	counts []int64
	codes  []uint32 // of the least or greatest; 0 for none
	sums   []precise
}

// A precise is a sum that keeps what rounding takes.
type precise struct {
	sum, lost float64
	some      bool
}

func (p *precise) add(v float64) {
	t := p.sum + v
	if math.Abs(p.sum) >= math.Abs(v) {
		p.lost += p.sum - t + v
	} else {
		p.lost += v - t + p.sum
	}
	p.sum, p.some = t, true
}

// A gathering puts nodes into groups.
type gathering struct {
	groups []*axis
	cells  []*tallied
	wanted int // groups that the table shows, or passes over
	known  map[[mostAxes]uint32]int32
	byCode []int32 // of a single axis, one more than the group
	keys   [][mostAxes]uint32
}

// gather reports whether there are few enough groups.
func (g *gathering) gather(all nodeSet) bool {
	if len(g.groups) == 0 {
		g.add([mostAxes]uint32{}) // there is a row also of nothing
	}
	if len(g.groups) == 1 {
		g.byCode = make([]int32, g.groups[0].most()+1)
	}
	if g.countAlone(all) {
		return true
	}
	for _, a := range g.groups {
		a.fillIn()
	}
	for _, c := range g.cells {
		if c.axis != nil {
			c.axis.fillIn()
		}
	}
	if len(g.groups) == 0 {
		g.countWhole(all)
		return true
	}
	for id := range all.all() {
		at := g.groupOf(id)
		if at > mostGroups {
			return false
		}
		for _, c := range g.cells {
			c.count(at, id)
		}
	}
	return true
}

// countAlone counts the nodes of each value, where nothing else is asked.
func (g *gathering) countAlone(all nodeSet) bool {
	if len(g.groups) != 1 || slices.ContainsFunc(g.cells, func(c *tallied) bool { return c.of != query.Count }) {
		return false
	}
	of := g.groups[0]
	counts := make([]int64, of.most()+1)
	for i, set := range of.sets {
		counts[i+1] = set.count()
	}
	if of.sets == nil {
		for _, code := range of.each(all) {
			counts[code]++
		}
	}
	if of.unset != 0 {
		counts[of.unset] += counts[0]
		counts[0] = 0
	}
	ordered := len(of.extra) == 0 // so that the first codes are the first groups
	for code, n := range counts {
		if n == 0 {
			continue
		}
		if ordered && len(g.keys) >= g.wanted {
			break
		}
		at := g.add([mostAxes]uint32{uint32(code)})
		for _, c := range g.cells {
			c.counts[at] = n
		}
	}
	return true
}

func (g *gathering) groupOf(id pedigree.NodeID) int32 {
	switch len(g.groups) {
	case 0:
		return 0
	case 1:
		code := g.groups[0].code(id)
		if g.byCode[code] == 0 {
			g.byCode[code] = g.add([mostAxes]uint32{code}) + 1
		}
		return g.byCode[code] - 1
	}
	var key [mostAxes]uint32
	for i, a := range g.groups {
		key[i] = a.code(id)
	}
	at, there := g.known[key]
	if !there {
		at = g.add(key)
		g.known[key] = at
	}
	return at
}

// add adds a group.
func (g *gathering) add(key [mostAxes]uint32) int32 {
	g.keys = append(g.keys, key)
	for _, c := range g.cells {
		switch c.of {
		case query.Count:
			c.counts = append(c.counts, 0)
		case query.Sum:
			c.sums = append(c.sums, precise{})
		default:
			c.codes = append(c.codes, 0)
		}
	}
	return int32(len(g.keys) - 1)
}

// count adds a node to a group.
func (c *tallied) count(at int32, id pedigree.NodeID) {
	if c.of == query.Count {
		c.counts[at]++
		return
	}
	code := c.axis.code(id)
	if code == 0 {
		return
	}
	switch was := c.codes; c.of {
	case query.Sum:
		c.sums[at].add(c.axis.number(code))
	case query.Least:
		if was[at] == 0 || c.axis.place(code) < c.axis.place(was[at]) {
			was[at] = code
		}
	default:
		if was[at] == 0 || c.axis.place(code) > c.axis.place(was[at]) {
			was[at] = code
		}
	}
}

// countWhole adds all nodes to the only group: how often there is each value tells
// all of it, of each cell that is of these values.
func (g *gathering) countWhole(all nodeSet) {
	counted := make(map[*axis][]uint32)
	for _, c := range g.cells {
		if c.of == query.Count {
			c.counts[0] = all.count()
			continue
		}
		counts := counted[c.axis]
		if counts == nil {
			counts = make([]uint32, c.axis.most()+1)
			for _, code := range c.axis.each(all) {
				counts[code]++
			}
			counts[c.axis.unset] += counts[0]
			counted[c.axis] = counts
		}
		c.sumUp(counts)
	}
}

// sumUp adds nodes to the only group, told how many have each value.
func (c *tallied) sumUp(counts []uint32) {
	if c.of == query.Greatest && len(c.axis.extra) == 0 { // the last code is of the greatest
		for code := len(counts) - 1; code > 0; code-- {
			if counts[code] > 0 {
				c.codes[0] = uint32(code)
				return
			}
		}
	}
	for code := uint32(1); code < uint32(len(counts)); code++ {
		n := counts[code]
		switch was := c.codes; {
		case n == 0:
		case c.of == query.Sum:
			c.sums[0].add(float64(n) * c.axis.number(code))
		case was[0] == 0 || (c.of == query.Least) == (c.axis.place(code) < c.axis.place(was[0])):
			was[0] = code
			if c.of == query.Least && len(c.axis.extra) == 0 {
				return
			}
		}
	}
}

func (c *tallied) value(at int) any {
	switch {
	case c.of == query.Count:
		return c.counts[at]
	case c.of != query.Sum:
		return c.axis.shown(c.codes[at])
	case !c.sums[at].some:
		return nil
	}
	return c.sums[at].sum + c.sums[at].lost
}

// table lists the groups in order.
func (g *gathering) table(q *query.Table) (table [][]any) {
	order := make([]int, len(g.keys))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		for i, axis := range g.groups {
			if c := cmp.Compare(axis.place(g.keys[a][i]), axis.place(g.keys[b][i])); c != 0 {
				return c
			}
		}
		return 0
	})
	order = order[min(q.Offset, len(order)):]
	for _, at := range order[:min(q.Limit, len(order))] {
		row := make([]any, 0, len(g.groups)+len(g.cells))
		for i, axis := range g.groups {
			row = append(row, axis.shown(g.keys[at][i]))
		}
		for _, c := range g.cells {
			row = append(row, c.value(at))
		}
		table = append(table, row)
	}
	return table
}
