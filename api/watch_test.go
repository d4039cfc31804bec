package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/watch"
)

// A watchFixture is the one operation over a real store and real connections.
type watchFixture struct {
	*testing.T
	store   store.Store
	service *watch.Service
	url     string
	made    int
}

func openWatch(t *testing.T, heartbeat time.Duration) *watchFixture {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	f := &watchFixture{T: t, store: s, service: watch.New(s)}
	h := New(nil, nil)
	h.Watches, h.Lineage, h.heartbeat = f.service, lineage.New(s), heartbeat
	mux := http.NewServeMux()
	mount(t, mux, h.Wire())
	server := httptest.NewServer(mux)
	f.url = server.URL + base + "/watch"
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { f.service.Run(ctx, slog.New(slog.DiscardHandler)) })
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		stop()
		running.Wait()
		s.Close()
	})
	return f
}

func (f *watchFixture) node(typ pedigree.Type, name string) *pedigree.Node {
	f.Helper()
	f.made++
	n := &pedigree.Node{
		Workspace: 1, Home: 1, Type: typ, UID: fmt.Sprint("u", f.made), Name: name, Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
	if err := f.store.Update(f.Context(), func(tx store.Tx) error { return tx.CreateNode(n) }); err != nil {
		f.Fatal(err)
	}
	return n
}

// A block is what a stream says up to an empty line, by field.
type block map[string]string

func (b block) event(t *testing.T) (v WatchEvent) {
	t.Helper()
	if err := json.Unmarshal([]byte(b["data"]), &v); err != nil || b["id"] != v.Cursor {
		t.Errorf("%v is no event: %v", b, err)
	}
	return v
}

// watching is an open stream.
type watching struct {
	*testing.T
	answer *http.Response
	lines  *bufio.Scanner
}

func (f *watchFixture) open(parameters, lastID string) *watching {
	f.Helper()
	r, err := http.NewRequestWithContext(f.Context(), "GET", f.url+"?"+parameters, nil)
	if err != nil {
		f.Fatal(err)
	}
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { answer.Body.Close() })
	return &watching{f.T, answer, bufio.NewScanner(answer.Body)}
}

// next reads one block; none at the end.
func (w *watching) next() block {
	b := block{}
	for w.lines.Scan() && w.lines.Text() != "" {
		field, value, _ := strings.Cut(w.lines.Text(), ":")
		b[field] = strings.TrimPrefix(value, " ")
	}
	return b
}

// names reads so many events and gives the names of their nodes.
func (w *watching) names(n int) (names []string) {
	w.Helper()
	for len(names) < n {
		if b := w.next(); b["data"] != "" {
			names = append(names, b.event(w.T).Node.Name)
		} else if len(b) == 0 {
			w.Fatalf("the stream ended after %q", names)
		}
	}
	return names
}

func TestAWatchStartsWithItsPlaceAndTellsWhatHappens(t *testing.T) {
	f := openWatch(t, time.Minute)
	f.node(pedigree.RunType, "before")
	w := f.open("", "")
	for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"} {
		if got := w.answer.Header.Get(name); got != want || w.answer.StatusCode != 200 {
			t.Errorf("%d, %s is %q", w.answer.StatusCode, name, got)
		}
	}
	first := w.next()
	if first["id"] == "" || first["retry"] != "2000" || len(first) != 2 {
		t.Errorf("it starts with %v", first)
	}
	n := f.node(pedigree.RunType, "a <\r\n>")
	got := w.next().event(t)
	want := WatchedNode{ID: n.ID, Kind: "execution", Type: "mlflow.Run", Protocol: "mlflow", Name: "a <\r\n>", UID: n.UID, Workspace: "default"}
	if got.Node != want || !slices.Equal(got.Actions, []string{"created"}) || got.Time != moment(n.Created) {
		t.Errorf("it tells %+v", got)
	}
	if err := f.store.Update(t.Context(), func(tx store.Tx) error { return tx.Purge(n.ID) }); err != nil {
		t.Fatal(err)
	}
	if got := w.next().event(t); got.Node != want || !slices.Equal(got.Actions, []string{"purged"}) {
		t.Errorf("at the end it tells %+v", got)
	}
}

func TestOfANodeThatHasGoneSinceOnlyTheLastEventTells(t *testing.T) {
	f := openWatch(t, time.Minute)
	n := f.node(pedigree.RunType, "n")
	if err := f.store.Update(t.Context(), func(tx store.Tx) error { return tx.Purge(n.ID) }); err != nil {
		t.Fatal(err)
	}
	w := f.open("after=0&ref=1&ref="+fmt.Sprint(n.ID), "")
	if w.answer.StatusCode != 404 {
		t.Errorf("a node that is gone can be asked for: %d", w.answer.StatusCode)
	}
	w = f.open("after=0", "")
	w.next()
	if got := w.next().event(t); got.Node != (WatchedNode{ID: n.ID, Workspace: "default"}) || !slices.Equal(got.Actions, []string{"created"}) {
		t.Errorf("at first it tells %+v", got)
	}
	if got := w.next().event(t); got.Node.Name != "n" || got.Node.Type != n.Type.Name || !slices.Equal(got.Actions, []string{"purged"}) {
		t.Errorf("at last it tells %+v", got)
	}
}

func TestAWatchThatFallsTooFarBehindIsToldSo(t *testing.T) {
	f := openWatch(t, time.Minute)
	w := f.open("", "")
	w.next()
	ctx, stop := context.WithCancel(t.Context())
	var forgetting sync.WaitGroup
	forgetting.Go(func() {
		for ctx.Err() == nil {
			f.node(pedigree.RunType, "n")
			_ = f.store.Update(ctx, func(tx store.Tx) error {
				_, newest, err := tx.FeedEnds()
				if err == nil {
					_, err = tx.TrimFeed(newest, 100)
				}
				return err
			})
		}
	})
	defer forgetting.Wait()
	defer stop()
	b := w.next()
	for b["event"] == "" && len(b) > 0 {
		b = w.next()
	}
	var p Problem
	if err := json.Unmarshal([]byte(b["data"]), &p); b["event"] != "gone" || err != nil || p.Status != 410 || p.Code != "gone" || b["id"] != "" {
		t.Errorf("it ends with %v", b)
	}
	if b = w.next(); len(b) > 0 {
		t.Errorf("after the end comes %v", b)
	}
}

func TestAWatchResumesWhereItWas(t *testing.T) {
	f := openWatch(t, time.Minute)
	f.node(pedigree.RunType, "a")
	w := f.open("after=0", "")
	w.names(1)
	for _, name := range []string{"b", "c", "d"} {
		f.node(pedigree.RunType, name)
	}
	var seen block
	for seen["data"] == "" {
		seen = w.next()
	}
	w.answer.Body.Close()
	f.node(pedigree.RunType, "e")
	for how, again := range map[string]*watching{
		"by the header":           f.open("", seen["id"]),
		"by the parameter":        f.open("after="+seen["id"], ""),
		"by both, as browsers do": f.open("after=0", seen["id"]),
	} {
		if got := again.names(3); !slices.Equal(got, []string{"c", "d", "e"}) {
			t.Errorf("%s: %q", how, got)
		}
	}
}

func TestWhatIsWatchedIsChosen(t *testing.T) {
	f := openWatch(t, time.Minute)
	run := f.node(pedigree.RunType, "run")
	f.node(pedigree.LoggedModelType, "model")
	f.node(pedigree.ExperimentType, "experiment")
	if err := f.store.Update(t.Context(), func(tx store.Tx) error { run.Name = "renamed"; return tx.UpdateNode(run) }); err != nil {
		t.Fatal(err)
	}
	for parameters, want := range map[string][]string{
		"kind=artifact":                                  {"model"},
		"kind=artifact&kind=context":                     {"model", "experiment"},
		"type=mlflow.Experiment&type=mlflow.LoggedModel": {"model", "experiment"},
		"action=updated&action=purged":                   {"renamed"},
		"kind=execution&action=created":                  {"renamed"},
		fmt.Sprint("ref=", run.ID):                       {"renamed", "renamed"},
	} {
		if got := f.open("after=0&"+parameters, "").names(len(want)); !slices.Equal(got, want) {
			t.Errorf("%s: %q", parameters, got)
		}
	}
}

func TestASilentWatchBeatsAndMovesOn(t *testing.T) {
	f := openWatch(t, time.Millisecond)
	w := f.open("type=none", "")
	place := w.next()["id"]
	f.node(pedigree.RunType, "n")
	for b := w.next(); b["id"] == place; b = w.next() {
		if b["data"] != "" || b[""] == "" {
			t.Fatalf("it says %v", b)
		}
	}
}

func TestAWatchThatCannotBeIsRefused(t *testing.T) {
	f := openWatch(t, time.Minute)
	for range 5 {
		f.node(pedigree.RunType, "n")
	}
	var newest int64
	err := f.store.Update(t.Context(), func(tx store.Tx) (err error) {
		if _, newest, err = tx.FeedEnds(); err == nil {
			_, err = tx.TrimFeed(newest-1, 100)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for parameters, want := range map[string]int{
		"after=x": 400, "after=1.5": 400, "after=-1": 400, "after=" + fmt.Sprint(newest+1): 400, "after=99999999999999999999": 400,
		"after=0": 410, "after=" + fmt.Sprint(newest-3): 410, "kind=thing": 400, "action=done": 400, "ref=4711": 404, "ref=": 400,
	} {
		w := f.open(parameters, "")
		var p Problem
		err := json.NewDecoder(w.answer.Body).Decode(&p)
		if w.answer.StatusCode != want || p.Status != want || p.Detail == "" || w.answer.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %+v %v, want %d", parameters, w.answer.StatusCode, p, err, want)
		}
	}
	if got := f.open("after="+fmt.Sprint(newest-2), "").names(2); len(got) != 2 {
		t.Errorf("of what is kept comes %q", got)
	}
}

func TestHeadOfAWatchEnds(t *testing.T) {
	f := openWatch(t, time.Minute)
	answer, err := http.Head(f.url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); answer.StatusCode != 200 || len(text) > 0 || err != nil || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("%d %v %q %v", answer.StatusCode, answer.Header, text, err)
	}
	if n := f.service.Watching(); n != 0 {
		t.Errorf("%d watch on", n)
	}
}

func TestAClientThatLeavesMakesRoom(t *testing.T) {
	f := openWatch(t, time.Millisecond)
	w := f.open("", "")
	w.next()
	if n := f.service.Watching(); n != 1 {
		t.Fatalf("%d watch", n)
	}
	w.answer.Body.Close()
	for deadline := time.Now().Add(20 * time.Second); f.service.Watching() > 0; {
		if time.Now().After(deadline) {
			t.Fatal("it is still watching")
		}
	}
}
