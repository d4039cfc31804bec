package registry

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// What the history says has happened. Before and After of a line hold what was
// and what is: a stage, an alias, a name, a tag as "key=value".
const (
	Created        = "created"
	Renamed        = "renamed"
	Described      = "description"
	Staged         = "stage"
	Aliased        = "alias"
	AliasRemoved   = "alias removed"
	Tagged         = "tag"
	TagRemoved     = "tag removed"
	VersionAdded   = "version created" // of a model
	VersionRemoved = "version deleted" // of a model
	Deleted        = "deleted"
)

// Bounds of what one line of history keeps, in bytes; the rest is dots.
const (
	maxChange = 4000
	maxReason = 1000
)

// A recorder writes the history of what one call changes, in the transaction
// of the change.
type recorder struct {
	actor, reason string
	tx            store.Tx
}

func newRecorder(ctx context.Context, tx store.Tx) recorder {
	who := pedigree.ActorOf(ctx)
	return recorder{naming.Shorten(who.Name, maxReason), naming.Shorten(who.Reason, maxReason), tx}
}

func (r recorder) add(n *pedigree.Node, what, before, after string) error {
	return r.tx.AppendChange(&pedigree.Change{
		Workspace: n.Workspace, Node: n.ID, Actor: r.actor, Reason: r.reason,
		What: what, Before: naming.Shorten(before, maxChange), After: naming.Shorten(after, maxChange),
	})
}

// History gives what happened to a version, oldest first, from after the line
// with the given ID (0: from the start), at most limit lines. A version that
// was deleted keeps its history; that of a model that was deleted is found by
// the model's UID in place of its name.
func (s *Service) History(ctx context.Context, ws pedigree.NodeID, name, version string, after int64, limit int) (lines []pedigree.Change, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		_, n, err := everVersion(r, ws, name, version)
		if err != nil {
			return err
		}
		lines, err = r.Changes(n.ID, after, limit)
		return err
	})
	return lines, err
}

// HistoryOf gives what happened to a version that was found before, like
// [Service.History].
func (s *Service) HistoryOf(ctx context.Context, version pedigree.NodeID, after int64, limit int) (lines []pedigree.Change, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		lines, err = r.Changes(version, after, limit)
		return err
	})
	return lines, err
}

// ModelHistory gives what happened to a model, like [Service.History].
func (s *Service) ModelHistory(ctx context.Context, ws pedigree.NodeID, name string, after int64, limit int) (lines []pedigree.Change, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		n, err := modelNode(r, ws, name)
		if err != nil {
			return err
		}
		lines, err = r.Changes(n.ID, after, limit)
		return err
	})
	return lines, err
}
