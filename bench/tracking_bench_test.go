package bench_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/tracking"
)

// These benchmarks run the rules on a store in a file, without a wire: what
// they cost less than the load over HTTP is what HTTP and JSON cost.

const ws = pedigree.DefaultWorkspace

// bed is a store with one experiment and some runs in it.
type bed struct {
	rules      *tracking.Service
	experiment string
	runs       []string
}

func newBed(b *testing.B, runs int) *bed {
	b.Helper()
	ctx := context.Background()
	s, err := sqlite.Open(ctx, filepath.Join(b.TempDir(), "bench.db"), sqlite.Options{})
	must(b, err)
	b.Cleanup(func() { must(b, s.Close()) })
	d := &bed{rules: tracking.New(s, "mlflow-artifacts:/")}
	d.experiment, err = d.rules.CreateExperiment(ctx, ws, "bench", "", nil)
	must(b, err)
	random := rand.New(rand.NewPCG(1, 1))
	for i := range runs {
		run := d.createRun(b, i)
		d.runs = append(d.runs, run)
		must(b, d.rules.LogBatch(ctx, ws, run, tracking.Batch{
			Metrics: []tracking.Measurement{point("m", random.Float64(), 0), point("loss", random.Float64(), 0)},
			Params:  []pedigree.Property{{Key: "p", Value: [...]string{"x", "y"}[i%2]}},
		}))
	}
	return d
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (d *bed) createRun(b *testing.B, i int) string {
	run, err := d.rules.CreateRun(context.Background(), ws, tracking.RunDraft{
		Experiment: d.experiment, Name: "r", Started: pedigree.Time(i),
		Tags: []pedigree.Property{{Key: "mlflow.user", Value: "u"}},
	})
	must(b, err)
	return run.UID
}

func point(key string, value float64, step int64) tracking.Measurement {
	return tracking.Measurement{Point: pedigree.Point{Key: key, Value: value, Time: pedigree.Time(time.Now().UnixMilli()), Step: step}}
}

func BenchmarkCreateRun(b *testing.B) {
	d := newBed(b, 0)
	for i := 0; b.Loop(); i++ {
		d.createRun(b, i)
	}
}

func BenchmarkLogMetric(b *testing.B) {
	for _, clients := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			d := newBed(b, 32)
			var step atomic.Int64
			b.SetParallelism(max(1, clients/2)) // times the number of processors, which is two where it matters
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := step.Add(1)
					must(b, d.rules.LogMetric(context.Background(), ws, d.runs[i%32], point("acc", 0.5, i)))
				}
			})
		})
	}
}

func BenchmarkLogBatch(b *testing.B) {
	d := newBed(b, 32)
	for i := 0; b.Loop(); i++ {
		batch := tracking.Batch{Metrics: make([]tracking.Measurement, 100)}
		for k := range batch.Metrics {
			batch.Metrics[k] = point("b"+strconv.Itoa(k), float64(i), int64(i))
		}
		must(b, d.rules.LogBatch(context.Background(), ws, d.runs[i%32], batch))
	}
}

func BenchmarkGetRun(b *testing.B) {
	d := newBed(b, 1000)
	for i := 0; b.Loop(); i++ {
		_, err := d.rules.Run(context.Background(), ws, d.runs[i%1000])
		must(b, err)
	}
}

func BenchmarkSearchRuns(b *testing.B) {
	d := newBed(b, 2000)
	metric := query.Property{Space: pedigree.Metric, Key: "m"}
	newest := query.Order{Field: query.Started, Desc: true} // what the wire adds to every order
	searches := map[string]tracking.Search{
		"recent": {Order: []query.Order{newest}},
		"filtered and ordered": {
			Where: query.And{
				query.Compare{Field: metric, Op: query.Gt, Value: query.Value{Number: 0.5}},
				query.Compare{Field: query.Property{Space: pedigree.Param, Key: "p"}, Op: query.Eq, Value: query.Value{Text: "x"}},
			},
			Order: []query.Order{{Field: metric, Desc: true}, newest},
		},
	}
	for name, search := range searches {
		search.Experiments, search.Max = []string{d.experiment}, 100
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				page, err := d.rules.SearchRuns(context.Background(), ws, search)
				must(b, err)
				if len(page.Items) != 100 {
					b.Fatalf("%d runs on the page", len(page.Items))
				}
			}
		})
	}
}

func BenchmarkMetricHistory(b *testing.B) {
	d := newBed(b, 1)
	for from := 0; from < 10_000; from += 1000 {
		batch := tracking.Batch{Metrics: make([]tracking.Measurement, 1000)}
		for k := range batch.Metrics {
			batch.Metrics[k] = point("long", float64(k), int64(from+k))
		}
		must(b, d.rules.LogBatch(context.Background(), ws, d.runs[0], batch))
	}
	for b.Loop() {
		page, err := d.rules.MetricHistory(context.Background(), ws, d.runs[0], "long", 25_000, "")
		must(b, err)
		if len(page.Items) != 10_000 {
			b.Fatalf("%d points", len(page.Items))
		}
	}
}
