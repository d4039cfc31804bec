package graph

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// anything asks for the whole history.
func anything(limit int) *HistoryQuery {
	return &HistoryQuery{Workspace: ws, Since: pedigree.NoTime, Until: pedigree.NoTime, Limit: limit}
}

func TestTheHistoryIsSiftedByAllThatItSays(t *testing.T) {
	f, own, _, run, _ := deletable(t, 2)
	var at []pedigree.Time
	for i := range 6 {
		c := pedigree.Change{Workspace: ws, Node: run, Actor: fmt.Sprint("a", i%2), What: fmt.Sprint("w", i%3)}
		if i == 5 {
			c.Node = own
		}
		f.must(f.store.Update(pedigree.WithActor(f.ctx, pedigree.Actor{Origin: "mlflow 127.0.0.1"}), func(tx store.Tx) error { return tx.AppendChange(&c) }))
		at = append(at, c.Time)
	}
	all, err := f.Changes(f.ctx, anything(99))
	f.must(err)
	if len(all.Lines) != 6 || all.Next != 0 || all.Nodes[run].ID != run || all.Lines[0].Origin != "mlflow 127.0.0.1" {
		t.Fatalf("%+v", all)
	}
	type lines = []pedigree.Change
	kept := func(keep func(*pedigree.Change) bool) (some lines) {
		for i := range all.Lines {
			if keep(&all.Lines[i]) {
				some = append(some, all.Lines[i])
			}
		}
		return some
	}
	for name, c := range map[string]struct {
		ask  func(*HistoryQuery)
		keep func(*pedigree.Change) bool
	}{
		"actor":          {func(q *HistoryQuery) { q.Actor = "a1" }, func(c *pedigree.Change) bool { return c.Actor == "a1" }},
		"what":           {func(q *HistoryQuery) { q.What = "w2" }, func(c *pedigree.Change) bool { return c.What == "w2" }},
		"actor and what": {func(q *HistoryQuery) { q.Actor, q.What = "a1", "w2" }, func(c *pedigree.Change) bool { return c.Actor == "a1" && c.What == "w2" }},
		"node":           {func(q *HistoryQuery) { q.Node, q.Actor = run, "a0" }, func(c *pedigree.Change) bool { return c.Node == run && c.Actor == "a0" }},
		"kind":           {func(q *HistoryQuery) { q.Kind = pedigree.Context }, func(c *pedigree.Change) bool { return c.Node == own }},
		"type":           {func(q *HistoryQuery) { q.Type = "C" }, func(c *pedigree.Change) bool { return c.Node == own }},
		"no such type":   {func(q *HistoryQuery) { q.Type = "D" }, func(*pedigree.Change) bool { return false }},
		"since":          {func(q *HistoryQuery) { q.Since = at[3] }, func(c *pedigree.Change) bool { return c.Time >= at[3] }},
		"until":          {func(q *HistoryQuery) { q.Until = at[3] }, func(c *pedigree.Change) bool { return c.Time < at[3] }},
		"long ago":       {func(q *HistoryQuery) { q.Until = at[0] }, func(*pedigree.Change) bool { return false }},
	} {
		for limit := 1; limit <= 7; limit++ {
			q := anything(limit)
			c.ask(q)
			var got lines
			f.must(f.EachChange(f.ctx, q, func(p *HistoryPage) error {
				got = append(got, p.Lines...)
				return nil
			}))
			if want := kept(c.keep); !slices.Equal(got, want) {
				t.Errorf("by %s in pages of %d: %+v, want %+v", name, limit, got, want)
			}
		}
	}
}

func TestAfterItsDeletionANodeCountsByWhatItWas(t *testing.T) {
	f, own, _, _, _ := deletable(t, 2)
	_, err := f.remove(Deletion{Node: own, Members: true})
	f.must(err)
	q := anything(9)
	q.Type = "C"
	page, err := f.Changes(f.ctx, q)
	f.must(err)
	if len(page.Lines) != 1 || page.Lines[0].Node != own {
		t.Errorf("%+v", page)
	}
}
