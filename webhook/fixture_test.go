package webhook

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/egress"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

const ws = pedigree.DefaultWorkspace

// A fixture is a service on a real store, with receivers that the test plays.
type fixture struct {
	*Service
	t     *testing.T
	ctx   context.Context
	store store.Store
	path  string
	world *receivers
	log   *written
}

func open(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{
		t: t, ctx: t.Context(), path: filepath.Join(t.TempDir(), "db"), log: new(written),
		world: &receivers{Client: egress.New(egress.Options{}), calls: make(chan call, 100)},
	}
	f.reopen()
	t.Cleanup(func() { f.must(f.store.Close()) })
	return f
}

// reopen starts a service on what is stored, as a process does.
func (f *fixture) reopen() {
	f.t.Helper()
	if f.store != nil {
		f.must(f.store.Close())
	}
	s, err := sqlite.Open(context.Background(), f.path, sqlite.Options{Durability: sqlite.Normal})
	f.must(err)
	key, err := OpenKey(f.path + ".key")
	f.must(err)
	f.store, f.Service = s, New(s, key)
	f.Service.Client = f.world
	f.Service.Log = slog.New(slog.NewTextHandler(f.log, nil))
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) refused(err error, code pedigree.Code, words string) {
	f.t.Helper()
	if err == nil || pedigree.CodeOf(err) != code || err.Error() != words {
		f.t.Errorf("got %v (%s)\nwant %s (%s)", err, pedigree.CodeOf(err), words, code)
	}
}

var versionCreated = Event{"model_version", "created"}

// draft is a webhook that wants to hear of new versions.
func draft(name string) Draft {
	return Draft{Name: name, URL: "https://example.com/" + name, Events: []Event{versionCreated}}
}

func (f *fixture) create(d Draft) pedigree.Webhook {
	f.t.Helper()
	w, err := f.Create(f.ctx, ws, d)
	f.must(err)
	return w
}

// tell makes changes that webhooks hear of, one transaction each.
func (f *fixture) tell(names ...string) {
	f.t.Helper()
	for _, name := range names {
		f.must(f.store.Update(f.ctx, func(tx store.Tx) error {
			return f.Enqueue(tx, ws, registry.Event{Entity: registry.EntityVersion, Action: registry.ActionCreated, Data: map[string]any{"name": name}})
		}))
	}
}

// written is what was logged. The sender writes it while a test reads.
type written struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// run starts the sender and returns how to stop it.
func (f *fixture) run() (stop func()) {
	ctx, cancel := context.WithCancel(f.ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.Run(ctx)
	}()
	return func() { cancel(); <-ended }
}

func (f *fixture) history(id string) []pedigree.Delivery {
	f.t.Helper()
	all, err := f.Deliveries(f.ctx, ws, id, 0, maxPage)
	f.must(err)
	return all
}

// receivers are the rest of the world. Each call comes out of calls, and waits
// for its answer unless play gives it.
type receivers struct {
	*egress.Client
	calls chan call

	mu   sync.Mutex
	play func(call) (egress.Answer, error)
}

// A call is one request of ours.
type call struct {
	url    string
	header http.Header
	body   string
	answer chan outcome
}

// said gives the value of a header, whose name must be spelt as MLflow does.
func (c call) said(name string) string {
	return strings.Join(map[string][]string(c.header)[name], " and ")
}

type outcome struct {
	egress.Answer
	err error
}

func (c call) reply(status int) { c.answer <- outcome{Answer: egress.Answer{Status: status}} }

func (r *receivers) answer(play func(call) (egress.Answer, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.play = play
}

func (r *receivers) always(status int) {
	r.answer(func(call) (egress.Answer, error) { return egress.Answer{Status: status}, nil })
}

func (r *receivers) Post(ctx context.Context, url string, header http.Header, body []byte) (egress.Answer, error) {
	c := call{url, header, string(body), make(chan outcome, 1)}
	r.mu.Lock()
	play := r.play
	r.mu.Unlock()
	r.calls <- c
	if play != nil {
		return play(c)
	}
	select {
	case o := <-c.answer:
		return o.Answer, o.err
	case <-ctx.Done():
		return egress.Answer{}, pedigree.Hide(pedigree.Unavailable, ctx.Err(), "the host did not answer in time")
	}
}
