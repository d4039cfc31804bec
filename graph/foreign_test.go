package graph

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/tracking"
)

// A mlflowRun is what MLflow's rules wrote, as the rules here see it.
type mlflowRun struct {
	*pipeline
	rules           *tracking.Service
	uid             string // of the run
	experiment, run Node
	input, logged   Node
	registered      Node
	version         Node
}

func newMLflowRun(t *testing.T) *mlflowRun {
	t.Helper()
	p := newPipeline(t, Options{StrictEvents: true})
	m := &mlflowRun{pipeline: p, rules: tracking.New(p.store, "mlflow-artifacts:/")}
	p.must(m.rules.Prepare(p.ctx))
	experiment, err := m.rules.CreateExperiment(p.ctx, ws, "exp", "", nil)
	p.must(err)
	run, err := m.rules.CreateRun(p.ctx, ws, tracking.RunDraft{Experiment: experiment, Name: "first", Owner: "ann"})
	p.must(err)
	m.uid = run.UID
	p.must(m.rules.LogParam(p.ctx, ws, m.uid, pedigree.Property{Space: pedigree.Param, Key: "lr", Value: "0.1"}))
	p.must(m.rules.SetTag(p.ctx, ws, m.uid, pedigree.Property{Space: pedigree.Tag, Key: "team", Value: "x"}))
	for step, value := range []float64{0.5, math.NaN()} {
		p.must(m.rules.LogMetric(p.ctx, ws, m.uid, tracking.Measurement{Point: pedigree.Point{Key: "rmse", Value: value, Step: int64(step)}}))
	}
	p.must(m.rules.LogInputs(p.ctx, ws, m.uid, []tracking.DatasetInput{{Dataset: tracking.Dataset{Name: "wine", Digest: "d1", SourceType: "local", Source: "{}"}}}, nil))
	logged, err := m.rules.CreateLoggedModel(p.ctx, ws, tracking.LoggedModelDraft{Experiment: experiment, Name: "net", ModelType: "torch", SourceRun: m.uid})
	p.must(err)
	p.must(m.rules.LogOutputs(p.ctx, ws, m.uid, []tracking.ModelOutput{{Model: logged.UID}}))
	_, err = m.rules.UpdateRun(p.ctx, ws, m.uid, tracking.RunChange{State: "FINISHED", Ended: 5})
	p.must(err)
	models := registry.New(p.store, nil)
	_, err = models.CreateModel(p.ctx, ws, registry.ModelDraft{Name: "prod", Description: "what we serve"})
	p.must(err)
	_, err = models.CreateVersion(p.ctx, ws, registry.VersionDraft{Name: "prod", Source: "s3://b/m", RunID: &m.uid})
	p.must(err)
	p.must(models.SetAlias(p.ctx, ws, "prod", "champion", "1"))
	m.find(experiment, logged.UID)
	return m
}

// find reads what was written, by the names that it has here.
func (m *mlflowRun) find(experiment, logged string) {
	m.t.Helper()
	for uid, c := range map[string]struct {
		of pedigree.Type
		to *Node
	}{
		experiment: {pedigree.ExperimentType, &m.experiment}, m.uid: {pedigree.RunType, &m.run},
		logged: {pedigree.LoggedModelType, &m.logged}, "prod": {pedigree.RegisteredModelType, &m.registered},
	} {
		n, err := m.NodeNamed(m.ctx, ws, c.of, uid)
		m.must(err)
		if n == nil {
			m.t.Fatalf("no %s is named %s", c.of.Name, uid)
		}
		*c.to = *n
	}
	for _, n := range m.listed(pedigree.Artifact) {
		switch n.Type {
		case pedigree.DatasetType:
			m.input = n
		case pedigree.ModelVersionType:
			m.version = n
		}
	}
}

func (f *fixture) listed(kind pedigree.Kind) []Node {
	f.t.Helper()
	nodes, _, err := f.List(f.ctx, &query.Selection{Workspace: ws, Kind: kind, By: query.Arrival})
	f.must(err)
	return nodes
}

func (n *Node) lookup(space pedigree.Space, key string) any {
	i := slices.IndexFunc(n.Properties, func(p pedigree.Property) bool { return p.Space == space && p.Key == key })
	if i < 0 {
		return nil
	}
	if n.Properties[i].Form == pedigree.Double {
		return n.Properties[i].Number
	}
	return n.Properties[i].Value
}

func TestARunOfMLflowIsAnExecutionLikeAnyOther(t *testing.T) {
	m := newMLflowRun(t)
	if m.run.Type.Kind != pedigree.Execution || m.run.Name != "first" || State(&m.run.Node) != "COMPLETE" || m.run.External != m.uid {
		t.Errorf("the run is %+v in state %s", m.run.Node, State(&m.run.Node))
	}
	for key, want := range map[string]any{"params.lr": "0.1", "tags.team": "x", "tags.mlflow.runName": "first"} {
		if got := m.run.lookup(pedigree.Custom, key); got != want {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
	if v, ok := m.run.lookup(pedigree.Custom, "metrics.rmse").(float64); !ok || !math.IsNaN(v) {
		t.Errorf("the latest rmse is %v", m.run.lookup(pedigree.Custom, "metrics.rmse"))
	}
	if got := m.registered.lookup(pedigree.Field, "description"); got != "what we serve" {
		t.Errorf("the registered model is described as %v", got)
	}
	if got := m.registered.lookup(pedigree.Custom, "aliases.champion"); got != "1" {
		t.Errorf("the champion is %v", got)
	}
	if got := m.logged.lookup(pedigree.Field, "model_type"); got != "torch" || State(&m.logged.Node) != "PENDING" {
		t.Errorf("the logged model is a %v in state %s", got, State(&m.logged.Node))
	}
	if got := m.version.lookup(pedigree.Field, "run_id"); got != m.uid || State(&m.version.Node) != "LIVE" {
		t.Errorf("the version is of run %v in state %s", got, State(&m.version.Node))
	}
	found, err := m.NodesExternal(m.ctx, ws, pedigree.Execution, []string{m.uid})
	m.must(err)
	wantIDs(t, "by its public identity", idsOf(found), m.run.ID)
}

func TestWhatMLflowTiesTogetherIsTied(t *testing.T) {
	m := newMLflowRun(t)
	var in, out []pedigree.NodeID
	for _, e := range m.events(pedigree.Execution, m.run.ID) {
		if e.Direction == pedigree.Input {
			in = append(in, e.Artifact)
		} else {
			out = append(out, e.Artifact)
		}
	}
	wantIDs(t, "read", in, m.input.ID)
	wantIDs(t, "written", out, m.logged.ID, m.version.ID)
	wantIDs(t, "contexts of the run", m.contextsOf(pedigree.Execution, m.run.ID), m.experiment.ID)
	wantIDs(t, "contexts of the version", m.contextsOf(pedigree.Artifact, m.version.ID), m.registered.ID)
	wantIDs(t, "contexts of the experiment", m.contextsOf(pedigree.Context, m.experiment.ID))
	for context, want := range map[pedigree.NodeID][]pedigree.NodeID{m.experiment.ID: {m.run.ID}, m.registered.ID: {}, ws: {}} {
		nodes, _, err := m.ListWithin(m.ctx, context, &query.Selection{Workspace: ws, Kind: pedigree.Execution, By: query.Arrival})
		m.must(err)
		wantIDs(t, "executions within", idsOf(nodes), want...)
	}
}

func TestNodesOfOtherWiresTakeCustomPropertiesEventsAndMemberships(t *testing.T) {
	m := newMLflowRun(t)
	as := func(n *Node) *NodePut { // as it was read
		p := again(draft(n.Type.Kind, n.TypeID, n.Name, n.Properties...), n.ID)
		p.Node.URI, p.Node.State, p.Node.External = n.URI, State(&n.Node), n.External
		return p
	}
	for _, n := range []*Node{&m.run, &m.experiment, &m.input, &m.logged, &m.registered, &m.version} {
		before := m.get(n.Type.Kind, n.ID)
		m.put(as(n))
		if got := m.get(n.Type.Kind, n.ID); got.Node != before.Node {
			t.Errorf("sent back as it was read %+v became %+v", before.Node, got.Node)
		}
		m.put(as(n).say(append(slices.Clone(n.Properties), custom("note", 7))...))
		masked := again(draft(n.Type.Kind, n.TypeID, n.Name, custom("other", "x")), n.ID)
		masked.Mask = []string{"custom_properties.other"}
		m.put(masked)
		wantProperties(t, m.get(n.Type.Kind, n.ID), append(slices.Clone(n.Properties), custom("note", 7), custom("other", "x"))...)
	}
	m.must(m.PutEvents(m.ctx, ws, []pedigree.Event{event(pedigree.Input, m.run.ID, m.dataset), event(pedigree.Input, m.step, m.version.ID)}))
	m.must(m.PutMembers(m.ctx, ws, []pedigree.Membership{member(m.experiment.ID, m.model)},
		[]pedigree.Membership{member(m.pipeline.run, m.run.ID), member(m.experiment.ID, m.run.ID)}))
	m.must(m.PutParents(m.ctx, ws, []pedigree.Membership{member(m.pipeline.run, m.experiment.ID)}))
	_, err := m.PutExecution(m.ctx, ws, &Publication{
		Execution: as(&m.run).say(append(slices.Clone(m.run.Properties), custom("note", 8))...),
		Contexts:  []*NodePut{again(NewPut(pedigree.Context), m.experiment.ID)}, Reuse: Reuse{ContextsByID: true},
	})
	m.must(err)
	wantIDs(t, "contexts of the run", m.contextsOf(pedigree.Execution, m.run.ID), m.pipeline.run, m.experiment.ID)
	runs, _, err := m.ListWithin(m.ctx, m.experiment.ID, &query.Selection{Workspace: ws, Kind: pedigree.Execution, By: query.Arrival})
	m.must(err)
	wantIDs(t, "executions of the experiment", idsOf(runs), m.run.ID)
	run, err := m.rules.Run(m.ctx, ws, m.uid) // MLflow's clients see what is theirs
	m.must(err)
	if len(run.Inputs) != 1 || run.Inputs[0].Dataset.Name != "wine" || len(run.Outputs) != 1 || run.State != "FINISHED" || run.Name != "first" {
		t.Errorf("MLflow sees %+v", run)
	}
	_, err = m.rules.UpdateRun(m.ctx, ws, m.uid, tracking.RunChange{State: "RUNNING", Ended: pedigree.NoTime, Name: "second"})
	m.must(err)
	after := m.get(pedigree.Execution, m.run.ID)
	if after.Name != "second" || State(&after.Node) != "RUNNING" || after.lookup(pedigree.Custom, "tags.mlflow.runName") != "second" {
		t.Errorf("after MLflow changed it the run is %+v", after)
	}
}

func TestNodesOfOtherWiresTakeNoOtherChange(t *testing.T) {
	m := newMLflowRun(t)
	for name, change := range map[string]func(*NodePut){
		"a state":                        func(p *NodePut) { p.Node.State = "FAILED" },
		"no state":                       func(p *NodePut) { p.Node.State = "" },
		"an external identity":           func(p *NodePut) { p.Node.External = "mine" },
		"no external identity":           func(p *NodePut) { p.Node.External = "" },
		"a param":                        func(p *NodePut) { p.say(append(p.Node.Properties, custom("params.new", "1"))...) },
		"a metric":                       func(p *NodePut) { p.say(append(p.Node.Properties, custom("metrics.new", 1.0))...) },
		"no properties":                  func(p *NodePut) { p.say() },
		"no properties within a mask":    func(p *NodePut) { p.say(); p.Mask = []string{"custom_properties"} },
		"a param within a mask":          func(p *NodePut) { p.say(custom("params.lr", "0.2")); p.Mask = []string{"custom_properties.params.lr"} },
		"a declared property":            func(p *NodePut) { p.say(append(p.Node.Properties, field("x", "1"))...) },
		"a declared property in a mask":  func(p *NodePut) { p.say(field("x", "1")); p.Mask = []string{"properties.x"} },
		"a state within a mask":          func(p *NodePut) { p.Node.State = "NEW"; p.Mask = []string{"last_known_state"} },
		"no external identity in a mask": func(p *NodePut) { p.Node.External = ""; p.Mask = []string{"external_id"} },
	} {
		p := again(draft(pedigree.Execution, m.run.TypeID, m.run.Name, m.run.Properties...), m.run.ID)
		p.Node.State, p.Node.External = State(&m.run.Node), m.run.External
		change(p)
		_, err := m.PutNodes(m.ctx, ws, []*NodePut{draft(pedigree.Execution, m.execution, ""), p})
		if err == nil {
			t.Errorf("%s: done", name)
			continue
		}
		m.refused(err, pedigree.BadState, "whose clients alone change")
	}
	got := m.get(pedigree.Execution, m.run.ID)
	if got.Node != m.run.Node {
		t.Errorf("the run became %+v, was %+v", got.Node, m.run.Node)
	}
	wantProperties(t, got, m.run.Properties...)
}

func TestRunsInTheBinAreNotSeen(t *testing.T) {
	m := newMLflowRun(t)
	m.must(m.rules.DeleteRun(m.ctx, ws, m.uid))
	gone := func(what string, n *Node, err error) {
		t.Helper()
		if n != nil || err != nil {
			t.Errorf("%s: %+v (%v)", what, n, err)
		}
	}
	n, err := m.NodeNamed(m.ctx, ws, pedigree.RunType, m.uid)
	gone("by name", n, err)
	_, err = m.NodesExternal(m.ctx, ws, pedigree.Execution, []string{m.uid})
	m.refused(err, pedigree.NotFound, "No executions found")
	if events := m.events(pedigree.Artifact, m.input.ID); len(events) != 0 {
		t.Errorf("events %+v", events)
	}
	if all := idsOf(m.listed(pedigree.Execution)); slices.Contains(all, m.run.ID) {
		t.Errorf("lists %v", all)
	}
	m.must(m.rules.RestoreRun(m.ctx, ws, m.uid))
	if n, err = m.NodeNamed(m.ctx, ws, pedigree.RunType, m.uid); err != nil || n == nil || n.ID != m.run.ID {
		t.Errorf("restored: %+v (%v)", n, err)
	}
}

func TestAStoreThatIsPreparedIsOnlyRead(t *testing.T) {
	f := open(t, Options{})
	f.view(func(r store.Reader) error {
		ready, err := ownTypesStand(r)
		if !ready {
			t.Error("the types of the server do not stand")
		}
		return err
	})
	f.must(New(unwritable{f.store, t}, Options{}).Prepare(f.ctx))
}

// unwritable is a store that nobody is to write to.
type unwritable struct {
	store.Store
	t *testing.T
}

// Update tells the test that someone wanted to.
func (s unwritable) Update(ctx context.Context, fn func(store.Tx) error) error {
	s.t.Error("the store was written to")
	return s.Store.Update(ctx, fn)
}
