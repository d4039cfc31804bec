package watch

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree/store"
)

// A window is the latest part of the feed: every event after from, up to and
// with to, and no other. It is only ever replaced or added to.
type window struct {
	from, to int64
	events   []Event
}

// reaches reports whether what comes after an event is in the window or newer.
func (l *window) reaches(at int64) bool { return at >= l.from }

// after gives the events after one, at most limit.
func (l *window) after(at int64, limit int) []Event {
	i, found := slices.BinarySearchFunc(l.events, at, func(e Event, at int64) int { return cmp.Compare(e.Cursor, at) })
	if found {
		i++
	}
	return l.events[i:min(i+limit, len(l.events))]
}

// upTo gives the cursor after some events, which may be the last.
func (l *window) upTo(events []Event, last bool) int64 {
	if last {
		return l.to
	}
	return events[len(events)-1].Cursor
}

// add moves the window on. The oldest events go where there are more than twice
// as many as are kept.
func (l *window) add(events []Event, kept int) {
	l.events = append(l.events, events...)
	l.to = events[len(events)-1].Cursor
	if over := len(l.events) - kept; over > kept {
		l.from = l.events[over-1].Cursor
		l.events = slices.Clone(l.events[over:])
	}
}

// Run follows the feed until ctx ends, while anybody watches.
func (s *Service) Run(ctx context.Context, log *slog.Logger) {
	for ctx.Err() == nil {
		if s.Watching() == 0 && !s.begin(ctx, log) {
			continue
		}
		changed := s.store.Changed()
		more, err := s.advance(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Error("watchers are not told what happens", "error", err)
			store.Wait(ctx, nil, time.Second)
		case !more:
			store.Wait(ctx, nil, gather)
			store.Wait(ctx, changed, idle)
		}
	}
}

// begin waits for a watcher and starts at the newest event then. Watchers that
// came before it read what is older from the store.
func (s *Service) begin(ctx context.Context, log *slog.Logger) bool {
	select {
	case <-ctx.Done():
		return false
	case <-s.first:
	}
	if err := s.restart(ctx); err != nil && ctx.Err() == nil {
		log.Error("watchers are not told what happens", "error", err)
		store.Wait(ctx, nil, time.Second)
		s.call()
		return false
	}
	return true
}

// call says that there is a watcher.
func (s *Service) call() {
	select {
	case s.first <- struct{}{}:
	default:
	}
}

// restart empties the window and puts it at the end of the feed.
func (s *Service) restart(ctx context.Context) error {
	newest, err := s.place(ctx, nil)
	if err == nil {
		s.replace(window{from: newest, to: newest})
	}
	return err
}

// advance reads what comes next and reports whether there is more.
func (s *Service) advance(ctx context.Context) (more bool, err error) {
	next := s.latest // only this goroutine changes it
	var lost bool
	var events []Event
	err = s.store.View(ctx, func(r store.Reader) error {
		oldest, _, err := r.FeedEnds()
		if lost = next.to < oldest-1; lost || err != nil {
			return err
		}
		events, err = read(r, next.to, s.sizes.entries)
		return err
	})
	switch {
	case err != nil:
		return false, err
	case lost:
		return false, s.restart(ctx)
	case len(events) > 0:
		next.add(events, s.sizes.kept)
		s.replace(next)
	}
	return len(events) == s.sizes.entries, nil
}

// replace shows the window to the watchers and wakes those that wait.
func (s *Service) replace(w window) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latest = w
	close(s.grown)
	s.grown = make(chan struct{})
}

// beginning cuts a name that is very long, between two characters, and lets go of
// the rest.
func beginning(name string) string {
	if len(name) <= maxName {
		return name
	}
	end := maxName
	for end > 0 && !utf8.RuneStart(name[end]) {
		end--
	}
	return strings.Clone(name[:end])
}
