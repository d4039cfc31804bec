package sqlstore

import (
	"bytes"
	"cmp"
	"iter"
	"math"
	"math/bits"
	"slices"
	"sort"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// A column is a property of many nodes, or a time of theirs, in memory: of each node
// the code of its value. Values of larger codes are larger, but for a few that came
// later. A column never changes; one that knows more is made of it.
type column struct {
	values values
	codes  []*codeBlock // nil where no node has a value
	extra  []any        // values with the codes behind those of values, in no order
	places []uint64     // where those stand among the others; see place
}

// A codeBlock is the codes of the nodes of a block, 0 for none.
type codeBlock [blockNodes]uint32

// most is the largest code.
func (c *column) most() uint32 { return uint32(c.values.len() + len(c.extra)) }

func (c *column) code(id pedigree.NodeID) uint32 {
	block, at := blockOf(id)
	if block >= len(c.codes) || c.codes[block] == nil {
		return 0
	}
	return c.codes[block][at]
}

// value gives the value of a code: string, int64 or float64; nil for 0.
func (c *column) value(code uint32) any {
	switch n := uint32(c.values.len()); {
	case code == 0:
		return nil
	case code <= n:
		return c.values.at(int(code) - 1)
	default:
		return c.extra[code-n-1]
	}
}

// number gives the value of a code of a column of numbers.
func (c *column) number(code uint32) float64 {
	i := int(code) - 1
	switch {
	case i >= c.values.len():
		n, _ := numberOf(c.extra[i-c.values.len()])
		return n
	case c.values.form == pedigree.Int:
		return float64(c.values.ints[i])
	}
	return c.values.nums[i]
}

// extraBits is the room between the places of two values, for those that came later.
const extraBits = 16

// place says where the value of a code stands among all: after all of smaller place.
func (c *column) place(code uint32) uint64 {
	if n := uint32(c.values.len()); code > n {
		return c.places[code-n-1]
	}
	return uint64(code) << extraBits
}

// codeOf finds the code of a value, 0 for none.
func (c *column) codeOf(v any) uint32 {
	if i, found := c.values.search(v); found {
		return uint32(i) + 1
	}
	if i := slices.Index(c.extra, v); i >= 0 {
		return uint32(c.values.len()+i) + 1
	}
	return 0
}

// with gives a column that knows a further value, and the code of that.
func (c *column) with(v any) (*column, uint32) {
	if code := c.codeOf(v); code != 0 {
		return c, code
	}
	more := *c
	more.extra = append(slices.Clip(c.extra), v)
	more.setPlaces()
	return &more, more.most()
}

// setPlaces finds where the values that came later stand.
func (c *column) setPlaces() {
	sorted := make([]int, len(c.extra))
	for i := range sorted {
		sorted[i] = i
	}
	slices.SortFunc(sorted, func(a, b int) int { return compareValues(c.extra[a], c.extra[b]) })
	c.places = make([]uint64, len(c.extra))
	for rank, i := range sorted {
		before, _ := c.values.search(c.extra[i])
		c.places[i] = uint64(before)<<extraBits + uint64(rank) + 1
	}
}

// mostExtra is how many values may stand behind the others.
const mostExtra = 1000

// changed gives the column with other values of some nodes, nil for none.
func (c *column) changed(nodes map[pedigree.NodeID]any) *column {
	fresh := &column{values: c.values, codes: slices.Clone(c.codes), extra: slices.Clip(c.extra)}
	own := make(map[int]bool)
	added := make(map[any]uint32)
	for id, v := range nodes {
		code := uint32(0)
		if v != nil {
			if code = c.codeOf(v); code == 0 {
				code = added[v]
			}
			if code == 0 {
				fresh.extra = append(fresh.extra, v)
				code = fresh.most()
				added[v] = code
			}
		}
		block, at := blockOf(id)
		if code == c.code(id) {
			continue
		}
		for block >= len(fresh.codes) {
			fresh.codes = append(fresh.codes, nil)
		}
		if !own[block] {
			b := new(codeBlock)
			if fresh.codes[block] != nil {
				*b = *fresh.codes[block]
			}
			fresh.codes[block], own[block] = b, true
		}
		fresh.codes[block][at] = code
	}
	if len(fresh.extra) > mostExtra {
		return fresh.merged(&column{values: values{form: c.values.form}})
	}
	fresh.setPlaces()
	return fresh
}

// merged gives a column of what two of different nodes have, in which no value stands
// behind the others, and none that no node has.
func (c *column) merged(o *column) *column {
	all := &column{values: values{form: c.values.form}, codes: make([]*codeBlock, max(len(c.codes), len(o.codes)))}
	all.values.grow(&c.values, &o.values)
	mine, others := c.sorted(), o.sorted()
	toMine, toOthers := make([]uint32, c.most()+1), make([]uint32, o.most()+1)
	for len(mine) > 0 || len(others) > 0 {
		order := -1
		switch {
		case len(mine) == 0:
			order = 1
		case len(others) > 0:
			order = compareValues(c.value(mine[0]), o.value(others[0]))
		}
		if order <= 0 {
			all.values.add(c.value(mine[0]))
			toMine[mine[0]] = uint32(all.values.len())
			mine = mine[1:]
		} else {
			all.values.add(o.value(others[0]))
		}
		if order >= 0 {
			toOthers[others[0]] = uint32(all.values.len())
			others = others[1:]
		}
	}
	all.take(c, toMine)
	all.take(o, toOthers)
	return all
}

// sorted gives the codes that some node has, in order of their values.
func (c *column) sorted() []uint32 {
	used := make(codeSet, c.most()/64+1)
	for _, b := range c.codes {
		if b == nil {
			continue
		}
		for _, code := range b {
			used.add(code)
		}
	}
	var codes []uint32
	for code := uint32(1); code <= c.most(); code++ {
		if used.has(code) {
			codes = append(codes, code)
		}
	}
	if len(c.extra) > 0 {
		slices.SortFunc(codes, func(a, b uint32) int { return cmp.Compare(c.place(a), c.place(b)) })
	}
	return codes
}

// take adds the nodes of another column, whose codes are others here.
func (c *column) take(o *column, to []uint32) {
	for i, from := range o.codes {
		if from == nil {
			continue
		}
		if c.codes[i] == nil {
			c.codes[i] = new(codeBlock)
		}
		for at, code := range from {
			if code != 0 {
				c.codes[i][at] = to[code]
			}
		}
	}
}

// put adds a node to a column that is being made. Values come in order.
func (c *column) put(id pedigree.NodeID, v any) {
	if n := c.values.len(); n == 0 || compareValues(c.values.at(n-1), v) != 0 {
		c.values.add(v)
	}
	c.set(id, uint32(c.values.len()))
}

// set gives a node a code, in a column that is being made.
func (c *column) set(id pedigree.NodeID, code uint32) {
	block, at := blockOf(id)
	for block >= len(c.codes) {
		c.codes = append(c.codes, nil)
	}
	if c.codes[block] == nil {
		c.codes[block] = new(codeBlock)
	}
	c.codes[block][at] = code
}

// bytes is about how much memory the column takes.
func (c *column) bytes() int64 {
	n := int64(8*len(c.codes)) + c.values.bytes()
	for _, b := range c.codes {
		if b != nil {
			n += 4 * blockNodes
		}
	}
	for _, v := range c.extra {
		text, _ := v.(string)
		n += int64(len(text)) + 40
	}
	return n
}

// numbers reports whether values are numbers.
func (c *column) numbers() bool { return c.values.form != pedigree.Text }

// A codeSet is codes: a bit for each.
type codeSet []uint64

func (s codeSet) add(code uint32)      { s[code/64] |= 1 << (code % 64) }
func (s codeSet) has(code uint32) bool { return s[code/64]>>(code%64)&1 != 0 }

// addRange adds the codes from one to another, both included.
func (s codeSet) addRange(from, to uint32) {
	for ; from <= to && from%64 != 0; from++ {
		s.add(from)
	}
	for ; from+63 <= to; from += 64 {
		s[from/64] = math.MaxUint64
	}
	for ; from <= to; from++ {
		s.add(from)
	}
}

// each gives the nodes of a set with their codes.
func (c *column) each(all nodeSet) iter.Seq2[pedigree.NodeID, uint32] {
	return func(yield func(pedigree.NodeID, uint32) bool) {
		var none codeBlock
		for i, in := range all {
			if in == nil {
				continue
			}
			of := &none
			if i < len(c.codes) && c.codes[i] != nil {
				of = c.codes[i]
			}
			for k, word := range in {
				for ; word != 0; word &= word - 1 {
					at := k*64 + bits.TrailingZeros64(word)
					if !yield(pedigree.NodeID(i<<blockBits+at), of[at&(blockNodes-1)]) {
						return
					}
				}
			}
		}
	}
}

// among gives the nodes of a set whose code is one of some.
func (c *column) among(codes codeSet, scope nodeSet) nodeSet {
	found := make(nodeSet, len(scope))
	absent := codes.has(0)
	for i, in := range scope {
		switch {
		case in == nil:
			continue
		case i >= len(c.codes) || c.codes[i] == nil:
			if absent {
				found[i] = in
			}
			continue
		}
		b, of := new(nodeBlock), c.codes[i]
		for k, word := range in {
			if word == 0 {
				continue
			}
			var fulfil uint64
			for at, code := range of[k*64 : k*64+64] {
				fulfil |= (codes[code/64] >> (code % 64) & 1) << at
			}
			b[k] = fulfil & word
		}
		found[i] = b
	}
	return found
}

// fulfilling gives the codes of the values that fulfil a comparison; ok is false where
// it is no comparison of such values.
func (c *column) fulfilling(h query.Holds) (codes codeSet, ok bool) {
	wanted := make([]any, len(h.Values))
	for i, v := range h.Values {
		if wanted[i], ok = c.comparable(v); !ok {
			return nil, false
		}
	}
	if wants := wantsValue(h.Is); wants && len(wanted) == 0 || wants && h.Is != query.Equal && len(wanted) != 1 || c.numbers() && h.Is >= query.Globbed {
		return nil, false
	}
	codes = make(codeSet, c.most()/64+1)
	c.values.fulfilling(h.Is, wanted, codes)
	for i, v := range c.extra {
		if fulfilsOne(v, h.Is, wanted) {
			codes.add(uint32(c.values.len()+i) + 1)
		}
	}
	return codes, true
}

// comparable gives a value in the form that those of the column are compared with.
func (c *column) comparable(v any) (any, bool) {
	switch v := v.(type) {
	case string:
		return v, !c.numbers()
	case bool:
		if v {
			return int64(1), c.numbers()
		}
		return int64(0), c.numbers()
	case int64, float64:
		return v, c.numbers()
	}
	return nil, false
}

// fulfilsOne compares one value.
func fulfilsOne(v any, is query.Comparison, wanted []any) bool {
	switch is {
	case query.Present:
		return true
	case query.NotEmpty:
		return v != "" && v != "[]" && v != "{}"
	case query.Equal:
		return slices.ContainsFunc(wanted, func(w any) bool { return compareValues(v, w) == 0 })
	case query.Less:
		return compareValues(v, wanted[0]) < 0
	case query.LessEqual:
		return compareValues(v, wanted[0]) <= 0
	case query.More:
		return compareValues(v, wanted[0]) > 0
	case query.MoreEqual:
		return compareValues(v, wanted[0]) >= 0
	}
	text, _ := v.(string)
	of, _ := wanted[0].(string)
	return fulfilsText([]byte(text), is, []byte(of))
}

func fulfilsText(text []byte, is query.Comparison, of []byte) bool {
	switch is {
	case query.Starting:
		return bytes.HasPrefix(text, of)
	case query.Ending:
		return bytes.HasSuffix(text, of)
	case query.Containing:
		return bytes.Contains(text, of)
	case query.Globbed:
		return glob(of, text)
	}
	return false
}

// compareValues orders values of one form, and numbers of any.
func compareValues(a, b any) int {
	switch a := a.(type) {
	case string:
		b, _ := b.(string)
		return cmp.Compare(a, b)
	case int64:
		switch b := b.(type) {
		case int64:
			return cmp.Compare(a, b)
		case float64:
			return compareIntFloat(a, b)
		}
	case float64:
		switch b := b.(type) {
		case int64:
			return -compareIntFloat(b, a)
		case float64:
			return cmp.Compare(a, b)
		}
	}
	return 0
}

// compareIntFloat compares without rounding.
func compareIntFloat(a int64, b float64) int {
	switch {
	case b >= 1<<63:
		return -1
	case b < -1<<63:
		return 1
	}
	whole := math.Floor(b)
	if c := cmp.Compare(a, int64(whole)); c != 0 {
		return c
	}
	return cmp.Compare(whole, b)
}

// values are values of one form, ascending, each once.
type values struct {
	form pedigree.Form // Text, Int or Double
	text []byte        // all texts, one after the other
	ends []uint32      // where each ends
	ints []int64
	nums []float64
}

func (v *values) len() int {
	switch v.form {
	case pedigree.Int:
		return len(v.ints)
	case pedigree.Double:
		return len(v.nums)
	}
	return len(v.ends)
}

func (v *values) at(i int) any {
	switch v.form {
	case pedigree.Int:
		return v.ints[i]
	case pedigree.Double:
		return v.nums[i]
	}
	return string(v.textAt(i))
}

func (v *values) textAt(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = v.ends[i-1]
	}
	return v.text[from:v.ends[i]]
}

// grow makes room for the values of two.
func (v *values) grow(a, b *values) {
	v.text = slices.Grow(v.text, len(a.text)+len(b.text))
	v.ends = slices.Grow(v.ends, len(a.ends)+len(b.ends))
	v.ints = slices.Grow(v.ints, len(a.ints)+len(b.ints))
	v.nums = slices.Grow(v.nums, len(a.nums)+len(b.nums))
}

// trim gives back the room that is left.
func (v *values) trim() {
	v.text, v.ends, v.ints, v.nums = slices.Clone(v.text), slices.Clone(v.ends), slices.Clone(v.ints), slices.Clone(v.nums)
}

// add puts a value behind all others.
func (v *values) add(one any) {
	switch one := one.(type) {
	case int64:
		v.ints = append(v.ints, one)
	case float64:
		v.nums = append(v.nums, one)
	case string:
		v.text = append(v.text, one...)
		v.ends = append(v.ends, uint32(len(v.text)))
	}
}

func (v *values) bytes() int64 {
	return int64(len(v.text) + 4*len(v.ends) + 8*len(v.ints) + 8*len(v.nums))
}

// search finds the first value that is not smaller than one, and whether it is equal.
func (v *values) search(one any) (int, bool) {
	if text, ok := one.(string); ok && v.form == pedigree.Text {
		of := []byte(text)
		return sort.Find(len(v.ends), func(i int) int { return bytes.Compare(of, v.textAt(i)) })
	}
	return sort.Find(v.len(), func(i int) int { return compareValues(one, v.at(i)) })
}

// fulfilling adds the codes of values that fulfil a comparison.
func (v *values) fulfilling(is query.Comparison, wanted []any, codes codeSet) {
	n := uint32(v.len())
	switch is {
	case query.Present:
		codes.addRange(1, n)
	case query.NotEmpty:
		codes.addRange(1, n)
		if v.form == pedigree.Text {
			for _, nothing := range []string{"", "[]", "{}"} {
				if i, found := v.search(nothing); found {
					codes[(i+1)/64] &^= 1 << ((i + 1) % 64)
				}
			}
		}
	case query.Equal:
		for _, w := range wanted {
			if i, found := v.search(w); found {
				codes.add(uint32(i) + 1)
			}
		}
	case query.Less, query.LessEqual, query.More, query.MoreEqual:
		v.beside(is, wanted[0], codes)
	default:
		text, _ := wanted[0].(string)
		v.fulfillingText(is, text, codes)
	}
}

// beside adds the codes on one side of a value.
func (v *values) beside(is query.Comparison, of any, codes codeSet) {
	n := uint32(v.len())
	i, found := v.search(of)
	upTo, from := uint32(i), uint32(i)+1 // codes below, and from the value on
	switch is {
	case query.Less:
		codes.addRange(1, upTo)
	case query.LessEqual:
		if found {
			upTo++
		}
		codes.addRange(1, upTo)
	case query.More:
		if found {
			from++
		}
		codes.addRange(from, n)
	default:
		codes.addRange(from, n)
	}
}

func (v *values) fulfillingText(is query.Comparison, text string, codes codeSet) {
	is, text = plainer(is, text)
	of := []byte(text)
	first, last := 0, len(v.ends) // only those that begin as it does
	beginning := ""
	switch is {
	case query.Starting:
		beginning = text
	case query.Globbed:
		beginning = text[:literal(text)]
	case query.Containing, query.Ending:
		if len(of) > fewBytes {
			v.containing(of, is == query.Ending, codes)
			return
		}
	}
	if beginning != "" {
		first, _ = v.search(beginning)
		if end, ok := beyond(beginning); ok {
			last, _ = v.search(end)
		}
	}
	for i := first; i < last; i++ {
		if fulfilsText(v.textAt(i), is, of) {
			codes.add(uint32(i) + 1)
		}
	}
}

// plainer gives a simpler comparison that says what a pattern does, if there is one.
func plainer(is query.Comparison, pattern string) (query.Comparison, string) {
	inner := strings.Trim(pattern, "*")
	if is != query.Globbed || strings.ContainsAny(inner, "*?[") || inner == "" {
		return is, pattern
	}
	switch before, after := pattern[0] == '*', pattern[len(pattern)-1] == '*'; {
	case before && after:
		return query.Containing, inner
	case before:
		return query.Ending, inner
	case after:
		return query.Starting, inner
	}
	return is, pattern
}

// fewBytes is how long a text is of which there may be very many places; what contains
// it is found faster one by one.
const fewBytes = 2

// containing looks through all texts at once, for those that contain a text or end in
// it.
func (v *values) containing(of []byte, ending bool, codes codeSet) {
	for at, i := 0, 0; ; at++ {
		next := bytes.Index(v.text[at:], of)
		if next < 0 {
			return
		}
		at += next
		i += sort.Search(len(v.ends)-i, func(n int) bool { return v.ends[i+n] > uint32(at) })
		end := int(v.ends[i])
		if after := at + len(of); after == end || after < end && !ending {
			codes.add(uint32(i) + 1)
			at = end - 1
		} else if after < end { // what it ends in stands further on
			at = end - len(of) - 1
		}
	}
}
