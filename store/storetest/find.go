package storetest

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// modelNode is a node as the model knows it.
type modelNode struct {
	pedigree.Node
	text   map[query.Property]string
	number map[string]float64
}

func (m *modelNode) attrText(a query.Attr) string {
	switch a {
	case query.UID:
		return m.UID
	case query.Name:
		return m.Name
	case query.State:
		return m.State
	}
	panic("not in the model")
}

// value gives the rank of a field and its value.
func (m *modelNode) value(f query.Field) (rank int, text string, number float64) {
	switch f := f.(type) {
	case query.Attr:
		if f == query.Started {
			if !m.Started.Set() {
				return 2, "", 0
			}
			return 0, "", float64(m.Started)
		}
		return 0, m.attrText(f), 0
	case query.Property:
		if f.Space == pedigree.Metric {
			v, ok := m.number[f.Key]
			switch {
			case !ok:
				return 2, "", 0
			case math.IsNaN(v):
				return 1, "", 0
			}
			return 0, "", v
		}
		v, ok := m.text[f]
		if !ok {
			return 2, "", 0
		}
		return 0, v, 0
	}
	panic("not in the model")
}

func numeric(f query.Field) bool {
	switch f := f.(type) {
	case query.Attr:
		return f.Numeric()
	case query.Property:
		return f.Space == pedigree.Metric
	}
	return false
}

func (m *modelNode) matches(e query.Expr) bool {
	switch e := e.(type) {
	case nil:
		return true
	case query.And:
		return !slices.ContainsFunc(e, func(x query.Expr) bool { return !m.matches(x) })
	case query.Or:
		return slices.ContainsFunc(e, m.matches)
	case query.Not:
		return !m.matches(e.Term)
	}
	return m.compares(e.(query.Compare))
}

func (m *modelNode) compares(c query.Compare) bool {
	rank, text, number := m.value(c.Field)
	switch {
	case c.Op == query.IsNull:
		return rank == 2
	case c.Op == query.NotNull:
		return rank != 2
	case rank == 2:
		return false
	case rank == 1:
		return c.Op == query.Ne
	}
	by := cmp.Compare(text, c.Value.Text)
	if numeric(c.Field) {
		by = cmp.Compare(number, c.Value.Number)
	}
	switch c.Op {
	case query.Eq:
		return by == 0
	case query.Ne:
		return by != 0
	case query.Lt:
		return by < 0
	case query.Le:
		return by <= 0
	case query.Gt:
		return by > 0
	case query.Ge:
		return by >= 0
	case query.Like:
		return like(text, c.Value.Text)
	case query.ILike:
		return like(strings.ToLower(text), strings.ToLower(c.Value.Text))
	case query.In:
		return slices.Contains(c.Value.Texts, text)
	default:
		return !slices.Contains(c.Value.Texts, text)
	}
}

func like(text, pattern string) bool {
	var re strings.Builder
	re.WriteString(`(?s)\A`)
	for _, r := range pattern {
		switch r {
		case '%':
			re.WriteString(".*")
		case '_':
			re.WriteString(".")
		default:
			re.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return regexp.MustCompile(re.String() + `\z`).MatchString(text)
}

func (m *modelNode) compare(o *modelNode, order []query.Order) int {
	for _, t := range order {
		ra, ta, na := m.value(t.Field)
		rb, tb, nb := o.value(t.Field)
		c := cmp.Or(cmp.Compare(ta, tb), cmp.Compare(na, nb))
		if t.Desc {
			c = -c
		}
		if c = cmp.Or(cmp.Compare(ra, rb), c); c != 0 {
			return c
		}
	}
	return cmp.Compare(m.UID, o.UID)
}

// Fields and values are few, so that conditions match and ties are common.
var (
	texts   = []string{"", "a", "b", "A", strings.Repeat("long", 20) + "a", strings.Repeat("long", 20) + "b"}
	values  = []float64{-1, 0, 0.5, 1, math.MaxFloat64}
	fields  = []query.Field{query.Name, query.State, query.Started, query.UID, metric("m"), metric("n"), metric("none"), param("p"), param("none"), tagField("t")}
	textOps = []query.Op{query.Eq, query.Ne, query.Like, query.ILike, query.In, query.NotIn, query.IsNull, query.NotNull}
	numOps  = []query.Op{query.Eq, query.Ne, query.Lt, query.Le, query.Gt, query.Ge, query.IsNull, query.NotNull}
)

func metric(key string) query.Property   { return query.Property{Space: pedigree.Metric, Key: key} }
func param(key string) query.Property    { return query.Property{Space: pedigree.Param, Key: key} }
func tagField(key string) query.Property { return query.Property{Space: pedigree.Tag, Key: key} }

var compares = rapid.Custom(func(t *rapid.T) query.Expr {
	f := rapid.SampledFrom(fields).Draw(t, "field")
	if numeric(f) {
		return query.Compare{Field: f, Op: rapid.SampledFrom(numOps).Draw(t, "op"), Value: query.Value{Number: rapid.SampledFrom(values).Draw(t, "number")}}
	}
	text := rapid.SampledFrom(append(texts, "%", "_", "%A", "long%")).Draw(t, "text")
	return query.Compare{Field: f, Op: rapid.SampledFrom(textOps).Draw(t, "op"), Value: query.Value{Text: text, Texts: []string{text, "b"}}}
})

func exprs(depth int) *rapid.Generator[query.Expr] {
	if depth == 0 {
		return compares
	}
	return rapid.OneOf(
		compares,
		rapid.Map(rapid.SliceOfN(exprs(depth-1), 0, 3), func(x []query.Expr) query.Expr { return query.And(x) }),
		rapid.Map(rapid.SliceOfN(exprs(depth-1), 0, 3), func(x []query.Expr) query.Expr { return query.Or(x) }),
		rapid.Map(exprs(depth-1), func(x query.Expr) query.Expr { return query.Not{Term: x} }),
	)
}

var orders = rapid.Custom(func(t *rapid.T) []query.Order {
	fs := rapid.SliceOfNDistinct(rapid.SampledFrom(fields), 0, 3, func(f query.Field) string { return fmt.Sprintf("%T%v", f, f) }).Draw(t, "order")
	order := make([]query.Order, len(fs))
	for i, f := range fs {
		order[i] = query.Order{Field: f, Desc: rapid.Bool().Draw(t, "desc")}
	}
	return order
})

// fill makes runs with random facts in two experiments.
func fill(e *env, t *rapid.T, count int) (homes []pedigree.NodeID, all []*modelNode) {
	for range 2 {
		homes = append(homes, e.experiment().ID)
	}
	e.update(func(tx store.Tx) error {
		all = nil
		for range count {
			e.made++
			m := &modelNode{text: map[query.Property]string{}, number: map[string]float64{}}
			m.Node = *draft(pedigree.RunType, rapid.SampledFrom(homes).Draw(t, "home"), "u"+strconv.Itoa(e.made))
			m.Name = rapid.SampledFrom(texts).Draw(t, "name")
			m.State = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "state")
			m.Started = rapid.SampledFrom([]pedigree.Time{pedigree.NoTime, -1, 0, 1}).Draw(t, "started")
			m.Deleted = rapid.SampledFrom([]pedigree.Time{pedigree.NoTime, pedigree.NoTime, 4}).Draw(t, "deleted")
			if err := tx.CreateNode(&m.Node); err != nil {
				return err
			}
			for _, f := range fields {
				p, ok := f.(query.Property)
				if !ok || p.Key == "none" || rapid.Bool().Draw(t, "has not") {
					continue
				}
				if p.Space == pedigree.Metric {
					v := rapid.SampledFrom(append(values, math.NaN())).Draw(t, "value")
					m.number[p.Key] = v
					if err := tx.AppendPoints(&m.Node, []pedigree.Point{{Key: p.Key, Value: v}}); err != nil {
						return err
					}
					continue
				}
				v := rapid.SampledFrom(texts).Draw(t, "text")
				m.text[p] = v
				if err := tx.PutProperties(&m.Node, pedigree.Property{Space: p.Space, Key: p.Key, Value: v}); err != nil {
					return err
				}
			}
			all = append(all, m)
		}
		return nil
	})
	return homes, all
}

func findAgrees(e *env) {
	rapid.Check(e.T, func(t *rapid.T) {
		homes, all := fill(e, t, rapid.IntRange(0, 25).Draw(t, "count"))
		for range 4 {
			q := query.Query{
				Workspace: pedigree.DefaultWorkspace, Type: pedigree.RunType,
				Homes: homes[:rapid.IntRange(0, 2).Draw(t, "homes")],
				View:  rapid.SampledFrom([]query.View{query.Live, query.Bin, query.All}).Draw(t, "view"),
				Order: orders.Draw(t, "order"),
				Limit: rapid.IntRange(1, 12).Draw(t, "limit"),
			}
			if rapid.Bool().Draw(t, "filtered") {
				q.Where = exprs(2).Draw(t, "where")
			}
			want := expected(&q, all)
			if got := allPages(e, &q); !slices.Equal(got, want) {
				t.Fatalf("%+v\nfound %v\nwant  %v", q, got, want)
			}
		}
	})
}

func expected(q *query.Query, all []*modelNode) []string {
	var kept []*modelNode
	for _, m := range all {
		seen := q.View == query.All || m.Live() == (q.View == query.Live)
		if seen && slices.Contains(q.Homes, m.Home) && m.matches(q.Where) {
			kept = append(kept, m)
		}
	}
	slices.SortFunc(kept, func(a, b *modelNode) int { return a.compare(b, q.Order) })
	return uids(kept, func(m *modelNode) string { return m.UID })
}

func uids[T any](list []T, uid func(T) string) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = uid(x)
	}
	return out
}

// allPages follows the page tokens to the end.
func allPages(e *env, q *query.Query) []string {
	e.Helper()
	got := []string{}
	for token := ""; ; {
		if err := q.Resume(token); err != nil {
			e.Fatalf("resume: %v", err)
		}
		e.view(func(tx store.Reader) error {
			nodes, next, err := tx.Find(q)
			if len(nodes) > q.Limit {
				e.Fatalf("%d nodes on a page of %d", len(nodes), q.Limit)
			}
			got = append(got, uids(nodes, func(n pedigree.Node) string { return n.UID })...)
			token = q.Token(next)
			return err
		})
		if token == "" {
			return got
		}
	}
}

// stablePages pages through runs while others are made and changed, and
// expects each of the first ones exactly once.
func stablePages(e *env) {
	x := e.experiment()
	const count = 120
	add := func(i int, prefix string) error {
		return e.Update(context.Background(), func(tx store.Tx) error {
			n := draft(pedigree.RunType, x.ID, prefix+strconv.Itoa(i))
			n.Started = pedigree.Time(i % 7)
			if err := tx.CreateNode(n); err != nil {
				return err
			}
			return tx.AppendPoints(n, []pedigree.Point{{Key: "m", Value: float64(i % 5)}})
		})
	}
	for i := range count {
		if err := add(i, "first"); err != nil {
			e.Fatal(err)
		}
	}
	for round, order := range [][]query.Order{
		{{Field: metric("m"), Desc: true}, {Field: query.Started, Desc: true}}, {{Field: query.Started, Desc: true}}, {{Field: query.Name}}, nil,
	} {
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
					if err := add(i, fmt.Sprintf("later%d-", round)); err != nil {
						e.Error(err)
						return
					}
				}
			}
		})
		seen := map[string]int{}
		q := query.Query{
			Workspace: pedigree.DefaultWorkspace, Type: pedigree.RunType, Homes: []pedigree.NodeID{x.ID}, Order: order, Limit: 7,
			Where: query.Compare{Field: query.UID, Op: query.Like, Value: query.Value{Text: "first%"}},
		}
		for _, uid := range allPages(e, &q) {
			seen[uid]++
		}
		close(stop)
		wg.Wait()
		for uid, n := range seen {
			if n != 1 {
				e.Errorf("ordered by %v: %s came %d times", order, uid, n)
			}
		}
		if len(seen) != count {
			e.Errorf("ordered by %v: %d of %d", order, len(seen), count)
		}
	}
}

func patterns(e *env) {
	x := e.experiment()
	n := e.run(x)
	e.update(func(tx store.Tx) error { return tx.PutProperties(n, tag("t", `a%b_c\dE*[x]?`)) })
	for _, c := range []struct {
		op      query.Op
		pattern string
		want    bool
	}{
		{query.Like, `a%`, true},
		{query.Like, `A%`, false},
		{query.ILike, `A%e*%`, true},
		{query.Like, `%\d%`, true},
		{query.Like, `a\%b%`, false},
		{query.Like, `a%b_c\dE*[x]?`, true},
		{query.Like, `a_b_c_d%`, true},
		{query.Like, ``, false},
		{query.Like, `*`, false},
		{query.Like, `%[x]?`, true},
		{query.Like, `%'%`, false},
	} {
		q := query.Query{
			Workspace: pedigree.DefaultWorkspace, Type: pedigree.RunType, Homes: []pedigree.NodeID{x.ID}, Limit: 5,
			Where: query.Compare{Field: tagField("t"), Op: c.op, Value: query.Value{Text: c.pattern}},
		}
		if got := len(allPages(e, &q)) == 1; got != c.want {
			e.Errorf("op %d %q: %v", c.op, c.pattern, got)
		}
	}
}

func mergedHomes(e *env) {
	var homes []pedigree.NodeID
	for range 3 {
		homes = append(homes, e.experiment().ID)
	}
	var want []string
	for i := range 30 {
		n := draft(pedigree.RunType, homes[i%3], fmt.Sprintf("r%02d", i))
		n.Started = pedigree.Time(i)
		if i%2 == 0 {
			n.Deleted = 1
		}
		e.update(func(tx store.Tx) error { return tx.CreateNode(n) })
		want = append([]string{n.UID}, want...)
	}
	q := query.Query{
		Workspace: pedigree.DefaultWorkspace, Type: pedigree.RunType, Homes: homes, View: query.All, Limit: 4,
		Order: []query.Order{{Field: query.Started, Desc: true}},
	}
	if got := allPages(e, &q); !slices.Equal(got, want) {
		e.Errorf("got %v, want %v", got, want)
	}
}

func byCreation(e *env) {
	var want []string
	for i := range 9 {
		if i%2 == 0 {
			e.now.Add(1)
		}
		want = append(want, e.experiment().UID)
	}
	slices.SortFunc(want, func(a, b string) int { return cmp.Compare(b, a) })
	for _, attr := range []query.Attr{query.Created, query.Updated, query.Arrival} {
		q := query.Query{
			Workspace: pedigree.DefaultWorkspace, Type: pedigree.ExperimentType, Homes: []pedigree.NodeID{pedigree.DefaultWorkspace},
			View: query.All, Limit: 2, Order: []query.Order{{Field: attr, Desc: true}, {Field: query.Arrival, Desc: true}},
		}
		if got := allPages(e, &q); !slices.Equal(got, want) {
			e.Errorf("by attribute %d: %v, want %v", attr, got, want)
		}
	}
}

func tokens(e *env) {
	x := e.experiment()
	e.run(x)
	e.run(x)
	q := query.Query{Workspace: pedigree.DefaultWorkspace, Type: pedigree.RunType, Homes: []pedigree.NodeID{x.ID}, Limit: 1}
	var token string
	e.view(func(tx store.Reader) error {
		_, next, err := tx.Find(&q)
		token = q.Token(next)
		return err
	})
	other := q
	other.Where = query.Compare{Field: query.Name, Op: query.Eq, Value: query.Value{Text: "x"}}
	e.wantCode(other.Resume(token), pedigree.Invalid)
	for _, bad := range []string{"%%%", "e30=", token[:len(token)/2], "bnVsbA=="} {
		e.wantCode(q.Resume(bad), pedigree.Invalid)
	}
	if err := q.Resume(token); err != nil {
		e.Error(err)
	}
}
