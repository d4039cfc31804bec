package storetest

import (
	"cmp"
	"math"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func links(e *env) {
	x := e.experiment()
	run, other := e.run(x), e.run(x)
	a, b := e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID)
	path := []pedigree.PathStep{{Key: "", IsKey: true}, {Index: math.MinInt64}, {Key: "1\x00\"é", IsKey: true}, {Index: math.MaxInt64}}
	all := []pedigree.Event{
		{Execution: run.ID, Artifact: a.ID, Direction: pedigree.Input, Time: -4, Path: path},
		{Execution: run.ID, Artifact: a.ID, Direction: pedigree.Input, Role: pedigree.RoleInternal, Time: 1},
		{Execution: run.ID, Artifact: a.ID, Direction: pedigree.Output, Role: pedigree.RolePending, Time: 2},
		{Execution: other.ID, Artifact: b.ID, Direction: pedigree.Output, Time: 3, Step: 5},
	}
	e.update(func(tx store.Tx) error {
		for i := range all {
			if fresh, err := tx.PutEvent(&all[i]); err != nil || !fresh {
				e.Errorf("event %d: %v, %v", i, fresh, err)
			}
		}
		_, err := tx.PutEvent(&pedigree.Event{Execution: run.ID, Artifact: b.ID, Direction: pedigree.Input, Path: []pedigree.PathStep{{Key: "\xff", IsKey: true}}})
		if pedigree.CodeOf(err) != pedigree.Invalid {
			e.Errorf("a path that is no text: %v", err)
		}
		return nil
	})
	same := func(what string, got []pedigree.Event, err error, want ...pedigree.Event) {
		e.Helper()
		equal := slices.EqualFunc(got, want, func(a, b pedigree.Event) bool {
			return a.ID == b.ID && a.Execution == b.Execution && a.Artifact == b.Artifact && a.Direction == b.Direction && a.Role == b.Role &&
				a.Time == b.Time && a.Step == b.Step && slices.Equal(a.Path, b.Path)
		})
		if err != nil || !equal {
			e.Errorf("%s: %+v (%v)\nwant %+v", what, got, err, want)
		}
	}
	e.view(func(r store.Reader) error {
		got, err := r.Links(pedigree.Execution, []pedigree.NodeID{other.ID, run.ID})
		same("of executions", got, err, all...)
		got, err = r.Links(pedigree.Artifact, []pedigree.NodeID{a.ID, 9999})
		same("of an artifact", got, err, all[:3]...)
		got, err = r.EventsByID([]int64{all[3].ID, 9999, all[0].ID, all[3].ID})
		same("by identity", got, err, all[0], all[3])
		return nil
	})
}

func neighbours(e *env) {
	x := e.experiment()
	runs := []*pedigree.Node{e.run(x), e.run(x), e.run(x)}
	a, gone := e.node(pedigree.LoggedModelType, x.ID), e.run(x)
	put := func(run *pedigree.Node, d pedigree.Direction) store.Neighbour {
		ev := pedigree.Event{Execution: run.ID, Artifact: a.ID, Direction: d}
		e.update(func(tx store.Tx) error { _, err := tx.PutEvent(&ev); return err })
		return store.Neighbour{Event: ev.ID, From: a.ID, To: run.ID}
	}
	in, in2, out, both := put(runs[0], pedigree.Input), put(runs[1], pedigree.Input), put(runs[2], pedigree.Output), put(runs[2], pedigree.Input)
	put(gone, pedigree.Input)
	gone.Deleted = 5
	e.update(func(tx store.Tx) error { return tx.UpdateNode(gone) })
	find := func(kind pedigree.Kind, d pedigree.Direction, limit int, ids ...pedigree.NodeID) (got []store.Neighbour) {
		e.Helper()
		e.view(func(r store.Reader) (err error) {
			got, err = r.Neighbours(kind, ids, d, limit)
			return err
		})
		slices.SortFunc(got, func(a, b store.Neighbour) int { return cmp.Compare(a.Event, b.Event) })
		return got
	}
	for _, c := range []struct {
		direction pedigree.Direction
		want      []store.Neighbour
	}{{0, []store.Neighbour{in, in2, out, both}}, {pedigree.Input, []store.Neighbour{in, in2, both}}, {pedigree.Output, []store.Neighbour{out}}} {
		if got := find(pedigree.Artifact, c.direction, 100, a.ID, 9999); !slices.Equal(got, c.want) {
			e.Errorf("in direction %d: %+v, want %+v", c.direction, got, c.want)
		}
	}
	back := store.Neighbour{Event: in.Event, From: in.To, To: in.From}
	if got := find(pedigree.Execution, 0, 100, runs[0].ID); !slices.Equal(got, []store.Neighbour{back}) {
		e.Errorf("from an execution: %+v, want %+v", got, back)
	}
	for limit := 1; limit < 6; limit++ {
		if got := find(pedigree.Artifact, 0, limit, a.ID); len(got) != min(limit, 4) {
			e.Errorf("at most %d: %+v", limit, got)
		}
	}
	a.Deleted = 5
	e.update(func(tx store.Tx) error { return tx.UpdateNode(a) })
	if got := find(pedigree.Execution, 0, 100, runs[0].ID, runs[1].ID, runs[2].ID); len(got) != 0 {
		e.Errorf("to what is in the bin: %+v", got)
	}
}

func eventsGone(e *env) {
	x := e.experiment()
	run, other := e.run(x), e.run(x)
	var newest int64
	put := func(by pedigree.NodeID) int64 {
		e.Helper()
		ev := pedigree.Event{Execution: by, Artifact: e.node(pedigree.LoggedModelType, x.ID).ID, Direction: pedigree.Input}
		e.update(func(tx store.Tx) error { _, err := tx.PutEvent(&ev); return err })
		if ev.ID <= newest {
			e.Errorf("an event after %d is %d", newest, ev.ID)
		}
		newest = ev.ID
		return ev.ID
	}
	remove := func(ids ...int64) {
		e.Helper()
		e.update(func(tx store.Tx) error {
			for _, id := range ids {
				if _, err := tx.DeleteEvent(id); err != nil {
					return err
				}
			}
			return nil
		})
	}
	first := put(run.ID)
	remove(first)
	second := put(run.ID)
	third := put(run.ID)
	remove(third, second)
	put(other.ID)
	put(other.ID)
	e.update(func(tx store.Tx) error { return tx.Purge(other.ID) })
	put(run.ID)
	put(run.ID)
	e.update(func(tx store.Tx) error { return tx.Purge(run.ID) })
	put(e.run(x).ID)
}
