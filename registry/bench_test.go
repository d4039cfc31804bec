package registry

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query/mlflowql"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// The registry of the benchmarks: 100,000 models take some minutes to make, so
// they can be kept for the next time:
//
//	go test ./registry -run - -bench . -registry.models 100000 -registry.store /tmp/registry.db
var (
	benchModels = flag.Int("registry.models", 1000, "models in the store of the benchmarks, with 10 versions each")
	benchStore  = flag.String("registry.store", "", "file that keeps the store of the benchmarks")
)

const benchVersions = 10

// A bench is a service on a store that is full.
type bench struct {
	*Service
	ctx    context.Context
	models int
}

// newBench is for what only reads.
func newBench(b *testing.B, durability sqlite.Durability) *bench {
	b.Helper()
	path := *benchStore
	if path == "" {
		path = filepath.Join(b.TempDir(), "db")
	}
	f, closeStore := openBench(b, path, durability)
	b.Cleanup(closeStore)
	return f
}

// newScratch is for what changes something: it works on a copy, so that the
// kept store stays as it was made.
func newScratch(b *testing.B, durability sqlite.Durability) *bench {
	b.Helper()
	path := filepath.Join(b.TempDir(), "db")
	if *benchStore != "" {
		_, closeStore := openBench(b, *benchStore, sqlite.Normal)
		closeStore()
		copyFile(b, path, *benchStore)
	}
	f, closeStore := openBench(b, path, durability)
	b.Cleanup(closeStore)
	return f
}

// openBench opens a store and fills it if it is new.
func openBench(b *testing.B, path string, durability sqlite.Durability) (f *bench, closeStore func()) {
	b.Helper()
	_, missing := os.Stat(path)
	s, err := sqlite.Open(b.Context(), path, sqlite.Options{Durability: durability})
	if err != nil {
		b.Fatal(err)
	}
	f = &bench{New(s, nil), b.Context(), *benchModels}
	for first := 0; missing != nil && first < f.models; first += 200 {
		if err := s.Update(f.ctx, func(tx store.Tx) error { return f.fill(tx, first, min(first+200, f.models)) }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	return f, func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	}
}

func copyFile(b *testing.B, to, from string) {
	b.Helper()
	source, err := os.Open(from)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = source.Close() }()
	target, err := os.Create(to)
	if err != nil {
		b.Fatal(err)
	}
	if _, err = io.Copy(target, source); err == nil {
		err = target.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
}

// modelName spreads the teams over the alphabet.
func modelName(i int) string { return fmt.Sprintf("team%02d-model-%06d", i%100, i) }

// fill makes models as the rules do, many in one transaction.
func (f *bench) fill(tx store.Tx, first, end int) error {
	for i := first; i < end; i++ {
		if err := f.fillModel(newRecorder(f.ctx, tx), i); err != nil {
			return err
		}
	}
	return nil
}

// fillModel makes a model with tags, versions of a run each, one of them in
// production and with an alias.
func (f *bench) fillModel(r recorder, i int) error {
	m := pedigree.Node{
		Workspace: ws, Home: ws, Type: pedigree.RegisteredModelType, UID: fmt.Sprintf("%032x", i), Name: modelName(i),
		Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
	if err := r.tx.CreateNode(&m); err != nil {
		return err
	}
	tags := []pedigree.Property{tag("team", strconv.Itoa(i%100)), tag("tier", strconv.Itoa(i%3))}
	if err := putAll(r.tx, &m, describing("model "+strconv.Itoa(i)), tags); err != nil {
		return err
	}
	for j := range benchVersions {
		v := Version{RunID: fmt.Sprintf("%032x", i*benchVersions+j), Tags: []pedigree.Property{tag("validated", strconv.Itoa(j%2))}}
		v.Node = pedigree.Node{
			Workspace: ws, Home: ws, Type: pedigree.ModelVersionType, Name: m.Name, State: statusReady, URI: "s3://bucket/" + m.UID + "/" + strconv.Itoa(j),
			Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
		}
		if err := addVersion(r, &m, &v); err != nil {
			return err
		}
		if j != benchVersions-2 {
			continue
		}
		if err := moveToStage(r, &m, &v.Node, stageProduction); err != nil {
			return err
		}
		if err := moveAlias(r, &m, &v.Node, "champion", ""); err != nil {
			return err
		}
	}
	return nil
}

// measure reports the median time of an operation beside what a benchmark
// reports anyway.
func measure(b *testing.B, do func(i int)) {
	b.Helper()
	var taken []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		do(i)
		taken = append(taken, time.Since(start))
	}
	slices.Sort(taken)
	b.ReportMetric(float64(taken[len(taken)/2])/1e6, "p50-ms")
}

func BenchmarkSearchModels(b *testing.B) {
	f := newBench(b, sqlite.Normal)
	for _, c := range []struct {
		name, filter string
		order        []string
		want         int // models found; -1 for some
	}{
		{"first page", "", nil, -1},
		{"latest changed", "", []string{"timestamp DESC"}, -1},
		{"backwards", "", []string{"name DESC"}, -1},
		{"by name", "name = '" + modelName(f.models/2) + "'", nil, 1},
		{"by names", "name IN ('" + modelName(1) + "', '" + modelName(f.models/2) + "')", nil, 2},
		{"by prefix", "name LIKE '" + modelName(77) + "%'", nil, 1},
		{"by part of the name", "name ILIKE '%MODEL-0000%'", nil, -1},
		{"by a rare part of the name", fmt.Sprintf("name LIKE '%%-%06d'", f.models/2), nil, 1},
		{"by tag", "tags.team = '42'", nil, -1},
		{"by a common tag", "tags.tier = '1'", []string{"timestamp DESC"}, -1},
		{"by two tags", "tags.team = '42' AND tags.tier = '1'", nil, -1},
		{"prompts", "tags.`mlflow.prompt.is_prompt` = 'true'", nil, 0},
	} {
		b.Run(c.name, func(b *testing.B) {
			search := Search{Max: 100}
			var err error
			if search.Where, err = mlflowql.ParseModels(c.filter); err != nil {
				b.Fatal(err)
			}
			if search.Order, err = mlflowql.OrderModels(c.order); err != nil {
				b.Fatal(err)
			}
			measure(b, func(int) {
				page, err := f.SearchModels(f.ctx, ws, search)
				if n := len(page.Items); err != nil || c.want >= 0 && n != c.want || c.want < 0 && n == 0 {
					b.Fatalf("%d models, %v", n, err)
				}
			})
		})
	}
}

func BenchmarkSearchVersions(b *testing.B) {
	f := newBench(b, sqlite.Normal)
	for _, c := range []struct {
		name, filter string
		max, want    int
	}{
		{"first page", "", 100, 100},
		{"of a model", "name = '" + modelName(f.models/2) + "'", 1000, benchVersions},
		{"of a run", "run_id = '" + fmt.Sprintf("%032x", 77) + "'", 1000, 1},
		{"of a model, above a number", "name = '" + modelName(f.models/2) + "' AND version_number > 8", 1000, 2},
		{"by a common tag", "tags.validated = '1'", 100, 100},
	} {
		b.Run(c.name, func(b *testing.B) {
			search := Search{Max: c.max}
			var err error
			if search.Where, err = mlflowql.ParseVersions(c.filter); err != nil {
				b.Fatal(err)
			}
			if search.Order, err = mlflowql.OrderVersions(nil); err != nil {
				b.Fatal(err)
			}
			measure(b, func(int) {
				page, err := f.SearchVersions(f.ctx, ws, search)
				if n := len(page.Items); err != nil || n != c.want {
					b.Fatalf("%d versions, %v", n, err)
				}
			})
		})
	}
}

func BenchmarkVersionByAlias(b *testing.B) {
	f := newBench(b, sqlite.Normal)
	measure(b, func(int) {
		v, err := f.VersionByAlias(f.ctx, ws, modelName(rand.IntN(f.models)), "champion")
		if err != nil || v.Version != "9" || v.Stage != stageProduction || len(v.Aliases) != 1 {
			b.Fatalf("%+v %v", v, err)
		}
	})
}

func BenchmarkModel(b *testing.B) {
	f := newBench(b, sqlite.Normal)
	measure(b, func(int) {
		m, err := f.Model(f.ctx, ws, modelName(rand.IntN(f.models)))
		if err != nil || len(m.Latest) != 2 || len(m.Tags) != 2 {
			b.Fatalf("%+v %v", m, err)
		}
	})
}

func BenchmarkCreateVersion(b *testing.B) {
	for _, c := range []struct {
		name       string
		durability sqlite.Durability
	}{{"full durability", sqlite.Full}, {"normal durability", sqlite.Normal}} {
		b.Run(c.name, func(b *testing.B) {
			f := newScratch(b, c.durability)
			measure(b, func(i int) {
				_, err := f.CreateVersion(f.ctx, ws, VersionDraft{
					Name: modelName(i * 7919 % f.models), Source: "s3://bucket/" + strconv.Itoa(i), Tags: []pedigree.Property{tag("validated", "1")},
				})
				if err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

func BenchmarkTransitionVersion(b *testing.B) {
	f := newScratch(b, sqlite.Normal)
	measure(b, func(i int) {
		stage := []string{stageProduction, stageStaging}[i/f.models%2]
		if _, err := f.TransitionVersion(f.ctx, ws, modelName(i%f.models), "9", stage, true); err != nil {
			b.Fatal(err)
		}
	})
}
