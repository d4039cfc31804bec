package watch

import (
	"context"
	"slices"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A Watcher hears of events, one after the other. It is for one goroutine.
type Watcher struct {
	service   *Service
	selection Selection
	at        int64
	closed    bool
}

// Cursor is where the watcher is: another that is opened after it goes on from
// there. It moves past events too that were not wanted.
func (w *Watcher) Cursor() int64 { return w.at }

// Close makes room for another watcher. It may be called more than once.
func (w *Watcher) Close() {
	if !w.closed {
		w.closed = true
		w.service.leave()
	}
}

// Next gives the next events, oldest first, as soon as there are some, and none
// when there were none for so long. The error is [ErrGone] where the watcher was
// so slow that they are not kept any more.
func (w *Watcher) Next(ctx context.Context, patience time.Duration) ([]Event, error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		events, grown, err := w.take(ctx)
		if err != nil || len(events) > 0 {
			return events, err
		}
		if grown == nil {
			continue // there is more to look through
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-timer.C:
			return nil, nil
		case <-grown:
		}
	}
}

// take moves on by a page and gives what is wanted of it. Where there is nothing
// after it yet, it gives what is closed when there is.
func (w *Watcher) take(ctx context.Context) (events []Event, grown <-chan struct{}, err error) {
	s := w.service
	s.mu.RLock()
	latest, end := &s.latest, false
	reaches := latest.reaches(w.at)
	if reaches {
		next := latest.after(w.at, s.sizes.page)
		events, end = w.wanted(next), len(next) < s.sizes.page
		w.at = max(w.at, latest.upTo(next, end))
	}
	grown = s.grown
	s.mu.RUnlock()
	if !reaches {
		events, err = w.read(ctx)
	}
	if !end {
		grown = nil
	}
	return events, grown, err
}

// read moves on by a page of the feed itself.
func (w *Watcher) read(ctx context.Context) (events []Event, err error) {
	at := w.at
	err = w.service.store.View(ctx, func(r store.Reader) error {
		oldest, _, err := r.FeedEnds()
		if err != nil {
			return err
		}
		if w.at < oldest-1 {
			return ErrGone
		}
		all, err := read(r, w.at, w.service.sizes.page)
		if len(all) > 0 {
			at = all[len(all)-1].Cursor
		}
		events = w.wanted(all)
		return err
	})
	if err != nil {
		return nil, err
	}
	w.at = at
	return events, nil
}

// wanted copies the events that the watcher wants to hear of.
func (w *Watcher) wanted(all []Event) (events []Event) {
	for i := range all {
		if w.selection.wants(&all[i]) {
			events = append(events, all[i])
		}
	}
	return events
}

func (s *Selection) wants(e *Event) bool {
	return e.Workspace == s.Workspace &&
		(s.Touch == 0 || e.Touch&s.Touch != 0) &&
		(len(s.Nodes) == 0 || slices.Contains(s.Nodes, e.Node)) &&
		(len(s.Kinds) == 0 || slices.Contains(s.Kinds, e.Type.Kind)) &&
		(len(s.Types) == 0 || slices.Contains(s.Types, e.Type.Name))
}

// read gives the events after one, at most limit.
func read(r store.Reader, after int64, limit int) ([]Event, error) {
	feed, err := r.Feed(after, limit)
	if err != nil || len(feed) == 0 {
		return nil, err
	}
	var ids []pedigree.NodeID
	for i := range feed {
		ids = append(ids, feed[i].Node)
	}
	slices.Sort(ids)
	nodes, err := r.Nodes(slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	known := make(map[pedigree.NodeID]*pedigree.Node, len(nodes))
	for i := range nodes {
		known[nodes[i].ID] = &nodes[i]
	}
	all := make([]Event, len(feed))
	for i := range feed {
		all[i] = eventOf(&feed[i], known[feed[i].Node])
	}
	return all, nil
}

// eventOf makes an event of an entry of the feed and its node, which is nil where
// that is gone.
func eventOf(f *pedigree.FeedEntry, n *pedigree.Node) Event {
	e := Event{Cursor: f.ID, Time: f.Time, Touch: f.Touch, Workspace: f.Workspace, Node: f.Node, Deleted: pedigree.NoTime}
	switch {
	case n != nil:
		e.State, e.Deleted = n.State, n.Deleted
	case f.Was != nil:
		n = f.Was
	default:
		return e
	}
	e.Type, e.UID, e.Name = n.Type, n.UID, beginning(n.Name)
	return e
}
