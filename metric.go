package pedigree

import (
	"cmp"
	"math"
)

// A Point is one measurement of a metric.
type Point struct {
	Key   string
	Value float64 // NaN is kept as NaN; infinities are clamped by the wire that has no word for them
	Time  Time    // when it was measured; always set
	Step  int64   // position in the training; may be negative
}

// Later reports whether p replaces q as the latest point of a series. The
// rule is MLflow's: the larger step wins, then the later time, then the larger
// value, where NaN counts as zero. Equal points do not replace each other.
func (p Point) Later(q Point) bool {
	return cmp.Or(
		cmp.Compare(p.Step, q.Step),
		cmp.Compare(p.Time, q.Time),
		cmp.Compare(p.rank(), q.rank()),
	) > 0
}

func (p Point) rank() float64 {
	if math.IsNaN(p.Value) {
		return 0
	}
	return p.Value
}

// Latest reduces points to the latest of each key, in order of each key's
// first appearance.
func Latest(points []Point) []Point {
	at := make(map[string]int, len(points))
	latest := make([]Point, 0, len(points))
	for _, p := range points {
		i, seen := at[p.Key]
		switch {
		case !seen:
			at[p.Key] = len(latest)
			latest = append(latest, p)
		case p.Later(latest[i]):
			latest[i] = p
		}
	}
	return latest
}

// An Evaluation is a measurement of an artifact, usually a model, made by an
// execution and possibly on a named data set.
type Evaluation struct {
	Artifact  NodeID
	Execution NodeID // the run that measured
	Point
	Dataset       string // name; empty when no data set was named
	DatasetDigest string
}
