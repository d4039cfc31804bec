package graph

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
)

// deletable makes a context with an execution and more artifacts than one
// transaction removes; the first of them is in another context too.
func deletable(t *testing.T, artifacts int) (f *fixture, own, other, run pedigree.NodeID, all []pedigree.NodeID) {
	f = open(t, Options{})
	things, steps, runs := f.declare(typ(pedigree.Artifact, "T")), f.declare(typ(pedigree.Execution, "E")), f.declare(typ(pedigree.Context, "C"))
	own, other = f.node(pedigree.Context, runs, "own"), f.node(pedigree.Context, runs, "other")
	run = f.node(pedigree.Execution, steps, "run")
	var puts []*NodePut
	for range artifacts {
		puts = append(puts, draft(pedigree.Artifact, things, ""))
	}
	all = f.put(puts...)
	memberships := []pedigree.Membership{{Context: other, Node: all[0]}}
	var events []pedigree.Event
	for _, id := range all {
		memberships = append(memberships, pedigree.Membership{Context: own, Node: id})
		events = append(events, pedigree.Event{Artifact: id, Execution: run, Direction: pedigree.Output, Time: pedigree.NoTime})
	}
	f.must(f.PutMembers(f.ctx, ws, memberships, []pedigree.Membership{{Context: own, Node: run}}))
	f.must(f.PutEvents(f.ctx, ws, events))
	return f, own, other, run, all
}

func TestDeleteTakesANodeWithItsEventsAndMemberships(t *testing.T) {
	f, own, other, run, all := deletable(t, 2)
	f.must(f.Delete(f.ctx, ws, all[0]))
	left, err := f.Nodes(f.ctx, ws, pedigree.Artifact, all)
	f.must(err)
	wantIDs(t, "artifacts", idsOf(left), all[1])
	events, err := f.Events(f.ctx, ws, pedigree.Execution, []pedigree.NodeID{run})
	f.must(err)
	if len(events) != 1 || events[0].Artifact != all[1] {
		t.Errorf("events %v are left", events)
	}
	f.must(f.Delete(f.ctx, ws, own))
	wantIDs(t, "contexts of the execution", f.contextsOf(pedigree.Execution, run))
	f.get(pedigree.Context, other)
}

func TestDeleteContextTakesWhatBelongsToItAlone(t *testing.T) {
	f, own, other, run, all := deletable(t, 2*deleteBatch+1)
	deleted, err := f.DeleteContext(f.ctx, ws, own)
	f.must(err)
	if want := len(all) - 1 + 2; deleted != want { // but the first, and the execution and the context
		t.Errorf("%d nodes were deleted, want %d", deleted, want)
	}
	left, err := f.Nodes(f.ctx, ws, pedigree.Artifact, all)
	f.must(err)
	wantIDs(t, "artifacts", idsOf(left), all[0])
	executions, err := f.Nodes(f.ctx, ws, pedigree.Execution, []pedigree.NodeID{run})
	f.must(err)
	wantIDs(t, "executions", idsOf(executions))
	wantIDs(t, "contexts of the artifact left", f.contextsOf(pedigree.Artifact, all[0]), other)
}

func TestDeleteRefusesWhatIsNotItsToDelete(t *testing.T) {
	f, _, _, run, _ := deletable(t, 1)
	f.refused(f.Delete(f.ctx, ws, 12345), pedigree.NotFound, "no node 12345")
	f.refused(f.Delete(f.ctx, ws, ws), pedigree.NotFound, "no node")
	_, err := f.DeleteContext(f.ctx, ws, run)
	f.refused(err, pedigree.Invalid, "only contexts have members")
	f.get(pedigree.Execution, run)
}

func TestDeleteLeavesNodesOfOtherWiresToTheirClients(t *testing.T) {
	m := newMLflowRun(t)
	for _, n := range []Node{m.experiment, m.run, m.input, m.logged, m.registered, m.version} {
		m.refused(m.Delete(m.ctx, ws, n.ID), pedigree.BadState, "whose clients alone delete it")
	}
	contexts := m.declare(typ(pedigree.Context, "mine"))
	mine := m.node(pedigree.Context, contexts, "mine")
	m.must(m.PutMembers(m.ctx, ws, nil, []pedigree.Membership{{Context: mine, Node: m.run.ID}}))
	deleted, err := m.DeleteContext(m.ctx, ws, mine)
	m.must(err)
	if deleted != 1 {
		t.Errorf("%d nodes were deleted, want the context alone", deleted)
	}
	m.get(pedigree.Execution, m.run.ID)
}
