package sqlite_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// bench is a store with one experiment and some runs, each with 20 metrics
// and 5 params.
type bench struct {
	store.Store
	home pedigree.NodeID
	runs []pedigree.Node
}

func newBench(b *testing.B, runs int) *bench {
	b.Helper()
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "db"), sqlite.Options{Durability: sqlite.Full})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	f := &bench{Store: s}
	for len(f.runs) < runs {
		if err := s.Update(b.Context(), func(tx store.Tx) error { return f.fill(tx, min(runs-len(f.runs), 1000)) }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	return f
}

func (f *bench) fill(tx store.Tx, count int) error {
	if f.home == 0 {
		x := pedigree.Node{Workspace: 1, Home: 1, Type: pedigree.ExperimentType, UID: "1", Name: "x", Deleted: pedigree.NoTime}
		if err := tx.CreateNode(&x); err != nil {
			return err
		}
		f.home = x.ID
	}
	for range count {
		i := len(f.runs)
		n := pedigree.Node{
			Workspace: 1, Home: f.home, Type: pedigree.RunType, UID: fmt.Sprintf("%032x", i*7919), Name: "r",
			Started: pedigree.Time(i), Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
		}
		if err := tx.CreateNode(&n); err != nil {
			return err
		}
		var points []pedigree.Point
		for k := range 20 {
			points = append(points, pedigree.Point{Key: "m" + strconv.Itoa(k), Value: float64((i * (k + 31)) % 10007), Time: 1})
		}
		if err := tx.AppendPoints(&n, points); err != nil {
			return err
		}
		for k := range 5 {
			if err := tx.PutProperties(&n, pedigree.Property{Space: pedigree.Param, Key: "p" + strconv.Itoa(k), Value: strconv.Itoa(i % (k + 2))}); err != nil {
				return err
			}
		}
		f.runs = append(f.runs, n)
	}
	return nil
}

func BenchmarkLogMetric(b *testing.B) {
	f := newBench(b, 32)
	var step atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := step.Add(1)
			err := f.Update(b.Context(), func(tx store.Tx) error {
				n, err := tx.Node(1, pedigree.RunType, f.runs[i%32].UID)
				if err != nil {
					return err
				}
				return tx.AppendPoints(&n, []pedigree.Point{{Key: "m", Value: 1, Time: 5, Step: i}})
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkLogMetricAlone(b *testing.B) {
	f := newBench(b, 32)
	for i := 0; b.Loop(); i++ {
		err := f.Update(b.Context(), func(tx store.Tx) error {
			n, err := tx.Node(1, pedigree.RunType, f.runs[i%32].UID)
			if err != nil {
				return err
			}
			return tx.AppendPoints(&n, []pedigree.Point{{Key: "m", Value: 1, Time: 5, Step: int64(i)}})
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLogBatch100(b *testing.B) {
	f := newBench(b, 32)
	keys := make([]string, 100)
	for i := range keys {
		keys[i] = "b" + strconv.Itoa(i)
	}
	for i := 0; b.Loop(); i++ {
		points := make([]pedigree.Point, 100)
		for k := range points {
			points[k] = pedigree.Point{Key: keys[k], Value: 1, Time: 5, Step: int64(i)}
		}
		if err := f.Update(b.Context(), func(tx store.Tx) error { return tx.AppendPoints(&f.runs[i%32], points) }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNodeAndFacts(b *testing.B) {
	f := newBench(b, 1000)
	for i := 0; b.Loop(); i++ {
		err := f.View(b.Context(), func(tx store.Reader) error {
			n, err := tx.Node(1, pedigree.RunType, f.runs[i%1000].UID)
			if err != nil {
				return err
			}
			_, err = tx.Facts([]pedigree.NodeID{n.ID})
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	f := newBench(b, 10000)
	m := query.Property{Space: pedigree.Metric, Key: "m3"}
	filter := query.And{
		query.Compare{Field: m, Op: query.Gt, Value: query.Value{Number: 5000}},
		query.Compare{Field: query.Property{Space: pedigree.Param, Key: "p0"}, Op: query.Eq, Value: query.Value{Text: "1"}},
	}
	for name, q := range map[string]query.Query{
		"newest":            {Order: []query.Order{{Field: query.Started, Desc: true}}},
		"filtered by value": {Where: filter, Order: []query.Order{{Field: m, Desc: true}, {Field: query.Started, Desc: true}}},
	} {
		q.Workspace, q.Type, q.Homes, q.Limit = 1, pedigree.RunType, []pedigree.NodeID{f.home}, 100
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f.View(b.Context(), func(tx store.Reader) error { return findFacts(tx, &q) }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// findFacts reads a page and all that is known of its nodes.
func findFacts(tx store.Reader, q *query.Query) error {
	nodes, _, err := tx.Find(q)
	if err != nil {
		return err
	}
	ids := make([]pedigree.NodeID, len(nodes))
	for i := range nodes {
		ids[i] = nodes[i].ID
	}
	if len(ids) != q.Limit {
		return fmt.Errorf("%d nodes", len(ids))
	}
	_, err = tx.Facts(ids)
	return err
}

func BenchmarkHistory10000(b *testing.B) {
	f := newBench(b, 1)
	points := make([]pedigree.Point, 10000)
	for i := range points {
		points[i] = pedigree.Point{Key: "long", Value: float64(i) / 2, Time: pedigree.Time(1_700_000_000_000 + i), Step: int64(i)}
	}
	if err := f.Update(b.Context(), func(tx store.Tx) error { return tx.AppendPoints(&f.runs[0], points) }); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		err := f.View(b.Context(), func(tx store.Reader) error {
			got, err := tx.Points(f.runs[0].ID, "long", nil, 25000)
			if err == nil && len(got) != len(points) {
				err = fmt.Errorf("%d points", len(got))
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPutEvents stores a thousand events in one transaction.
func BenchmarkPutEvents(b *testing.B) {
	f := newBench(b, 1000)
	for i := 0; b.Loop(); i++ {
		err := f.Update(b.Context(), func(tx store.Tx) error {
			n := pedigree.Node{Workspace: 1, Home: f.home, Type: pedigree.LoggedModelType, UID: "m" + strconv.Itoa(i), Deleted: pedigree.NoTime}
			if err := tx.CreateNode(&n); err != nil {
				return err
			}
			for j := range f.runs {
				if _, err := tx.PutEvent(&pedigree.Event{Execution: f.runs[j].ID, Artifact: n.ID, Direction: pedigree.Output}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
