package tracking

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// MaxChanged is how many runs one call changes at the most: everyone who writes
// waits for it.
const MaxChanged = 1000

func checkChanged(runs []string) error {
	if len(runs) == 0 || len(runs) > MaxChanged {
		return invalid("Name at least one run and at most %d, not %d", MaxChanged, len(runs))
	}
	return nil
}

// DeleteRuns puts runs in the bin, all or none of them, and tells how many were
// not there yet.
func (s *Service) DeleteRuns(ctx context.Context, ws pedigree.NodeID, runs []string) (int, error) {
	return s.moveRuns(ctx, ws, runs, true)
}

// RestoreRuns takes runs out of the bin, likewise.
func (s *Service) RestoreRuns(ctx context.Context, ws pedigree.NodeID, runs []string) (int, error) {
	return s.moveRuns(ctx, ws, runs, false)
}

func (s *Service) moveRuns(ctx context.Context, ws pedigree.NodeID, runs []string, toBin bool) (moved int, err error) {
	if err := checkChanged(runs); err != nil {
		return 0, err
	}
	err = s.store.Update(ctx, func(tx store.Tx) error {
		moved = 0
		for _, id := range runs {
			did, err := moveRun(tx, ws, id, toBin)
			if err != nil {
				return err
			}
			if did {
				moved++
			}
		}
		return nil
	})
	return moved, err
}

func moveRun(tx store.Tx, ws pedigree.NodeID, id string, toBin bool) (bool, error) {
	n, err := runNode(tx, ws, id)
	if err != nil || n.Live() != toBin {
		return false, err
	}
	n.Deleted = pedigree.NoTime
	if toBin {
		n.Deleted = tx.Now()
	}
	return true, tx.UpdateNode(&n)
}

// A TagBefore is what a run had of a tag before it was changed.
type TagBefore struct {
	Run, Key, Value string
	Set             bool // it had it
}

// TagRuns sets and removes tags of live runs, all or none, and tells what those
// had before that differs, so that it can be undone.
func (s *Service) TagRuns(ctx context.Context, ws pedigree.NodeID, runs []string, set []pedigree.Property, remove []string) (before []TagBefore, err error) {
	if err := checkChanged(runs); err != nil {
		return nil, err
	}
	if len(set)+len(remove) == 0 || len(set)+len(remove) > 20 {
		return nil, invalid("Name at least one tag to set or remove, and at most 20")
	}
	for i, t := range set {
		if err := checkTag(at("set", i), t.Key, t.Value); err != nil {
			return nil, err
		}
	}
	set = inSpace(pedigree.Tag, set)
	err = s.store.Update(ctx, func(tx store.Tx) error {
		before = nil
		for _, id := range runs {
			some, err := tagRun(tx, ws, id, set, remove)
			if err != nil {
				return err
			}
			before = append(before, some...)
		}
		return nil
	})
	return before, err
}

func tagRun(tx store.Tx, ws pedigree.NodeID, id string, set []pedigree.Property, remove []string) (before []TagBefore, err error) {
	run, err := liveRun(tx, ws, id)
	if err != nil {
		return nil, err
	}
	var changed []pedigree.Property
	for _, t := range set {
		value, was, err := tx.Property(run.ID, pedigree.Tag, t.Key)
		if err != nil {
			return nil, err
		}
		if !was || value != t.Value {
			before, changed = append(before, TagBefore{run.UID, t.Key, value, was}), append(changed, t)
		}
	}
	for _, key := range remove {
		value, _, err := tx.Property(run.ID, pedigree.Tag, key)
		if err != nil {
			return nil, err
		}
		did, err := tx.DeleteProperty(&run, pedigree.Tag, key)
		if err != nil {
			return nil, err
		}
		if did {
			before = append(before, TagBefore{run.UID, key, value, true})
		}
	}
	if len(changed) == 0 {
		return before, nil
	}
	return before, setTags(tx, &run, changed)
}
