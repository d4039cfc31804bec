package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// patience is so long that a test which needs it all has failed.
const patience = time.Minute

// env is a service that runs on a store of its own.
type env struct {
	*testing.T
	*Service
	made int
}

func newEnv(t *testing.T, of sizes) *env {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	e := &env{T: t, Service: New(s)}
	e.sizes = of
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { e.Service.Run(ctx, slog.New(slog.DiscardHandler)) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// few are sizes that a test soon exceeds.
var few = sizes{watchers: 8, kept: 5, page: 3, entries: 4}

func (e *env) update(fn func(store.Tx) error) {
	e.Helper()
	if err := e.store.Update(e.Context(), fn); err != nil {
		e.Error(err)
	}
}

func (e *env) node(typ pedigree.Type, name string) *pedigree.Node {
	e.made++
	n := &pedigree.Node{
		Workspace: 1, Home: 1, Type: typ, UID: fmt.Sprint("u", e.made), Name: name, Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
	e.update(func(tx store.Tx) error { return tx.CreateNode(n) })
	return n
}

func (e *env) open(sel Selection, after *int64) *Watcher {
	e.Helper()
	sel.Workspace = pedigree.DefaultWorkspace
	w, err := e.Open(e.Context(), sel, after)
	if err != nil {
		e.Fatal(err)
	}
	e.Cleanup(w.Close)
	return w
}

// next wants so many events.
func (e *env) next(w *Watcher, n int) (events []Event) {
	e.Helper()
	for len(events) < n {
		more, err := w.Next(e.Context(), patience)
		if err != nil || len(more) == 0 {
			e.Fatalf("after %d events of %d came none: %v", len(events), n, err)
		}
		events = append(events, more...)
	}
	if len(events) != n {
		e.Fatalf("there are %d events, want %d: %+v", len(events), n, events)
	}
	return events
}

func (e *env) newest() (newest int64) {
	e.Helper()
	newest, err := e.place(e.Context(), nil)
	if err != nil {
		e.Fatal(err)
	}
	return newest
}

// line is what is compared of an event.
type line struct {
	cursor int64
	node   pedigree.NodeID
	touch  pedigree.Touch
}

// TestEveryEventComesOnce has clients of every speed come and go while all sorts
// of things are written: what each hears is the feed, no more and no less.
func TestEveryEventComesOnce(t *testing.T) {
	e := newEnv(t, few)
	begun := e.newest()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	selections := []Selection{{}, {}, {}, {Touch: pedigree.TouchCreated | pedigree.TouchPurged}, {Nodes: []pedigree.NodeID{3, 4, 5}}, {Types: []string{"none"}}}
	heard := make([][]line, len(selections))
	written := make(chan struct{})
	var clients sync.WaitGroup
	for i, sel := range selections {
		clients.Go(func() { heard[i] = e.hear(sel, begun, rand.New(rand.NewPCG(seed, uint64(i))), written) })
	}
	e.writeMuch(rand.New(rand.NewPCG(seed, 99)))
	close(written)
	clients.Wait()
	var feed []pedigree.FeedEntry
	err := e.store.View(t.Context(), func(r store.Reader) (err error) { feed, err = r.Feed(begun, 1<<20); return err })
	if err != nil || len(feed) < 100 {
		t.Fatalf("the feed has %d entries (%v)", len(feed), err)
	}
	for i, sel := range selections {
		var want []line
		for _, f := range feed {
			if (sel.Touch == 0 || f.Touch&sel.Touch != 0) && (sel.Nodes == nil || slices.Contains(sel.Nodes, f.Node)) && sel.Types == nil {
				want = append(want, line{f.ID, f.Node, f.Touch})
			}
		}
		if !slices.Equal(heard[i], want) {
			t.Errorf("client %d heard %v, want %v", i, heard[i], want)
		}
	}
}

// hear follows until it has heard of all that was written, and opens a watcher
// anew ever so often.
func (e *env) hear(sel Selection, at int64, rnd *rand.Rand, written <-chan struct{}) (heard []line) {
	sel.Workspace = pedigree.DefaultWorkspace
	for {
		w, err := e.Open(e.Context(), sel, &at)
		if err != nil {
			e.Error(err)
			return heard
		}
		for range rnd.IntN(6) {
			events, err := w.Next(e.Context(), time.Duration(rnd.IntN(3))*time.Millisecond)
			if err != nil {
				e.Error(err)
			}
			for _, v := range events {
				heard = append(heard, line{v.Cursor, v.Node, v.Touch})
			}
		}
		at = w.Cursor()
		w.Close()
		select {
		case <-written:
			if at == e.newest() {
				return heard
			}
		default:
		}
	}
}

func (e *env) writeMuch(rnd *rand.Rand) {
	nodes := []*pedigree.Node{e.node(pedigree.RunType, "first")}
	for range 150 {
		n := nodes[rnd.IntN(len(nodes))]
		switch rnd.IntN(5) {
		case 0, 1:
			nodes = append(nodes, e.node(pedigree.RunType, "n"))
		case 2:
			e.update(func(tx store.Tx) error {
				return tx.PutProperties(n, pedigree.Property{Space: pedigree.Tag, Key: "k", Value: fmt.Sprint(rnd.Int())})
			})
		case 3:
			e.update(func(tx store.Tx) error {
				for i := range 1 + rnd.IntN(4) {
					if err := tx.TouchNode(nodes[(rnd.IntN(7)+i)%len(nodes)]); err != nil {
						return err
					}
				}
				return nil
			})
		case 4:
			if len(nodes) > 8 {
				gone := nodes[len(nodes)-1]
				nodes = nodes[:len(nodes)-1]
				e.update(func(tx store.Tx) error { return tx.Purge(gone.ID) })
			}
		}
	}
}

func TestAnEventTellsWhatTheNodeIs(t *testing.T) {
	e := newEnv(t, few)
	w := e.open(Selection{Types: []string{pedigree.RunType.Name}}, nil)
	e.node(pedigree.LoggedModelType, "other")
	n := e.node(pedigree.RunType, "é"+strings.Repeat("é", maxName))
	got := e.next(w, 1)[0]
	if got.Node != n.ID || got.Type != n.Type || got.UID != n.UID || got.Touch != pedigree.TouchCreated || got.Deleted.Set() || got.Time != n.Created {
		t.Errorf("the event is %+v", got)
	}
	if len(got.Name) != maxName || !utf8.ValidString(got.Name) {
		t.Errorf("the name has %d bytes: %q", len(got.Name), got.Name)
	}
	e.update(func(tx store.Tx) error { n.State, n.Deleted = "FAILED", tx.Now(); return tx.UpdateNode(n) })
	if got = e.next(w, 1)[0]; got.State != "FAILED" || got.Deleted != n.Deleted {
		t.Errorf("the event is %+v", got)
	}
	e.update(func(tx store.Tx) error { return tx.Purge(n.ID) })
	if got = e.next(w, 1)[0]; got.Touch != pedigree.TouchPurged || got.Type != n.Type || got.UID != n.UID || got.Workspace != n.Workspace {
		t.Errorf("of a node that is gone the event tells %+v", got)
	}
}

func TestAQuietWatcherMovesOn(t *testing.T) {
	e := newEnv(t, few)
	w := e.open(Selection{Types: []string{"none"}}, nil)
	other := e.open(Selection{}, nil)
	for range 20 {
		e.node(pedigree.RunType, "n")
	}
	e.next(other, 20)
	if events, err := w.Next(t.Context(), time.Nanosecond); len(events) > 0 || err != nil || w.Cursor() != e.newest() {
		t.Errorf("it hears %v (%v) and is at %d, want %d", events, err, w.Cursor(), e.newest())
	}
}

func TestCursorsThatCannotBeFollowedAreRefused(t *testing.T) {
	e := newEnv(t, few)
	slow := e.open(Selection{}, nil)
	for range 30 {
		e.node(pedigree.RunType, "n")
	}
	newest := e.newest()
	for cursor, want := range map[int64]pedigree.Code{-1: pedigree.Invalid, newest + 1: pedigree.Invalid} {
		if _, err := e.Open(t.Context(), Selection{}, &cursor); pedigree.CodeOf(err) != want {
			t.Errorf("for the cursor %d the error is %v", cursor, err)
		}
	}
	e.update(func(tx store.Tx) error { _, err := tx.TrimFeed(newest-2, 1000); return err })
	kept, gone := newest-3, newest-4
	if _, err := e.Open(t.Context(), Selection{}, &gone); !errors.Is(err, ErrGone) {
		t.Errorf("for a cursor that is too old the error is %v", err)
	}
	if got := e.next(e.open(Selection{}, &kept), 3); got[0].Cursor != newest-2 {
		t.Errorf("the oldest event kept is %+v", got[0])
	}
	for {
		events, err := slow.Next(t.Context(), patience)
		if errors.Is(err, ErrGone) {
			break
		}
		if err != nil || len(events) == 0 || events[0].Cursor > newest-4 {
			t.Fatalf("a slow watcher hears %+v (%v)", events, err)
		}
	}
}

func TestWatchersAreBoundAndMakeRoom(t *testing.T) {
	e := newEnv(t, few)
	var all []*Watcher
	for range few.watchers {
		all = append(all, e.open(Selection{}, nil))
	}
	if _, err := e.Open(t.Context(), Selection{}, nil); pedigree.CodeOf(err) != pedigree.Unavailable {
		t.Errorf("one too many: %v", err)
	}
	all[0].Close()
	all[0].Close()
	if e.Watching() != few.watchers-1 {
		t.Errorf("there are %d watchers", e.Watching())
	}
	e.open(Selection{}, nil)
}

func TestAWatcherEndsWithItsContext(t *testing.T) {
	e := newEnv(t, few)
	w := e.open(Selection{}, nil)
	why := errors.New("the server ends")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, err := w.Next(ctx, patience); !errors.Is(err, why) {
		t.Errorf("it ended with %v", err)
	}
}

func TestTheWindowStaysSmall(t *testing.T) {
	e := newEnv(t, few)
	w := e.open(Selection{}, nil)
	for i := range 50 {
		e.node(pedigree.RunType, "n")
		e.next(w, 1)
		e.mu.RLock()
		if n := len(e.latest.events); n > 2*few.kept+few.entries {
			t.Fatalf("after %d events %d are in memory", i, n)
		}
		e.mu.RUnlock()
	}
}
