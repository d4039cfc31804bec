package storetest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// A world is a small graph as the model of selections knows it.
type world struct {
	nodes      []*worldNode
	events     []pedigree.Event
	memberOf   map[pedigree.NodeID][]pedigree.NodeID // contexts of a node, home included
	membership map[pedigree.NodeID][]pedigree.NodeID // the other way round
}

type worldNode struct {
	pedigree.Node
	properties []pedigree.Property
	metrics    map[string]float64
	words      []string
}

// The types of the world: two of each kind, one of them of a wire whose nodes
// are shown by UID.
var worldTypes = []pedigree.Type{
	{Name: "Data", Kind: pedigree.Artifact},
	{Name: "Data", Kind: pedigree.Artifact, Version: "2"},
	pedigree.DatasetType,
	{Name: "Step", Kind: pedigree.Execution},
	pedigree.RunType,
	{Name: "Pipe", Kind: pedigree.Context},
	pedigree.ExperimentType,
}

var worldTexts = []string{"a", "b", "A", strings.Repeat("long", 20) + "a", strings.Repeat("long", 20) + "b"}

// build makes a world with nodes of all kinds, properties, events, memberships
// and a few nodes in the bin.
func build(e *env, t *rapid.T) *world {
	w := &world{memberOf: map[pedigree.NodeID][]pedigree.NodeID{}, membership: map[pedigree.NodeID][]pedigree.NodeID{}}
	e.update(func(tx store.Tx) error {
		*w = world{memberOf: map[pedigree.NodeID][]pedigree.NodeID{}, membership: map[pedigree.NodeID][]pedigree.NodeID{}}
		for range rapid.IntRange(1, 14).Draw(t, "nodes") {
			if err := w.addNode(e, tx, t); err != nil {
				return err
			}
		}
		return w.join(tx, t)
	})
	return w
}

func (w *world) addNode(e *env, tx store.Tx, t *rapid.T) error {
	e.made++
	e.now.Add(rapid.Int64Range(0, 1).Draw(t, "later"))
	n := &worldNode{Node: *draft(rapid.SampledFrom(worldTypes).Draw(t, "type"), pedigree.DefaultWorkspace, fmt.Sprint("w", e.made)), metrics: map[string]float64{}}
	n.Name = rapid.SampledFrom(append(worldTexts, "")).Draw(t, "name")
	if n.Type.Kind == pedigree.Context {
		n.Name = fmt.Sprint(n.Name, e.made) // unique for contexts
	}
	if experiments := w.of(pedigree.ExperimentType); n.Type == pedigree.RunType && len(experiments) > 0 {
		n.Home = rapid.SampledFrom(experiments).Draw(t, "home")
	}
	if n.Type.Kind == pedigree.Artifact {
		n.URI = rapid.SampledFrom(append(worldTexts, "")).Draw(t, "uri")
	}
	if rapid.Bool().Draw(t, "external") {
		n.External = fmt.Sprint("x", e.made)
	}
	n.State = rapid.SampledFrom([]string{"", "LIVE", "FAILED"}).Draw(t, "state")
	n.Deleted = rapid.SampledFrom([]pedigree.Time{pedigree.NoTime, pedigree.NoTime, pedigree.NoTime, 4}).Draw(t, "deleted")
	if err := tx.CreateNode(&n.Node); err != nil {
		return err
	}
	w.nodes = append(w.nodes, n)
	n.words = rapid.SliceOfN(rapid.SampledFrom([]string{"red", "reddish", "blue", "green"}), 0, 3).Draw(t, "words")
	if err := tx.SetText(n.ID, strings.Join(n.words, " ")); err != nil {
		return err
	}
	if n.Home != pedigree.DefaultWorkspace {
		w.addMember(n.Home, n.ID)
	}
	return n.addFacts(tx, t)
}

func (n *worldNode) addFacts(tx store.Tx, t *rapid.T) error {
	for _, space := range []pedigree.Space{pedigree.Field, pedigree.Custom} {
		for _, key := range []string{"i", "d", "s", "b"} {
			if rapid.Bool().Draw(t, "has not") {
				continue
			}
			p := pedigree.Property{Space: space, Key: key}
			switch rapid.SampledFrom([]pedigree.Form{pedigree.Int, pedigree.Double, pedigree.Text, pedigree.Bool}).Draw(t, "form") {
			case pedigree.Int:
				p.Form, p.Int = pedigree.Int, rapid.Int64Range(-1, 2).Draw(t, "int")
			case pedigree.Double:
				p.Form, p.Number = pedigree.Double, rapid.SampledFrom([]float64{-0.5, 0, 1, 2.5}).Draw(t, "double")
			case pedigree.Bool:
				p.Form, p.Int = pedigree.Bool, rapid.Int64Range(0, 1).Draw(t, "bool")
			default:
				p.Value = rapid.SampledFrom(append(worldTexts, "")).Draw(t, "text")
			}
			n.properties = append(n.properties, p)
		}
	}
	if n.Type == pedigree.RunType && rapid.Bool().Draw(t, "run") {
		n.properties = append(n.properties, pedigree.Property{Space: pedigree.Param, Key: "p", Value: rapid.SampledFrom(worldTexts).Draw(t, "param")})
		n.metrics["m"] = rapid.SampledFrom([]float64{0, 1}).Draw(t, "metric")
		if err := tx.AppendPoints(&n.Node, []pedigree.Point{{Key: "m", Value: n.metrics["m"]}}); err != nil {
			return err
		}
	}
	return tx.PutProperties(&n.Node, n.properties...)
}

func (w *world) of(typ pedigree.Type) (ids []pedigree.NodeID) {
	for _, n := range w.nodes {
		if n.Type == typ {
			ids = append(ids, n.ID)
		}
	}
	return ids
}

func (w *world) addMember(context, node pedigree.NodeID) {
	w.memberOf[node] = append(w.memberOf[node], context)
	w.membership[context] = append(w.membership[context], node)
}

// join adds events and memberships between nodes.
func (w *world) join(tx store.Tx, t *rapid.T) error {
	for range rapid.IntRange(0, 20).Draw(t, "ties") {
		a, b := rapid.SampledFrom(w.nodes).Draw(t, "a"), rapid.SampledFrom(w.nodes).Draw(t, "b")
		switch {
		case a.Type.Kind == pedigree.Context && a != b:
			if slices.Contains(w.memberOf[b.ID], a.ID) {
				continue
			}
			if _, err := tx.AddMember(a.ID, b.ID); err != nil {
				return err
			}
			w.addMember(a.ID, b.ID)
		case a.Type.Kind == pedigree.Execution && b.Type.Kind == pedigree.Artifact:
			ev := pedigree.Event{
				Execution: a.ID, Artifact: b.ID, Direction: rapid.SampledFrom([]pedigree.Direction{pedigree.Input, pedigree.Output}).Draw(t, "direction"),
				Role: rapid.SampledFrom([]pedigree.Role{pedigree.RoleUsed, pedigree.RoleDeclared}).Draw(t, "role"), Time: pedigree.Time(rapid.IntRange(0, 2).Draw(t, "time")),
			}
			fresh, err := tx.PutEvent(&ev)
			if err != nil {
				return err
			}
			if fresh {
				w.events = append(w.events, ev)
			}
		}
	}
	return nil
}

func (w *world) node(id pedigree.NodeID) *worldNode {
	for _, n := range w.nodes {
		if n.ID == id {
			return n
		}
	}
	return nil
}

// selects gives the nodes of a selection without limit, in its order.
func (w *world) selects(q *query.Selection, types map[pedigree.TypeID]bool) (ids []pedigree.NodeID) {
	var found []*worldNode
	for _, n := range w.nodes {
		within := len(q.Within) == 0 || slices.ContainsFunc(q.Within, func(c pedigree.NodeID) bool { return slices.Contains(w.memberOf[n.ID], c) })
		around := len(q.Around) == 0 || slices.ContainsFunc(q.Around, func(m pedigree.NodeID) bool { return slices.Contains(w.memberOf[m], n.ID) })
		if n.Type.Kind == q.Kind && n.Live() && within && around && (len(types) == 0 || types[n.TypeID]) && n.says(q.Text) && w.matches(n, q.Where) {
			found = append(found, n)
		}
	}
	slices.SortFunc(found, func(a, b *worldNode) int {
		c := cmp.Or(cmp.Compare(orderKey(q.By, a), orderKey(q.By, b)), cmp.Compare(a.ID, b.ID))
		if q.Desc {
			return -c
		}
		return c
	})
	for _, n := range found {
		ids = append(ids, n.ID)
	}
	return ids
}

// says reports whether a node is found by words; the last may be a beginning.
func (n *worldNode) says(text string) bool {
	for _, word := range strings.Fields(text) {
		if !slices.ContainsFunc(n.words, func(w string) bool { return strings.HasPrefix(w, word) && (w == word || strings.HasSuffix(text, word)) }) {
			return false
		}
	}
	return true
}

func orderKey(by query.Attr, n *worldNode) pedigree.Time {
	switch by {
	case query.Created:
		return n.Created
	case query.Updated:
		return n.Updated
	}
	return 0
}

// matches tries the expression with every choice of sources.
func (w *world) matches(n *worldNode, where query.Scalar) bool {
	if where == nil {
		return true
	}
	choices := map[query.Source][]any{}
	query.Walk(where, func(s query.Scalar) {
		if c, ok := s.(query.Column); ok && c.Of.Relation != query.Self {
			choices[c.Of] = w.choices(n, c.Of)
		}
	})
	sources := slices.Collect(maps.Keys(choices))
	chosen := map[query.Source]any{{}: n}
	var try func(int) bool
	try = func(i int) bool {
		if i == len(sources) {
			return w.eval(where, chosen) == true
		}
		return slices.ContainsFunc(choices[sources[i]], func(c any) bool {
			chosen[sources[i]] = c
			return try(i + 1)
		})
	}
	return try(0)
}

// choices lists what a source can be for a node: properties, events or nodes.
func (w *world) choices(n *worldNode, of query.Source) (all []any) {
	switch of.Relation {
	case query.Fields, query.Customs:
		return n.propertiesOf(of)
	case query.Events:
		for i := range w.events {
			ev := &w.events[i]
			if ev.Execution == n.ID && w.node(ev.Artifact).Live() || ev.Artifact == n.ID && w.node(ev.Execution).Live() {
				all = append(all, ev)
			}
		}
		return all
	}
	ids, kind := w.membership[n.ID], map[query.Relation]pedigree.Kind{
		query.Artifacts: pedigree.Artifact, query.Executions: pedigree.Execution, query.Children: pedigree.Context, query.Contexts: pedigree.Context,
	}[of.Relation]
	if of.Relation == query.Contexts {
		ids = w.memberOf[n.ID]
	}
	for _, id := range ids {
		if m := w.node(id); m.Live() && m.Type.Kind == kind {
			all = append(all, m)
		}
	}
	return all
}

func (n *worldNode) propertiesOf(of query.Source) (all []any) {
	for i, p := range n.properties {
		if of.Relation == query.Fields && p.Space == pedigree.Field && p.Key == of.Label ||
			of.Relation == query.Customs && p.Space != pedigree.Field && pedigree.QualifiedKey(p.Space, p.Key) == of.Label {
			all = append(all, &n.properties[i])
		}
	}
	if v, ok := n.metrics[strings.TrimPrefix(of.Label, "metrics.")]; ok && of.Relation == query.Customs && strings.HasPrefix(of.Label, "metrics.") {
		all = append(all, &pedigree.Property{Form: pedigree.Double, Number: v})
	}
	return all
}

func selectAgrees(e *env) {
	rapid.Check(e.T, func(t *rapid.T) {
		e.update(func(tx store.Tx) error { // each example is a world of its own
			for _, typ := range worldTypes {
				if err := purgeAll(tx, typ.Kind); err != nil {
					return err
				}
			}
			return nil
		})
		w := build(e, t)
		for range 6 {
			q := selections(w).Draw(t, "selection")
			types := map[pedigree.TypeID]bool{}
			for _, id := range q.Types {
				types[id] = true
			}
			want := w.selects(q, types)
			if got := selectPages(e, *q); !slices.Equal(got, want) {
				t.Fatalf("%s\nselected %v\nwant     %v", describe(q), got, want)
			}
			sampled(e, q, want)
			if n := tallied(e, q); n != int64(len(want)) {
				t.Fatalf("%s\ntallied %d, want %d", describe(q), n, len(want))
			}
		}
	})
}

func tallied(e *env, q *query.Selection) (n int64) {
	e.view(func(r store.Reader) error {
		counts, more, err := r.Tally(q, 1000)
		for _, c := range counts {
			n += c.Nodes
		}
		if more {
			e.Error("more than a thousand nodes")
		}
		return err
	})
	return n
}

// sampled checks the sample of a selection against what that selects.
func sampled(e *env, q *query.Selection, want []pedigree.NodeID) {
	e.view(func(r store.Reader) error {
		all, more, err := r.Sample(q, 1000)
		var ids []pedigree.NodeID
		for _, n := range all {
			ids = append(ids, n.ID)
		}
		if slices.Reverse(ids); err != nil || more || !slices.Equal(ids, slices.Sorted(slices.Values(want))) {
			e.Errorf("%s\nsampled %v (%v)\nwant    %v", describe(q), ids, err, want)
		}
		for i := range all {
			n, err := r.Nodes(ids[i : i+1])
			s := all[len(all)-1-i]
			if err != nil || s != (store.Sampled{ID: n[0].ID, Type: n[0].Type, State: n[0].State, Owner: n[0].Owner, Created: n[0].Created}) {
				e.Errorf("sampled %+v of %+v (%v)", s, n, err)
			}
		}
		if few, more, err := r.Sample(q, 1); err != nil || len(few) != min(1, len(want)) || more != (len(want) > 1) || len(few) > 0 && few[0] != all[0] {
			e.Errorf("the first of it is %+v, more %t (%v)", few, more, err)
		}
		return nil
	})
}

func describe(q *query.Selection) string { return fmt.Sprintf("%+v", *q) }

// purgeAll removes all nodes of a kind but workspaces.
func purgeAll(tx store.Tx, kind pedigree.Kind) error {
	nodes, _, err := tx.Select(&query.Selection{Workspace: pedigree.DefaultWorkspace, Kind: kind, By: query.Arrival, Limit: 1000})
	if err != nil {
		return err
	}
	binned, err := tx.Deleted(5, 1000)
	if err != nil {
		return err
	}
	for _, n := range append(nodes, binned...) {
		if err := tx.Purge(n.ID); err != nil {
			return err
		}
	}
	return nil
}

// selectPages reads a selection page by page.
func selectPages(e *env, q query.Selection) (ids []pedigree.NodeID) {
	for range 100 {
		e.view(func(r store.Reader) error {
			nodes, next, err := r.Select(&q)
			for _, n := range nodes {
				ids = append(ids, n.ID)
			}
			if err == nil && len(nodes) > q.Limit {
				e.Fatalf("%d nodes in a page of %d", len(nodes), q.Limit)
			}
			q.After = next
			return err
		})
		if q.After == nil {
			return ids
		}
	}
	e.Fatal("pages without end")
	return nil
}

func selections(w *world) *rapid.Generator[*query.Selection] {
	return rapid.Custom(func(t *rapid.T) *query.Selection {
		q := &query.Selection{
			Workspace: pedigree.DefaultWorkspace,
			Kind:      rapid.SampledFrom([]pedigree.Kind{pedigree.Artifact, pedigree.Execution, pedigree.Context}).Draw(t, "kind"),
			By:        rapid.SampledFrom([]query.Attr{query.Arrival, query.Created, query.Updated}).Draw(t, "by"),
			Desc:      rapid.Bool().Draw(t, "desc"),
			Limit:     rapid.IntRange(1, 8).Draw(t, "limit"),
		}
		some := func(what string) (ids []pedigree.NodeID) {
			for _, n := range rapid.SliceOfN(rapid.SampledFrom(w.nodes), 1, 2).Draw(t, what) {
				ids = append(ids, n.ID)
			}
			return ids
		}
		switch rapid.IntRange(0, 5).Draw(t, "scope") {
		case 0:
			q.Within = some("within")
		case 1:
			q.Around = some("around")
		case 2:
			q.Types = []pedigree.TypeID{rapid.SampledFrom(w.nodes).Draw(t, "type").TypeID}
		case 3:
			q.Types = []pedigree.TypeID{rapid.SampledFrom(w.nodes).Draw(t, "type").TypeID, rapid.SampledFrom(w.nodes).Draw(t, "other type").TypeID}
		}
		if rapid.IntRange(0, 3).Draw(t, "worded") == 0 {
			q.Text = rapid.SampledFrom([]string{"red", "red ", "r", "blue gre", "none", "red blue "}).Draw(t, "text")
		}
		if rapid.IntRange(0, 4).Draw(t, "filtered") > 0 {
			q.Where = conditions(w, q.Kind, 3).Draw(t, "where")
		}
		return q
	})
}
