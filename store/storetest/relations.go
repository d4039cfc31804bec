package storetest

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

func events(e *env) {
	x := e.experiment()
	run, other := e.run(x), e.run(x)
	a, b := e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID)
	in := pedigree.Event{Execution: run.ID, Artifact: a.ID, Direction: pedigree.Input, Time: 3, Tags: []pedigree.EventTag{{Key: "k", Value: "1"}, {Key: "l", Value: ""}}}
	out := pedigree.Event{Execution: run.ID, Artifact: b.ID, Direction: pedigree.Output, Step: 7, Role: pedigree.RolePending, Path: []pedigree.PathStep{{Key: "p", IsKey: true}}}
	e.update(func(tx store.Tx) error {
		for _, ev := range []*pedigree.Event{&in, &out} {
			if fresh, err := tx.PutEvent(ev); !fresh || err != nil || ev.ID == 0 {
				e.Errorf("PutEvent gave %v, %v and ID %d", fresh, err, ev.ID)
			}
		}
		again := in
		again.Time, again.Tags = 99, nil
		if fresh, err := tx.PutEvent(&again); fresh || err != nil {
			e.Errorf("the same event again: %v, %v", fresh, err)
		}
		return nil
	})
	e.view(func(tx store.Reader) error {
		got, err := tx.Events([]pedigree.NodeID{other.ID, run.ID})
		if err != nil || len(got) != 2 {
			e.Fatalf("%d events (%v)", len(got), err)
		}
		if got[0].Node.ID != a.ID || got[0].Time != 3 || !slices.Equal(got[0].Tags, in.Tags) {
			e.Errorf("input came back as %+v", got[0])
		}
		if got[1].Node.ID != b.ID || got[1].Step != 7 || got[1].Direction != pedigree.Output || len(got[1].Tags) != 0 ||
			got[1].Role != out.Role || !slices.Equal(got[1].Path, out.Path) {
			e.Errorf("output came back as %+v", got[1])
		}
		made, err := tx.Producers([]pedigree.NodeID{a.ID, b.ID})
		if err != nil || len(made) != 1 || made[0].Execution != run.ID || made[0].Artifact != b.ID {
			e.Errorf("producers %+v (%v)", made, err)
		}
		return nil
	})
	e.update(func(tx store.Tx) error {
		in.Tags, in.Step = []pedigree.EventTag{{Key: "new", Value: "x"}}, 4
		if err := tx.UpdateEvent(&in); err != nil {
			e.Error(err)
		}
		got, err := tx.Events([]pedigree.NodeID{run.ID})
		if err != nil || got[0].Step != 4 || !slices.Equal(got[0].Tags, in.Tags) {
			e.Errorf("after UpdateEvent %+v (%v)", got, err)
		}
		return nil
	})
	e.wantCode(e.Update(e.Context(), func(tx store.Tx) error { return tx.UpdateEvent(&pedigree.Event{ID: 12345}) }), pedigree.NotFound)
}

func evaluations(e *env) {
	x := e.experiment()
	run, model := e.run(x), e.node(pedigree.LoggedModelType, x.ID)
	ev := pedigree.Evaluation{Artifact: model.ID, Execution: run.ID, Point: pedigree.Point{Key: "acc", Value: 0.5, Time: 2, Step: 1}, Dataset: "d", DatasetDigest: "x"}
	late := ev
	late.Time, late.Dataset = 3, ""
	e.update(func(tx store.Tx) error { return tx.AddEvaluations([]pedigree.Evaluation{late, ev, ev}) })
	e.view(func(tx store.Reader) error {
		got, err := tx.Evaluations([]pedigree.NodeID{model.ID, run.ID})
		if err != nil || !slices.Equal(got, []pedigree.Evaluation{ev, late}) {
			e.Errorf("got %+v (%v)", got, err)
		}
		return nil
	})
}

func inputsUsed(e *env) {
	x := e.experiment()
	d := e.node(pedigree.DatasetType, pedigree.DefaultWorkspace)
	model := e.node(pedigree.LoggedModelType, x.ID)
	for i := range 4 {
		run := e.run(x)
		e.update(func(tx store.Tx) error {
			ev := &pedigree.Event{Execution: run.ID, Artifact: d.ID, Direction: pedigree.Input}
			if i > 0 {
				ev.Tags = []pedigree.EventTag{{Key: "role", Value: "train"}, {Key: "other", Value: run.UID}}
			}
			if _, err := tx.PutEvent(ev); err != nil {
				return err
			}
			_, err := tx.PutEvent(&pedigree.Event{Execution: run.ID, Artifact: model.ID, Direction: pedigree.Input})
			return err
		})
		if i == 3 {
			run.Deleted = 1
			e.update(func(tx store.Tx) error { return tx.UpdateNode(run) })
		}
	}
	e.view(func(tx store.Reader) error {
		uses, err := tx.InputsUsed(x.ID, "role", 10)
		var roles []string
		for _, u := range uses {
			if u.Dataset.ID != d.ID {
				e.Errorf("%v is no data set", u.Dataset)
			}
			roles = append(roles, u.Tag)
		}
		slices.Sort(roles)
		if err != nil || !slices.Equal(roles, []string{"", "train"}) {
			e.Errorf("used as %q (%v)", roles, err)
		}
		return nil
	})
}

func findRelations(e *env) {
	x := e.experiment()
	d := e.node(pedigree.DatasetType, pedigree.DefaultWorkspace)
	d.Version = "abc"
	e.update(func(tx store.Tx) error { return tx.UpdateNode(d) })
	with, without := e.run(x), e.run(x)
	m1, m2, m3 := e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID)
	e.update(func(tx store.Tx) error {
		if _, err := tx.PutEvent(&pedigree.Event{Execution: with.ID, Artifact: d.ID, Direction: pedigree.Input, Tags: []pedigree.EventTag{{Key: "mlflow.data.context", Value: "train"}}}); err != nil {
			return err
		}
		return tx.AddEvaluations([]pedigree.Evaluation{
			{Artifact: m1.ID, Execution: with.ID, Point: pedigree.Point{Key: "acc", Value: 0.9, Time: 1}, Dataset: "d", DatasetDigest: "1"},
			{Artifact: m1.ID, Execution: with.ID, Point: pedigree.Point{Key: "acc", Value: 0.1, Time: 2}, Dataset: "e", DatasetDigest: "1"},
			{Artifact: m2.ID, Execution: with.ID, Point: pedigree.Point{Key: "acc", Value: 0.5, Time: 1}, Dataset: "d", DatasetDigest: "2"},
		})
	})
	find := func(typ pedigree.Type, where query.Expr, order ...query.Order) (ids []pedigree.NodeID) {
		e.view(func(tx store.Reader) error {
			nodes, _, err := tx.Find(&query.Query{Workspace: pedigree.DefaultWorkspace, Type: typ, Homes: []pedigree.NodeID{x.ID}, Where: where, Order: order, Limit: 10})
			for _, n := range nodes {
				ids = append(ids, n.ID)
			}
			return err
		})
		return ids
	}
	text := func(f query.Field, op query.Op, v string) query.Expr {
		return query.Compare{Field: f, Op: op, Value: query.Value{Text: v, Texts: []string{v}}}
	}
	for _, c := range []struct {
		where query.Expr
		want  []pedigree.NodeID
	}{
		{text(query.DatasetName, query.Eq, d.Name), []pedigree.NodeID{with.ID}},
		{text(query.DatasetName, query.Ne, d.Name), nil},
		{text(query.DatasetDigest, query.Like, "a%"), []pedigree.NodeID{with.ID}},
		{text(query.DatasetContext, query.In, "train"), []pedigree.NodeID{with.ID}},
		{text(query.DatasetContext, query.Eq, "test"), nil},
		{query.Not{Term: text(query.DatasetContext, query.Eq, "train")}, []pedigree.NodeID{without.ID}},
	} {
		if got := find(pedigree.RunType, c.where); !slices.Equal(got, c.want) {
			e.Errorf("%+v found %v, want %v", c.where, got, c.want)
		}
	}
	score := func(on ...query.Dataset) query.Score { return query.Score{Key: "acc", On: on} }
	above := func(f query.Score, v float64) query.Expr {
		return query.Compare{Field: f, Op: query.Gt, Value: query.Value{Number: v}}
	}
	if got := find(pedigree.LoggedModelType, above(score(), 0.4)); !slices.Equal(got, []pedigree.NodeID{m1.ID, m2.ID}) {
		e.Errorf("any evaluation above: %v", got)
	}
	if got := find(pedigree.LoggedModelType, above(score(query.Dataset{Name: "e"}, query.Dataset{Name: "d", Digest: "2"}), 0.4)); !slices.Equal(got, []pedigree.NodeID{m2.ID}) {
		e.Errorf("evaluations on data sets: %v", got)
	}
	if got := find(pedigree.LoggedModelType, query.Compare{Field: query.Score{On: []query.Dataset{{Name: "e"}}}, Op: query.NotNull}); !slices.Equal(got, []pedigree.NodeID{m1.ID}) {
		e.Errorf("evaluated on e: %v", got)
	}
	for desc, want := range map[bool][]pedigree.NodeID{false: {m1.ID, m2.ID, m3.ID}, true: {m2.ID, m1.ID, m3.ID}} {
		if got := find(pedigree.LoggedModelType, nil, query.Order{Field: score(), Desc: desc}); !slices.Equal(got, want) {
			e.Errorf("by latest score, descending %v: %v, want %v", desc, got, want)
		}
	}
}

func memberships(e *env) {
	x, y := e.experiment(), e.experiment()
	a, b := e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID)
	run := e.run(x)
	e.update(func(tx store.Tx) error {
		for _, id := range []pedigree.NodeID{b.ID, a.ID, a.ID, run.ID} {
			if _, err := tx.AddMember(y.ID, id); err != nil {
				return err
			}
		}
		return nil
	})
	members := func() (ids []pedigree.NodeID) {
		e.view(func(tx store.Reader) error {
			nodes, err := tx.Members(y.ID, pedigree.LoggedModelType)
			for _, n := range nodes {
				ids = append(ids, n.ID)
			}
			return err
		})
		return ids
	}
	if got := members(); !slices.Equal(got, []pedigree.NodeID{a.ID, b.ID}) {
		e.Errorf("members %v", got)
	}
	e.update(func(tx store.Tx) error { return tx.Purge(a.ID) })
	if got := members(); !slices.Equal(got, []pedigree.NodeID{b.ID}) {
		e.Errorf("members after one was purged %v", got)
	}
}

func changes(e *env) {
	n := e.run(e.experiment())
	var ids []int64
	for _, after := range []string{"a", "b", "c"} {
		e.now.Add(1)
		c := pedigree.Change{Workspace: pedigree.DefaultWorkspace, Node: n.ID, Actor: "ann", What: "stage", Before: "x", After: after, Reason: "because"}
		e.update(func(tx store.Tx) error { return tx.AppendChange(&c) })
		if c.Time != pedigree.Time(e.now.Load()) {
			e.Errorf("made at %d", c.Time)
		}
		ids = append(ids, c.ID)
	}
	e.update(func(tx store.Tx) error { return tx.Purge(n.ID) })
	e.view(func(tx store.Reader) error {
		all, err := tx.Changes(n.ID, 0, 10)
		if err != nil || len(all) != 3 || all[0].After != "a" || all[0].Reason != "because" || all[2].ID != ids[2] {
			e.Errorf("history %+v (%v)", all, err)
		}
		rest, err := tx.Changes(n.ID, ids[0], 1)
		if err != nil || len(rest) != 1 || rest[0].After != "b" {
			e.Errorf("history from the second %+v (%v)", rest, err)
		}
		return nil
	})
}

func objects(e *env) {
	keys := []string{"0/run", "0/run/a", "0/run/b/c", "0/run.txt", "0/run0", "0/run2/a"}
	e.update(func(tx store.Tx) error {
		for i, k := range keys {
			if err := tx.PutObjects(pedigree.DefaultWorkspace, pedigree.Object{Key: k, Size: 99, SHA256: "old", Tag: "old"}, pedigree.Object{Key: k, Size: int64(i), SHA256: k, Tag: k + "#"}); err != nil {
				return err
			}
		}
		return nil
	})
	list := func(prefix, after string, limit int) (got []string) {
		e.view(func(tx store.Reader) error {
			all, err := tx.Objects(pedigree.DefaultWorkspace, prefix, after, limit)
			for _, o := range all {
				if o.SHA256 != o.Key || o.Tag != o.Key+"#" || o.Size != int64(slices.Index(keys, o.Key)) || o.Time != pedigree.Time(e.now.Load()) {
					e.Errorf("object %+v", o)
				}
				got = append(got, o.Key)
			}
			return err
		})
		return got
	}
	if got := list("0/run", "", 10); !slices.Equal(got, keys[:3]) {
		e.Errorf("below 0/run: %q", got)
	}
	if got := list("0/run", "0/run", 1); !slices.Equal(got, keys[1:2]) {
		e.Errorf("one after the first: %q", got)
	}
	e.update(func(tx store.Tx) error { return tx.DeleteObjects(pedigree.DefaultWorkspace, "0/run") })
	if got := list("0", "", 10); !slices.Equal(got, keys[3:]) {
		e.Errorf("left %q", got)
	}
}

func files(e *env) {
	x := e.experiment()
	a, b := e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID)
	all := []pedigree.File{
		{Path: "MLmodel", Size: 1, SHA256: "1", Tag: "t1"},
		{Path: "data/model.pkl", Size: 20, Tag: "t2"},
		{Path: "data0", Size: 300, SHA256: "3", Tag: "t3"},
		{Path: "é", Size: 4000, Tag: "t4"},
	}
	e.update(func(tx store.Tx) error {
		return tx.PutFiles(a.ID, append([]pedigree.File{{Path: "data0", Size: 5}, {Path: "é", Size: 5, SHA256: "old"}}, all...)...)
	})
	e.update(func(tx store.Tx) error { return tx.CopyFiles(a.ID, b.ID) })
	check := func(id pedigree.NodeID, want []pedigree.File, count pedigree.FileCount) {
		e.Helper()
		e.view(func(tx store.Reader) error {
			if got, err := tx.CountFiles(id); err != nil || got != count {
				e.Errorf("count %+v (%v), want %+v", got, err, count)
			}
			got, err := tx.Files(id, "", 10)
			if err != nil || !slices.Equal(got, want) {
				e.Errorf("files %+v (%v), want %+v", got, err, want)
			}
			unread, err := tx.UnreadFiles(id, "", 10)
			read := slices.DeleteFunc(slices.Clone(want), func(f pedigree.File) bool { return f.SHA256 != "" })
			if err != nil || !slices.Equal(unread, read) {
				e.Errorf("files without a digest %+v (%v), want %+v", unread, err, read)
			}
			return nil
		})
	}
	check(a.ID, all, pedigree.FileCount{Files: 4, Unread: 2, Bytes: 4321})
	check(b.ID, all, pedigree.FileCount{Files: 4, Unread: 2, Bytes: 4321})
	e.view(func(tx store.Reader) error {
		if got, err := tx.Files(a.ID, "MLmodel", 2); err != nil || !slices.Equal(got, all[1:3]) {
			e.Errorf("two files after the first: %+v (%v)", got, err)
		}
		if got, err := tx.UnreadFiles(a.ID, "data/model.pkl", 2); err != nil || !slices.Equal(got, all[3:]) {
			e.Errorf("without a digest after the first such: %+v (%v)", got, err)
		}
		return nil
	})
	e.update(func(tx store.Tx) error { return tx.DeleteFiles(b.ID) })
	check(b.ID, nil, pedigree.FileCount{})
	check(a.ID, all, pedigree.FileCount{Files: 4, Unread: 2, Bytes: 4321})
	e.update(func(tx store.Tx) error { return tx.Purge(a.ID) })
	check(a.ID, nil, pedigree.FileCount{})
	e.wantCode(e.Update(e.Context(), func(tx store.Tx) error { return tx.PutFiles(b.ID, pedigree.File{Path: "a\x00b"}) }), pedigree.Invalid)
}
