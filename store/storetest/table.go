package storetest

import (
	"math"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// tablesAgree holds what tables show of random runs against a model.
func tablesAgree(e *env) {
	rapid.Check(e.T, func(t *rapid.T) {
		homes, all := fill(e, t, rapid.IntRange(0, 25).Draw(t, "count"))
		q := query.Query{
			Workspace: pedigree.DefaultWorkspace, Type: pedigree.RunType, Homes: homes[:1], Limit: 30,
			View: rapid.SampledFrom([]query.View{query.Live, query.Bin}).Draw(t, "view"), Order: orders.Draw(t, "order"),
		}
		if rapid.Bool().Draw(t, "filtered") {
			q.Where = exprs(2).Draw(t, "where")
		}
		want := expected(&q, all)
		e.view(func(r store.Reader) error {
			q.Skip = rapid.IntRange(0, 30).Draw(t, "skip")
			nodes, _, err := r.Find(&q)
			if got := uids(nodes, func(n pedigree.Node) string { return n.UID }); err != nil || !slices.Equal(got, want[min(q.Skip, len(want)):]) {
				t.Fatalf("%+v\nfound %v, %v\nwant  %v", q, got, err, want)
			}
			if n, err := r.Count(&q, 7); err != nil || n != int64(min(7, len(want))) {
				t.Fatalf("counted %d, %v of %d", n, err, len(want))
			}
			newest, err := r.Newest()
			if last := slices.MaxFunc(append(all, &modelNode{}), func(a, b *modelNode) int { return int(a.ID - b.ID) }); err != nil || len(all) > 0 && newest != last.ID {
				t.Fatalf("the newest is %d, %v, want %d", newest, err, last.ID)
			}
			since := newest - pedigree.NodeID(rapid.IntRange(0, 30).Draw(t, "since"))
			earlier := q
			earlier.Skip, earlier.Until = 0, since
			before := 0
			for _, m := range all {
				if m.ID <= since && slices.Contains(want, m.UID) {
					before++
				}
			}
			if n, err := r.Count(&earlier, 100); err != nil || since > 0 && n != int64(before) {
				t.Fatalf("counted %d made until %d, %v, want %d", n, since, err, before)
			}
			arrived := q
			arrived.Skip, arrived.Where = 0, query.And{query.Compare{Field: query.Arrival, Op: query.Gt, Value: query.Value{Number: float64(since)}}}
			if q.Where != nil {
				arrived.Where = append(arrived.Where.(query.And), q.Where)
			}
			later := slices.DeleteFunc(slices.Clone(want), func(uid string) bool {
				return !slices.ContainsFunc(all, func(m *modelNode) bool { return m.UID == uid && m.ID > since })
			})
			if n, err := r.Count(&arrived, 100); err != nil || n != int64(len(later)) {
				t.Fatalf("counted %d made since %d, %v, want %d", n, since, err, len(later))
			}
			some := rapid.SliceOfNDistinct(rapid.SampledFrom(append(uids(all, func(m *modelNode) string { return m.UID }), "none")), 0, 3, func(s string) string { return s }).Draw(t, "named")
			if len(some) > 0 {
				named := q
				named.Skip, named.Where = 0, query.And{query.Compare{Field: query.UID, Op: query.In, Value: query.Value{Texts: some}}}
				if q.Where != nil {
					named.Where = append(named.Where.(query.And), q.Where)
				}
				kept := slices.DeleteFunc(slices.Clone(want), func(uid string) bool { return !slices.Contains(some, uid) })
				nodes, _, err := r.Find(&named)
				if got := uids(nodes, func(n pedigree.Node) string { return n.UID }); err != nil || !slices.Equal(got, kept) {
					t.Fatalf("of %v found %v, %v\nwant %v", some, got, err, kept)
				}
			}
			return err
		})
		kept := slices.DeleteFunc(slices.Clone(all), func(m *modelNode) bool { return !slices.Contains(want, m.UID) })
		sameCells(e, t, all)
		sameGroups(e, t, &q, kept)
		sameKeys(e, t, homes[0], all)
	})
}

func sameCells(e *env, t *rapid.T, all []*modelNode) {
	ids := []pedigree.NodeID{-7}
	for _, m := range all {
		ids = append(ids, m.ID)
	}
	ids = append(ids, ids[len(ids)-1])
	var asked []query.Property
	for _, f := range append(fields, fields[len(fields)-1]) {
		if p, ok := f.(query.Property); ok {
			asked = append(asked, p)
		}
	}
	e.view(func(r store.Reader) error {
		cells, err := r.Cells(ids, asked)
		if err != nil || len(cells) != len(ids) {
			t.Fatalf("%d rows of cells for %d nodes, %v", len(cells), len(ids), err)
		}
		for i := range ids {
			for j, f := range asked {
				want := store.Cell{}
				if at := slices.IndexFunc(all, func(m *modelNode) bool { return m.ID == ids[i] }); at >= 0 {
					want = all[at].cell(f)
				}
				if got := cells[i][j]; got != want && !(math.IsNaN(got.Number) && math.IsNaN(want.Number) && got.Set) {
					t.Fatalf("%v of %d is %+v, want %+v", f, ids[i], got, want)
				}
			}
		}
		return nil
	})
}

func (m *modelNode) cell(f query.Field) (c store.Cell) {
	switch f := f.(type) {
	case query.Attr:
		c.Text = m.attrText(f)
		c.Set = c.Text != ""
	case query.Property:
		if f.Space == pedigree.Metric {
			c.Number, c.Set = m.number[f.Key], false
			_, c.Set = m.number[f.Key]
		} else {
			c.Text, c.Set = m.text[f]
		}
	}
	return c
}

// sameGroups groups by random fields and sums up by hand.
func sameGroups(e *env, t *rapid.T, q *query.Query, kept []*modelNode) {
	var texts []query.Field
	var metrics []string
	for _, f := range fields {
		if p, ok := f.(query.Property); ok && p.Space == pedigree.Metric {
			metrics = append(metrics, p.Key)
		} else if !numeric(f) {
			texts = append(texts, f)
		}
	}
	by := rapid.SliceOfN(rapid.SampledFrom(texts), 1, 2).Draw(t, "by")
	e.view(func(r store.Reader) error {
		groups, more, err := r.Groups(q, by, metrics, 100)
		if err != nil || more {
			t.Fatalf("groups: more %t, %v", more, err)
		}
		total := int64(0)
		for i, g := range groups {
			if i > 0 && groups[i-1].Nodes < g.Nodes {
				t.Fatalf("the larger group comes last: %+v", groups)
			}
			in := slices.DeleteFunc(slices.Clone(kept), func(m *modelNode) bool {
				for j, f := range by {
					if m.cell(f) != g.Values[j] {
						return true
					}
				}
				return false
			})
			total += g.Nodes
			if int64(len(in)) != g.Nodes {
				t.Fatalf("%d nodes in %+v, want %d", g.Nodes, g.Values, len(in))
			}
			for j, key := range metrics {
				checkSummary(t, g.Metrics[j], in, key)
			}
		}
		if total != int64(len(kept)) {
			t.Fatalf("%d of %d nodes in groups", total, len(kept))
		}
		_, more, err = r.Groups(q, by, nil, 1)
		if more != (len(groups) > 1) {
			t.Fatalf("of %d groups are more than 1: %t", len(groups), more)
		}
		return err
	})
}

func checkSummary(t *rapid.T, got store.Summary, in []*modelNode, key string) {
	var numbers []float64
	sum := 0.0
	for _, m := range in {
		if v, ok := m.number[key]; ok && !math.IsNaN(v) {
			numbers = append(numbers, v)
			sum += v
		}
	}
	if got.N != int64(len(numbers)) {
		t.Fatalf("%d numbers of %s, want %d", got.N, key, len(numbers))
	}
	if len(numbers) == 0 {
		return
	}
	mean, squares := sum/float64(len(numbers)), 0.0
	for _, v := range numbers {
		squares += (v - mean) * (v - mean)
	}
	want := store.Summary{N: got.N, Mean: mean, Min: slices.Min(numbers), Max: slices.Max(numbers)}
	if len(numbers) > 1 {
		want.Deviation = math.Sqrt(squares / float64(len(numbers)-1))
	}
	near := func(a, b float64) bool {
		return math.Abs(want.Max)+math.Abs(want.Min) > 1e150 || math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b))
	}
	// Squares of the largest numbers, which stand for infinity, are none.
	if got.Min != want.Min || got.Max != want.Max || !near(got.Mean, want.Mean) || !near(got.Deviation, want.Deviation) {
		t.Fatalf("%s of %v is %+v, want %+v", key, numbers, got, want)
	}
}

// sameKeys lists keys and texts at a home, and counts their uses.
func sameKeys(e *env, t *rapid.T, home pedigree.NodeID, all []*modelNode) {
	all = slices.DeleteFunc(slices.Clone(all), func(m *modelNode) bool { return m.Home != home })
	e.view(func(r store.Reader) error {
		for _, f := range fields {
			p, ok := f.(query.Property)
			if !ok {
				continue
			}
			var texts []string
			uses, there := int64(0), false
			for _, m := range all {
				c := m.cell(p)
				number := c.Set && !math.IsNaN(c.Number)
				there = there || number
				if number && m.Live() {
					uses++
				}
				if p.Space != pedigree.Metric && c.Set {
					texts = append(texts, firstOf(c.Text))
				}
			}
			keys, err := r.KeysAt(home, p.Space)
			if err != nil || slices.Contains(keys, p.Key) != there {
				t.Fatalf("keys %q, %v: of %v %t", keys, err, p, there)
			}
			counts, err := r.Uses(home, pedigree.RunType, []query.Compare{{Field: p, Op: query.NotNull}}, 5)
			if err != nil || counts[0] != min(5, uses) {
				t.Fatalf("%v uses of %v, %v, want %d", counts, p, err, uses)
			}
			slices.Sort(texts)
			texts = slices.Compact(texts)
			got, err := r.TextsAt(home, p, "", 3)
			if err != nil || !slices.EqualFunc(got, texts[:min(3, len(texts))], func(b store.Beginning, s string) bool { return b.Text == s }) {
				t.Fatalf("texts %+v, %v, want %q", got, err, texts)
			}
			checkTexts(t, r, home, p, texts, all)
		}
		return nil
	})
}

func checkTexts(t *rapid.T, r store.Reader, home pedigree.NodeID, p query.Property, texts []string, all []*modelNode) {
	if len(texts) == 0 {
		return
	}
	text := rapid.SampledFrom(texts).Draw(t, "beginning")
	got, err := r.TextsAt(home, p, text, 100)
	want := slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return !strings.HasPrefix(s, text) })
	if err != nil || !slices.EqualFunc(got, want, func(b store.Beginning, s string) bool { return b.Text == s }) {
		t.Fatalf("texts from %q on are %+v, %v, want %q", text, got, err, want)
	}
	if got[0].Cut {
		return
	}
	n := int64(0)
	for _, m := range all {
		if c := m.cell(p); c.Set && c.Text == text && m.Live() {
			n++
		}
	}
	counts, err := r.Uses(home, pedigree.RunType, []query.Compare{{Field: p, Op: query.Eq, Value: query.Value{Text: text}}}, 100)
	if err != nil || counts[0] != n {
		t.Fatalf("%v nodes with %q, %v, want %d", counts, text, err, n)
	}
}

// firstOf cuts a text where engines may.
func firstOf(text string) string {
	if letters := []rune(text); len(letters) > 64 {
		return string(letters[:64])
	}
	return text
}
