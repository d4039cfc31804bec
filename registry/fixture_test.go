package registry

import (
	"context"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

const ws = pedigree.DefaultWorkspace

// An outbox keeps what it is told.
type outbox struct{ events []Event }

func (o *outbox) Enqueue(_ store.Tx, workspace pedigree.NodeID, e Event) error {
	if workspace != ws {
		panic("another workspace")
	}
	o.events = append(o.events, e)
	return nil
}

// take gives the events since the last look.
func (o *outbox) take() []Event {
	events := o.events
	o.events = nil
	return events
}

// A fixture is a service on a real store, with an outbox and a clock of its own.
type fixture struct {
	*Service
	t   testing.TB
	ctx context.Context
	out *outbox
	now *atomic.Int64 // milliseconds; moves on by one at each look
}

func open(t testing.TB) *fixture {
	t.Helper()
	now := new(atomic.Int64)
	now.Store(1_700_000_000_000)
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{
		Durability: sqlite.Normal,
		Clock:      func() pedigree.Time { return pedigree.Time(now.Add(1)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	out := &outbox{}
	f := &fixture{New(s, out), t, t.Context(), out, now}
	f.directory = "/srv"
	return f
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// refused checks the code and the words of an error.
func (f *fixture) refused(err error, code pedigree.Code, words string) {
	f.t.Helper()
	if err == nil || pedigree.CodeOf(err) != code || err.Error() != words {
		f.t.Errorf("got %v (%s)\nwant %s (%s)", err, pedigree.CodeOf(err), words, code)
	}
}

func (f *fixture) model(name string, tags ...pedigree.Property) Model {
	f.t.Helper()
	m, err := f.CreateModel(f.ctx, ws, ModelDraft{Name: name, Tags: tags})
	f.must(err)
	return m
}

// version adds a version whose source lies in another program's store.
func (f *fixture) version(name string, tags ...pedigree.Property) Version {
	f.t.Helper()
	v, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: name, Source: "s3://bucket/" + name, Tags: tags})
	f.must(err)
	return v
}

func (f *fixture) get(name, number string) Version {
	f.t.Helper()
	v, err := f.Version(f.ctx, ws, name, number)
	f.must(err)
	return v
}

func (f *fixture) getModel(name string) Model {
	f.t.Helper()
	m, err := f.Model(f.ctx, ws, name)
	f.must(err)
	return m
}

// node makes a node as other rules would: a run or a logged model.
func (f *fixture) node(typ pedigree.Type, uid, uri string, fields ...pedigree.Property) pedigree.Node {
	f.t.Helper()
	n := pedigree.Node{
		Workspace: ws, Home: ws, Type: typ, UID: uid, URI: uri,
		Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
	f.must(f.store.Update(f.ctx, func(tx store.Tx) error {
		if err := tx.CreateNode(&n); err != nil || len(fields) == 0 {
			return err
		}
		return tx.PutProperties(&n, fields...)
	}))
	return n
}

func (f *fixture) run(uri string) pedigree.Node {
	return f.node(pedigree.RunType, naming.NewUID(), uri)
}

func tag(key, value string) pedigree.Property {
	return pedigree.Property{Space: pedigree.Tag, Key: key, Value: value}
}

func names(models []Model) []string {
	list := []string{}
	for i := range models {
		list = append(list, models[i].Name)
	}
	return list
}

// numbers lists versions as "name/number".
func numbers(versions []Version) []string {
	list := []string{}
	for i := range versions {
		list = append(list, versions[i].Name+"/"+versions[i].Version)
	}
	return list
}

func (f *fixture) searchVersions(where query.Expr, order ...query.Order) []string {
	f.t.Helper()
	if order == nil {
		order = []query.Order{{Field: query.Name}, {Field: query.Number}}
	}
	page, err := f.SearchVersions(f.ctx, ws, Search{Where: where, Order: order, Max: 1000})
	f.must(err)
	return numbers(page.Items)
}

func (f *fixture) wantEqual(what string, got, want []string) {
	f.t.Helper()
	if !slices.Equal(got, want) {
		f.t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// history lists what happened to a version as "what: before > after".
func (f *fixture) history(name, number string) []string {
	f.t.Helper()
	lines, err := f.History(f.ctx, ws, name, number, 0, 1000)
	f.must(err)
	return shownLines(lines)
}

func shownLines(lines []pedigree.Change) []string {
	shown := []string{}
	for _, l := range lines {
		shown = append(shown, l.What+": "+l.Before+" > "+l.After)
	}
	return shown
}
