package storetest

import (
	"math"
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func properties(e *env) {
	n := e.run(e.experiment())
	e.update(func(tx store.Tx) error {
		if err := tx.PutProperties(n, pedigree.Property{Space: pedigree.Tag, Key: "k", Value: "1"}, pedigree.Property{Space: pedigree.Tag, Key: "k", Value: "2"}); err != nil {
			return err
		}
		for _, c := range []struct {
			value, standing string
			added           bool
		}{{"a", "a", true}, {"a", "a", false}, {"b", "a", false}} {
			standing, added, err := tx.AddProperty(n, pedigree.Property{Space: pedigree.Param, Key: "k", Value: c.value})
			if err != nil || standing != c.standing || added != c.added {
				e.Errorf("AddProperty(%q) gave %q, %v, %v", c.value, standing, added, err)
			}
		}
		return nil
	})
	e.view(func(tx store.Reader) error {
		if v, ok, err := tx.Property(n.ID, pedigree.Tag, "k"); v != "2" || !ok || err != nil {
			e.Errorf("tag is %q, %v, %v", v, ok, err)
		}
		if v, ok, err := tx.Property(n.ID, pedigree.Param, "k"); v != "a" || !ok || err != nil {
			e.Errorf("param is %q, %v, %v", v, ok, err)
		}
		if _, ok, err := tx.Property(n.ID, pedigree.Field, "k"); ok || err != nil {
			e.Errorf("a field that was never set: %v, %v", ok, err)
		}
		return nil
	})
	e.update(func(tx store.Tx) error {
		for _, want := range []bool{true, false} {
			if was, err := tx.DeleteProperty(n, pedigree.Tag, "k"); was != want || err != nil {
				e.Errorf("DeleteProperty gave %v, %v", was, err)
			}
		}
		was, err := tx.DeleteProperty(n, pedigree.Tag, "never")
		if was {
			e.Error("removed what was never there")
		}
		return err
	})
}

func facts(e *env) {
	x := e.experiment()
	runs := make([]*pedigree.Node, 30)
	for i := range runs {
		runs[i] = e.run(x)
	}
	e.update(func(tx store.Tx) error {
		for i, n := range runs[1:] {
			v := strconv.Itoa(i + 1)
			if err := tx.PutProperties(n, pedigree.Property{Space: pedigree.Tag, Key: "t", Value: v}, pedigree.Property{Space: pedigree.Param, Key: "p", Value: v}); err != nil {
				return err
			}
			if err := tx.AppendPoints(n, []pedigree.Point{{Key: "m", Value: float64(i + 1), Time: 3, Step: -2}}); err != nil {
				return err
			}
		}
		return nil
	})
	ids := []pedigree.NodeID{99999}
	for _, n := range slices.Backward(runs) {
		ids = append(ids, n.ID)
	}
	e.view(func(tx store.Reader) error {
		all, err := tx.Facts(ids)
		if err != nil || len(all) != len(ids) {
			e.Fatalf("%d facts (%v)", len(all), err)
		}
		for i := range runs[1:] {
			f, v := all[i+1], strconv.Itoa(len(runs)-1-i)
			want := []pedigree.Property{{Space: pedigree.Param, Key: "p", Value: v}, {Space: pedigree.Tag, Key: "t", Value: v}}
			if !slices.Equal(f.Properties, want) || len(f.Metrics) != 1 || f.Metrics[0].Step != -2 || f.Metrics[0].Time != 3 {
				e.Errorf("facts of run %s: %+v", v, f)
			}
			if tags := f.Of(pedigree.Tag); len(tags) != 1 || tags[0].Value != v {
				e.Errorf("tags of run %s: %v", v, tags)
			}
		}
		only, err := tx.Facts(ids[1:2], pedigree.Tag)
		if err != nil || len(only[0].Properties) != 1 || len(only[0].Metrics) != 0 {
			e.Errorf("tags alone: %+v (%v)", only, err)
		}
		return nil
	})
}

func orderedSeries(e *env) {
	n := e.run(e.experiment())
	nan := math.NaN()
	want := []pedigree.Point{
		{Key: "m", Time: -1, Step: 9, Value: 1},
		{Key: "m", Time: 1, Step: -3, Value: nan},
		{Key: "m", Time: 1, Step: -3, Value: -math.MaxFloat64},
		{Key: "m", Time: 1, Step: -3, Value: 0},
		{Key: "m", Time: 1, Step: 2, Value: 0},
		{Key: "m", Time: 2, Step: 0, Value: math.SmallestNonzeroFloat64},
	}
	for range 2 {
		for _, p := range slices.Backward(want) {
			e.update(func(tx store.Tx) error { return tx.AppendPoints(n, []pedigree.Point{p, {Key: "other", Value: 1}}) })
		}
	}
	e.view(func(tx store.Reader) error {
		for size := 1; size <= len(want)+1; size++ {
			var got []pedigree.Point
			var after *pedigree.Point
			for {
				page, err := tx.Points(n.ID, "m", after, size)
				if err != nil {
					return err
				}
				if len(page) == 0 {
					break
				}
				got = append(got, page...)
				after = &page[len(page)-1]
			}
			if !slices.EqualFunc(got, want, samePoint) {
				e.Errorf("in pages of %d: %v, want %v", size, got, want)
			}
		}
		none, err := tx.Points(n.ID, "never", nil, 5)
		if len(none) != 0 {
			e.Errorf("a metric never logged has points %v", none)
		}
		return err
	})
}

func samePoint(a, b pedigree.Point) bool {
	return a.Key == b.Key && a.Time == b.Time && a.Step == b.Step && math.Float64bits(a.Value) == math.Float64bits(b.Value) ||
		math.IsNaN(a.Value) && math.IsNaN(b.Value) && a.Time == b.Time && a.Step == b.Step
}

func steps(e *env) {
	n := e.run(e.experiment())
	e.update(func(tx store.Tx) error {
		var points []pedigree.Point
		for _, s := range []int64{5, -1, 3, 3, 5} {
			points = append(points, pedigree.Point{Key: "m", Step: s, Time: pedigree.Time(len(points)), Value: float64(s)})
		}
		return tx.AppendPoints(n, points)
	})
	e.view(func(tx store.Reader) error {
		s, err := tx.Steps(n.ID, "m")
		if err != nil || !slices.Equal(s, []int64{-1, 3, 5}) {
			e.Errorf("steps %v (%v)", s, err)
		}
		at, err := tx.PointsAt(n.ID, "m", []int64{-1, 5}, 10)
		if err != nil || len(at) != 3 || at[0].Step != -1 || at[1].Time != 0 || at[2].Time != 4 {
			e.Errorf("points at steps %v (%v)", at, err)
		}
		at, err = tx.PointsAt(n.ID, "m", []int64{-1, 5}, 2)
		if err != nil || len(at) != 2 {
			e.Errorf("at most two: %v (%v)", at, err)
		}
		return nil
	})
}

// latest logs points of few distinct steps, times and values in random order
// and batches, and expects the latest by [pedigree.Point.Later] to stand.
func latest(e *env) {
	x := e.experiment()
	point := rapid.Custom(func(t *rapid.T) pedigree.Point {
		return pedigree.Point{
			Key:   rapid.SampledFrom([]string{"a", "b"}).Draw(t, "key"),
			Step:  rapid.Int64Range(-1, 1).Draw(t, "step"),
			Time:  pedigree.Time(rapid.Int64Range(0, 2).Draw(t, "time")),
			Value: rapid.SampledFrom([]float64{math.NaN(), -1, 0, 1, math.MaxFloat64}).Draw(t, "value"),
		}
	})
	rapid.Check(e.T, func(t *rapid.T) {
		batches := rapid.SliceOfN(rapid.SliceOfN(point, 1, 4), 1, 4).Draw(t, "batches")
		n := e.run(x)
		want := map[string]pedigree.Point{}
		for _, b := range batches {
			e.update(func(tx store.Tx) error { return tx.AppendPoints(n, b) })
			for _, p := range b {
				if old, ok := want[p.Key]; !ok || p.Later(old) {
					want[p.Key] = p
				}
			}
		}
		e.view(func(tx store.Reader) error {
			f, err := tx.Facts([]pedigree.NodeID{n.ID}, pedigree.Metric)
			if err != nil {
				return err
			}
			for _, p := range f[0].Metrics {
				if !samePoint(p, want[p.Key]) {
					t.Fatalf("latest %v, want %v", p, want[p.Key])
				}
				delete(want, p.Key)
			}
			if len(want) > 0 {
				t.Fatalf("no latest point for %v", want)
			}
			return nil
		})
	})
}
