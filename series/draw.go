package series

import (
	"errors"
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

// Whole sums up a series that a store keeps as blocks and as the points after them.
func Whole(blocks []Block, rest []Point) Sum {
	var whole Sum
	for _, b := range blocks {
		for i := range b.Parts {
			whole.Add(&b.Parts[i])
		}
	}
	end := SumUp(rest)
	whole.Add(&end)
	return whole
}

// Draw draws such a series.
func Draw(blocks []Block, rest []Point, look Look) (Drawing, error) {
	whole := Whole(blocks, rest)
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
					p.point(point)
				}
			}
			at += part.N
		}
	}
	for _, point := range rest {
		p.point(point)
	}
	return p.done(), nil
}

// drawPoints draws points that are in the order of the axis.
func drawPoints(points []Point, look Look) Drawing {
	at := func(i int) int64 { return look.Axis.At(points[i].Place) }
	p := newPen(look, at(0), at(len(points)-1))
	for _, point := range points {
		p.point(point)
	}
	if look.Smooth.By != Raw {
		from := sort.Search(len(points), func(i int) bool { return at(i) >= look.From })
		p.drawing.Smoothed = look.Smooth.of(p.drawing.Buckets, points, from)
	}
	return p.done()
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
	if from > p.to {
		if p.drawing.After.none() {
			p.drawing.After = s.First
		}
		return
	}
	if cell := p.cellOf(to); cell != p.cell {
		p.cell = cell
		p.drawing.Buckets = append(p.drawing.Buckets, *s)
		return
	}
	p.drawing.Buckets[len(p.drawing.Buckets)-1].Add(s)
}

// point adds one point, as add does with the sum of it.
func (p *pen) point(q Point) {
	x := p.axis.At(q.Place)
	if x < p.from || x > p.to || p.cellOf(x) != p.cell {
		s := one(q)
		p.add(&s)
		return
	}
	p.drawing.Buckets[len(p.drawing.Buckets)-1].add(q)
}

func (p *pen) cellOf(x int64) int {
	if p.width <= 0 {
		return 0
	}
	return min(int((float64(x)-p.start)/p.width), p.buckets-1)
}

func (p *pen) done() Drawing {
	for i := range p.drawing.Buckets {
		p.drawing.All.Add(&p.drawing.Buckets[i])
	}
	return p.drawing
}
