package series

import "math"

// A Sum says of a stretch of points what a chart has to know. Sums of stretches
// that follow each other add up to that of both, so a long series need not be read
// to be drawn.
type Sum struct {
	N          int   // points
	NaN        int   // of them without a value
	Above      int   // infinite
	Below      int   // infinite and negative
	From, To   Place // of the first and the last point
	First      Extreme
	Last       Extreme
	Min, Max   Extreme // the earlier of equal ones
	Descending bool    // some point has a smaller step than one before it
}

// An Extreme is a value that stands out among those that are finite, and where it
// is. Where none is finite the value is NaN.
type Extreme struct {
	Value float64
	At    Place
}

func one(p Point) Sum {
	s := Sum{N: 1, From: p.Place, To: p.Place}
	e := Extreme{p.Value, p.Place}
	switch {
	case finite(p.Value):
	case p.Value > 0:
		s.Above, e = 1, nothing
	case p.Value < 0:
		s.Below, e = 1, nothing
	default:
		s.NaN, e = 1, nothing
	}
	s.First, s.Last, s.Min, s.Max = e, e, e, e
	return s
}

var nothing = Extreme{Value: math.NaN()}

func (e Extreme) none() bool { return math.IsNaN(e.Value) }

// Finite gives how many points have a value that can be drawn.
func (s *Sum) Finite() int { return s.N - s.NaN - s.Above - s.Below }

// Add adds the stretch that follows.
func (s *Sum) Add(t *Sum) {
	if t.N == 0 {
		return
	}
	if s.N == 0 {
		*s = *t
		return
	}
	s.Descending = s.Descending || t.Descending || t.From.Step < s.To.Step
	s.N, s.NaN, s.Above, s.Below, s.To = s.N+t.N, s.NaN+t.NaN, s.Above+t.Above, s.Below+t.Below, t.To
	if t.Last.none() {
		return
	}
	if s.Last = t.Last; s.First.none() {
		s.First, s.Min, s.Max = t.First, t.Min, t.Max
		return
	}
	if t.Min.Value < s.Min.Value {
		s.Min = t.Min
	}
	if t.Max.Value > s.Max.Value {
		s.Max = t.Max
	}
}

// SumUp sums up points.
func SumUp(points []Point) Sum {
	var s Sum
	for _, p := range points {
		s.add(p)
	}
	return s
}

// add adds one point, as Add does with the sum of it.
func (s *Sum) add(p Point) {
	if s.N == 0 || !finite(p.Value) || s.First.none() {
		t := one(p)
		s.Add(&t)
		return
	}
	s.Descending = s.Descending || p.Step < s.To.Step
	s.N++
	s.To, s.Last = p.Place, Extreme{p.Value, p.Place}
	if p.Value < s.Min.Value {
		s.Min = s.Last
	}
	if p.Value > s.Max.Value {
		s.Max = s.Last
	}
}

// partSize is how many points are summed up together within a block: few enough
// that a chart rarely has to look into them.
const partSize = 256

// Parts sums up points in small stretches.
func Parts(points []Point) []Sum {
	parts := make([]Sum, 0, (len(points)+partSize-1)/partSize)
	for len(points) > 0 {
		n := min(partSize, len(points))
		parts = append(parts, SumUp(points[:n]))
		points = points[n:]
	}
	return parts
}
