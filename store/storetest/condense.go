package storetest

import (
	"math"
	"reflect"
	"slices"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/series"
	"github.com/pedigree-ml/pedigree/store"
)

// condensed fills series in any order of arrival, sums them up now and then, and
// reads them in blocks.
func condensed(e *env) {
	home := e.experiment()
	rapid.Check(e.T, func(t *rapid.T) {
		f := &filledSeries{env: e, t: t, of: e.run(home)}
		for range rapid.IntRange(1, 5).Draw(t, "turns") {
			f.turn(rapid.SampledFrom([]string{"few", "many", "late", "condense", "repeat", "reopen"}).Draw(t, "turn"))
		}
		e.sameInBlocks(t, f.of.ID, "m")
		f.turn("condense")
		e.sameInBlocks(t, f.of.ID, "m")
		e.sameInBlocks(t, f.of.ID, "never")
		if rapid.IntRange(0, 9).Draw(t, "purge") == 0 {
			e.update(func(tx store.Tx) error { return tx.Purge(f.of.ID) })
			e.sameInBlocks(t, f.of.ID, "m")
		}
	})
}

// A filledSeries is one that grows.
type filledSeries struct {
	*env
	t    *rapid.T
	of   *pedigree.Node
	step int64
}

func (f *filledSeries) turn(what string) {
	switch what {
	case "few":
		f.fill(rapid.IntRange(1, 100).Draw(f.t, "count"), false)
	case "many":
		f.fill(rapid.IntRange(1000, 5000).Draw(f.t, "count"), false)
	case "late":
		f.fill(1, true)
	case "condense":
		f.must(f.Condense(f.Context()))
	case "repeat":
		f.view(func(r store.Reader) error {
			points, err := r.Points(f.of.ID, "m", nil, 5)
			f.must(err)
			f.update(func(tx store.Tx) error { return tx.AppendPoints(f.of, points) })
			return nil
		})
	case "reopen":
		f.must(f.Close())
		f.start()
	}
}

func (f *filledSeries) fill(count int, late bool) {
	points := make([]pedigree.Point, count)
	value := rapid.SampledFrom([]float64{1, math.NaN(), math.MaxFloat64}).Draw(f.t, "value")
	for i := range points {
		f.step++
		points[i] = pedigree.Point{Key: "m", Value: float64(f.step%17) * value, Time: pedigree.Time(f.step / 3), Step: f.step}
		if late {
			points[i].Time = pedigree.Time(rapid.Int64Range(-5, f.step/3).Draw(f.t, "time"))
		}
	}
	f.update(func(tx store.Tx) error { return tx.AppendPoints(f.of, points) })
}

func (e *env) must(err error) {
	e.Helper()
	if err != nil {
		e.Fatal(err)
	}
}

// sameInBlocks compares a series in blocks with its points.
func (e *env) sameInBlocks(t *rapid.T, node pedigree.NodeID, key string) {
	t.Helper()
	e.view(func(r store.Reader) error {
		want, err := r.Points(node, key, nil, math.MaxInt32)
		e.must(err)
		blocks, rest, err := r.Series(node, key)
		e.must(err)
		var got []series.Point
		for _, b := range blocks {
			some, err := b.Load()
			e.must(err)
			if sums := series.Parts(some); !sameSums(sums, b.Parts) {
				t.Fatalf("the sums of a block of %d points are %+v instead of %+v", len(some), b.Parts, sums)
			}
			got = append(got, some...)
		}
		got = append(got, rest...)
		if !slices.EqualFunc(got, want, func(p series.Point, q pedigree.Point) bool {
			return p.Time == int64(q.Time) && p.Step == q.Step && (p.Value == q.Value || math.IsNaN(p.Value) && math.IsNaN(q.Value))
		}) {
			t.Fatalf("%d points in %d blocks are not the %d of the series", len(got), len(blocks), len(want))
		}
		return nil
	})
}

// sameSums compares sums in which NaN is a value like any other.
func sameSums(a, b []series.Sum) bool {
	return slices.EqualFunc(a, b, func(x, y series.Sum) bool {
		for _, s := range []*series.Sum{&x, &y} {
			for _, e := range []*series.Extreme{&s.First, &s.Last, &s.Min, &s.Max} {
				if math.IsNaN(e.Value) {
					*e = series.Extreme{Value: math.Inf(1), At: e.At}
				}
			}
		}
		return reflect.DeepEqual(x, y)
	})
}
