package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// byName searches contexts and artifacts of one home by their names, numbers
// and times, page by page, with and without those in the bin.
func byName(e *env) {
	for _, typ := range []pedigree.Type{pedigree.RegisteredModelType, pedigree.ModelVersionType} {
		var nodes []pedigree.Node
		for i := range 40 {
			e.now.Add(int64(i % 2)) // some share a moment
			n := draft(typ, pedigree.DefaultWorkspace, fmt.Sprintf("u%02d", i))
			n.Name = fmt.Sprintf("n%02d", (i*7)%40)
			if typ.Kind == pedigree.Artifact {
				n.Name = fmt.Sprintf("n%02d", i%4) // no name is their own
			}
			n.Version = fmt.Sprint((i * 3) % 25)
			if i%5 == 0 {
				n.Deleted = 1
			}
			e.update(func(tx store.Tx) error { return tx.CreateNode(n) })
			nodes = append(nodes, *n)
		}
		for _, c := range namedSearches {
			for _, view := range []query.View{query.Live, query.Bin, query.All} {
				q := query.Query{
					Workspace: pedigree.DefaultWorkspace, Type: typ, Homes: []pedigree.NodeID{pedigree.DefaultWorkspace},
					View: view, Where: c.where, Order: c.order, Limit: 3,
				}
				if got, want := allPages(e, &q), c.expect(nodes, view); !slices.Equal(got, want) {
					e.Errorf("%s, %s, view %d: got %v, want %v", typ.Name, c.name, view, got, want)
				}
			}
		}
	}
}

type namedSearch struct {
	name    string
	where   query.Expr
	order   []query.Order
	keep    func(n *pedigree.Node) bool
	compare func(a, b *pedigree.Node) int
}

// expect lists the identities that a search finds, in order.
func (c *namedSearch) expect(nodes []pedigree.Node, view query.View) []string {
	kept := []*pedigree.Node{}
	for i := range nodes {
		if n := &nodes[i]; c.keep(n) && (view == query.All || n.Live() == (view == query.Live)) {
			kept = append(kept, n)
		}
	}
	slices.SortFunc(kept, func(a, b *pedigree.Node) int { return cmp.Or(c.compare(a, b), strings.Compare(a.UID, b.UID)) })
	found := make([]string, len(kept))
	for i, n := range kept {
		found[i] = n.UID
	}
	return found
}

func number(n *pedigree.Node) (v int64) {
	_, _ = fmt.Sscan(n.Version, &v)
	return v
}

func compareNames(a, b *pedigree.Node) int   { return strings.Compare(a.Name, b.Name) }
func compareNumbers(a, b *pedigree.Node) int { return cmp.Compare(number(a), number(b)) }
func compareUpdated(a, b *pedigree.Node) int { return cmp.Compare(a.Updated, b.Updated) }
func keepAll(*pedigree.Node) bool            { return true }

var namedSearches = []namedSearch{
	{"by name", nil, []query.Order{{Field: query.Name}}, keepAll, compareNames},
	{"by name, down", nil, []query.Order{{Field: query.Name, Desc: true}}, keepAll, func(a, b *pedigree.Node) int { return compareNames(b, a) }},
	{
		"by name and number, down", nil,
		[]query.Order{{Field: query.Name}, {Field: query.Number, Desc: true}},
		keepAll,
		func(a, b *pedigree.Node) int { return cmp.Or(compareNames(a, b), compareNumbers(b, a)) },
	},
	{"by number", nil, []query.Order{{Field: query.Number}}, keepAll, compareNumbers},
	{
		"by last change", nil,
		[]query.Order{{Field: query.Updated, Desc: true}, {Field: query.Name}, {Field: query.Number, Desc: true}},
		keepAll,
		func(a, b *pedigree.Node) int {
			return cmp.Or(compareUpdated(b, a), compareNames(a, b), compareNumbers(b, a))
		},
	},
	{
		"of one name",
		query.Compare{Field: query.Name, Op: query.Eq, Value: query.Value{Text: "n03"}},
		[]query.Order{{Field: query.Updated, Desc: true}},
		func(n *pedigree.Node) bool { return n.Name == "n03" }, func(a, b *pedigree.Node) int { return compareUpdated(b, a) },
	},
	{
		"of some names",
		query.Compare{Field: query.Name, Op: query.In, Value: query.Value{Texts: []string{"n02", "n00", "nope"}}},
		[]query.Order{{Field: query.Number}},
		func(n *pedigree.Node) bool { return n.Name == "n02" || n.Name == "n00" }, compareNumbers,
	},
	{
		"of names that are alike",
		query.Compare{Field: query.Name, Op: query.Like, Value: query.Value{Text: "n1%"}},
		[]query.Order{{Field: query.Name}},
		func(n *pedigree.Node) bool { return strings.HasPrefix(n.Name, "n1") }, compareNames,
	},
	{
		"of names that are alike, by last change",
		query.Compare{Field: query.Name, Op: query.Like, Value: query.Value{Text: "n1%"}},
		[]query.Order{{Field: query.Updated, Desc: true}, {Field: query.Number}},
		func(n *pedigree.Node) bool { return strings.HasPrefix(n.Name, "n1") },
		func(a, b *pedigree.Node) int { return cmp.Or(compareUpdated(b, a), compareNumbers(a, b)) },
	},
	{
		"of names with a part in common",
		query.Compare{Field: query.Name, Op: query.Like, Value: query.Value{Text: "%1%"}},
		[]query.Order{{Field: query.Name, Desc: true}},
		func(n *pedigree.Node) bool { return strings.Contains(n.Name, "1") }, func(a, b *pedigree.Node) int { return compareNames(b, a) },
	},
	{
		"of names with a part in common, by last change",
		query.And{
			query.Compare{Field: query.Name, Op: query.ILike, Value: query.Value{Text: "%N_1"}},
			query.Compare{Field: query.Number, Op: query.Lt, Value: query.Value{Number: 20}},
		},
		[]query.Order{{Field: query.Updated}},
		func(n *pedigree.Node) bool { return strings.HasSuffix(n.Name, "1") && number(n) < 20 }, compareUpdated,
	},
	{
		"of names that none has, by last change",
		query.Compare{Field: query.Name, Op: query.Like, Value: query.Value{Text: "%none%"}},
		[]query.Order{{Field: query.Updated}},
		func(*pedigree.Node) bool { return false }, compareUpdated,
	},
	{
		"from a number on",
		query.Compare{Field: query.Number, Op: query.Ge, Value: query.Value{Number: 9}},
		[]query.Order{{Field: query.Name}},
		func(n *pedigree.Node) bool { return number(n) >= 9 }, compareNames,
	},
}

// longTexts compares texts around the length that an index may hold of them.
func longTexts(e *env) {
	x := e.experiment()
	var texts []string
	for _, n := range []int{1, 62, 63, 64, 65, 130} {
		for _, unit := range []string{"x", "é", "😀"} {
			text := strings.Repeat(unit, n)
			texts = append(texts, text, text+"y")
		}
	}
	slices.Sort(texts)
	texts = slices.Compact(texts)
	for _, text := range texts {
		n := e.run(x)
		e.update(func(tx store.Tx) error { return tx.PutProperties(n, tag("t", text)) })
	}
	field := query.Property{Space: pedigree.Tag, Key: "t"}
	for i, text := range texts {
		other := texts[(i+1)%len(texts)]
		for _, c := range []struct {
			compare query.Compare
			want    int
		}{
			{query.Compare{Field: field, Op: query.Eq, Value: query.Value{Text: text}}, 1},
			{query.Compare{Field: field, Op: query.In, Value: query.Value{Texts: []string{text, other}}}, 2},
			{query.Compare{Field: field, Op: query.Ne, Value: query.Value{Text: text}}, len(texts) - 1},
		} {
			q := query.Query{Workspace: pedigree.DefaultWorkspace, Type: pedigree.RunType, Homes: []pedigree.NodeID{x.ID}, Where: c.compare, Limit: 100}
			if got := allPages(e, &q); len(got) != c.want {
				e.Errorf("%d runs have a relation %d to a text of %d bytes, want %d", len(got), c.compare.Op, len(text), c.want)
			}
			q.Where = query.And{c.compare, query.Not{Term: query.Compare{Field: field, Op: query.Eq, Value: query.Value{Text: text}}}}
			if got := allPages(e, &q); c.compare.Op == query.Eq && len(got) != 0 {
				e.Errorf("%d runs have a text of %d bytes and have it not", len(got), len(text))
			}
		}
	}
}

// namePatterns compares names with patterns whose beginning an index can be
// searched by.
func namePatterns(e *env) {
	names := []string{"a", "ab", "abc", "a%", "a_", "b", "B", "é", "éa", "ê", "\x7f", "\x7fa", "~", "~~", "\U0010ffff", "\U0010ffffx", "zz", "z{", "*x", "?x", "[x]", "x]"}
	for _, name := range names {
		n := draft(pedigree.RegisteredModelType, pedigree.DefaultWorkspace, fmt.Sprintf("%x", name))
		n.Name = name
		e.update(func(tx store.Tx) error { return tx.CreateNode(n) })
	}
	for pattern, want := range map[string]string{
		"a%": "a a% a_ ab abc", "a_": "a% a_ ab", "ab%": "ab abc", "%": "all", "_": "a b B é ê ~ \x7f \U0010ffff", "é%": "é éa", "\x7f%": "\x7f \x7fa",
		"~%": "~ ~~", "~_": "~~", "\U0010ffff%": "\U0010ffff \U0010ffffx", "zz%": "zz", "z_": "zz z{",
		"*%": "*x", "%*%": "*x", "_?_": "", "?%": "?x", "%?_": "?x", "[x]": "[x]", "[%": "[x]", "_x]": "[x]", "%x%": "*x ?x [x] x] \U0010ffffx", "%x]": "[x] x]", "b": "b", "": "", "c%": "",
	} {
		q := query.Query{
			Workspace: pedigree.DefaultWorkspace, Type: pedigree.RegisteredModelType, Homes: []pedigree.NodeID{pedigree.DefaultWorkspace}, Limit: 4,
			Where: query.Compare{Field: query.Name, Op: query.Like, Value: query.Value{Text: pattern}}, Order: []query.Order{{Field: query.Name}},
		}
		wanted := strings.Fields(want)
		if want == "all" {
			wanted = slices.Clone(names)
		}
		for i := range wanted {
			wanted[i] = fmt.Sprintf("%x", wanted[i])
		}
		got := allPages(e, &q)
		slices.Sort(got)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			e.Errorf("%q finds %q, want %q", pattern, got, wanted)
		}
	}
}
