package sqlstore

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// page reads a page of what was found; ok is false where it cannot be put in order
// without looking at each.
func (f *finding) page(all nodeSet) (nodes []pedigree.Node, ok bool, err error) {
	ids, ok, err := f.pageIDs(all)
	if err != nil || !ok {
		return nil, false, err
	}
	nodes, err = f.Nodes(ids)
	return nodes, err == nil, err
}

func (f *finding) pageIDs(all nodeSet) (ids []pedigree.NodeID, ok bool, err error) {
	if f.q.By == nil {
		return f.byType(all)
	}
	c, err := f.axis(all, withoutUnset(f.q.By))
	if err != nil {
		return nil, false, err
	}
	if c == nil {
		return f.few(all)
	}
	if c.sets != nil {
		return f.inTurn(c.sets), true, nil
	}
	return c.column.page(all, int64(f.q.Offset), int64(f.q.Limit), f.q.Desc), true, nil
}

func withoutUnset(t query.Trait) query.Trait {
	if field, ok := t.(query.FieldTrait); ok {
		field.Unset = nil
		return field
	}
	return t
}

// byType gives a page in order of type, then number.
func (f *finding) byType(all nodeSet) (ids []pedigree.NodeID, ok bool, err error) {
	sets := make([]nodeSet, len(f.types))
	for i, typ := range f.types {
		number, _ := typ.(int64)
		set, err := f.set(typeNodes{f.q.Workspace, number})
		if err != nil || set == nil {
			return nil, false, err
		}
		sets[i] = all.and(set)
	}
	return f.inTurn(sets), true, nil
}

// inTurn gives the page of what is in one set after the other.
func (f *finding) inTurn(sets []nodeSet) (ids []pedigree.NodeID) {
	if f.q.Desc {
		sets = slices.Clone(sets)
		slices.Reverse(sets)
	}
	offset := int64(f.q.Offset)
	for _, some := range sets {
		if n := some.count(); n <= offset {
			offset -= n
			continue
		}
		ids = append(ids, some.page(offset, int64(f.q.Limit-len(ids)), f.q.Desc)...)
		if offset = 0; len(ids) == f.q.Limit {
			break
		}
	}
	return ids
}

// few has the database sort what was found.
func (f *finding) few(all nodeSet) (ids []pedigree.NodeID, ok bool, err error) {
	if n := all.count(); n > mostChecked || f.view.dear(n) {
		return nil, false, nil
	}
	found := query.Among{Nodes: slices.Collect(all.all())}
	q := *f.q
	q.Where = found
	e := *f.entities
	e.q = &q
	one, err := e.seedOf(found)
	if err != nil {
		return nil, false, err
	}
	nodes, err := e.among(one)
	for i := range nodes {
		ids = append(ids, nodes[i].ID)
	}
	return ids, err == nil, err
}

// buckets are how many parts the places of a column are counted in, to find a page
// without sorting all.
const buckets = 1 << 12

// A placed is a node and where its value stands.
type placed struct {
	place uint64
	node  pedigree.NodeID
}

// page gives a page of nodes in order of their values, then of their numbers; those
// without a value come last in either direction.
func (c *column) page(all nodeSet, offset, limit int64, down bool) []pedigree.NodeID {
	shift := max(0, bits.Len64(c.place(uint32(c.values.len()))+1<<extraBits)-bits.Len(buckets-1))
	var counts [buckets]int64
	var absent nodeSet
	for id, code := range c.each(all) {
		if code != 0 {
			counts[c.place(code)>>shift]++
		} else {
			absent.add(id)
		}
	}
	first, last, before := 0, -1, int64(0) // of the buckets that hold the page, and how many nodes stand before these
	seen := int64(0)
	for n := range counts {
		i := n
		if down {
			i = buckets - 1 - n
		}
		if seen+counts[i] <= offset {
			before = seen + counts[i]
			first = n + 1
		} else if last = n; seen+counts[i] >= offset+limit {
			seen += counts[i]
			break
		}
		seen += counts[i]
	}
	var some []placed
	if last >= first {
		low, high := first, last
		if down {
			low, high = buckets-1-last, buckets-1-first
		}
		for id, code := range c.each(all) {
			if p := c.place(code); code != 0 && int(p>>shift) >= low && int(p>>shift) <= high {
				some = append(some, placed{p, id})
			}
		}
	}
	slices.SortFunc(some, func(a, b placed) int {
		order := cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.node, b.node))
		if down {
			return -order
		}
		return order
	})
	var ids []pedigree.NodeID
	skip := min(offset-before, int64(len(some)))
	for _, one := range some[skip:min(skip+limit, int64(len(some)))] {
		ids = append(ids, one.node)
	}
	if int64(len(ids)) < limit {
		ids = append(ids, absent.page(max(0, offset-seen), limit-int64(len(ids)), down)...)
	}
	return ids
}

// An axis is what nodes are grouped by, or what is computed of them.
type axis struct {
	*column
	form  pedigree.Form
	unset uint32    // the code that stands for no value
	sets  []nodeSet // of an axis of few values, the nodes of each; its column has no codes until they are filled in
}

func (a *axis) code(id pedigree.NodeID) uint32 {
	if code := a.column.code(id); code != 0 {
		return code
	}
	return a.unset
}

// shown is a value as a table has it.
func (a *axis) shown(code uint32) any {
	v := a.value(code)
	if n, ok := v.(int64); ok && a.form == pedigree.Bool {
		return n != 0
	}
	return v
}

// place is that of nothing for no value.
func (a *axis) place(code uint32) uint64 {
	if code == 0 {
		return 0
	}
	return a.column.place(code)
}

// axis makes one of a trait, nil where columns do not tell of it.
func (f *finding) axis(all nodeSet, t query.Trait) (*axis, error) {
	switch t := t.(type) {
	case query.TypeTrait:
		return f.typeAxis(all)
	case query.StatusTrait:
		binned, err := f.set(binnedNodes{})
		if err != nil || binned == nil {
			return nil, err
		}
		return axisOf([]string{"ACTIVE", "DELETED"}, []nodeSet{all.without(binned), all.and(binned)}), nil
	case query.FieldTrait, query.Attr:
		c, err := f.column(t)
		if err != nil || c == nil {
			return nil, err
		}
		if c, err = f.withForeign(c, all, withoutUnset(t)); err != nil || c == nil {
			return nil, err
		}
		one := &axis{column: c, form: formOf(t)}
		if field, ok := t.(query.FieldTrait); ok && field.Unset != nil {
			v, ok := c.comparable(field.Unset)
			if n, fraction := v.(float64); ok && fraction && c.values.form == pedigree.Int {
				v, ok = int64(n), n == float64(int64(n))
			}
			if n, whole := v.(int64); ok && whole && c.values.form == pedigree.Double {
				v = float64(n)
			}
			if !ok {
				return nil, nil
			}
			one.column, one.unset = c.with(v)
		}
		return one, nil
	}
	return nil, nil
}

// withForeign adds to a column what nodes have that are not of the catalog; nil where
// these are many.
func (f *finding) withForeign(c *column, all nodeSet, t query.Trait) (*column, error) {
	others := all.and(f.foreign)
	n := others.count()
	if n == 0 || n > mostChecked {
		if n > 0 {
			c = nil
		}
		return c, nil
	}
	value, err := f.value("n", t)
	if err != nil {
		return nil, err
	}
	w := &sqlText{}
	w.add("SELECT n.id, "+value.String()+" FROM json_each(?) g CROSS JOIN node n ON n.id = g.value", value.args...)
	w.args = append(w.args, jsonList(slices.Collect(others.all())))
	r, err := f.conn.query(f.ctx, w.String(), w.args...)
	if err != nil {
		return nil, err
	}
	return c.reading(r)
}

// typeAxis is that of the names of types.
func (f *finding) typeAxis(all nodeSet) (*axis, error) {
	byName := make(map[string]nodeSet)
	var names []string
	for _, typ := range f.types {
		number, _ := typ.(int64)
		set, err := f.set(typeNodes{f.q.Workspace, number})
		if err != nil || set == nil {
			return nil, err
		}
		of, err := f.typeByID(number)
		if err != nil {
			return nil, err
		}
		if _, again := byName[of.Name]; !again {
			names = append(names, of.Name)
		}
		byName[of.Name] = byName[of.Name].or(all.and(set))
	}
	slices.SortFunc(names, strings.Compare)
	sets := make([]nodeSet, len(names))
	for i, name := range names {
		sets[i] = byName[name]
	}
	return axisOf(names, sets), nil
}

// axisOf makes an axis of sets that each have a name; the names are sorted.
func axisOf(names []string, sets []nodeSet) *axis {
	c := &column{}
	for _, name := range names {
		c.values.add(name)
	}
	return &axis{column: c, form: pedigree.Text, sets: sets}
}

// fillIn gives each node its code.
func (a *axis) fillIn() {
	for i, set := range a.sets {
		for id := range set.all() {
			a.set(id, uint32(i)+1)
		}
	}
	a.sets = nil
}
