package lineage

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
)

// A model is a graph as plain lists, walked in the plainest way.
type model struct {
	kinds    map[pedigree.NodeID]pedigree.Kind
	edges    []Edge
	seen     map[string][]sighting // by location
	together [][]pedigree.NodeID   // by hand
}

// classes gives the node that stands for each: the lowest of those that are one.
func (m *model) classes() map[pedigree.NodeID]pedigree.NodeID {
	one := make(map[pedigree.NodeID]pedigree.NodeID)
	for id := range m.kinds {
		one[id] = id
	}
	merge := func(ids []pedigree.NodeID) {
		for _, id := range ids {
			a, b := one[id], one[ids[0]]
			for k, v := range one {
				if v == a || v == b {
					one[k] = min(a, b)
				}
			}
		}
	}
	for _, at := range m.seen {
		for _, s := range newTimeline(at).states {
			merge(s.members)
		}
	}
	for _, pair := range m.together {
		merge(pair)
	}
	return one
}

// all gives the edges, those between states too.
func (m *model) all() []Edge {
	edges := slices.Clone(m.edges)
	for _, at := range m.seen {
		for _, n := range newTimeline(at).successions {
			edges = append(edges, Edge{n.from, n.to, EdgeVersion})
		}
	}
	return edges
}

// walk gives the depth of each node that can be reached, and the edges met: of
// each node that is gone on from, those in the direction.
func (m *model) walk(q *Query) (map[pedigree.NodeID]int, map[Edge]bool) {
	one, edges := m.classes(), m.all()
	reached, met := map[pedigree.NodeID]int{}, map[Edge]bool{}
	ways := []Direction{Upstream, Downstream}
	if q.Relatives {
		ways = []Direction{Both}
	}
	for _, way := range ways {
		if way &= q.Direction; way == 0 {
			continue
		}
		level := map[pedigree.NodeID]bool{one[q.Start[0]]: true}
		done := maps.Clone(level)
		note(reached, one[q.Start[0]], 0)
		for at := 1; len(level) > 0 && (q.Depth == 0 || at <= q.Depth); at++ {
			next := map[pedigree.NodeID]bool{}
			follow := func(e Edge, from, to pedigree.NodeID) {
				if !level[from] {
					return
				}
				met[e] = true
				if !done[to] {
					done[to], next[to] = true, true
					note(reached, to, at)
				}
			}
			for _, e := range edges {
				if way&Upstream != 0 {
					follow(e, one[e.To], one[e.From])
				}
				if way&Downstream != 0 {
					follow(e, one[e.From], one[e.To])
				}
			}
			level = next
		}
	}
	depths := make(map[pedigree.NodeID]int)
	for id := range m.kinds {
		if d, ok := reached[one[id]]; ok {
			depths[id] = d
		}
	}
	return depths, met
}

func note(reached map[pedigree.NodeID]int, id pedigree.NodeID, depth int) {
	if d, ok := reached[id]; !ok || depth < d {
		reached[id] = depth
	}
}

// TestWalksAgreeWithAModel walks random graphs: chains, circles, several names
// for one place, overwritten places, joins by hand.
func TestWalksAgreeWithAModel(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(rt *rapid.T) {
		w.round += "'"
		w.ids = map[string]pedigree.NodeID{}
		m := w.random(rt)
		for range 4 {
			start := pedigree.NodeID(0)
			for start == 0 || m.kinds[start] == 0 {
				start = w.ids["n"+strconv.Itoa(rapid.IntRange(0, len(m.kinds)-1).Draw(rt, "start"))]
			}
			q := NewQuery(pedigree.DefaultWorkspace, start)
			q.Direction = rapid.SampledFrom([]Direction{Upstream, Downstream, Both}).Draw(rt, "direction")
			q.Relatives = q.Direction == Both && rapid.Bool().Draw(rt, "relatives")
			q.Depth = rapid.IntRange(0, 4).Draw(rt, "depth")
			w.agree(rt, m, q)
		}
	})
}

// random makes a graph in the store and in a model.
func (w *world) random(rt *rapid.T) *model {
	m := &model{kinds: map[pedigree.NodeID]pedigree.Kind{}, seen: map[string][]sighting{}}
	var artifacts, executions []pedigree.NodeID
	for i := range rapid.IntRange(2, 14).Draw(rt, "nodes") {
		name := "n" + strconv.Itoa(i)
		if rapid.IntRange(0, 2).Draw(rt, "kind") == 0 {
			executions = append(executions, w.node(name, stepOf, "", ""))
			m.kinds[executions[len(executions)-1]] = pedigree.Execution
			continue
		}
		typ := rapid.SampledFrom([]pedigree.Type{dataset, table}).Draw(rt, "type")
		uri := rapid.SampledFrom([]string{"", "s3://b/x", "s3://b/y"}).Draw(rt, "uri")
		if uri != "" {
			uri += w.round
		}
		version := rapid.SampledFrom([]string{"", "", "1", "2"}).Draw(rt, "version")
		id := w.node(name, typ, uri, version)
		m.kinds[id] = pedigree.Artifact
		artifacts = append(artifacts, id)
		if uri != "" {
			m.seen[uri] = append(m.seen[uri], sighting{node: id, version: version, created: pedigree.Time(w.now.Load()), typ: typ.Name})
		}
	}
	if len(artifacts) > 0 {
		w.tieAtRandom(rt, m, artifacts, executions)
	}
	return m
}

func (w *world) tieAtRandom(rt *rapid.T, m *model, artifacts, executions []pedigree.NodeID) {
	written := map[pedigree.NodeID]bool{}
	for range rapid.IntRange(0, 20).Draw(rt, "ties") {
		a, b := rapid.SampledFrom(artifacts).Draw(rt, "a"), rapid.SampledFrom(artifacts).Draw(rt, "b")
		edge := Edge{a, b, EdgeDerived}
		switch sort := rapid.IntRange(0, 7).Draw(rt, "sort"); {
		case sort == 0 && a != b:
			w.relate(pedigree.Same, w.names[a], w.names[b])
			m.together = append(m.together, []pedigree.NodeID{a, b})
			continue
		case sort == 1 && a != b:
			w.relate(pedigree.Derived, w.names[a], w.names[b])
		case sort > 1 && len(executions) > 0:
			x := rapid.SampledFrom(executions).Draw(rt, "execution")
			if edge = (Edge{a, x, EdgeInput}); sort > 4 {
				edge = Edge{x, a, EdgeOutput}
				written[a] = true
			}
			w.event(x, a, map[EdgeKind]pedigree.Direction{EdgeInput: pedigree.Input, EdgeOutput: pedigree.Output}[edge.Kind])
		default:
			continue
		}
		if !slices.Contains(m.edges, edge) {
			m.edges = append(m.edges, edge)
		}
	}
	for _, at := range m.seen {
		for i := range at {
			at[i].written = written[at[i].node]
		}
	}
}

// agree compares an answer with the model's.
func (w *world) agree(rt *rapid.T, m *model, q *Query) {
	depths, edges := m.walk(q)
	g := w.graph(q)
	got := make(map[pedigree.NodeID]int)
	for i := range g.Nodes {
		if _, twice := got[g.Nodes[i].ID]; twice {
			rt.Fatalf("%s is given twice", w.names[g.Nodes[i].ID])
		}
		got[g.Nodes[i].ID] = g.Nodes[i].Depth
	}
	if !maps.Equal(got, depths) {
		rt.Fatalf("from %s, %d, relatives %v, depth %d: got %v, want %v\n%s", w.names[q.Start[0]], q.Direction, q.Relatives, q.Depth, got, depths, w.show(&g.Part))
	}
	found := make(map[Edge]bool)
	for _, e := range g.Edges {
		if found[e] {
			rt.Fatalf("the edge %v is given twice", e)
		}
		found[e] = true
	}
	if !maps.Equal(found, edges) {
		rt.Fatalf("from %s, %d, relatives %v, depth %d: edges %v, want %v", w.names[q.Start[0]], q.Direction, q.Relatives, q.Depth, found, edges)
	}
	if err := sameJoins(m, g, depths); err != nil {
		rt.Fatal(err)
	}
}

// sameJoins checks that the answer joins what is one in the model, with ties
// that connect it.
func sameJoins(m *model, g *Graph, depths map[pedigree.NodeID]int) error {
	want := make(map[pedigree.NodeID][]pedigree.NodeID)
	for id, one := range m.classes() {
		if _, in := depths[id]; in {
			want[one] = append(want[one], id)
		}
	}
	for _, j := range g.Joined {
		class := slices.Sorted(slices.Values(want[j.Nodes[0]]))
		if !slices.Equal(j.Nodes, class) {
			return fmt.Errorf("joined %v, want %v", j.Nodes, class)
		}
		delete(want, j.Nodes[0])
		connected := map[pedigree.NodeID]bool{j.Nodes[0]: true}
		for range j.Nodes {
			for _, t := range j.Ties {
				if connected[t.A] || connected[t.B] {
					connected[t.A], connected[t.B] = true, true
				}
			}
		}
		if len(connected) != len(j.Nodes) {
			return fmt.Errorf("the ties %v do not connect %v", j.Ties, j.Nodes)
		}
	}
	for _, class := range want {
		if len(class) > 1 {
			return fmt.Errorf("%v are not joined", class)
		}
	}
	return nil
}

func TestClassesKeepDistinctApart(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		members := make([]pedigree.NodeID, rapid.IntRange(1, 8).Draw(rt, "members"))
		for i := range members {
			members[i] = pedigree.NodeID(i + 1)
		}
		groups := []group{{members: members}}
		for range rapid.IntRange(0, 3).Draw(rt, "groups") {
			groups = append(groups, group{members: rapid.SliceOfNDistinct(rapid.SampledFrom(members), 1, len(members), rapid.ID).Draw(rt, "group")})
		}
		distinct := make(map[pair]bool)
		for range rapid.IntRange(0, 4).Draw(rt, "distinct") {
			distinct[pairOf(rapid.SampledFrom(members).Draw(rt, "a"), rapid.SampledFrom(members).Draw(rt, "b"))] = true
		}
		for _, id := range members {
			delete(distinct, pairOf(id, id))
		}
		var all []pedigree.NodeID
		classes := partition(members, groups, distinct)
		for _, c := range classes {
			all = append(all, c...)
			for i, a := range c {
				for _, b := range c[i+1:] {
					if distinct[pairOf(a, b)] {
						rt.Fatalf("%d and %d share a class", a, b)
					}
				}
			}
		}
		if slices.Sort(all); !slices.Equal(all, members) {
			rt.Fatalf("classes hold %v of %v", all, members)
		}
		slices.Reverse(groups)
		if again := partition(members, groups, distinct); fmt.Sprint(again) != fmt.Sprint(classes) {
			rt.Fatalf("classes %v, and %v in another order", classes, again)
		}
	})
}

func TestTimelinesDoNotDependOnTheOrderOfArrival(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		all := make([]sighting, rapid.IntRange(1, 12).Draw(rt, "sightings"))
		for i := range all {
			all[i] = sighting{
				node: pedigree.NodeID(i + 1), version: rapid.SampledFrom([]string{"", "", "1", "2", "3"}).Draw(rt, "version"),
				created: pedigree.Time(rapid.IntRange(0, 5).Draw(rt, "created")), written: rapid.Bool().Draw(rt, "written"),
				typ: rapid.SampledFrom([]string{"A", "B"}).Draw(rt, "type"),
			}
		}
		line := newTimeline(all)
		stateOf := make(map[pedigree.NodeID]*state)
		for _, s := range line.states {
			for _, id := range s.members {
				if stateOf[id] != nil {
					rt.Fatalf("%d is in two states", id)
				}
				stateOf[id] = s
			}
		}
		for _, a := range all {
			for _, b := range all {
				if a.version != "" && b.version != "" && (stateOf[a.node] == stateOf[b.node]) != (a.version == b.version) {
					rt.Fatalf("versions %q and %q: one state is %v", a.version, b.version, stateOf[a.node] == stateOf[b.node])
				}
			}
		}
		for _, n := range line.successions {
			if stateOf[n.from] == stateOf[n.to] || all[n.from-1].created > all[n.to-1].created || !all[n.from-1].written {
				rt.Fatalf("%d is followed by %d", n.from, n.to)
			}
		}
		slices.Reverse(all)
		again := newTimeline(all)
		for i, s := range again.states {
			if !slices.Equal(s.members, line.states[i].members) {
				rt.Fatalf("states %v and %v", s.members, line.states[i].members)
			}
		}
	})
}
