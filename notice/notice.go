// Package notice tells others what happens to entities, in the form in which
// consumers of a catalog's topics know it: as it happens to who watches, and at
// least once to a broker. All of it is made of the history, which keeps every line,
// so that who was away goes on where it was.
package notice

import (
	"context"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
)

// An Event is a notification and its place among all of them.
type Event struct {
	Notification
	Cursor int64  // ascending
	Actor  string // who did it; empty for the one local user
}

const (
	window = 1000             // lines of the history that are looked at at once
	idle   = 30 * time.Second // until the history is looked at although nobody said that it grew
)

// A Service makes notifications of the history of one store.
type Service struct {
	store    store.Store
	entities *catalog.Service
	watchers chan struct{} // has room for as many as there may be
}

// New returns a service on s, whose entities the other service knows.
func New(s store.Store, entities *catalog.Service) *Service {
	return &Service{store: s, entities: entities, watchers: make(chan struct{}, 200)}
}

// ErrCursor is that of a place that was never given.
var ErrCursor = pedigree.Errorf(pedigree.Invalid, "The cursor was not given by this server")

// Newest gives the place after all that has happened.
func (s *Service) Newest(ctx context.Context, workspace pedigree.NodeID) (at int64, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		at, err = newest(r, workspace)
		return err
	})
	return at, err
}

func newest(r store.Reader, workspace pedigree.NodeID) (int64, error) {
	last, err := r.ChangesBefore(&store.ChangeQuery{Workspace: workspace, Limit: 1})
	if err != nil || len(last) == 0 {
		return 0, err
	}
	return last[0].ID, nil
}

// After gives what happened after a place, oldest first, and the place to go on
// from. There may be nothing to tell of and yet a later place.
func (s *Service) After(ctx context.Context, workspace pedigree.NodeID, at int64) (events []Event, next int64, err error) {
	err = s.entities.View(ctx, workspace, func(v *catalog.View) error {
		events = nil
		last, err := newest(v.Reader(), workspace)
		if err != nil {
			return err
		}
		if at < 0 || at > last {
			return ErrCursor
		}
		for next = at; next < last && len(events) == 0; {
			to := min(next+window, last)
			lines, err := v.Reader().ChangesBefore(&store.ChangeQuery{Workspace: workspace, Before: to + 1, After: next, Limit: window})
			if err != nil {
				return err
			}
			next = to
			if events, err = tell(v, lines); err != nil {
				return err
			}
		}
		return nil
	})
	return events, next, err
}

// tell makes notifications of lines, which come newest first.
func tell(v *catalog.View, lines []pedigree.Change) (events []Event, err error) {
	var ids []pedigree.NodeID
	for i := len(lines) - 1; i >= 0; i-- {
		c := &lines[i]
		action, ours := strings.CutPrefix(c.What, pedigree.AtlasPrefix)
		op, told := operations[catalog.AuditAction(action)]
		if !ours || !told {
			continue
		}
		ids = append(ids, c.Node)
		events = append(events, Event{Cursor: c.ID, Actor: c.Actor, Notification: Notification{Type: notificationType, Operation: op, EventTime: c.Time}})
	}
	headers, err := headersOf(v, ids)
	if err != nil {
		return nil, err
	}
	kept := events[:0]
	for i, e := range events {
		if e.Entity = headers[ids[i]]; e.Entity != nil {
			kept = append(kept, e)
		}
	}
	return kept, nil
}

// headersOf shows nodes as consumers know them. Those that are gone for ever are left
// out, and so is what the catalog itself is made of.
func headersOf(v *catalog.View, ids []pedigree.NodeID) (map[pedigree.NodeID]*catalog.Header, error) {
	nodes, err := v.Reader().Nodes(unique(ids))
	if err != nil {
		return nil, err
	}
	alike := make(map[pedigree.Type][]pedigree.Node)
	for i := range nodes {
		alike[nodes[i].Type] = append(alike[nodes[i].Type], nodes[i])
	}
	byNode := make(map[pedigree.NodeID]*catalog.Header, len(nodes))
	for _, some := range alike {
		t, err := v.TypeOf(&some[0])
		if err != nil {
			return nil, err
		}
		if t.IsA("__internal") {
			continue
		}
		headers, err := v.Headers(some, catalog.HeaderOptions{Attributes: notified(t), Classifications: true})
		if err != nil {
			return nil, err
		}
		for i, h := range headers {
			addSuperTypes(v.Types(), h)
			byNode[some[i].ID] = h
		}
	}
	return byNode, nil
}

// notified names the attributes of a type that its definition wants told.
func notified(t *schema.EntityType) (names []string) {
	for _, f := range t.Fields {
		if f.Def.Notify {
			names = append(names, f.Def.Name)
		}
	}
	return names
}

// addSuperTypes puts after each classification of a header those that it descends
// from, with such of its values as they know: consumers match names alone.
func addSuperTypes(types *schema.Types, h *catalog.Header) {
	var all []catalog.Classification
	h.ClassificationNames = []string{}
	for _, c := range h.Classifications {
		all = append(all, c)
		t := types.Classification(c.TypeName)
		if t == nil {
			continue
		}
		for _, name := range t.Ancestors() {
			above := catalog.Classification{TypeName: name, EntityGUID: c.EntityGUID, EntityStatus: c.EntityStatus, Propagate: c.Propagate}
			for _, f := range types.Classification(name).Fields {
				if value, ok := c.Attributes[f.Def.Name]; ok {
					if above.Attributes == nil {
						above.Attributes = make(map[string]any)
					}
					above.Attributes[f.Def.Name] = value
				}
			}
			all = append(all, above)
		}
	}
	for i := range all {
		h.ClassificationNames = append(h.ClassificationNames, all[i].TypeName)
	}
	if len(all) > 0 {
		h.Classifications = all
	}
}

func unique(ids []pedigree.NodeID) (once []pedigree.NodeID) {
	seen := make(map[pedigree.NodeID]bool, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			once = append(once, id)
		}
	}
	return once
}

// A Watcher hears of events, one after the other. It is for one goroutine.
type Watcher struct {
	service   *Service
	workspace pedigree.NodeID
	at        int64
	closed    bool
}

// Watch starts a watcher after a place, or with what happens from now on where
// after is nil. The error is [ErrCursor] for a place that was never given, and
// Unavailable where too many watch.
func (s *Service) Watch(ctx context.Context, workspace pedigree.NodeID, after *int64) (*Watcher, error) {
	at, err := s.Newest(ctx, workspace)
	if err != nil {
		return nil, err
	}
	if after != nil {
		if *after < 0 || *after > at {
			return nil, ErrCursor
		}
		at = *after
	}
	select {
	case s.watchers <- struct{}{}:
		return &Watcher{service: s, workspace: workspace, at: at}, nil
	default:
		return nil, pedigree.Errorf(pedigree.Unavailable, "%d watch already, try again later", cap(s.watchers))
	}
}

// Cursor is where the watcher is: another that is opened after it goes on from there.
func (w *Watcher) Cursor() int64 { return w.at }

// Close makes room for another watcher. It may be called more than once.
func (w *Watcher) Close() {
	if !w.closed {
		w.closed = true
		<-w.service.watchers
	}
}

// Next gives the next events, oldest first, as soon as there are some, and none
// when there were none for so long.
func (w *Watcher) Next(ctx context.Context, patience time.Duration) ([]Event, error) {
	end := time.NewTimer(patience)
	defer end.Stop()
	for {
		changed := w.service.store.Changed()
		events, next, err := w.service.After(ctx, w.workspace, w.at)
		if err != nil {
			return nil, err
		}
		w.at = next
		if len(events) > 0 {
			return events, nil
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-end.C:
			return nil, nil
		case <-changed:
		}
	}
}
