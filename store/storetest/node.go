package storetest

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func nodeRoundTrip(e *env) {
	x := e.experiment()
	n := &pedigree.Node{
		Workspace: pedigree.DefaultWorkspace, Home: x.ID, Type: pedigree.RunType,
		UID: "run-1", Name: "näme \"quoted\" 🐎", Version: "v", State: "RUNNING", Owner: "ann", URI: "mlflow-artifacts:/1/run-1",
		Started: 0, Ended: -5, Deleted: pedigree.NoTime,
	}
	e.update(func(tx store.Tx) error { return tx.CreateNode(n) })
	if n.ID == 0 || n.Created != pedigree.Time(e.now.Load()) {
		e.Fatalf("CreateNode left %+v", n)
	}
	e.view(func(tx store.Reader) error {
		got, err := tx.Node(pedigree.DefaultWorkspace, pedigree.RunType, "run-1")
		if err != nil || got != *n {
			e.Errorf("got %+v (%v), want %+v", got, err, *n)
		}
		list, err := tx.Nodes([]pedigree.NodeID{n.ID, 99999, x.ID, n.ID})
		if err != nil || len(list) != 3 || list[0] != *n || list[1] != *x || list[2] != *n {
			e.Errorf("Nodes gave %+v (%v)", list, err)
		}
		_, err = tx.Node(pedigree.DefaultWorkspace, pedigree.RunType, "run-2")
		e.wantCode(err, pedigree.NotFound)
		_, err = tx.Node(pedigree.DefaultWorkspace, pedigree.Type{Name: "none", Kind: pedigree.Artifact}, "run-1")
		e.wantCode(err, pedigree.NotFound)
		return nil
	})
	e.now.Add(1000)
	n.State, n.Ended, n.Name = "FINISHED", 77, ""
	e.update(func(tx store.Tx) error { return tx.UpdateNode(n) })
	e.view(func(tx store.Reader) error {
		got, err := tx.Node(pedigree.DefaultWorkspace, pedigree.RunType, "run-1")
		if err != nil || got != *n || got.Updated != pedigree.Time(e.now.Load()) {
			e.Errorf("after update %+v (%v), want %+v", got, err, *n)
		}
		return nil
	})
	err := e.Update(e.Context(), func(tx store.Tx) error { m := *n; m.ID = 99999; return tx.UpdateNode(&m) })
	e.wantCode(err, pedigree.NotFound)
}

func touched(e *env) {
	x := e.experiment()
	e.now.Add(1000)
	stored := *x
	x.State = "not stored"
	e.update(func(tx store.Tx) error { return tx.TouchNode(x) })
	stored.Updated = pedigree.Time(e.now.Load())
	e.view(func(tx store.Reader) error {
		got, err := tx.Nodes([]pedigree.NodeID{x.ID})
		if err != nil || got[0] != stored || x.Updated != stored.Updated {
			e.Errorf("after the touch %+v (%v), want %+v", got, err, stored)
		}
		return nil
	})
	err := e.Update(e.Context(), func(tx store.Tx) error { m := *x; m.ID = 99999; return tx.TouchNode(&m) })
	e.wantCode(err, pedigree.NotFound)
}

// The clock stands still here.
func ages(e *env) {
	n := e.run(e.experiment())
	last := n.Updated
	for _, change := range []func(store.Tx, *pedigree.Node) error{store.Tx.UpdateNode, store.Tx.TouchNode, store.Tx.UpdateNode} {
		var got pedigree.Node
		e.update(func(tx store.Tx) error {
			nodes, err := tx.Nodes([]pedigree.NodeID{n.ID})
			if err != nil {
				return err
			}
			got = nodes[0]
			return change(tx, &got)
		})
		if got.Updated != last+1 {
			e.Errorf("changed at %d, then at %d", last, got.Updated)
		}
		last = got.Updated
	}
}

func uniqueIdentity(e *env) {
	x := e.experiment()
	create := func(n *pedigree.Node) error {
		return e.Update(e.Context(), func(tx store.Tx) error { return tx.CreateNode(n) })
	}
	if err := create(draft(pedigree.RunType, x.ID, "a")); err != nil {
		e.Fatal(err)
	}
	e.wantCode(create(draft(pedigree.RunType, x.ID, "a")), pedigree.AlreadyExists)
	if err := create(draft(pedigree.LoggedModelType, x.ID, "a")); err != nil {
		e.Errorf("the same identity for another type: %v", err)
	}
}

func uniqueNames(e *env) {
	x := e.experiment()
	y := draft(pedigree.ExperimentType, pedigree.DefaultWorkspace, "y")
	y.Name = x.Name
	e.wantCode(e.Update(e.Context(), func(tx store.Tx) error { return tx.CreateNode(y) }), pedigree.AlreadyExists)
	y.Name = "other"
	e.update(func(tx store.Tx) error { return tx.CreateNode(y) })
	y.Name = x.Name
	e.wantCode(e.Update(e.Context(), func(tx store.Tx) error { return tx.UpdateNode(y) }), pedigree.AlreadyExists)
	a, b := draft(pedigree.RunType, x.ID, "a"), draft(pedigree.RunType, x.ID, "b")
	a.Name, b.Name = "same", "same"
	e.update(func(tx store.Tx) error {
		if err := tx.CreateNode(a); err != nil {
			return err
		}
		return tx.CreateNode(b)
	})
}

func binaryNames(e *env) {
	names := []string{"Loss", "loss", "loss ", "lóss", "lo\u0301ss", "", "' OR 1=1 --"}
	for i, name := range names {
		n := draft(pedigree.ExperimentType, pedigree.DefaultWorkspace, string(rune('a'+i)))
		n.Name = name
		e.update(func(tx store.Tx) error { return tx.CreateNode(n) })
	}
	e.view(func(tx store.Reader) error {
		for i, name := range names {
			n, err := tx.NodeNamed(pedigree.DefaultWorkspace, pedigree.ExperimentType, name)
			if err != nil || n.UID != string(rune('a'+i)) {
				e.Errorf("%q found %q (%v)", name, n.UID, err)
			}
		}
		_, err := tx.NodeNamed(pedigree.DefaultWorkspace, pedigree.ExperimentType, "LOSS")
		e.wantCode(err, pedigree.NotFound)
		return nil
	})
}

func strictText(e *env) {
	x := e.experiment()
	for _, bad := range []func(*pedigree.Node){
		func(n *pedigree.Node) { n.UID = strings.Repeat("x", 256) },
		func(n *pedigree.Node) { n.Name = strings.Repeat("x", 32_001) },
		func(n *pedigree.Node) { n.Name = "a\x00b" },
		func(n *pedigree.Node) { n.Name = "a\xffb" },
		func(n *pedigree.Node) { n.Owner = "\x00" },
		func(n *pedigree.Node) { n.URI = strings.Repeat("x", 1<<20+1) },
	} {
		n := draft(pedigree.RunType, x.ID, "bad")
		bad(n)
		e.wantCode(e.Update(e.Context(), func(tx store.Tx) error { return tx.CreateNode(n) }), pedigree.Invalid)
	}
	c := draft(pedigree.ExperimentType, pedigree.DefaultWorkspace, "long")
	c.Name = strings.Repeat("x", 2001)
	e.wantCode(e.Update(e.Context(), func(tx store.Tx) error { return tx.CreateNode(c) }), pedigree.Invalid)
	for _, p := range []pedigree.Property{
		{Space: pedigree.Tag, Key: strings.Repeat("k", 1001)},
		{Space: pedigree.Tag, Key: "k", Value: "a\x00b"},
		{Space: pedigree.Tag, Key: "k\x00"},
		{Space: pedigree.Tag, Key: "k", Value: "\xc3\x28"},
	} {
		e.wantCode(e.Update(e.Context(), func(tx store.Tx) error { return tx.PutProperties(x, p) }), pedigree.Invalid)
	}
}

func isolation(e *env) {
	other := draft(pedigree.WorkspaceType, pedigree.DefaultWorkspace, "other")
	e.update(func(tx store.Tx) error { return tx.CreateNode(other) })
	n := draft(pedigree.ExperimentType, other.ID, "1")
	n.Workspace = other.ID
	e.update(func(tx store.Tx) error { return tx.CreateNode(n) })
	e.view(func(tx store.Reader) error {
		_, err := tx.Node(pedigree.DefaultWorkspace, pedigree.ExperimentType, "1")
		e.wantCode(err, pedigree.NotFound)
		_, err = tx.NodeNamed(pedigree.DefaultWorkspace, pedigree.ExperimentType, n.Name)
		e.wantCode(err, pedigree.NotFound)
		got, err := tx.Node(other.ID, pedigree.ExperimentType, "1")
		if err != nil || got.ID != n.ID {
			e.Errorf("in its own workspace: %+v (%v)", got, err)
		}
		return nil
	})
}

func bin(e *env) {
	x := e.experiment()
	a, b := e.run(x), e.run(x)
	other := e.run(e.experiment())
	a.Deleted = 5
	e.update(func(tx store.Tx) error { return tx.UpdateNode(a) })
	e.update(func(tx store.Tx) error { return tx.SetDeletedAt(x.ID, pedigree.RunType, 9) })
	deleted := func() (times []pedigree.Time) {
		e.view(func(tx store.Reader) error {
			nodes, err := tx.Nodes([]pedigree.NodeID{a.ID, b.ID, other.ID})
			for _, n := range nodes {
				times = append(times, n.Deleted)
			}
			return err
		})
		return times
	}
	if got := deleted(); !slices.Equal(got, []pedigree.Time{5, 9, pedigree.NoTime}) {
		e.Errorf("in the bin since %v", got)
	}
	e.update(func(tx store.Tx) error {
		old, err := tx.Deleted(9, 10)
		if err != nil || len(old) != 1 || old[0].ID != a.ID {
			e.Errorf("Deleted(9) gave %v (%v)", old, err)
		}
		return tx.SetDeletedAt(x.ID, pedigree.RunType, pedigree.NoTime)
	})
	if got := deleted(); !slices.Equal(got, []pedigree.Time{pedigree.NoTime, pedigree.NoTime, pedigree.NoTime}) {
		e.Errorf("after restoring in the bin since %v", got)
	}
}

func purge(e *env) {
	x := e.experiment()
	run, model := e.run(x), e.node(pedigree.LoggedModelType, x.ID)
	kept := e.run(e.experiment())
	e.update(func(tx store.Tx) error {
		for _, n := range []*pedigree.Node{run, kept} {
			if err := tx.PutProperties(n, pedigree.Property{Space: pedigree.Tag, Key: "k", Value: "v"}); err != nil {
				return err
			}
			if err := tx.AppendPoints(n, []pedigree.Point{{Key: "m", Value: 1}}); err != nil {
				return err
			}
		}
		if _, err := tx.PutEvent(&pedigree.Event{Execution: run.ID, Artifact: model.ID, Direction: pedigree.Output, Tags: []pedigree.EventTag{{Key: "a", Value: "b"}}}); err != nil {
			return err
		}
		return tx.AddEvaluations([]pedigree.Evaluation{{Artifact: model.ID, Execution: run.ID, Point: pedigree.Point{Key: "m"}}})
	})
	run.Deleted = 1
	e.update(func(tx store.Tx) error { return tx.UpdateNode(run) })
	e.update(func(tx store.Tx) error { return tx.Purge(x.ID) })
	e.view(func(tx store.Reader) error {
		all, err := tx.Nodes([]pedigree.NodeID{x.ID, run.ID, model.ID, kept.ID})
		if err != nil || len(all) != 1 || all[0].ID != kept.ID {
			e.Errorf("left %v (%v)", all, err)
		}
		f, err := tx.Facts([]pedigree.NodeID{run.ID, kept.ID})
		if err != nil || len(f[0].Properties)+len(f[0].Metrics) != 0 || len(f[1].Properties) != 1 || len(f[1].Metrics) != 1 {
			e.Errorf("facts left %v (%v)", f, err)
		}
		points, err := tx.Points(run.ID, "m", nil, 10)
		if err != nil || len(points) != 0 {
			e.Errorf("points left %v (%v)", points, err)
		}
		ev, err := tx.Evaluations([]pedigree.NodeID{model.ID})
		if err != nil || len(ev) != 0 {
			e.Errorf("evaluations left %v (%v)", ev, err)
		}
		return nil
	})
	if err := e.Check(e.Context()); err != nil {
		e.Error(err)
	}
}
