package storetest

import (
	"errors"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func feed(e *env) {
	x := e.experiment()
	run := draft(pedigree.RunType, x.ID, "r")
	model := draft(pedigree.LoggedModelType, x.ID, "m")
	e.update(func(tx store.Tx) error {
		if err := tx.CreateNode(run); err != nil {
			return err
		}
		return tx.PutProperties(run, pedigree.Property{Space: pedigree.Tag, Key: "k", Value: "v"})
	})
	last := e.newest()
	e.wantTouches(last-1, touch{run.ID, pedigree.TouchCreated | pedigree.TouchProperties})

	e.update(func(tx store.Tx) error { return tx.CreateNode(model) })
	last = e.newest()
	e.update(func(tx store.Tx) error {
		_, err := tx.PutEvent(&pedigree.Event{Execution: run.ID, Artifact: model.ID, Direction: pedigree.Output})
		return err
	})
	e.wantTouches(last, touch{run.ID, pedigree.TouchEvents}, touch{model.ID, pedigree.TouchEvents})

	last = e.newest()
	e.update(func(tx store.Tx) error {
		_, err := tx.DeleteProperty(run, pedigree.Tag, "none")
		return err
	})
	_ = e.Update(e.Context(), func(tx store.Tx) error {
		_ = tx.PutProperties(run, pedigree.Property{Space: pedigree.Tag, Key: "k", Value: "w"})
		return errors.New("undone")
	})
	e.wantTouches(last)

	e.update(func(tx store.Tx) error { return tx.SetDeletedAt(x.ID, pedigree.RunType, tx.Now()) })
	e.update(func(tx store.Tx) error {
		if _, err := tx.PutEvent(&pedigree.Event{Execution: run.ID, Artifact: model.ID, Direction: pedigree.Input}); err != nil {
			return err
		}
		return tx.Purge(run.ID)
	})
	e.wantTouches(last, touch{x.ID, pedigree.TouchHome}, touch{run.ID, pedigree.TouchEvents | pedigree.TouchPurged}, touch{model.ID, pedigree.TouchEvents})
	e.wantGone(last, *run)

	e.update(func(tx store.Tx) error {
		forgotten, err := tx.TrimFeed(last, 1000)
		if forgotten != last-1 {
			e.Errorf("forgot %d entries before %d", forgotten, last)
		}
		return err
	})
	e.view(func(r store.Reader) error {
		if oldest, newest, err := r.FeedEnds(); oldest != last || newest != last+3 {
			e.Errorf("feed from %d to %d (%v)", oldest, newest, err)
		}
		return nil
	})
}

type touch struct {
	node pedigree.NodeID
	how  pedigree.Touch
}

func (e *env) newest() (id int64) {
	e.view(func(r store.Reader) (err error) { _, id, err = r.FeedEnds(); return err })
	return id
}

// wantTouches compares the feed after an entry.
func (e *env) wantTouches(after int64, want ...touch) {
	e.Helper()
	e.view(func(r store.Reader) error {
		entries, err := r.Feed(after, len(want)+10)
		if len(entries) != len(want) {
			e.Errorf("feed after %d: %+v, want %+v", after, entries, want)
			return err
		}
		for i, f := range entries {
			if f.Node != want[i].node || f.Touch != want[i].how || f.Workspace != pedigree.DefaultWorkspace || f.ID <= after {
				e.Errorf("entry %d is %+v, want %+v", i, f, want[i])
			}
		}
		return err
	})
}

// wantGone wants the feed after an entry to say of one purged node what it was,
// also where something else touched it in the same transaction.
func (e *env) wantGone(after int64, want pedigree.Node) {
	e.Helper()
	e.view(func(r store.Reader) error {
		entries, err := r.Feed(after, 10)
		for _, f := range entries {
			switch purged := f.Touch&pedigree.TouchPurged != 0; {
			case !purged && f.Was != nil:
				e.Errorf("of a node that is there the feed tells what it was: %+v", f.Was)
			case purged && (f.Was == nil || f.Was.ID != want.ID || f.Was.Type != want.Type || f.Was.UID != want.UID || f.Was.Name != want.Name):
				e.Errorf("the feed tells of a node that is gone that it was %+v, want %+v", f.Was, want)
			case purged && f.Workspace != want.Workspace:
				e.Errorf("the node that is gone was in the workspace %d", f.Workspace)
			}
		}
		return err
	})
}

func followers(e *env) {
	waiting := e.Changed()
	e.view(func(store.Reader) error { return nil })
	select {
	case <-waiting:
		e.Error("a look was announced as a change")
	default:
	}
	e.experiment()
	<-waiting
	e.update(func(tx store.Tx) error { return tx.SetPosition("mirror", 7) })
	e.update(func(tx store.Tx) error { return tx.SetPosition("mirror", 9) })
	e.view(func(r store.Reader) error {
		at, err := r.Position("mirror")
		if at != 9 {
			e.Errorf("the mirror is at %d", at)
		}
		if none, err := r.Position("nobody"); none != 0 || err != nil {
			e.Errorf("nobody is at %d (%v)", none, err)
		}
		return err
	})
}
