package graph

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
)

// probe makes a node, whose identity tells how many there were before.
func (p *pipeline) probe() pedigree.NodeID {
	p.t.Helper()
	return p.node(pedigree.Artifact, p.artifact, "")
}

// nothingNew fails when nodes were made since a probe, and gives the next.
func (p *pipeline) nothingNew(what string, probe pedigree.NodeID) pedigree.NodeID {
	p.t.Helper()
	now := p.probe()
	if now != probe+1 {
		p.t.Errorf("%s: %d nodes were left behind", what, now-probe-1)
	}
	return now
}

func external(p *NodePut, id string) *NodePut {
	p.Node.External = id
	return p
}

func pair(a *NodePut, direction pedigree.Direction) ArtifactPut {
	e := event(direction, 0, 0)
	return ArtifactPut{Artifact: a, Event: &e}
}

func TestAnExecutionIsPutWithAllAroundIt(t *testing.T) {
	p := newPipeline(t, Options{StrictEvents: true})
	named := event(pedigree.Input, 0, p.dataset)
	done, err := p.PutExecution(p.ctx, ws, &Publication{
		Execution: draft(pedigree.Execution, p.execution, "train", field("n", 1)),
		Artifacts: []ArtifactPut{
			{Event: &named},
			{},
			pair(draft(pedigree.Artifact, p.artifact, "out", field("s", "x")), pedigree.Output),
			{Artifact: draft(pedigree.Artifact, p.artifact, "aside")},
			pair(again(draft(pedigree.Artifact, p.artifact, "", field("n", 9)), p.model), pedigree.Output),
		},
		Contexts: []*NodePut{draft(pedigree.Context, p.ctxt, "new"), again(draft(pedigree.Context, p.ctxt, "run", field("n", 2)), p.run)},
	})
	p.must(err)
	e := done.Executions[0]
	if len(done.Artifacts) != 5 || done.Artifacts[0] != p.dataset || done.Artifacts[1] != 0 || done.Artifacts[4] != p.model || done.Contexts[1] != p.run {
		t.Fatalf("done %+v", done)
	}
	wantProperties(t, p.get(pedigree.Execution, e), field("n", 1))
	wantProperties(t, p.get(pedigree.Artifact, p.model), field("n", 9))
	wantProperties(t, p.get(pedigree.Context, p.run), field("n", 2))
	events := p.events(pedigree.Execution, e)
	if len(events) != 3 || events[0].Artifact != p.dataset || events[0].Direction != pedigree.Input || events[1].Artifact != done.Artifacts[2] || events[2].Artifact != p.model {
		t.Errorf("events %+v", events)
	}
	for _, id := range []pedigree.NodeID{p.dataset, done.Artifacts[2], done.Artifacts[3], p.model} {
		wantIDs(t, "contexts of an artifact", p.contextsOf(pedigree.Artifact, id), p.run, done.Contexts[0])
	}
	wantIDs(t, "contexts of the execution", p.contextsOf(pedigree.Execution, e), p.run, done.Contexts[0])
}

func TestAnExecutionIsChangedWithAllAroundIt(t *testing.T) {
	p := newPipeline(t, Options{})
	before := p.get(pedigree.Execution, p.step)
	unchanged := again(draft(pedigree.Execution, p.execution, ""), p.step)
	publish := func() {
		t.Helper()
		e := event(pedigree.Input, p.step, p.dataset)
		done, err := p.PutExecution(p.ctx, ws, &Publication{
			Execution: unchanged, Artifacts: []ArtifactPut{{Event: &e}},
			Contexts: []*NodePut{again(draft(pedigree.Context, p.ctxt, "run"), p.run)},
		})
		p.must(err)
		wantIDs(t, "executions", done.Executions, p.step)
	}
	publish()
	publish() // the event and the memberships are there by now
	if got := p.get(pedigree.Execution, p.step); got.Updated != before.Updated {
		t.Errorf("what changed nothing moved the time from %d to %d", before.Updated, got.Updated)
	}
	unchanged.ForceUpdateTime = true
	publish()
	if got := p.get(pedigree.Execution, p.step); got.Updated <= before.Updated {
		t.Errorf("by force the time went from %d to %d", before.Updated, got.Updated)
	}
	if events := p.events(pedigree.Execution, p.step); len(events) != 1 {
		t.Errorf("events %+v", events)
	}
}

func TestAnExecutionThatCannotBePutLeavesNothingBehind(t *testing.T) {
	p := newPipeline(t, Options{})
	stepEvent := func(change func(*pedigree.Event)) *pedigree.Event {
		e := event(pedigree.Output, 0, 0)
		change(&e)
		return &e
	}
	execution := func() *NodePut { return draft(pedigree.Execution, p.execution, "train") }
	artifact := func() *NodePut { return draft(pedigree.Artifact, p.artifact, "out") }
	context := func(name string) *NodePut { return draft(pedigree.Context, p.ctxt, name) }
	probe := p.probe()
	for name, c := range map[string]struct {
		publication Publication
		code        pedigree.Code
		says        string
	}{
		"no execution": {Publication{Artifacts: []ArtifactPut{{Artifact: artifact()}}}, pedigree.Invalid, "No execution is found"},
		"an unknown execution": {
			Publication{Execution: again(execution(), 12345), Artifacts: []ArtifactPut{{Artifact: artifact()}}}, pedigree.Invalid, "Cannot find the given id 12345",
		},
		"an event of nothing": {
			Publication{Execution: execution(), Artifacts: []ArtifactPut{{Artifact: artifact()}, {Event: stepEvent(func(*pedigree.Event) {})}}},
			pedigree.Invalid, "given event must have an artifact_id",
		},
		"an event of an unknown artifact": {
			Publication{Execution: execution(), Artifacts: []ArtifactPut{{Event: stepEvent(func(e *pedigree.Event) { e.Artifact = 12345 })}}},
			pedigree.Invalid, "No artifact with the given id 12345",
		},
		"an event of a context": {
			Publication{Execution: execution(), Artifacts: []ArtifactPut{{Event: stepEvent(func(e *pedigree.Event) { e.Artifact = p.run })}}},
			pedigree.Invalid, "No artifact with the given id",
		},
		"an event of another execution": {
			Publication{Execution: execution(), Artifacts: []ArtifactPut{{Artifact: artifact(), Event: stepEvent(func(e *pedigree.Event) { e.Execution = p.step })}}},
			pedigree.Invalid, "does not match with the given execution",
		},
		"an event of another artifact": {
			Publication{Execution: execution(), Artifacts: []ArtifactPut{{Artifact: artifact(), Event: stepEvent(func(e *pedigree.Event) { e.Artifact = p.model })}}},
			pedigree.Invalid, "is not aligned with the artifact",
		},
		"an event without type": {
			Publication{Execution: execution(), Artifacts: []ArtifactPut{{Artifact: artifact(), Event: stepEvent(func(e *pedigree.Event) { e.Direction = 0 })}}},
			pedigree.Invalid, "No event type is specified.",
		},
		"a context without type": {
			Publication{Execution: execution(), Contexts: []*NodePut{context("a"), NewPut(pedigree.Context)}}, pedigree.Invalid, "Context is missing a type_id",
		},
		"a context without name": {
			Publication{Execution: execution(), Contexts: []*NodePut{context("a"), context("")}}, pedigree.Invalid, "Context is missing a name",
		},
		"a context that is there": {
			Publication{Execution: execution(), Artifacts: []ArtifactPut{pair(artifact(), pedigree.Output)}, Contexts: []*NodePut{context("run")}},
			pedigree.AlreadyExists, `name: "run"`,
		},
		"an unknown context": {
			Publication{Execution: execution(), Contexts: []*NodePut{again(context("x"), 12345)}, Reuse: Reuse{ContextsByID: true}},
			pedigree.NotFound, "12345",
		},
		"a context that is none": {
			Publication{Execution: execution(), Contexts: []*NodePut{again(context("x"), p.model)}, Reuse: Reuse{ContextsByID: true}},
			pedigree.NotFound, "Results missing for ids",
		},
		"an artifact that is there": {
			Publication{Execution: execution(), Artifacts: []ArtifactPut{{Artifact: draft(pedigree.Artifact, p.artifact, "model")}}}, pedigree.AlreadyExists, `name: "model"`,
		},
		"a bad property": {
			Publication{Execution: execution().say(field("n", "text")), Artifacts: []ArtifactPut{{Artifact: artifact()}}}, pedigree.Invalid, "unmatched property type",
		},
	} {
		_, err := p.PutExecution(p.ctx, ws, &c.publication)
		if err == nil {
			t.Errorf("%s: done", name)
		} else {
			p.refused(err, c.code, c.says)
		}
		probe = p.nothingNew(name, probe)
	}
}

func TestAContextIsReusedByName(t *testing.T) {
	p := newPipeline(t, Options{})
	p.put(again(draft(pedigree.Context, p.ctxt, "run", field("n", 1)), p.run))
	before := p.get(pedigree.Context, p.run)
	want := draft(pedigree.Context, p.ctxt, "run", field("n", 2), custom("x", 1))
	for range 2 {
		done, err := p.PutExecution(p.ctx, ws, &Publication{
			Execution: draft(pedigree.Execution, p.execution, ""), Contexts: []*NodePut{want, draft(pedigree.Context, p.ctxt, "second"), want}, Reuse: Reuse{Contexts: true},
		})
		p.must(err)
		if done.Contexts[0] != p.run || done.Contexts[2] != p.run || done.Contexts[1] == p.run {
			t.Errorf("contexts %v, want %d", done.Contexts, p.run)
		}
		wantIDs(t, "contexts of the execution", p.contextsOf(pedigree.Execution, done.Executions[0]), p.run, done.Contexts[1])
	}
	got := p.get(pedigree.Context, p.run)
	wantProperties(t, got, field("n", 1)) // left as it was
	if got.Updated != before.Updated {
		t.Errorf("reuse moved the time from %d to %d", before.Updated, got.Updated)
	}
	other := p.declare(typ(pedigree.Context, "other"))
	done, err := p.PutExecution(p.ctx, ws, &Publication{
		Execution: draft(pedigree.Execution, p.execution, ""), Contexts: []*NodePut{draft(pedigree.Context, other, "run")}, Reuse: Reuse{Contexts: true},
	})
	p.must(err)
	if done.Contexts[0] == p.run {
		t.Error("one of another type was reused")
	}
}

func TestAContextIsReusedByIdentityAndLeftAsItIs(t *testing.T) {
	p := newPipeline(t, Options{})
	bare := NewPut(pedigree.Context) // an identity and nothing else
	done, err := p.PutExecution(p.ctx, ws, &Publication{
		Execution: draft(pedigree.Execution, p.execution, ""), Contexts: []*NodePut{again(bare, p.run), again(draft(pedigree.Context, p.ctxt, "renamed", field("n", 5)), p.run)},
		Reuse: Reuse{ContextsByID: true},
	})
	p.must(err)
	wantIDs(t, "contexts", done.Contexts, p.run, p.run)
	got := p.get(pedigree.Context, p.run)
	if wantProperties(t, got); got.Name != "run" {
		t.Errorf("was renamed to %s", got.Name)
	}
	wantIDs(t, "contexts of the execution", p.contextsOf(pedigree.Execution, done.Executions[0]), p.run)
	_, err = p.PutExecution(p.ctx, ws, &Publication{Execution: draft(pedigree.Execution, p.execution, ""), Contexts: []*NodePut{again(bare, p.run)}})
	p.refused(err, pedigree.Invalid, "Context is missing a type_id") // without the option it would be a change
}

func TestAnArtifactIsReusedByExternalIdentityAndChanged(t *testing.T) {
	p := newPipeline(t, Options{})
	stands := p.put(external(draft(pedigree.Artifact, p.artifact, "stands", field("n", 1), field("s", "old")), "x"))[0]
	want := func() *NodePut {
		return external(draft(pedigree.Artifact, p.artifact, "other name", field("n", 2)), "x")
	}
	publish := func(reuse bool, artifacts ...ArtifactPut) (Published, error) {
		return p.PutExecution(p.ctx, ws, &Publication{Execution: draft(pedigree.Execution, p.execution, ""), Artifacts: artifacts, Reuse: Reuse{Artifacts: reuse}})
	}
	_, err := publish(false, pair(want(), pedigree.Output))
	p.refused(err, pedigree.AlreadyExists, `external_id: "x"`)
	done, err := publish(true, pair(want(), pedigree.Output))
	p.must(err)
	wantIDs(t, "artifacts", done.Artifacts, stands)
	got := p.get(pedigree.Artifact, stands)
	if wantProperties(t, got, field("n", 2)); got.Name != "stands" {
		t.Errorf("was renamed to %s", got.Name)
	}
	fresh := func() *NodePut { return external(draft(pedigree.Artifact, p.artifact, ""), "fresh") }
	done, err = publish(true, pair(fresh(), pedigree.Input), pair(fresh(), pedigree.Output), ArtifactPut{Artifact: draft(pedigree.Artifact, p.artifact, "")},
		ArtifactPut{Artifact: draft(pedigree.Artifact, p.artifact, "")})
	p.must(err)
	if done.Artifacts[0] != done.Artifacts[1] || done.Artifacts[2] == done.Artifacts[3] {
		t.Errorf("the same external identity twice, then none twice: %v", done.Artifacts)
	}
	if events := p.events(pedigree.Artifact, done.Artifacts[0]); len(events) != 2 {
		t.Errorf("events %+v", events)
	}
	done, err = publish(true, pair(again(external(draft(pedigree.Artifact, p.artifact, ""), "z"), p.model), pedigree.Output))
	p.must(err)
	wantIDs(t, "an artifact named by identity", done.Artifacts, p.model)
	other := p.declare(typ(pedigree.Artifact, "other"))
	_, err = publish(true, pair(external(draft(pedigree.Artifact, other, ""), "x"), pedigree.Output))
	p.refused(err, pedigree.Invalid, "is different from the one known before")
}
