package schema

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/store/sqlstore"
)

// A fixture is the rules over a real and empty store.
type fixture struct {
	*Service
	t     testing.TB
	store *sqlstore.Store
	ctx   context.Context
}

func open(t testing.TB) *fixture {
	t.Helper()
	records, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = records.Close() })
	ctx := pedigree.WithActor(t.Context(), pedigree.Actor{Name: "ann"})
	return &fixture{t: t, Service: New(records), store: records, ctx: ctx}
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// parse reads definitions as clients write them.
func parse(t testing.TB, text string) *Defs {
	t.Helper()
	var defs Defs
	if err := json.Unmarshal([]byte(text), &defs, Reading); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return &defs
}

func (f *fixture) create(text string) *Defs {
	f.t.Helper()
	made, err := f.Create(f.ctx, parse(f.t, text))
	f.must(err)
	return made
}

func (f *fixture) update(text string) *Defs {
	f.t.Helper()
	changed, err := f.Update(f.ctx, parse(f.t, text))
	f.must(err)
	return changed
}

func (f *fixture) types() *Types {
	f.t.Helper()
	t, err := f.Now(f.ctx)
	f.must(err)
	return t
}

func (f *fixture) write(fn func(tx store.Tx) error) {
	f.t.Helper()
	f.must(f.store.Update(f.ctx, fn))
}

// refused wants an error of a reason, with words of its message.
func refused(t testing.TB, err error, r fault.Reason, words string) {
	t.Helper()
	if !fault.Is(err, r) || !strings.Contains(err.Error(), words) {
		t.Errorf("error %v, want one of reason %d with %q", err, r, words)
	}
}

// entity is the JSON of one entity type.
func entity(name, super, attributes string) string {
	if super != "" {
		super = `"` + super + `"`
	}
	return `{"entityDefs":[{"name":"` + name + `","superTypes":[` + super + `],"attributeDefs":[` + attributes + `]}]}`
}
