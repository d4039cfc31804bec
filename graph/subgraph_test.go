package graph

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
)

func at(i int) *int { return &i }

func edge(execution, artifact *int, e pedigree.Event) Edge {
	return Edge{Execution: execution, Artifact: artifact, Event: &e}
}

func TestASubgraphIsPutAtOnce(t *testing.T) {
	p := newPipeline(t, Options{StrictEvents: true})
	done, err := p.PutSubgraph(p.ctx, ws, &Subgraph{
		Executions: []*NodePut{draft(pedigree.Execution, p.execution, "a"), again(draft(pedigree.Execution, p.execution, "", field("n", 3)), p.step)},
		Artifacts:  []*NodePut{draft(pedigree.Artifact, p.artifact, "x", field("n", 1)), again(draft(pedigree.Artifact, p.artifact, ""), p.model)},
		Contexts:   []*NodePut{draft(pedigree.Context, p.ctxt, "new")},
		Edges: []Edge{
			edge(at(0), at(0), event(pedigree.Output, 0, 0)),
			edge(at(1), at(0), event(pedigree.Input, 0, 0)),
			edge(at(1), at(1), event(pedigree.Output, p.step, p.model)),
			edge(at(0), nil, event(pedigree.Input, 0, p.dataset)),
			edge(nil, nil, event(pedigree.Input, p.step, p.dataset)),
		},
	})
	p.must(err)
	wantIDs(t, "executions after the first", done.Executions[1:], p.step)
	wantIDs(t, "artifacts after the first", done.Artifacts[1:], p.model)
	a, x := done.Executions[0], done.Artifacts[0]
	want := []pedigree.Event{
		event(pedigree.Output, a, x), event(pedigree.Input, p.step, x), event(pedigree.Output, p.step, p.model),
		event(pedigree.Input, a, p.dataset), event(pedigree.Input, p.step, p.dataset),
	}
	got := p.events(pedigree.Execution, a, p.step)
	if len(got) != len(want) {
		t.Fatalf("events %+v", got)
	}
	for i, e := range got {
		if e.Execution != want[i].Execution || e.Artifact != want[i].Artifact || e.Direction != want[i].Direction {
			t.Errorf("event %d is %+v, want %+v", i, e, want[i])
		}
	}
	for kind, ids := range map[pedigree.Kind][]pedigree.NodeID{pedigree.Execution: done.Executions, pedigree.Artifact: done.Artifacts} {
		for _, id := range ids {
			wantIDs(t, "contexts", p.contextsOf(kind, id), done.Contexts[0])
		}
	}
	wantIDs(t, "contexts of what an edge names alone", p.contextsOf(pedigree.Artifact, p.dataset))
	wantProperties(t, p.get(pedigree.Execution, p.step), field("n", 3))
	none, err := p.PutSubgraph(p.ctx, ws, &Subgraph{})
	if err != nil || len(none.Executions)+len(none.Artifacts)+len(none.Contexts) != 0 {
		t.Errorf("of nothing %+v (%v)", none, err)
	}
}

func TestASubgraphThatCannotBePutLeavesNothingBehind(t *testing.T) {
	p := newPipeline(t, Options{})
	input := event(pedigree.Input, 0, 0)
	typeless := NewPut(pedigree.Artifact)
	probe := p.probe()
	for name, c := range map[string]struct {
		edges     []Edge
		artifacts []*NodePut // beside the first
		contexts  []*NodePut
		code      pedigree.Code
		says      string
	}{
		"an edge without event": {edges: []Edge{{Execution: at(0), Artifact: at(0)}}, code: pedigree.Invalid, says: "No event found for event_edge"},
		"no execution": {
			edges: []Edge{edge(nil, at(0), input)}, code: pedigree.Invalid,
			says: "Could not find either an execution_index or an event.execution_id",
		},
		"no artifact": {
			edges: []Edge{edge(at(0), nil, input)}, code: pedigree.Invalid,
			says: "Could not find either an artifact_index or an event.artifact_id",
		},
		"an index past the end": {
			edges: []Edge{edge(at(1), at(0), input)}, code: pedigree.OutOfRange,
			says: "execution_index 1 that is outside the bounds of the request's executions list, [0, 1)",
		},
		"an index far past the end":  {edges: []Edge{edge(at(0), at(1<<31-1), input)}, code: pedigree.OutOfRange, says: "artifact_index 2147483647"},
		"a negative index":           {edges: []Edge{edge(at(0), at(-1), input)}, code: pedigree.OutOfRange, says: "artifact_index -1"},
		"the last of good ones":      {edges: []Edge{edge(at(0), at(0), input), edge(at(-5), at(0), input)}, code: pedigree.OutOfRange, says: "execution_index -5"},
		"an identity for a new node": {edges: []Edge{edge(at(0), at(0), event(pedigree.Input, 0, p.model))}, code: pedigree.Invalid, says: "Missing artifact ID"},
		"another identity than the node's": {
			edges:     []Edge{edge(at(0), at(1), event(pedigree.Input, 0, p.model))},
			artifacts: []*NodePut{again(draft(pedigree.Artifact, p.artifact, ""), p.dataset)}, code: pedigree.Invalid, says: "The artifact ID does not match",
		},
		"an unknown node": {
			edges: []Edge{edge(at(0), nil, event(pedigree.Input, 0, 12345))}, code: pedigree.Invalid,
			says: "No artifact with the given id 12345",
		},
		"no type of event":                 {edges: []Edge{edge(at(0), at(0), event(0, 0, 0))}, code: pedigree.Invalid, says: "No event type is specified."},
		"a node without type":              {artifacts: []*NodePut{typeless}, code: pedigree.Invalid, says: "Type id is missing."},
		"a change without type":            {artifacts: []*NodePut{again(typeless, p.model)}, code: pedigree.Invalid, says: "Type id is missing."},
		"a node of an unknown type":        {artifacts: []*NodePut{draft(pedigree.Artifact, 12345, "")}, code: pedigree.NotFound, says: "Cannot find type for type_id: 12345"},
		"a node of a type of another kind": {artifacts: []*NodePut{draft(pedigree.Artifact, p.execution, "")}, code: pedigree.NotFound, says: "Cannot find type"},
		"a taken name":                     {artifacts: []*NodePut{draft(pedigree.Artifact, p.artifact, "model")}, code: pedigree.AlreadyExists, says: `name: "model"`},
		"a context that is there": {
			contexts: []*NodePut{draft(pedigree.Context, p.ctxt, "new"), draft(pedigree.Context, p.ctxt, "run")},
			code:     pedigree.AlreadyExists, says: `name: "run"`,
		},
		"a context without name": {contexts: []*NodePut{draft(pedigree.Context, p.ctxt, "")}, code: pedigree.Invalid, says: "Context is missing a name"},
		"an external identity that is taken": {artifacts: []*NodePut{
			external(draft(pedigree.Artifact, p.artifact, ""), "same"),
			external(draft(pedigree.Artifact, p.artifact, ""), "same"),
		}, code: pedigree.AlreadyExists, says: "same"},
	} {
		_, err := p.PutSubgraph(p.ctx, ws, &Subgraph{
			Executions: []*NodePut{draft(pedigree.Execution, p.execution, "")},
			Artifacts:  append([]*NodePut{draft(pedigree.Artifact, p.artifact, "")}, c.artifacts...),
			Contexts:   c.contexts, Edges: c.edges,
		})
		if err == nil {
			t.Errorf("%s: done", name)
		} else {
			p.refused(err, c.code, c.says)
		}
		probe = p.nothingNew(name, probe)
	}
}

func TestASubgraphReusesWhatIsThere(t *testing.T) {
	p := newPipeline(t, Options{})
	stands := p.put(external(draft(pedigree.Artifact, p.artifact, "stands", field("n", 1)), "x"))[0]
	g := &Subgraph{
		Executions: []*NodePut{draft(pedigree.Execution, p.execution, "")},
		Artifacts: []*NodePut{
			external(draft(pedigree.Artifact, p.artifact, "", field("n", 2)), "x"), external(draft(pedigree.Artifact, p.artifact, ""), "y"),
			external(draft(pedigree.Artifact, p.artifact, ""), ""), external(draft(pedigree.Artifact, p.artifact, ""), ""),
		},
		Contexts: []*NodePut{draft(pedigree.Context, p.ctxt, "run", field("n", 9)), draft(pedigree.Context, p.ctxt, "new")},
		Edges:    []Edge{edge(at(0), at(0), event(pedigree.Output, 0, 0))},
		Reuse:    Reuse{Contexts: true, Artifacts: true},
	}
	first, err := p.PutSubgraph(p.ctx, ws, g)
	p.must(err)
	second, err := p.PutSubgraph(p.ctx, ws, g)
	p.must(err)
	wantIDs(t, "contexts", second.Contexts, first.Contexts...)
	wantIDs(t, "artifacts with external identities", second.Artifacts[:2], first.Artifacts[:2]...)
	if first.Contexts[0] != p.run || first.Artifacts[0] != stands || first.Artifacts[2] == second.Artifacts[2] || first.Executions[0] == second.Executions[0] {
		t.Errorf("first %+v, then %+v", first, second)
	}
	wantProperties(t, p.get(pedigree.Artifact, stands), field("n", 2))
	wantProperties(t, p.get(pedigree.Context, p.run))
	if events := p.events(pedigree.Artifact, stands); len(events) != 2 || events[0].Execution != first.Executions[0] {
		t.Errorf("events %+v", events)
	}
}
