package graph

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
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

// remove deletes, after a look at what that would take: both must say the same.
func (f *fixture) remove(d Deletion) (Removed, error) {
	f.t.Helper()
	d.Workspace = ws
	before, refused := f.Preview(f.ctx, d)
	after, err := f.Delete(f.ctx, d)
	if fmt.Sprint(refused) != fmt.Sprint(err) || err == nil && !reflect.DeepEqual(before, after) {
		f.t.Errorf("would go %+v (%v), went %+v (%v)", before, refused, after, err)
	}
	return after, err
}

func TestDeleteTakesANodeWithItsEventsAndMemberships(t *testing.T) {
	f, own, other, run, all := deletable(t, 2)
	gone, err := f.remove(Deletion{Node: all[0], List: 9})
	f.must(err)
	if gone.Count != 1 || len(gone.Nodes) != 1 || gone.Nodes[0].ID != all[0] || gone.With != (store.Attached{Events: 1, Memberships: 2}) {
		t.Errorf("went %+v", gone)
	}
	left, err := f.Nodes(f.ctx, ws, pedigree.Artifact, all)
	f.must(err)
	wantIDs(t, "artifacts", idsOf(left), all[1])
	events, err := f.Events(f.ctx, ws, pedigree.Execution, []pedigree.NodeID{run})
	f.must(err)
	if len(events) != 1 || events[0].Artifact != all[1] {
		t.Errorf("events %v are left", events)
	}
	_, err = f.remove(Deletion{Node: own})
	f.must(err)
	wantIDs(t, "contexts of the execution", f.contextsOf(pedigree.Execution, run))
	f.get(pedigree.Context, other)
}

func TestDeleteTakesWhatBelongsToAContextAlone(t *testing.T) {
	f, own, other, run, all := deletable(t, 2*deleteBatch+1)
	gone, err := f.remove(Deletion{Node: own, Members: true, List: 3})
	f.must(err)
	if want := len(all) - 1 + 2; gone.Count != want || len(gone.Nodes) != 3 { // but the first, and the execution and the context
		t.Errorf("%d nodes were deleted, want %d; named are %d", gone.Count, want, len(gone.Nodes))
	}
	if want := (store.Attached{Events: int64(len(all)), Memberships: int64(len(all) + 1)}); gone.With != want {
		t.Errorf("with them went %+v, want %+v", gone.With, want)
	}
	left, err := f.Nodes(f.ctx, ws, pedigree.Artifact, all)
	f.must(err)
	wantIDs(t, "artifacts", idsOf(left), all[0])
	executions, err := f.Nodes(f.ctx, ws, pedigree.Execution, []pedigree.NodeID{run})
	f.must(err)
	wantIDs(t, "executions", idsOf(executions))
	wantIDs(t, "contexts of the artifact left", f.contextsOf(pedigree.Artifact, all[0]), other)
}

func TestAPreviewChangesNothing(t *testing.T) {
	f, own, _, run, all := deletable(t, 2)
	for range 2 {
		goes, err := f.Preview(f.ctx, Deletion{Workspace: ws, Node: own, Members: true})
		f.must(err)
		if goes.Count != 3 {
			t.Errorf("would go %+v", goes)
		}
	}
	f.get(pedigree.Execution, run)
	f.get(pedigree.Artifact, all[1])
	lines, err := f.Changes(f.ctx, anything(10))
	if err != nil || len(lines.Lines) != 0 {
		t.Errorf("the history has %+v (%v)", lines, err)
	}
}

func TestTheHistoryTellsWhatWasDeletedByWhomAndWhy(t *testing.T) {
	f, own, _, run, _ := deletable(t, 2)
	f.ctx = pedigree.WithActor(f.ctx, pedigree.Actor{Name: "ann", Reason: "it was a trial"})
	_, err := f.remove(Deletion{Node: own, Members: true})
	f.must(err)
	page, err := f.Changes(f.ctx, anything(10))
	f.must(err)
	lines := page.Lines
	if len(lines) != 3 {
		t.Fatalf("the history has %+v", lines)
	}
	own0 := lines[0]
	var was struct{ Kind, Type, Name, UID string }
	f.must(json.Unmarshal([]byte(own0.Before), &was))
	if own0.Node != own || own0.Actor != "ann" || own0.Reason != "it was a trial" || own0.What != DeletedChange || !own0.Time.Set() ||
		was.Kind != "context" || was.Type != "C" || was.Name != "own" || was.UID == "" {
		t.Errorf("of the context it tells %+v", own0)
	}
	one, err := f.History(f.ctx, ws, run, 0, 10)
	f.must(err)
	if len(one) != 1 || one[0] != lines[1] {
		t.Errorf("of the execution it tells %+v", one)
	}
	next := anything(1)
	next.Before = lines[1].ID
	older, err := f.Changes(f.ctx, next)
	f.must(err)
	if len(older.Lines) != 1 || older.Lines[0] != lines[2] {
		t.Errorf("before that it tells %+v", older)
	}
}

func TestAnyDeletionTakesWhatItSaidItWould(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		f, own, other, _, all := deletable(t, 6)
		executions := []pedigree.NodeID{}
		step := f.declare(typ(pedigree.Execution, "E"))
		for range 3 {
			executions = append(executions, f.node(pedigree.Execution, step, ""))
		}
		f.must(f.store.Update(f.ctx, func(tx store.Tx) error {
			for range 8 {
				a, b := all[random.IntN(len(all))], all[random.IntN(len(all))]
				if _, err := tx.PutEvent(&pedigree.Event{Artifact: a, Execution: executions[random.IntN(3)], Direction: pedigree.Input}); err != nil {
					return err
				}
				if _, err := tx.AddMember([]pedigree.NodeID{own, other}[random.IntN(2)], executions[random.IntN(3)]); err != nil {
					return err
				}
				if a == b {
					continue
				}
				if err := tx.PutRelation(&pedigree.Relation{Kind: pedigree.Derived, Source: min(a, b), Target: max(a, b)}); err != nil {
					return err
				}
			}
			return nil
		}))
		gone, err := f.remove(Deletion{Node: own, Members: true, List: 100})
		f.must(err)
		if gone.Count != len(gone.Nodes) || gone.Nodes[gone.Count-1].ID != own {
			t.Errorf("went %+v", gone)
		}
	}
}

func TestDeleteRefusesWhatIsNotItsToDelete(t *testing.T) {
	f, _, _, run, _ := deletable(t, 1)
	for _, c := range []struct {
		deletion Deletion
		code     pedigree.Code
		words    string
	}{
		{Deletion{Node: 12345}, pedigree.NotFound, "no node 12345"},
		{Deletion{Node: ws}, pedigree.NotFound, "no node"},
		{Deletion{Node: ws, Members: true}, pedigree.NotFound, "no node"},
		{Deletion{Node: run, Members: true}, pedigree.Invalid, "only contexts have members"},
	} {
		_, err := f.remove(c.deletion)
		f.refused(err, c.code, c.words)
	}
	f.get(pedigree.Execution, run)
}

func TestDeleteLeavesNodesOfOtherWiresToTheirClients(t *testing.T) {
	m := newMLflowRun(t)
	for _, n := range []Node{m.experiment, m.run, m.input, m.logged, m.registered, m.version} {
		_, err := m.remove(Deletion{Node: n.ID})
		m.refused(err, pedigree.BadState, "whose clients alone delete it")
	}
	contexts := m.declare(typ(pedigree.Context, "mine"))
	mine := m.node(pedigree.Context, contexts, "mine")
	m.must(m.PutMembers(m.ctx, ws, nil, []pedigree.Membership{{Context: mine, Node: m.run.ID}}))
	gone, err := m.remove(Deletion{Node: mine, Members: true})
	m.must(err)
	if gone.Count != 1 {
		t.Errorf("%d nodes were deleted, want the context alone", gone.Count)
	}
	m.get(pedigree.Execution, m.run.ID)
}
