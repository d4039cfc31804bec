package series_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree/series"
)

// drawPoints makes points as a store keeps them: in its order, without two equal
// ones, with what happens in life: repeated steps, steps that go back, gaps,
// values that are none.
func drawPoints(t *rapid.T) []series.Point {
	n := rapid.IntRange(0, 3000).Draw(t, "points")
	wide := rapid.SampledFrom([]int64{1, 3, 1000, 1 << 40}).Draw(t, "wide")
	back := rapid.Bool().Draw(t, "back")
	odd := rapid.SampledFrom([]float64{0, 0.01, 0.5, 1}).Draw(t, "odd")
	seed := rapid.Uint64().Draw(t, "seed")
	next := func(n int64) int64 { // quicker than to draw each
		seed = seed*6364136223846793005 + 1442695040888963407
		return int64(seed>>33) % n
	}
	var points []series.Point
	var at series.Place
	for range n {
		at.Time += next(3)
		at.Step += next(wide)
		if back && next(100) == 0 {
			at.Step -= next(50 * wide)
		}
		v := math.Round(float64(next(1000))) / 8
		if float64(next(1000))/1000 < odd {
			v = []float64{math.NaN(), math.MaxFloat64, -math.MaxFloat64}[next(3)]
		}
		points = append(points, series.Point{Place: at, Value: v})
	}
	slices.SortFunc(points, series.Point.Compare)
	return slices.CompactFunc(points, func(p, q series.Point) bool { return p.Compare(q) == 0 })
}

// split keeps some of the points as blocks of any length, as a store may.
func split(t *rapid.T, points []series.Point) (blocks []series.Block, rest []series.Point) {
	for count := rapid.IntRange(0, 5).Draw(t, "blocks"); count > 0 && len(points) > 0; count-- {
		n := rapid.IntRange(1, len(points)).Draw(t, "in block")
		some := points[:n]
		parts, err := series.DecodeSums(series.EncodeSums(series.Parts(some)))
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, series.Block{Parts: parts, Load: func() ([]series.Point, error) {
			return series.DecodePoints(nil, series.EncodePoints(some))
		}})
		points = points[n:]
	}
	return blocks, points
}

func drawLook(t *rapid.T, points []series.Point) series.Look {
	look := series.Look{
		Axis: rapid.SampledFrom([]series.Axis{series.Step, series.Time}).Draw(t, "axis"), From: math.MinInt64, To: math.MaxInt64,
		Buckets: rapid.IntRange(1, 500).Draw(t, "buckets"),
	}
	if len(points) > 0 && rapid.Bool().Draw(t, "zoomed") {
		a := look.Axis.At(points[rapid.IntRange(0, len(points)-1).Draw(t, "a")].Place)
		b := look.Axis.At(points[rapid.IntRange(0, len(points)-1).Draw(t, "b")].Place)
		look.From, look.To = min(a, b), max(a, b)
	}
	return look
}

// along gives the points that are looked at in the order of the axis.
func along(points []series.Point, look series.Look) (sorted, seen []series.Point) {
	sorted = slices.Clone(points)
	slices.SortStableFunc(sorted, func(p, q series.Point) int {
		a, b := look.Axis.At(p.Place), look.Axis.At(q.Place)
		switch {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return p.Compare(q)
	})
	for _, p := range sorted {
		if x := look.Axis.At(p.Place); x >= look.From && x <= look.To {
			seen = append(seen, p)
		}
	}
	return sorted, seen
}

func isFinite(v float64) bool { return math.Abs(v) < math.MaxFloat64 }

// same compares a sum with the points that are to be in it, one by one.
func same(t *rapid.T, s series.Sum, points []series.Point) {
	t.Helper()
	if s.N != len(points) || s.From != points[0].Place || s.To != points[len(points)-1].Place {
		t.Fatalf("%+v is not of %d points from %+v to %+v", s, len(points), points[0], points[len(points)-1])
	}
	lowest, highest, first, last, finite := math.Inf(1), math.Inf(-1), math.NaN(), math.NaN(), 0
	nan, above, below := 0, 0, 0
	for _, p := range points {
		switch {
		case isFinite(p.Value):
			if finite++; finite == 1 {
				first = p.Value
			}
			lowest, highest, last = min(lowest, p.Value), max(highest, p.Value), p.Value
		case p.Value > 0:
			above++
		case p.Value < 0:
			below++
		default:
			nan++
		}
	}
	if s.Finite() != finite || s.NaN != nan || s.Above != above || s.Below != below {
		t.Fatalf("%+v counts otherwise than %d finite, %d NaN, %d above, %d below", s, finite, nan, above, below)
	}
	if finite == 0 {
		if !math.IsNaN(s.Last.Value) || !math.IsNaN(s.Min.Value) {
			t.Fatalf("%+v has values where there are none", s)
		}
		return
	}
	if s.Min.Value != lowest || s.Max.Value != highest || s.Last.Value != last || s.First.Value != first {
		t.Fatalf("%+v has not first %v, min %v, max %v, last %v", s, first, lowest, highest, last)
	}
	for _, e := range []series.Extreme{s.Min, s.Max, s.First, s.Last} {
		if !slices.ContainsFunc(points, func(p series.Point) bool { return p.Place == e.At && p.Value == e.Value }) {
			t.Fatalf("%+v is no point", e)
		}
	}
}

func TestBucketsHoldEveryPointOnceAndSayWhatTheyHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := drawPoints(t)
		blocks, rest := split(t, points)
		look := drawLook(t, points)
		d, err := series.Draw(blocks, rest, look)
		if err != nil {
			t.Fatal(err)
		}
		_, seen := along(points, look)
		if len(d.Buckets) > look.Buckets {
			t.Fatalf("there are %d buckets instead of %d", len(d.Buckets), look.Buckets)
		}
		if len(seen) > 0 {
			same(t, d.All, seen)
		}
		extent := 0.0
		if len(seen) > 0 {
			extent = float64(look.Axis.At(seen[len(seen)-1].Place)) - float64(look.Axis.At(seen[0].Place))
		}
		for _, b := range d.Buckets {
			if b.N > len(seen) {
				t.Fatal("the buckets hold more points than there are")
			}
			same(t, b, seen[:b.N])
			seen = seen[b.N:]
			if width := float64(look.Axis.At(b.To)) - float64(look.Axis.At(b.From)); width > 2*extent/float64(look.Buckets)+1 {
				t.Fatalf("a bucket is %v wide of %v in %d", width, extent, look.Buckets)
			}
		}
		if len(seen) > 0 {
			t.Fatalf("%d points are in no bucket", len(seen))
		}
	})
}

func TestTheNearestPointsOutOfSightAreKnown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := drawPoints(t)
		blocks, rest := split(t, points)
		look := drawLook(t, points)
		d, err := series.Draw(blocks, rest, look)
		if err != nil {
			t.Fatal(err)
		}
		before, after := math.NaN(), math.NaN()
		sorted, _ := along(points, look)
		for _, p := range sorted {
			if x := look.Axis.At(p.Place); x < look.From && isFinite(p.Value) {
				before = p.Value
			} else if x > look.To && math.IsNaN(after) && isFinite(p.Value) {
				after = p.Value
			}
		}
		equal := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
		if !equal(d.Before.Value, before) || !equal(d.After.Value, after) {
			t.Fatalf("before %v, after %v instead of %v, %v", d.Before, d.After, before, after)
		}
	})
}

// smoothed smooths all values as the methods are defined, not as they are computed.
func smoothed(values []float64, s series.Smoothing) []float64 {
	out := slices.Clone(values)
	if len(values) < 3 || slices.Min(values) == slices.Max(values) {
		return out
	}
	for i := range values {
		sum, weights := 0.0, 0.0
		for k, v := range values {
			w, d := 0.0, math.Abs(float64(k-i))
			switch s.By {
			case series.EMA:
				if k <= i {
					w = math.Pow(s.Amount, d)
				}
			case series.Mean:
				if d <= math.Floor(s.Amount/2) {
					w = 1
				}
			case series.Gaussian:
				if d <= 4*s.Amount {
					w = math.Exp(-d * d / (2 * s.Amount * s.Amount))
				}
			case series.Raw:
			}
			sum, weights = sum+w*v, weights+w
		}
		out[i] = sum / weights
	}
	return out
}

func TestSmoothingIsOverAllPoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := drawPoints(t)
		points = points[:min(len(points), 400)]
		blocks, rest := split(t, points)
		look := drawLook(t, points)
		look.Smooth = rapid.SampledFrom([]series.Smoothing{
			{By: series.EMA, Amount: 0},
			{By: series.EMA, Amount: 0.6},
			{By: series.EMA, Amount: 0.999},
			{By: series.Mean, Amount: 1},
			{By: series.Mean, Amount: 31},
			{By: series.Gaussian, Amount: 0.5},
			{By: series.Gaussian, Amount: 20},
		}).Draw(t, "smoothing")
		d, err := series.Draw(blocks, rest, look)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Smoothed) != len(d.Buckets) {
			t.Fatalf("%d buckets have %d smoothed values", len(d.Buckets), len(d.Smoothed))
		}
		sorted, seen := along(points, look)
		var values []float64
		for _, p := range sorted {
			if isFinite(p.Value) {
				values = append(values, p.Value)
			}
		}
		want := smoothed(values, look.Smooth)
		at := -1 // among the finite values
		for _, p := range sorted {
			if look.Axis.At(p.Place) < look.From && isFinite(p.Value) {
				at++
			}
		}
		for i, b := range d.Buckets {
			last := -1
			for _, p := range seen[:b.N] {
				if isFinite(p.Value) {
					at++
					last = at
				}
			}
			seen = seen[b.N:]
			switch got := d.Smoothed[i]; {
			case last < 0:
				if !math.IsNaN(got) {
					t.Fatalf("bucket %d has no value, and yet %v", i, got)
				}
			case math.Abs(got-want[last]) > 1e-9*(1+math.Abs(want[last])):
				t.Fatalf("bucket %d is %v instead of %v", i, got, want[last])
			}
		}
	})
}

func TestSmoothingLeavesConstantAndShortSeriesAlone(t *testing.T) {
	for _, values := range [][]float64{{1, 9}, {7, 7, 7, 7}} {
		var points []series.Point
		for i, v := range values {
			points = append(points, series.Point{Place: series.Place{Step: int64(i)}, Value: v})
		}
		d, err := series.Draw(nil, points, series.Look{To: 100, Buckets: 101, Smooth: series.Smoothing{By: series.EMA, Amount: 0.9}})
		if err != nil || !slices.Equal(d.Smoothed, values) {
			t.Errorf("%v became %v, %v", values, d.Smoothed, err)
		}
	}
}

func TestPointsAndSumsAreReadAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := drawPoints(t)
		read, err := series.DecodePoints(nil, series.EncodePoints(points))
		if err != nil || !slices.EqualFunc(read, points, func(p, q series.Point) bool { return p.Compare(q) == 0 }) {
			t.Fatalf("points changed: %v", err)
		}
		extremes := []series.Point{{Place: series.Place{Time: math.MaxInt64, Step: math.MinInt64}}, {Place: series.Place{Step: math.MaxInt64}}}
		read, err = series.DecodePoints(nil, series.EncodePoints(extremes))
		if err != nil || !slices.Equal(read, extremes) {
			t.Fatalf("%v became %v, %v", extremes, read, err)
		}
	})
}

func FuzzBlocksOfAnyBytes(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add(series.EncodeSums(series.Parts([]series.Point{{Value: 1}, {Value: math.NaN()}})))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = series.DecodePoints(nil, b) // it neither panics nor reserves more than there can be
		_, _ = series.DecodeSums(b)
	})
}
