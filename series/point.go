package series

import (
	"cmp"
	"math"
)

// A Point is one measurement.
type Point struct {
	Place
	Value float64
}

// A Place is where in its series a point stands.
type Place struct {
	Time int64 // in ms since 1970
	Step int64
}

// Compare orders points as a store keeps them.
func (p Point) Compare(q Point) int {
	return cmp.Or(cmp.Compare(p.Time, q.Time), cmp.Compare(p.Step, q.Step), cmp.Compare(p.Value, q.Value)) // NaN comes first
}

// compareSteps orders points along the axis of steps.
func compareSteps(p, q Point) int {
	return cmp.Or(cmp.Compare(p.Step, q.Step), cmp.Compare(p.Time, q.Time), cmp.Compare(p.Value, q.Value))
}

// finite reports whether a value can be drawn. The largest number stands for
// infinity in a store, which has no word for it.
func finite(v float64) bool { return math.Abs(v) < math.MaxFloat64 }

// An Axis is what a series is drawn along.
type Axis uint8

// The axes.
const (
	Step Axis = iota
	Time
)

// At gives where a place is on the axis.
func (a Axis) At(p Place) int64 {
	if a == Time {
		return p.Time
	}
	return p.Step
}
