package storetest

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func external(e *env) {
	x := e.experiment()
	known := func(typ pedigree.Type, uid, name string) *pedigree.Node {
		n := draft(typ, x.ID, uid)
		n.External = name
		e.update(func(tx store.Tx) error { return tx.CreateNode(n) })
		return n
	}
	a, b := known(pedigree.LoggedModelType, "a", "x"), known(pedigree.LoggedModelType, "b", "X")
	run := known(pedigree.RunType, "r", "x") // another kind
	known(pedigree.LoggedModelType, "c", "")
	known(pedigree.LoggedModelType, "d", "")
	find := func(kind pedigree.Kind, names ...string) (ids []pedigree.NodeID) {
		e.Helper()
		e.view(func(r store.Reader) error {
			nodes, err := r.NodesExternal(pedigree.DefaultWorkspace, kind, names)
			for _, n := range nodes {
				ids = append(ids, n.ID)
			}
			slices.Sort(ids)
			return err
		})
		return ids
	}
	if got := find(pedigree.Artifact, "X", "none", "x"); !slices.Equal(got, []pedigree.NodeID{a.ID, b.ID}) {
		e.Errorf("artifacts %v", got)
	}
	if got := find(pedigree.Execution, "x"); !slices.Equal(got, []pedigree.NodeID{run.ID}) {
		e.Errorf("executions %v", got)
	}
	taken := draft(pedigree.DatasetType, pedigree.DefaultWorkspace, "taken")
	taken.External = "x"
	e.wantCode(e.Update(e.Context(), func(tx store.Tx) error { return tx.CreateNode(taken) }), pedigree.AlreadyExists)
	e.wantCode(e.Update(e.Context(), func(tx store.Tx) error { n := *b; n.External = "x"; return tx.UpdateNode(&n) }), pedigree.AlreadyExists)
	e.update(func(tx store.Tx) error {
		a.External, a.Deleted = "", 5
		if err := tx.UpdateNode(a); err != nil {
			return err
		}
		b.External, b.Deleted = "x", 5
		return tx.UpdateNode(b)
	})
	if got := find(pedigree.Artifact, "x", "X"); !slices.Equal(got, []pedigree.NodeID{b.ID}) { // in the bin too
		e.Errorf("after the name went over %v", got)
	}
}

func places(e *env) {
	x := e.experiment()
	at := func(typ pedigree.Type, uid, uri string) *pedigree.Node {
		n := draft(typ, x.ID, uid)
		n.URI = uri
		e.update(func(tx store.Tx) error { return tx.CreateNode(n) })
		return n
	}
	long := strings.Repeat("x", 100_000)
	a, b, c := at(pedigree.LoggedModelType, "a", "s3://b/k"), at(pedigree.LoggedModelType, "b", "S3://b/k"), at(pedigree.LoggedModelType, "c", "s3://b/k")
	odd, far := at(pedigree.LoggedModelType, "d", "\x00\xff"), at(pedigree.LoggedModelType, "e", long)
	at(pedigree.LoggedModelType, "f", "")
	at(pedigree.RunType, "g", "s3://b/k") // no artifact
	for _, c := range []struct {
		uris []string
		want []pedigree.NodeID
	}{
		{[]string{"s3://b/k"}, []pedigree.NodeID{a.ID, c.ID}},
		{[]string{"\x00\xff", "none", "S3://b/k"}, []pedigree.NodeID{b.ID, odd.ID}},
		{[]string{long}, []pedigree.NodeID{far.ID}},
		{[]string{long[1:]}, nil},
		{nil, nil},
	} {
		e.view(func(r store.Reader) error {
			nodes, err := r.NodesAt(pedigree.DefaultWorkspace, c.uris)
			var ids []pedigree.NodeID
			for _, n := range nodes {
				ids = append(ids, n.ID)
			}
			if err != nil || !slices.Equal(ids, c.want) {
				e.Errorf("at %.40q: %v (%v), want %v", c.uris, ids, err, c.want)
			}
			return nil
		})
	}
}

// belongings reads the contexts of nodes, and who is a member of what.
func belongings(e *env) {
	x, y, z := e.experiment(), e.experiment(), e.experiment()
	run, loose := e.run(x), e.node(pedigree.DatasetType, pedigree.DefaultWorkspace)
	e.update(func(tx store.Tx) error {
		for _, m := range []pedigree.Membership{{Context: y.ID, Node: run.ID}, {Context: x.ID, Node: run.ID}, {Context: z.ID, Node: y.ID}} {
			if fresh, err := tx.AddMember(m.Context, m.Node); !fresh || err != nil {
				e.Errorf("%+v: %v, %v", m, fresh, err)
			}
			if fresh, err := tx.AddMember(m.Context, m.Node); fresh || err != nil {
				e.Errorf("%+v again: %v, %v", m, fresh, err)
			}
		}
		return nil
	})
	want := []pedigree.Membership{{Context: z.ID, Node: y.ID}, {Context: x.ID, Node: run.ID}, {Context: y.ID, Node: run.ID}}
	e.view(func(r store.Reader) error {
		got, err := r.Contexts([]pedigree.NodeID{run.ID, loose.ID, y.ID, x.ID, 9999})
		if err != nil || !slices.Equal(got, want) { // home once, the workspace never
			e.Errorf("contexts %+v (%v), want %+v", got, err, want)
		}
		return nil
	})
	e.update(func(tx store.Tx) error { return tx.Purge(y.ID) })
	e.view(func(r store.Reader) error {
		got, err := r.Contexts([]pedigree.NodeID{run.ID, y.ID})
		if err != nil || !slices.Equal(got, want[1:2]) {
			e.Errorf("contexts after one was purged %+v (%v), want %+v", got, err, want[1:2])
		}
		return nil
	})
}
