package tracking

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

const ws = pedigree.DefaultWorkspace

// A fixture is a service on a real store, and a clock that the test turns.
type fixture struct {
	*Service
	t   testing.TB
	ctx context.Context
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
	f := &fixture{New(s, "mlflow-artifacts:/"), t, t.Context(), now}
	f.must(f.Prepare(f.ctx))
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

func (f *fixture) experiment(name string) string {
	f.t.Helper()
	id, err := f.CreateExperiment(f.ctx, ws, name, "", nil)
	f.must(err)
	return id
}

func (f *fixture) run(experiment string) string {
	f.t.Helper()
	r, err := f.CreateRun(f.ctx, ws, RunDraft{Experiment: experiment, Started: pedigree.NoTime})
	f.must(err)
	return r.UID
}

func (f *fixture) model(experiment, sourceRun string) string {
	f.t.Helper()
	m, err := f.CreateLoggedModel(f.ctx, ws, LoggedModelDraft{Experiment: experiment, SourceRun: sourceRun})
	f.must(err)
	return m.UID
}

func (f *fixture) get(run string) *Run {
	f.t.Helper()
	r, err := f.Run(f.ctx, ws, run)
	f.must(err)
	return &r
}

func tag(key, value string) pedigree.Property {
	return pedigree.Property{Space: pedigree.Tag, Key: key, Value: value}
}

func param(key, value string) pedigree.Property {
	return pedigree.Property{Space: pedigree.Param, Key: key, Value: value}
}

func point(key string, value float64, at pedigree.Time, step int64) pedigree.Point {
	return pedigree.Point{Key: key, Value: value, Time: at, Step: step}
}

func valueOf(properties []pedigree.Property, key string) string {
	for _, p := range properties {
		if p.Key == key {
			return p.Value
		}
	}
	return "(none)"
}
