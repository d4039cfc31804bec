package series

import (
	"errors"
	"math"
	"slices"
	"sort"
)

// A Block is a stretch of a series that a store has summed up.
type Block struct {
	Parts []Sum
	Load  func() ([]Point, error) // gives its points
}

// A Look says how a series is to be drawn.
type Look struct {
	Axis     Axis
	From, To int64 // what is looked at, both ends with it
	Buckets  int   // at most
	Smooth   Smoothing
}

// A Drawing is what of a series is seen. Its buckets follow each other along the
// axis, each point that is looked at is in exactly one of them, and each of them
// says exactly what is in it: nothing is left out or estimated. A bucket is as
// wide as what is looked at, divided by the number of buckets, at most, but ends
// where a stretch that is summed up already does.
type Drawing struct {
	All      Sum // of what is looked at
	Buckets  []Sum
	Smoothed []float64 // at the last finite point of each bucket; nil where nothing is to be smoothed
	Before   Extreme   // the finite point nearest to what is looked at on its one side
	After    Extreme   // and on its other
}

// MostLoaded is how long a series may be whose points have all to be at hand at
// once: one that is smoothed, or whose steps are not in order.
const MostLoaded = 5_000_000

// ErrTooLong is the answer for a longer one.
var ErrTooLong = errors.New("the series is too long")

// Draw draws a series that a store keeps as blocks and as the points after them.
func Draw(blocks []Block, rest []Point, look Look) (Drawing, error) {
	var whole Sum
	for _, b := range blocks {
		for i := range b.Parts {
			whole.Add(&b.Parts[i])
		}
	}
	end := SumUp(rest)
	whole.Add(&end)
	if whole.N == 0 {
		return Drawing{Before: nothing, After: nothing}, nil
	}
	// Along the steps, points are not in order where training went back and on again.
	if look.Smooth.By == Raw && (look.Axis == Time || !whole.Descending) {
		return drawSums(blocks, rest, &whole, look)
	}
	if whole.N > MostLoaded {
		return Drawing{}, ErrTooLong
	}
	points := make([]Point, 0, whole.N)
	for _, b := range blocks {
		some, err := b.Load()
		if err != nil {
			return Drawing{}, err
		}
		points = append(points, some...)
	}
	points = append(points, rest...)
	if look.Axis == Step && whole.Descending {
		slices.SortFunc(points, compareSteps)
	}
	return drawPoints(points, look), nil
}

// drawSums looks into a stretch only where it is too wide for a bucket, or partly
// out of sight.
func drawSums(blocks []Block, rest []Point, whole *Sum, look Look) (Drawing, error) {
	p := newPen(look, look.Axis.At(whole.From), look.Axis.At(whole.To))
	for _, b := range blocks {
		var points []Point
		at := 0
		for i := range b.Parts {
			part := &b.Parts[i]
			if p.takes(part) {
				p.add(part)
			} else {
				if points == nil {
					var err error
					if points, err = b.Load(); err != nil {
						return Drawing{}, err
					}
				}
				for _, point := range points[at : at+part.N] {
					s := one(point)
					p.add(&s)
				}
			}
			at += part.N
		}
	}
	for _, point := range rest {
		s := one(point)
		p.add(&s)
	}
	return p.drawing, nil
}

// drawPoints draws points that are in the order of the axis.
func drawPoints(points []Point, look Look) Drawing {
	at := func(i int) int64 { return look.Axis.At(points[i].Place) }
	p := newPen(look, at(0), at(len(points)-1))
	from := sort.Search(len(points), func(i int) bool { return at(i) >= look.From })
	var smooth *smoother
	if look.Smooth.By != Raw {
		smooth = look.Smooth.over(points)
	}
	finites := 0
	for i, point := range points {
		s := one(point)
		finites += s.Finite()
		p.add(&s)
		if smooth == nil || i < from || len(p.drawing.Buckets) == 0 || p.past {
			continue
		}
		for len(p.drawing.Smoothed) < len(p.drawing.Buckets) {
			p.drawing.Smoothed = append(p.drawing.Smoothed, math.NaN())
			p.ends = append(p.ends, -1)
		}
		if s.Finite() == 1 {
			p.ends[len(p.ends)-1] = finites - 1
		}
	}
	for i, end := range p.ends {
		if end >= 0 {
			p.drawing.Smoothed[i] = smooth.at(end)
		}
	}
	return p.drawing
}

// A pen puts sums into buckets.
type pen struct {
	drawing  Drawing
	axis     Axis
	from, to int64
	start    float64
	width    float64 // of a bucket
	buckets  int
	cell     int
	past     bool  // what is added is beyond what is looked at
	ends     []int // for smoothing: how many finite points come before the last one of each bucket
}

// newPen draws what is looked at of a series between first and last.
func newPen(look Look, first, last int64) *pen {
	p := &pen{axis: look.Axis, from: look.From, to: look.To, buckets: max(1, look.Buckets), cell: -1}
	first, last = max(first, look.From), min(last, look.To)
	p.start = float64(first)
	p.width = max(0, float64(last)-p.start) / float64(p.buckets)
	p.drawing.Before, p.drawing.After = nothing, nothing
	return p
}

// takes reports whether a sum can be added as it is.
func (p *pen) takes(s *Sum) bool {
	from, to := p.axis.At(s.From), p.axis.At(s.To)
	if to < p.from || from > p.to {
		return true // it is out of sight
	}
	return from >= p.from && to <= p.to && float64(to)-float64(from) <= p.width
}

func (p *pen) add(s *Sum) {
	from, to := p.axis.At(s.From), p.axis.At(s.To)
	if to < p.from {
		if !s.Last.none() {
			p.drawing.Before = s.Last
		}
		return
	}
	if p.past = from > p.to; p.past {
		if p.drawing.After.none() {
			p.drawing.After = s.First
		}
		return
	}
	p.drawing.All.Add(s)
	cell := 0
	if p.width > 0 {
		cell = min(int((float64(to)-p.start)/p.width), p.buckets-1)
	}
	if cell != p.cell || len(p.drawing.Buckets) == 0 {
		p.cell = cell
		p.drawing.Buckets = append(p.drawing.Buckets, *s)
		return
	}
	p.drawing.Buckets[len(p.drawing.Buckets)-1].Add(s)
}
