package graph

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// chain is a line of nodes, each artifact read by the execution after it, which
// writes the next: a0 > e0 > a1 > e1 > a2 > e2 > a3.
type chain struct {
	*pipeline
	a, e []pedigree.NodeID
}

func newChain(t testing.TB, o Options) *chain {
	t.Helper()
	c := &chain{pipeline: newPipeline(t, o)}
	for range 4 {
		c.a = append(c.a, c.node(pedigree.Artifact, c.artifact, ""))
	}
	for i := range 3 {
		e := c.node(pedigree.Execution, c.execution, "")
		c.e = append(c.e, e)
		c.join(event(pedigree.Input, e, c.a[i]), event(pedigree.Output, e, c.a[i+1]))
	}
	return c
}

func (f *fixture) join(events ...pedigree.Event) {
	f.t.Helper()
	f.must(f.PutEvents(f.ctx, ws, events))
}

// one selects nodes by identity.
func one(ids ...pedigree.NodeID) query.Scalar {
	c := query.Call{Op: query.OneOf, Args: []query.Scalar{query.Column{Part: query.ID}}}
	for _, id := range ids {
		c.Args = append(c.Args, query.Literal{Value: int64(id)})
	}
	return c
}

func from(kind pedigree.Kind, ids ...pedigree.NodeID) *LineageQuery {
	return &LineageQuery{
		Start: &query.Selection{Workspace: ws, Kind: kind, Where: one(ids...), By: query.Arrival, Limit: 100}, Hops: 100,
		Stops: map[pedigree.Kind]Stop{}, Want: Want{Events: true},
	}
}

func (f *fixture) lineage(q *LineageQuery) *Lineage {
	f.t.Helper()
	l, err := f.Lineage(f.ctx, q)
	f.must(err)
	return l
}

// wantNodes checks which nodes a lineage has, and how many events.
func (c *chain) wantNodes(what string, l *Lineage, artifacts, executions []pedigree.NodeID, events int) {
	c.t.Helper()
	if !slices.Equal(l.Artifacts, artifacts) || !slices.Equal(l.Executions, executions) || len(l.Events) != events {
		c.t.Errorf("%s: artifacts %v, executions %v, %d events\nwant %v, %v, %d", what, l.Artifacts, l.Executions, len(l.Events), artifacts, executions, events)
	}
}

func TestLineageFlowsEitherWay(t *testing.T) {
	c := newChain(t, Options{})
	for _, test := range []struct {
		name                  string
		start                 *LineageQuery
		flow                  Flow
		artifacts, executions []pedigree.NodeID
		events                int
	}{
		{"up from an artifact", from(pedigree.Artifact, c.a[2]), Upstream, c.a[:3], c.e[:2], 4},
		{"down from an artifact", from(pedigree.Artifact, c.a[2]), Downstream, c.a[2:], c.e[2:], 2},
		{"both ways from an artifact", from(pedigree.Artifact, c.a[2]), BothWays, c.a, c.e, 6},
		{"up from an execution", from(pedigree.Execution, c.e[1]), Upstream, c.a[:2], c.e[:2], 3},
		{"down from an execution", from(pedigree.Execution, c.e[1]), Downstream, c.a[2:], c.e[1:], 3},
		{"both ways from an execution", from(pedigree.Execution, c.e[1]), BothWays, c.a, c.e, 6},
		{"up from the source", from(pedigree.Artifact, c.a[0]), Upstream, c.a[:1], []pedigree.NodeID{}, 0},
		{"up from two", from(pedigree.Artifact, c.a[1], c.a[3]), Upstream, c.a, c.e, 6},
		{"from what nothing is joined to", from(pedigree.Artifact, c.dataset), BothWays, []pedigree.NodeID{c.dataset}, []pedigree.NodeID{}, 0},
	} {
		test.start.Flow = test.flow
		c.wantNodes(test.name, c.lineage(test.start), test.artifacts, test.executions, test.events)
	}
}

func TestLineageGoesAsManyHopsAsAskedFor(t *testing.T) {
	c := newChain(t, Options{})
	for hops, want := range map[int]struct {
		artifacts, executions []pedigree.NodeID
		events                int
	}{
		0: {c.a[1:2], []pedigree.NodeID{}, 0},
		1: {c.a[1:2], c.e[:2], 2},
		2: {c.a[:3], c.e[:2], 4},
		3: {c.a[:3], c.e, 5},
		4: {c.a, c.e, 6}, 5: {c.a, c.e, 6}, math.MaxInt32: {c.a, c.e, 6},
	} {
		q := from(pedigree.Artifact, c.a[1])
		q.Hops = hops
		c.wantNodes("hops", c.lineage(q), want.artifacts, want.executions, want.events)
	}
	q := from(pedigree.Artifact, c.a[1])
	q.Hops = -1
	_, err := c.Lineage(c.ctx, q)
	c.refused(err, pedigree.Invalid, "max_num_hops cannot be negative: max_num_hops = -1")
}

func TestLineageOfWhatIsNotThereIsNotFound(t *testing.T) {
	c := newChain(t, Options{})
	c.bin(c.dataset)
	for name, q := range map[string]*LineageQuery{
		"an unknown node": from(pedigree.Artifact, 12345), "another kind": from(pedigree.Execution, c.a[0]), "a node in the bin": from(pedigree.Artifact, c.dataset),
	} {
		_, err := c.Lineage(c.ctx, q)
		if err == nil {
			t.Errorf("%s: done", name)
			continue
		}
		c.refused(err, pedigree.NotFound, "Cannot find qualified nodes to start the traversal.")
	}
}

func TestLineageEndsWhereItIsToldTo(t *testing.T) {
	c := newChain(t, Options{})
	none := []pedigree.NodeID{}
	ends := func(kind pedigree.Kind, include bool, ids ...pedigree.NodeID) map[pedigree.Kind]Stop {
		return map[pedigree.Kind]Stop{kind: {Where: one(ids...), Include: include}}
	}
	for _, test := range []struct {
		name                  string
		start                 *LineageQuery
		stops                 map[pedigree.Kind]Stop
		artifacts, executions []pedigree.NodeID
		events                int
	}{
		{"before an execution", from(pedigree.Artifact, c.a[0]), ends(pedigree.Execution, false, c.e[1]), c.a[:2], c.e[:1], 2},
		{"at an execution", from(pedigree.Artifact, c.a[0]), ends(pedigree.Execution, true, c.e[1]), c.a[:2], c.e[:2], 3},
		{"before an artifact", from(pedigree.Artifact, c.a[0]), ends(pedigree.Artifact, false, c.a[1]), c.a[:1], c.e[:1], 1},
		{"at an artifact", from(pedigree.Artifact, c.a[0]), ends(pedigree.Artifact, true, c.a[1]), c.a[:2], c.e[:1], 2},
		{"on both sides", from(pedigree.Execution, c.e[1]), ends(pedigree.Artifact, true, c.a[0], c.a[1], c.a[2]), c.a[1:3], c.e[1:2], 2},
		{"at a start that is one", from(pedigree.Artifact, c.a[1]), ends(pedigree.Artifact, false, c.a[1]), none, none, 0},
		{"at a start that is one, included", from(pedigree.Artifact, c.a[1]), ends(pedigree.Artifact, true, c.a[1]), c.a[1:2], none, 0},
		{"at one start of two", from(pedigree.Artifact, c.a[1], c.a[3]), ends(pedigree.Artifact, false, c.a[1]), c.a[2:], c.e[1:], 3},
		{"at all executions", from(pedigree.Artifact, c.a[1]), map[pedigree.Kind]Stop{pedigree.Execution: {Include: true}}, c.a[1:2], c.e[:2], 2},
		{"outside a boundary", from(pedigree.Artifact, c.a[1]), map[pedigree.Kind]Stop{pedigree.Execution: {Where: one(c.e[0], c.e[1]), Inverse: true}}, c.a[:3], c.e[:2], 4},
		{"a boundary without the start", from(pedigree.Artifact, c.a[1]), map[pedigree.Kind]Stop{pedigree.Artifact: {Where: one(c.a[0]), Inverse: true}}, c.a[:2], c.e[:2], 3},
	} {
		test.start.Stops = test.stops
		c.wantNodes(test.name, c.lineage(test.start), test.artifacts, test.executions, test.events)
	}
}

func TestLineageGoesRoundACycleOnce(t *testing.T) {
	c := newChain(t, Options{})
	c.join(event(pedigree.Output, c.e[0], c.a[0]), event(pedigree.Input, c.e[2], c.a[3]), event(pedigree.Output, c.e[2], c.a[0]))
	for _, flow := range []Flow{BothWays, Upstream, Downstream} {
		q := from(pedigree.Artifact, c.a[0])
		q.Flow = flow
		l := c.lineage(q)
		c.wantNodes("a cycle", l, c.a, c.e, 9)
		for i, e := range l.Events {
			if i > 0 && e.ID <= l.Events[i-1].ID {
				t.Errorf("events %+v", l.Events)
			}
		}
	}
}

func TestLineageLeavesOutTheBin(t *testing.T) {
	c := newChain(t, Options{})
	c.bin(c.e[1])
	c.wantNodes("both ways", c.lineage(from(pedigree.Artifact, c.a[0])), c.a[:2], c.e[:1], 2)
	c.bin(c.a[1])
	c.wantNodes("both ways", c.lineage(from(pedigree.Artifact, c.a[0])), c.a[:1], c.e[:1], 1)
	run := c.node(pedigree.Context, c.ctxt, "seen")
	c.must(c.PutMembers(c.ctx, ws, []pedigree.Membership{member(c.run, c.a[0]), member(run, c.a[0])}, nil))
	c.bin(c.run)
	q := from(pedigree.Artifact, c.a[0])
	q.Want.Contexts = true
	wantIDs(t, "contexts", c.lineage(q).Contexts, run)
}

func TestLineageHoldsNoMoreNodesThanAskedFor(t *testing.T) {
	c := newChain(t, Options{})
	for range 5 { // each by two events
		e := c.node(pedigree.Execution, c.execution, "")
		c.join(event(pedigree.Input, e, c.a[0]), event(pedigree.Output, e, c.a[0]))
	}
	for most := 1; most <= 13; most++ {
		q := from(pedigree.Artifact, c.a[0])
		q.Nodes = most
		l := c.lineage(q)
		if n := len(l.Artifacts) + len(l.Executions); n != min(most, 12) {
			t.Errorf("%d nodes of at most %d", n, most)
		}
		for _, e := range l.Events {
			if !slices.Contains(l.Artifacts, e.Artifact) || !slices.Contains(l.Executions, e.Execution) {
				t.Errorf("of at most %d: event %+v joins what is not there", most, e)
			}
		}
	}
}

func TestALineageThatIsTooLargeIsRefused(t *testing.T) {
	c := newChain(t, Options{MaxEdges: 5})
	for i, q := range []*LineageQuery{from(pedigree.Artifact, c.a[0]), from(pedigree.Artifact, c.a...)} {
		_, err := c.Lineage(c.ctx, q)
		if err == nil {
			t.Errorf("query %d: done", i)
			continue
		}
		c.refused(err, pedigree.Exhausted, "the lineage has more than 5 events")
	}
	q := from(pedigree.Artifact, c.a[0])
	q.Hops = 5
	c.wantNodes("five events", c.lineage(q), c.a[:3], c.e, 5)
}

func TestALineageIsGivenUpWithItsClient(t *testing.T) {
	c := newChain(t, Options{})
	ctx, cancel := context.WithCancel(c.ctx)
	cancel()
	_, err := c.Lineage(ctx, from(pedigree.Artifact, c.a[0]))
	c.refused(err, pedigree.Unavailable, "")
}

func TestLineageComesWithThePartsAskedFor(t *testing.T) {
	c := newChain(t, Options{})
	c.must(c.PutMembers(c.ctx, ws, []pedigree.Membership{member(c.run, c.a[0]), member(c.run, c.dataset)}, []pedigree.Membership{member(c.run, c.e[0])}))
	q := from(pedigree.Artifact, c.a[0])
	q.Want = Want{}
	l := c.lineage(q)
	if c.wantNodes("nodes alone", l, c.a, c.e, 0); len(l.Contexts)+len(l.Attributions)+len(l.Associations)+len(l.ArtifactDetails)+len(l.Types) != 0 {
		t.Errorf("nodes alone came with %+v", l)
	}
	q.Want = Want{Contexts: true, Details: true, Types: map[pedigree.Kind]bool{pedigree.Artifact: true, pedigree.Context: true}}
	l = c.lineage(q)
	wantIDs(t, "contexts", l.Contexts, c.run)
	if len(l.Attributions) != 1 || l.Attributions[0] != member(c.run, c.a[0]) || len(l.Associations) != 1 || l.Associations[0] != member(c.run, c.e[0]) {
		t.Errorf("attributions %v, associations %v", l.Attributions, l.Associations)
	}
	wantIDs(t, "artifacts as they are", idsOf(l.ArtifactDetails), c.a...)
	wantIDs(t, "executions as they are", idsOf(l.ExecutionDetails), c.e...)
	for kind, want := range map[pedigree.Kind]pedigree.TypeID{pedigree.Artifact: c.artifact, pedigree.Context: c.ctxt} {
		if !slices.ContainsFunc(l.Types[kind], func(t Type) bool { return t.ID == want }) {
			t.Errorf("types of kind %s are %+v", kind, l.Types[kind])
		}
	}
	if l.Types[pedigree.Execution] != nil {
		t.Error("types of executions came without being asked for")
	}
}
