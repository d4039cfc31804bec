package storetest

import (
	"fmt"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// linkPages reads all links of nodes in pages of every size and compares them.
func linkPages(e *env) {
	x := e.experiment()
	var models []pedigree.NodeID
	for range 5 {
		models = append(models, e.node(pedigree.LoggedModelType, x.ID).ID)
	}
	type link struct{ node, other pedigree.NodeID }
	var inputs []link
	var runs []pedigree.NodeID
	for i := range 7 {
		run := e.run(x)
		runs = append(runs, run.ID)
		e.update(func(tx store.Tx) error {
			for _, m := range models[:min(i, len(models))] {
				for _, role := range []pedigree.Role{pedigree.RoleUsed, pedigree.RoleDeclared} {
					_, err := tx.PutEvent(&pedigree.Event{Execution: run.ID, Artifact: m, Direction: pedigree.Input, Role: role, Time: pedigree.Time(i)})
					if err != nil {
						return err
					}
				}
			}
			_, err := tx.PutEvent(&pedigree.Event{Execution: run.ID, Artifact: models[4], Direction: pedigree.Output, Time: pedigree.Time(100 + i)})
			return err
		})
		for _, m := range models[:min(i, len(models))] {
			inputs = append(inputs, link{run.ID, m}, link{run.ID, m}) // in two roles
		}
	}
	e.view(func(r store.Reader) error {
		for limit := 1; limit < 12; limit++ {
			for _, detail := range []bool{false, true} {
				got := allLinks(e, r, store.LinkQuery{Kind: pedigree.Execution, Nodes: runs, Direction: pedigree.Input, Detail: detail, Limit: limit})
				var pairs []link
				for _, l := range got {
					pairs = append(pairs, link{l.Node, l.Other})
					if want := pedigree.Time(slices.Index(runs, l.Node)); detail && l.Time != want {
						e.Errorf("time %d, want %d", l.Time, want)
					}
				}
				if !slices.Equal(pairs, inputs) {
					e.Errorf("pages of %d, detail %v: %v, want %v", limit, detail, pairs, inputs)
				}
			}
			back := allLinks(e, r, store.LinkQuery{Kind: pedigree.Artifact, Nodes: models, Direction: pedigree.Input, Limit: limit})
			if len(back) != len(inputs) || !slices.IsSortedFunc(back, func(a, b store.Link) int { return int(a.Node-b.Node)*1000 + int(a.Other-b.Other) }) {
				e.Errorf("pages of %d from the artifacts: %v", limit, back)
			}
			newest, err := r.NewestLinks(models[0], pedigree.Input, limit)
			if err != nil {
				return err
			}
			for i, l := range newest {
				if run := runs[len(runs)-1-i/2]; l.Node != models[0] || l.Other != run { // each in two roles
					e.Errorf("newest link %d of %d is %+v, want of %d", i, limit, l, run)
				}
			}
			if len(newest) != limit {
				e.Errorf("%d newest links, want %d", len(newest), limit)
			}
			if made := allLinks(e, r, store.LinkQuery{Kind: pedigree.Artifact, Nodes: models, Direction: pedigree.Output, Limit: limit}); len(made) != len(runs) {
				e.Errorf("pages of %d: %d outputs", limit, len(made))
			}
		}
		return nil
	})
}

func allLinks(e *env, r store.Reader, q store.LinkQuery) (all []store.Link) {
	for {
		links, next, err := r.LinkPage(&q)
		if err != nil {
			e.Fatal(err)
		}
		if len(links) > q.Limit || next != nil && len(links) == 0 {
			e.Fatalf("a page of %d links, at most %d", len(links), q.Limit)
		}
		if all = append(all, links...); next == nil {
			return all
		}
		q.After = next
	}
}

func vertices(e *env) {
	x := e.experiment()
	a, b := e.node(pedigree.LoggedModelType, x.ID), e.run(x)
	a.URI, a.Version, a.Deleted = "s3://b/k", "7", 5
	e.update(func(tx store.Tx) error { return tx.UpdateNode(a) })
	e.view(func(r store.Reader) error {
		got, err := r.Vertices([]pedigree.NodeID{b.ID, a.ID, 4711, b.ID})
		if err != nil || len(got) != 3 || got[0].ID != b.ID || got[2].ID != b.ID {
			e.Fatalf("got %+v (%v)", got, err)
		}
		want := store.Vertex{
			ID: a.ID, Workspace: a.Workspace, Type: a.Type, Name: a.Name, UID: a.UID, Version: "7", URI: "s3://b/k", Created: a.Created, Deleted: 5,
		}
		if got[1] != want {
			e.Errorf("got %+v, want %+v", got[1], want)
		}
		return nil
	})
}

func locations(e *env) {
	x := e.experiment()
	var ids []pedigree.NodeID
	for range 4 {
		ids = append(ids, e.node(pedigree.LoggedModelType, x.ID).ID)
	}
	set := func(node pedigree.NodeID, at ...pedigree.Location) {
		e.update(func(tx store.Tx) error { return tx.SetLocations(pedigree.DefaultWorkspace, node, at...) })
	}
	set(ids[0], pedigree.Location{URI: "s3://gone"})
	set(ids[0], pedigree.Location{URI: "s3://a", Version: "1"}, pedigree.Location{URI: "s3://b"})
	set(ids[1], pedigree.Location{URI: "s3://a", Version: "2"})
	set(ids[2], pedigree.Location{URI: "s3://alone"}, pedigree.Location{URI: "s3://b", Version: "x"})
	e.view(func(r store.Reader) error {
		at, err := r.Locations(pedigree.DefaultWorkspace, "s3://a", "s3://b", "s3://nothing", "s3://alone")
		if err != nil || at[0] == 0 || at[1] == 0 || at[2] != 0 || at[3] == 0 {
			e.Fatalf("locations %v (%v)", at, err)
		}
		if uris, err := r.LocationURIs([]pedigree.LocationID{at[1], 4711, at[0]}); err != nil || !slices.Equal(uris, []string{"s3://b", "", "s3://a"}) {
			e.Errorf("URIs %q (%v)", uris, err)
		}
		shared, err := r.SharedLocations(ids)
		want := []store.NodeLocation{{Node: ids[0], Location: at[0]}, {Node: ids[0], Location: at[1]}, {Node: ids[1], Location: at[0]}, {Node: ids[2], Location: at[1]}}
		if err != nil || !slices.Equal(shared, want) {
			e.Errorf("shared %v (%v), want %v", shared, err, want)
		}
		var texts []string
		for after := pedigree.NodeID(0); ; {
			page, err := r.PlacesFrom(at[0], after, 1)
			if err != nil || len(page) == 0 {
				break
			}
			after = page[0].Node
			texts = append(texts, page[0].Version)
		}
		if !slices.Equal(texts, []string{"1", "2"}) {
			e.Errorf("places %q", texts)
		}
		places, err := r.Places(ids)
		if err != nil || len(places) != 5 || places[0].Node != ids[0] || places[0].Created == 0 || places[0].Deleted.Set() {
			e.Errorf("places of nodes %+v (%v)", places, err)
		}
		there, err := r.PlacesAt([]pedigree.LocationID{at[1]})
		if err != nil || len(there) != 2 || there[1].Node != ids[2] {
			e.Errorf("places at a location %+v (%v)", there, err)
		}
		return nil
	})
	e.update(func(tx store.Tx) error { return tx.Purge(ids[1]) })
	e.view(func(r store.Reader) error {
		if shared, err := r.SharedLocations(ids); err != nil || len(shared) != 2 {
			e.Errorf("shared after a purge %v (%v)", shared, err)
		}
		return nil
	})
}

func unlocatedArtifacts(e *env) {
	x := e.experiment()
	var want []pedigree.NodeID
	for i := range 20 {
		n := e.node(pedigree.LoggedModelType, x.ID)
		e.run(x)
		if i%3 == 0 {
			e.update(func(tx store.Tx) error {
				return tx.SetLocations(pedigree.DefaultWorkspace, n.ID, pedigree.Location{URI: fmt.Sprint("s3://b/", i)})
			})
			continue
		}
		want = append(want, n.ID)
	}
	newest := e.run(x).ID
	e.view(func(r store.Reader) error {
		var got []pedigree.NodeID
		for after := pedigree.NodeID(0); ; {
			nodes, last, err := r.Unlocated(after, 7)
			if err != nil || last > newest || last > after+7 {
				e.Fatalf("after %d up to %d (%v)", after, last, err)
			}
			if last == 0 {
				if after != newest {
					e.Errorf("ended at %d, not at the newest node %d", after, newest)
				}
				break
			}
			for _, n := range nodes {
				got = append(got, n.ID)
			}
			after = last
		}
		if !slices.Equal(got, want) {
			e.Errorf("got %v, want %v", got, want)
		}
		return nil
	})
}

func relations(e *env) {
	x := e.experiment()
	a, b, c := e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID), e.node(pedigree.LoggedModelType, x.ID)
	r := pedigree.Relation{Kind: pedigree.Derived, Source: a.ID, Target: b.ID}
	said := pedigree.Relation{Kind: pedigree.Same, Source: c.ID, Target: b.ID, Actor: "ann", Reason: "why"}
	e.update(func(tx store.Tx) error {
		if err := tx.PutRelation(&r); err != nil {
			return err
		}
		return tx.PutRelation(&said)
	})
	again := said
	again.Actor = "bob"
	e.now.Add(5)
	e.update(func(tx store.Tx) error { return tx.PutRelation(&again) })
	e.view(func(tx store.Reader) error {
		got, err := tx.Relations([]pedigree.NodeID{b.ID, c.ID})
		if err != nil || !slices.Equal(got, []pedigree.Relation{r, again}) || again.ID != said.ID {
			e.Errorf("got %+v (%v), want %+v and %+v", got, err, r, again)
		}
		return nil
	})
	e.update(func(tx store.Tx) error {
		for _, want := range []bool{true, false} {
			if was, err := tx.DeleteRelation(said.ID); was != want || err != nil {
				e.Errorf("removed %v (%v), want %v", was, err, want)
			}
		}
		return nil
	})
	link := pedigree.ColumnLink{Source: a.ID, SourceColumn: "x", Target: b.ID, TargetColumn: "y", Detail: `{"d":1}`, Time: 3}
	e.update(func(tx store.Tx) error { return tx.PutColumnLinks(link, link) })
	e.view(func(tx store.Reader) error {
		for _, end := range []pedigree.NodeID{a.ID, b.ID} {
			if got, err := tx.ColumnLinks([]pedigree.NodeID{end}); err != nil || !slices.Equal(got, []pedigree.ColumnLink{link}) {
				e.Errorf("column links %+v (%v)", got, err)
			}
		}
		return nil
	})
	e.update(func(tx store.Tx) error { return tx.Purge(a.ID) })
	e.view(func(tx store.Reader) error {
		got, err := tx.Relations([]pedigree.NodeID{b.ID})
		links, other := tx.ColumnLinks([]pedigree.NodeID{b.ID})
		if len(got)+len(links) != 0 || err != nil || other != nil {
			e.Errorf("after a purge %v and %v (%v, %v)", got, links, err, other)
		}
		return nil
	})
}
