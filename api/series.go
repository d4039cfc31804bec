package api

import (
	"math"
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/series"
	"github.com/pedigree-ml/pedigree/tracking"
)

// seriesEndpoints are what charts are made from.
func (h *Handler) seriesEndpoints() []endpoint {
	return []endpoint{{
		id: "drawSeries", method: "POST", path: "/series", group: chartGroup, permission: route.Read,
		summary: "Give metrics of runs as a chart shows them, however long they are",
		detail: "Each series is drawn together into buckets. They follow each other along the axis, every point that is looked at is in exactly one, and each says exactly what is in it: " +
			"nothing is left out or estimated. A chart has at most 1,000 lines; its buckets are as many as were asked for, but not more than 33,000 for one metric, and at least 60 for a line. " +
			"Smoothing is over all finite points of the series, whatever part is looked at. It needs them all at hand, as do steps that are not in order of time: then more than 5,000,000 points are refused with 429. " +
			"Series that a run does not have are left out.",
		body: SeriesQuery{}, answer: SeriesAnswer{}, problems: []pedigree.Code{pedigree.Exhausted}, call: h.drawSeries,
	}}
}

// A SeriesQuery says which series are drawn, and how.
type SeriesQuery struct {
	Runs      []string        `json:"runs"`
	Metrics   []string        `json:"metrics"`
	Axis      string          `json:"axis,omitempty" enum:"step,time,relative"` // along steps, the time in milliseconds since 1970, or since the run started; step where nothing is said
	From      *int64          `json:"from,omitempty"`                           // where on the axis what is looked at starts
	To        *int64          `json:"to,omitempty"`                             // and where it ends, both ends with it
	Buckets   int             `json:"buckets,omitempty" minimum:"0"`            // of each series, such as the pixels of the picture; 1,000 where nothing is said
	Smoothing *SmoothingQuery `json:"smoothing,omitempty"`
}

// A SmoothingQuery says how series are smoothed.
type SmoothingQuery struct {
	By     string  `json:"by" enum:"ema,mean,gaussian"` // a moving average without the bias of its start, the mean of the nearest points, or that with the weights of a normal distribution
	Amount float64 `json:"amount"`                      // of ema the weight of what came before, below 1; of mean the number of points; of gaussian the deviation in points
}

// A SeriesAnswer is the series that there are.
type SeriesAnswer struct {
	Series []Series `json:"series"`
}

// A Series is one metric of one run. What it says of points is of those that are looked at.
type Series struct {
	Run      string   `json:"run"`
	Metric   string   `json:"metric"`
	Points   int      `json:"points"`
	NaN      int      `json:"nan,omitempty"`   // of them without a value
	Above    int      `json:"above,omitempty"` // infinite
	Below    int      `json:"below,omitempty"` // infinite and negative
	First    *Extreme `json:"first,omitempty"`
	Last     *Extreme `json:"last,omitempty"`
	Least    *Extreme `json:"least,omitempty"`
	Greatest *Extreme `json:"greatest,omitempty"`
	Before   *Extreme `json:"before,omitempty"` // the nearest point before what is looked at
	After    *Extreme `json:"after,omitempty"`  // the nearest point behind it
	Buckets  Buckets  `json:"buckets"`
}

// An Extreme is a finite value and where on the axis it is, the first of equal ones.
type Extreme struct {
	Value float64 `json:"value"`
	At    int64   `json:"at"`
}

// Buckets are what a series is drawn together into, as columns of equal length.
// Where every bucket holds one point, from, points, least and greatest are left
// out: they are as to, 1 and last.
type Buckets struct {
	From     []int64    `json:"from,omitempty"`   // where on the axis the first point of each is
	To       []int64    `json:"to"`               // and the last
	Points   []int      `json:"points,omitempty"` // how many there are
	Least    []*float64 `json:"least,omitempty"`  // of the finite values; null where there is none
	Greatest []*float64 `json:"greatest,omitempty"`
	Last     []*float64 `json:"last"`               // the last finite value
	Smoothed []*float64 `json:"smoothed,omitempty"` // the series, smoothed, at the last finite value
	NaN      []int      `json:"nan,omitempty"`      // places of buckets with points that have no value
	Above    []int      `json:"above,omitempty"`    // with infinite ones
	Below    []int      `json:"below,omitempty"`    // with infinite and negative ones
}

// usualBuckets is the width of a picture.
const usualBuckets = 1000

var (
	axes    = map[string]series.Axis{"": series.Step, "step": series.Step, "time": series.Time, "relative": series.Time}
	methods = map[string]series.Method{"ema": series.EMA, "mean": series.Mean, "gaussian": series.Gaussian}
)

// drawSeries draws series together.
func (h *Handler) drawSeries(w http.ResponseWriter, r *request) error {
	var q SeriesQuery
	if err := r.read(&q); err != nil {
		return err
	}
	axis, known := axes[q.Axis]
	if !known {
		return pedigree.Errorf(pedigree.Invalid, "There is no axis %.20q, only step, time and relative", q.Axis)
	}
	c := &tracking.Chart{Runs: q.Runs, Metrics: q.Metrics, Axis: axis, Relative: q.Axis == "relative", From: q.From, To: q.To, Buckets: q.Buckets}
	if c.Buckets <= 0 {
		c.Buckets = usualBuckets
	}
	if s := q.Smoothing; s != nil {
		if c.Smooth.By, known = methods[s.By]; !known {
			return pedigree.Errorf(pedigree.Invalid, "There is no smoothing by %.20q, only ema, mean and gaussian", s.By)
		}
		c.Smooth.Amount = s.Amount
	}
	lines, err := h.Runs.Draw(r.Context(), h.workspace(), c)
	if err != nil {
		return err
	}
	a := SeriesAnswer{Series: make([]Series, len(lines))}
	for i := range lines {
		a.Series[i] = seriesOf(&lines[i], axis)
	}
	return answer(w, a)
}

func seriesOf(l *tracking.Line, axis series.Axis) Series {
	extreme := func(e series.Extreme) *Extreme {
		if math.IsNaN(e.Value) {
			return nil
		}
		return &Extreme{e.Value, axis.At(e.At) - l.Origin}
	}
	s := Series{
		Run: l.Run, Metric: l.Metric, Points: l.All.N, NaN: l.All.NaN, Above: l.All.Above, Below: l.All.Below,
		Before: extreme(l.Before), After: extreme(l.After), Buckets: bucketsOf(l, axis),
	}
	if l.All.Finite() > 0 {
		s.First, s.Last, s.Least, s.Greatest = extreme(l.All.First), extreme(l.All.Last), extreme(l.All.Min), extreme(l.All.Max)
	}
	return s
}

func bucketsOf(l *tracking.Line, axis series.Axis) Buckets {
	n := len(l.Buckets)
	b := Buckets{To: make([]int64, n)}
	for i := range l.Buckets {
		s := &l.Buckets[i]
		b.To[i] = axis.At(s.To) - l.Origin
		if s.Finite() == s.N {
			continue
		}
		for list, there := range map[*[]int]int{&b.NaN: s.NaN, &b.Above: s.Above, &b.Below: s.Below} {
			if there > 0 {
				*list = append(*list, i)
			}
		}
	}
	values := func(of func(s *series.Sum) float64) []*float64 {
		return numbers(n, func(i int) float64 { return of(&l.Buckets[i]) })
	}
	b.Last = values(func(s *series.Sum) float64 { return s.Last.Value })
	if l.Smoothed != nil {
		b.Smoothed = numbers(n, func(i int) float64 { return l.Smoothed[i] })
	}
	if n == l.All.N {
		return b
	}
	b.From, b.Points = make([]int64, n), make([]int, n)
	for i := range l.Buckets {
		b.From[i], b.Points[i] = axis.At(l.Buckets[i].From)-l.Origin, l.Buckets[i].N
	}
	b.Least = values(func(s *series.Sum) float64 { return s.Min.Value })
	b.Greatest = values(func(s *series.Sum) float64 { return s.Max.Value })
	return b
}

// numbers gives values, null for NaN.
func numbers(n int, value func(i int) float64) []*float64 {
	held, list := make([]float64, n), make([]*float64, n)
	for i := range held {
		if held[i] = value(i); !math.IsNaN(held[i]) {
			list[i] = &held[i]
		}
	}
	return list
}
