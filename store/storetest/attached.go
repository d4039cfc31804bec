package storetest

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func attached(e *env) {
	x := e.experiment()
	run, model, other := e.run(x), e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID)
	e.update(func(tx store.Tx) error {
		steps := []func() error{
			func() error {
				return tx.PutProperties(model, pedigree.Property{Space: pedigree.Tag, Key: "a", Value: "1"}, pedigree.Property{Space: pedigree.Param, Key: "b", Value: "2"})
			},
			func() error {
				return tx.AppendPoints(run, []pedigree.Point{{Key: "m", Value: 1}, {Key: "m", Value: 2, Step: 1}})
			},
			func() error {
				_, err := tx.PutEvent(&pedigree.Event{Execution: run.ID, Artifact: model.ID, Direction: pedigree.Output})
				return err
			},
			func() error {
				_, err := tx.PutEvent(&pedigree.Event{Execution: run.ID, Artifact: other.ID, Direction: pedigree.Input})
				return err
			},
			func() error { _, err := tx.AddMember(x.ID, model.ID); return err },
			func() error {
				return tx.PutRelation(&pedigree.Relation{Kind: pedigree.Derived, Source: other.ID, Target: model.ID})
			},
			func() error { return tx.PutFiles(model.ID, pedigree.File{Path: "a"}, pedigree.File{Path: "b"}) },
			func() error {
				return tx.SetLocations(pedigree.DefaultWorkspace, model.ID, pedigree.Location{URI: "s3://b/k"})
			},
			func() error {
				return tx.AddComment(&pedigree.Comment{Workspace: pedigree.DefaultWorkspace, Node: model.ID, Text: "x"})
			},
		}
		for _, step := range steps {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	want := map[pedigree.NodeID]store.Attached{
		run.ID:   {Properties: 1, Events: 2},
		model.ID: {Properties: 2, Events: 1, Memberships: 1, Relations: 1, Files: 2, Locations: 1, Comments: 1},
		other.ID: {Events: 1, Relations: 1},
		x.ID:     {Memberships: 1},
		123456:   {},
	}
	check := func() {
		e.Helper()
		e.view(func(r store.Reader) error {
			for id, want := range want {
				if got, err := r.Attached(id); err != nil || got != want {
					e.Errorf("on %d hangs %+v (%v), want %+v", id, got, err, want)
				}
			}
			return nil
		})
	}
	check()
	e.update(func(tx store.Tx) error { return tx.Purge(model.ID) })
	want[run.ID], want[model.ID], want[other.ID], want[x.ID] = store.Attached{Properties: 1, Events: 1}, store.Attached{}, store.Attached{Events: 1}, store.Attached{}
	check()
}

func allChanges(e *env) {
	a, b := e.run(e.experiment()), e.run(e.experiment())
	for _, n := range []*pedigree.Node{a, b, a} {
		e.update(func(tx store.Tx) error {
			return tx.AppendChange(&pedigree.Change{Workspace: n.Workspace, Node: n.ID, What: "w", Before: "b", After: "a", Actor: "ann", Reason: "r"})
		})
	}
	e.update(func(tx store.Tx) error {
		return tx.AppendChange(&pedigree.Change{Workspace: 77, Node: 78, What: "elsewhere"})
	})
	e.update(func(tx store.Tx) error { return tx.Purge(a.ID) })
	e.view(func(r store.Reader) error {
		all, err := r.ChangesBefore(&store.ChangeQuery{Workspace: pedigree.DefaultWorkspace, Limit: 9})
		if err != nil || len(all) != 3 || all[0].Node != a.ID || all[1].Node != b.ID || all[0].ID <= all[1].ID || all[1].ID <= all[2].ID {
			e.Fatalf("%+v (%v)", all, err)
		}
		of, err := r.Changes(b.ID, 0, 9)
		if err != nil || !slices.Equal(of, all[1:2]) {
			e.Errorf("of one node %+v (%v), among all %+v", of, err, all[1:2])
		}
		page, err := r.ChangesBefore(&store.ChangeQuery{Workspace: pedigree.DefaultWorkspace, Before: all[0].ID, Limit: 1})
		if err != nil || !slices.Equal(page, all[1:2]) {
			e.Errorf("the second %+v (%v)", page, err)
		}
		for name, c := range map[string]struct {
			q    store.ChangeQuery
			want []pedigree.Change
		}{
			"of a node":          {store.ChangeQuery{Node: a.ID}, []pedigree.Change{all[0], all[2]}},
			"of a node, between": {store.ChangeQuery{Node: a.ID, Before: all[0].ID, After: all[2].ID}, nil},
			"by somebody":        {store.ChangeQuery{Actor: "ann", After: all[2].ID}, all[:2]},
			"by nobody":          {store.ChangeQuery{Actor: "bob"}, nil},
			"of one sort":        {store.ChangeQuery{What: "w", Before: all[0].ID}, all[1:]},
			"of another":         {store.ChangeQuery{What: "elsewhere"}, nil},
		} {
			c.q.Workspace, c.q.Limit = pedigree.DefaultWorkspace, 9
			if got, err := r.ChangesBefore(&c.q); err != nil || !slices.Equal(got, c.want) {
				e.Errorf("%s: %+v (%v), want %+v", name, got, err, c.want)
			}
		}
		for moment, want := range map[pedigree.Time]bool{all[2].Time: false, r.Now() + 1: true} {
			if id, err := r.LastChange(moment); err != nil || (id > 0) != want {
				e.Errorf("the last before %d is %d (%v)", moment, id, err)
			}
		}
		return nil
	})
}

func keysUsed(e *env) {
	x := e.experiment()
	var ids []pedigree.NodeID
	for i := range 5 {
		run := e.run(x)
		ids = append(ids, run.ID)
		e.update(func(tx store.Tx) error {
			for _, key := range []string{"all", "late", "once"}[:min(i+1, 3)] {
				if key == "once" && i != 2 {
					continue
				}
				if err := tx.PutProperties(run, pedigree.Property{Space: pedigree.Tag, Key: key, Value: "v"}); err != nil {
					return err
				}
			}
			return tx.PutProperties(run, pedigree.Property{Space: pedigree.Param, Key: "all", Value: "v"}, pedigree.Property{Space: pedigree.Param, Key: "p", Value: "v"})
		})
	}
	want := []store.KeyCount{{Key: "all", Nodes: 5}, {Key: "late", Nodes: 4}, {Key: "once", Nodes: 1}}
	e.view(func(r store.Reader) error {
		for limit, more := range map[int]bool{9: false, 3: false, 2: true} {
			got, further, err := r.KeysUsed(ids, pedigree.Tag, limit)
			if err != nil || further != more || !slices.Equal(got, want[:min(limit, 3)]) {
				e.Errorf("%d keys: %+v, more %t (%v)", limit, got, further, err)
			}
		}
		if got, _, err := r.KeysUsed(nil, pedigree.Tag, 9); err != nil || len(got) != 0 {
			e.Errorf("of no nodes: %+v (%v)", got, err)
		}
		return nil
	})
}
