// Package watch tells many watchers what happens to nodes while it happens. All
// of it is in the feed that the store keeps, so a watcher that was away goes on
// where it was: it misses nothing and hears nothing twice.
//
// One goroutine follows the feed for all; see [Service.Run]. It reads each entry
// once and keeps the latest in memory, where watchers find them. Only those that
// are further behind read from the store, a page at a time. So a watcher that
// waits costs nothing but its memory, and one that is slow holds nothing for it.
package watch

import (
	"context"
	"sync"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// An Event says how a transaction touched a node. What it says of the node is how
// that was when the event was read, then or later, or when it went.
type Event struct {
	Cursor    int64 // its place among all events: ascending
	Time      pedigree.Time
	Touch     pedigree.Touch
	Workspace pedigree.NodeID
	Node      pedigree.NodeID
	Type      pedigree.Type // zero for a node that has gone since, and is reported so by a later event; so are the rest
	UID       string
	Name      string // at most so many bytes
	State     string
	Deleted   pedigree.Time // when it was put in the bin; NoTime while it is not there
}

// A Selection says which events a watcher wants to hear of.
type Selection struct {
	Workspace pedigree.NodeID
	Kinds     []pedigree.Kind   // empty for all
	Types     []string          // by name; empty for all
	Nodes     []pedigree.NodeID // empty for all
	Touch     pedigree.Touch    // any of these; 0 for all
}

// ErrGone is what a watcher is told whose next events are not kept any more.
var ErrGone = pedigree.Errorf(pedigree.OutOfRange,
	"The events after this cursor are not kept any more: watch without a cursor, list what you follow anew, and go on from there")

const (
	maxName = 500                   // bytes of a name in an event
	idle    = 30 * time.Second      // until the feed is looked at although nobody said that it grew
	gather  = 20 * time.Millisecond // between two looks, so that what comes together wakes the watchers once
)

// sizes bound what a service holds.
type sizes struct {
	watchers int
	kept     int // events in memory: twice as many at the most
	page     int // events that a watcher is given at once
	entries  int // of the feed, read at once
}

// A Service tells watchers of one store.
type Service struct {
	store store.Store
	sizes sizes
	first chan struct{} // has room for one: says that there is a watcher now

	mu       sync.RWMutex
	watchers int
	latest   window
	grown    chan struct{} // closed and made anew when latest has grown
}

// New returns a service on s. Its watchers hear of nothing until it runs.
func New(s store.Store) *Service {
	return &Service{store: s, sizes: sizes{watchers: 2000, kept: 4096, page: 100, entries: 1000}, first: make(chan struct{}, 1), grown: make(chan struct{})}
}

// Watching counts the watchers.
func (s *Service) Watching() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.watchers
}

// Open starts a watcher after an event, or where after is nil with what happens
// from now on. The error is [ErrGone] where the next events are not kept any
// more, Invalid for a cursor that was never given, and Unavailable where there are
// too many watchers. Who gets none closes it in the end.
func (s *Service) Open(ctx context.Context, sel Selection, after *int64) (*Watcher, error) {
	at, err := s.place(ctx, after)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watchers >= s.sizes.watchers {
		return nil, pedigree.Errorf(pedigree.Unavailable, "%d watch already, try again later", s.watchers)
	}
	s.watchers++
	s.call()
	return &Watcher{service: s, selection: sel, at: at}, nil
}

// place checks a cursor, or finds the newest.
func (s *Service) place(ctx context.Context, after *int64) (at int64, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		oldest, newest, err := r.FeedEnds()
		switch {
		case err != nil:
			return err
		case after == nil:
			at = newest
		case *after < 0 || *after > newest:
			return pedigree.Errorf(pedigree.Invalid, "The cursor %d was not given by this server: its newest is %d", *after, newest)
		case *after < oldest-1:
			return ErrGone
		default:
			at = *after
		}
		return nil
	})
	return at, err
}

// leave ends a watcher.
func (s *Service) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers--
}
