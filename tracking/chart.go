package tracking

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/series"
	"github.com/pedigree-ml/pedigree/store"
)

// A Chart asks how metrics of runs are to be drawn.
type Chart struct {
	Runs     []string
	Metrics  []string
	Axis     series.Axis
	Relative bool   // along the time since each run started
	From, To *int64 // what is looked at, both ends with it; nil for no bound
	Buckets  int    // of a series, where not too many are drawn together
	Smooth   series.Smoothing
}

// A Line is one series as it is drawn.
type Line struct {
	Run    string
	Metric string
	Origin int64 // what its axis starts at
	series.Drawing
}

const (
	maxLines        = 1000   // of a chart
	maxChartBuckets = 33_000 // of one metric: more than a picture shows
	leastBuckets    = 60     // of a line
	maxReach        = 10_000 // points on either side that smoothing looks at
	chartPatience   = 20 * time.Second
)

// Draw draws series of metrics; those that no run has are left out. Lines come by
// metric and run as they were asked for. The error is Exhausted where it takes too
// long.
func (s *Service) Draw(ctx context.Context, ws pedigree.NodeID, c *Chart) ([]Line, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	patient, cancel := context.WithTimeout(ctx, chartPatience)
	defer cancel()
	lines := make([]Line, len(c.Runs)*len(c.Metrics))
	err := spread(len(lines), func(i int) error {
		lines[i].Metric, lines[i].Run = c.Metrics[i/len(c.Runs)], c.Runs[i%len(c.Runs)]
		return s.store.View(patient, func(r store.Reader) error { return c.draw(r, ws, &lines[i]) })
	})
	if patient.Err() != nil && ctx.Err() == nil {
		return nil, pedigree.Errorf(pedigree.Exhausted, "the chart took more than %s: ask for fewer runs or metrics, or do not smooth", chartPatience)
	}
	return slices.DeleteFunc(lines, func(l Line) bool { return l.All.N == 0 && math.IsNaN(l.Before.Value) && math.IsNaN(l.After.Value) }), err
}

func (c *Chart) check() error {
	switch n := len(c.Runs) * len(c.Metrics); {
	case n == 0:
		return invalid("A chart is of at least one run and one metric.")
	case n > maxLines:
		return invalid("A chart of %d runs and %d metrics has more than %d lines.", len(c.Runs), len(c.Metrics), maxLines)
	case c.From != nil && c.To != nil && *c.From > *c.To:
		return invalid("What is looked at ends before it starts.")
	}
	amount := c.Smooth.Amount
	switch c.Smooth.By {
	case series.EMA:
		if !(amount >= 0 && amount <= 0.9999) {
			return invalid("The weight of a moving average is from 0 to 0.9999.")
		}
	case series.Mean:
		if !(amount >= 1 && amount <= 2*maxReach+1) {
			return invalid("A mean is over 1 to %d points.", 2*maxReach+1)
		}
	case series.Gaussian:
		if !(amount > 0 && amount <= maxReach/4) {
			return invalid("The deviation of a normal distribution is more than 0 and at most %d points.", maxReach/4)
		}
	case series.Raw:
	}
	return nil
}

// draw draws one line, or leaves it empty.
func (c *Chart) draw(r store.Reader, ws pedigree.NodeID, line *Line) error {
	line.Drawing, line.Before.Value, line.After.Value = series.Drawing{}, math.NaN(), math.NaN()
	n, err := r.Node(ws, pedigree.RunType, line.Run)
	if err != nil {
		return orNothing(err)
	}
	blocks, rest, err := r.Series(n.ID, line.Metric)
	if err != nil {
		return err
	}
	look := series.Look{
		Axis: c.Axis, From: math.MinInt64, To: math.MaxInt64, Smooth: c.Smooth,
		Buckets: max(min(c.Buckets, maxChartBuckets/len(c.Runs)), leastBuckets),
	}
	if c.Relative && n.Started.Set() {
		line.Origin = int64(n.Started)
	}
	if c.From != nil {
		look.From = behind(line.Origin, *c.From)
	}
	if c.To != nil {
		look.To = behind(line.Origin, *c.To)
	}
	line.Drawing, err = series.Draw(blocks, rest, look)
	if errors.Is(err, series.ErrTooLong) {
		return pedigree.Errorf(pedigree.Exhausted, "%s of run %s has more than %d points, too many to be smoothed or to be put in order of their steps: "+
			"draw it as it is, along the time", line.Metric, line.Run, series.MostLoaded)
	}
	return err
}

// behind adds, and stays at the ends of what numbers hold.
func behind(origin, by int64) int64 {
	if by > 0 && origin > math.MaxInt64-by {
		return math.MaxInt64
	}
	if by < 0 && origin < math.MinInt64-by {
		return math.MinInt64
	}
	return origin + by
}

// spread does n things, a few at a time, and gives the first error.
func spread(n int, do func(i int) error) error {
	var lock sync.Mutex
	var first error
	next := 0
	take := func(err error) (i int, more bool) {
		lock.Lock()
		defer lock.Unlock()
		if first == nil {
			first = err
		}
		next++
		return next - 1, first == nil && next <= n
	}
	var wait sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0), 2) { // others want to read too
		wait.Go(func() {
			for i, more := take(nil); more; i, more = take(do(i)) {
			}
		})
	}
	wait.Wait()
	return first
}
