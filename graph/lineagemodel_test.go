package graph

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
)

// A model is a graph held in the plainest way. Nodes are numbered within their
// kind.
type model struct {
	events []pedigree.Event // ID is the place in this list, the ends are numbers
	bin    map[vertex]bool
}

type vertex struct {
	kind   pedigree.Kind
	number int
}

// A reached is what a walk meets: nodes, and events by their place.
type reached struct {
	nodes  map[vertex]bool
	events map[int]bool
}

// walk says by the words of [LineageQuery] what a lineage holds. An event
// counts when the walk follows it from a node that it goes on from, at a hop
// that is left, to a node of the lineage.
func (m *model) walk(start []vertex, hops int, flow Flow, stops map[vertex]bool, include bool) reached {
	s := reached{map[vertex]bool{}, map[int]bool{}}
	var frontier []vertex
	for _, v := range start {
		if !stops[v] {
			frontier = append(frontier, v)
		}
		if !stops[v] || include {
			s.nodes[v] = true
		}
	}
	for range hops {
		var next []vertex
		for _, v := range frontier {
			for i, e := range m.events {
				near, far := vertex{pedigree.Artifact, int(e.Artifact)}, vertex{pedigree.Execution, int(e.Execution)}
				if v.kind == pedigree.Execution {
					near, far = far, near
				}
				if near != v || m.bin[far] || !flows(flow, v.kind, e.Direction) || stops[far] && !include {
					continue
				}
				s.events[i] = true
				if !s.nodes[far] && !stops[far] {
					next = append(next, far)
				}
				s.nodes[far] = true
			}
		}
		frontier = next
	}
	return s
}

// flows reports whether a walk goes from a node of a kind along an event.
func flows(flow Flow, from pedigree.Kind, d pedigree.Direction) bool {
	switch flow {
	case Upstream: // from what was written to its writer, from a reader to what it read
		return from == pedigree.Artifact && d == pedigree.Output || from == pedigree.Execution && d == pedigree.Input
	case Downstream:
		return from == pedigree.Artifact && d == pedigree.Input || from == pedigree.Execution && d == pedigree.Output
	}
	return true
}

const perKind = 6 // nodes of each kind

func drawModel(t *rapid.T) *model {
	m := &model{bin: map[vertex]bool{}}
	number := rapid.IntRange(0, perKind-1)
	for range rapid.IntRange(0, 20).Draw(t, "events") {
		e := event(rapid.SampledFrom([]pedigree.Direction{pedigree.Input, pedigree.Output}).Draw(t, "direction"),
			pedigree.NodeID(number.Draw(t, "execution")), pedigree.NodeID(number.Draw(t, "artifact")))
		if !slices.ContainsFunc(m.events, func(o pedigree.Event) bool {
			return o.Artifact == e.Artifact && o.Execution == e.Execution && o.Direction == e.Direction
		}) {
			m.events = append(m.events, e)
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "in the bin") {
		m.bin[drawVertex(t, "bin")] = true
	}
	return m
}

func drawVertex(t *rapid.T, name string) vertex {
	return vertex{rapid.SampledFrom([]pedigree.Kind{pedigree.Artifact, pedigree.Execution}).Draw(t, name+" kind"), rapid.IntRange(0, perKind-1).Draw(t, name)}
}

// A built is a model that was stored.
type built struct {
	ids    map[vertex]pedigree.NodeID
	events []int64
}

func (p *pipeline) build(m *model) built {
	b := built{ids: map[vertex]pedigree.NodeID{}}
	var puts [2][]*NodePut
	for range perKind {
		puts[0] = append(puts[0], draft(pedigree.Artifact, p.artifact, ""))
		puts[1] = append(puts[1], draft(pedigree.Execution, p.execution, ""))
	}
	artifacts, executions := p.put(puts[0]...), p.put(puts[1]...)
	for i := range perKind {
		b.ids[vertex{pedigree.Artifact, i}], b.ids[vertex{pedigree.Execution, i}] = artifacts[i], executions[i]
	}
	events := slices.Clone(m.events)
	for i, e := range events {
		events[i].Artifact, events[i].Execution = artifacts[e.Artifact], executions[e.Execution]
	}
	p.join(events...)
	for _, e := range p.events(pedigree.Artifact, artifacts...) {
		b.events = append(b.events, e.ID)
	}
	var bin []pedigree.NodeID
	for v := range m.bin {
		bin = append(bin, b.ids[v])
	}
	p.bin(bin...)
	return b
}

func TestLineageAgreesWithAModel(t *testing.T) {
	p := newPipeline(t, Options{})
	rapid.Check(t, func(r *rapid.T) {
		m := drawModel(r)
		b := p.build(m)
		kind := drawVertex(r, "start").kind
		var start []vertex
		for i := range perKind {
			if v := (vertex{kind, i}); !m.bin[v] && rapid.IntRange(0, 2).Draw(r, "starts") == 0 {
				start = append(start, v)
			}
		}
		stops, include := map[vertex]bool{}, rapid.Bool().Draw(r, "include")
		for range rapid.IntRange(0, 3).Draw(r, "stops") {
			stops[drawVertex(r, "stop")] = true
		}
		flow, hops := rapid.SampledFrom([]Flow{BothWays, Upstream, Downstream}).Draw(r, "flow"), rapid.IntRange(0, 8).Draw(r, "hops")
		q := from(kind)
		q.Start.Where, q.Hops, q.Flow = one(b.of(start)...), hops, flow
		for _, kind := range []pedigree.Kind{pedigree.Artifact, pedigree.Execution} {
			if ends := verticesOf(stops, kind); len(ends) > 0 {
				q.Stops[kind] = Stop{Where: one(b.of(ends)...), Include: include}
			}
		}
		l, err := p.Lineage(p.ctx, q)
		if len(start) == 0 {
			if pedigree.CodeOf(err) != pedigree.NotFound {
				r.Fatalf("without a start: %v", err)
			}
			return
		}
		if err != nil {
			r.Fatal(err)
		}
		b.compare(r, l, m.walk(start, hops, flow, stops, include))
	})
}

func verticesOf(set map[vertex]bool, kind pedigree.Kind) (of []vertex) {
	for v := range set {
		if v.kind == kind {
			of = append(of, v)
		}
	}
	return of
}

func (b *built) of(vertices []vertex) []pedigree.NodeID {
	ids := []pedigree.NodeID{0} // a list that is never empty
	for _, v := range vertices {
		ids = append(ids, b.ids[v])
	}
	return ids
}

func (b *built) compare(t *rapid.T, l *Lineage, want reached) {
	var artifacts, executions []pedigree.NodeID
	for v := range want.nodes {
		if v.kind == pedigree.Artifact {
			artifacts = append(artifacts, b.ids[v])
		} else {
			executions = append(executions, b.ids[v])
		}
	}
	slices.Sort(artifacts)
	slices.Sort(executions)
	var events, got []int64
	for i := range want.events {
		events = append(events, b.events[i])
	}
	slices.Sort(events)
	for _, e := range l.Events {
		got = append(got, e.ID)
	}
	if fmt.Sprint(l.Artifacts, l.Executions, got) != fmt.Sprint(artifacts, executions, events) {
		t.Fatalf("artifacts %v, executions %v, events %v\nwant %v, %v, %v", l.Artifacts, l.Executions, got, artifacts, executions, events)
	}
}
