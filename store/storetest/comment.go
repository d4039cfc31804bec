package storetest

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func comments(e *env) {
	run := e.run(e.experiment())
	other := e.run(e.experiment())
	last := e.newest()
	var all []pedigree.Comment
	for i, text := range []string{"first", "zweitens: ünïcode\n", "third"} {
		e.now.Add(1)
		c := pedigree.Comment{Workspace: run.Workspace, Node: run.ID, Author: "ann", Text: text}
		e.update(func(tx store.Tx) error { return tx.AddComment(&c) })
		if c.ID == 0 || c.Created != pedigree.Time(e.now.Load()) || c.Updated != c.Created {
			e.Errorf("comment %d is %+v", i, c)
		}
		all = append(all, c)
	}
	e.wantTouches(last, touch{run.ID, pedigree.TouchComments}, touch{run.ID, pedigree.TouchComments}, touch{run.ID, pedigree.TouchComments})
	e.wantComments(run.ID, all)
	e.wantComments(other.ID, nil)

	last = e.newest()
	all[1].Text = "changed"
	e.update(func(tx store.Tx) error { return tx.UpdateComment(&all[1]) })
	if all[1].Updated <= all[1].Created {
		e.Errorf("after a change it is %+v", all[1])
	}
	e.update(func(tx store.Tx) error {
		was, err := tx.DeleteComment(&all[0])
		again, _ := tx.DeleteComment(&all[0])
		if !was || again {
			e.Errorf("it was there: %t, then %t", was, again)
		}
		return err
	})
	e.wantTouches(last, touch{run.ID, pedigree.TouchComments}, touch{run.ID, pedigree.TouchComments})
	e.wantComments(run.ID, all[1:])
	e.wantCode(e.Update(e.Context(), func(tx store.Tx) error { return tx.UpdateComment(&all[0]) }), pedigree.NotFound)
	for _, text := range []string{strings.Repeat("x", 64<<10+1), "a\x00b", "\xff"} {
		c := pedigree.Comment{Workspace: run.Workspace, Node: run.ID, Text: text}
		e.wantCode(e.Update(e.Context(), func(tx store.Tx) error { return tx.AddComment(&c) }), pedigree.Invalid)
	}

	e.update(func(tx store.Tx) error { return tx.Purge(run.ID) })
	e.wantComments(run.ID, nil)
	e.view(func(r store.Reader) error {
		_, err := r.Comment(all[1].ID)
		e.wantCode(err, pedigree.NotFound)
		return nil
	})
}

// wantComments checks all ways to read the comments of a node.
func (e *env) wantComments(node pedigree.NodeID, want []pedigree.Comment) {
	e.Helper()
	e.view(func(r store.Reader) error {
		got, err := r.Comments(node, 0, 9)
		if err != nil || !slices.Equal(got, want) {
			e.Errorf("comments %+v (%v), want %+v", got, err, want)
		}
		turned := slices.Clone(want)
		slices.Reverse(turned)
		if got, err := r.LatestComments(node, 9); err != nil || !slices.Equal(got, turned) {
			e.Errorf("latest comments %+v (%v), want %+v", got, err, turned)
		}
		for i := range want {
			if got, err := r.Comments(node, want[i].ID, 1); err != nil || !slices.Equal(got, want[i+1:min(i+2, len(want))]) {
				e.Errorf("comments after %d: %+v (%v)", want[i].ID, got, err)
			}
			if got, err := r.Comment(want[i].ID); err != nil || got != want[i] {
				e.Errorf("comment %+v (%v), want %+v", got, err, want[i])
			}
		}
		return nil
	})
}
