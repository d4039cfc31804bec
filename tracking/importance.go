package tracking

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/importance"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// A ParamWeight is how much a param matters for a metric.
type ParamWeight struct {
	Key     string
	Runs    int  // that have it
	Values  int  // different ones
	Ordered bool // they are numbers
	importance.Weight
}

// An Importance is how much params matter for the latest values of a metric.
type Importance struct {
	Params   []ParamWeight // those that matter most first
	Runs     int           // that were looked at
	More     bool          // there are older ones
	LeftOut  int           // params that vary and were not looked at: those that fewest runs have
	Foretold float64       // the share of the metric's variance that the params foretell in runs that were not used to learn it
}

const (
	leastWeighed  = 20     // runs
	mostWeighed   = 10_000 // runs, the newest
	mostParams    = 200
	mostNoticed   = 2000 // params among which the most frequent are chosen
	weighedAtOnce = 500  // runs that are read at a time
)

// Importance weighs the params of runs that a search finds. The error is BadState
// where fewer than 20 of them have a finite value of the metric.
func (s *Service) Importance(ctx context.Context, ws pedigree.NodeID, experiments []string, where query.Expr, metric string) (Importance, error) {
	patient, cancel := context.WithTimeout(ctx, chartPatience)
	defer cancel()
	var result Importance
	var runs []pedigree.NodeID
	err := s.store.View(patient, func(r store.Reader) error {
		in, _, err := homes(r, ws, experiments)
		if err != nil {
			return err
		}
		newest := Search{Where: where, Max: mostWeighed, Order: []query.Order{{Field: query.Started, Desc: true}}}
		nodes, next, err := find(r, newest, ws, pedigree.RunType, in)
		runs, result.More = idsOf(nodes), next != ""
		return err
	})
	if err != nil {
		return result, err
	}
	sheet := sheet{params: map[string]*sheetColumn{}, measure: make([]float64, len(runs))}
	err = spread((len(runs)+weighedAtOnce-1)/weighedAtOnce, func(i int) error {
		from := i * weighedAtOnce
		return s.store.View(patient, func(r store.Reader) error {
			return sheet.read(r, runs[from:min(from+weighedAtOnce, len(runs))], from, metric)
		})
	})
	if patient.Err() != nil && ctx.Err() == nil {
		return result, pedigree.Errorf(pedigree.Exhausted, "the params took more than %s: filter for fewer runs", chartPatience)
	}
	if err != nil {
		return result, err
	}
	return result, sheet.weigh(&result, metric)
}

// A sheet has what runs have of each param, as numbers of texts.
type sheet struct {
	measure []float64

	lock   sync.Mutex
	params map[string]*sheetColumn
}

type sheetColumn struct {
	texts map[string]int32 // numbers from 1 on
	at    []int32          // of each run; 0 for none
}

// read adds some runs, the first of which has the given place. It may run again.
func (s *sheet) read(r store.Reader, runs []pedigree.NodeID, from int, metric string) error {
	cells, err := r.Cells(runs, []query.Property{{Space: pedigree.Metric, Key: metric}})
	if err != nil {
		return err
	}
	facts, err := r.Facts(runs, pedigree.Param)
	if err != nil {
		return err
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	for i := range runs {
		s.measure[from+i] = math.NaN()
		if v := cells[i][0]; v.Set && math.Abs(v.Number) < math.MaxFloat64 {
			s.measure[from+i] = v.Number
		}
		for _, p := range facts[i].Properties {
			s.note(from+i, p.Key, p.Value)
		}
	}
	return nil
}

func (s *sheet) note(run int, key, text string) {
	c := s.params[key]
	if c == nil {
		if len(s.params) >= mostNoticed {
			return
		}
		c = &sheetColumn{texts: map[string]int32{}, at: make([]int32, len(s.measure))}
		s.params[key] = c
	}
	number, known := c.texts[text]
	if !known {
		number = int32(len(c.texts) + 1)
		c.texts[text] = number
	}
	c.at[run] = number
}

// weigh weighs the params of the runs that have a value of the metric.
func (s *sheet) weigh(result *Importance, metric string) error {
	var measure []float64
	var kept []int
	for run, v := range s.measure {
		if !math.IsNaN(v) {
			measure, kept = append(measure, v), append(kept, run)
		}
	}
	if result.Runs = len(kept); len(kept) < leastWeighed {
		return pedigree.Errorf(pedigree.BadState, "What params matter for %s can be said of at least %d runs that have a finite value of it; there are %d.", metric, leastWeighed, len(kept))
	}
	var varied []ParamWeight
	columns := map[string]*sheetColumn{}
	for _, key := range slices.Sorted(maps.Keys(s.params)) {
		c := s.params[key].of(kept)
		if runs := len(kept) - count(c.at, 0); len(c.texts) > 1 || len(c.texts) == 1 && runs < len(kept) {
			columns[key] = c
			varied = append(varied, ParamWeight{Key: key, Runs: runs, Values: len(c.texts)})
		}
	}
	slices.SortStableFunc(varied, func(a, b ParamWeight) int { return cmp.Compare(b.Runs, a.Runs) })
	result.LeftOut = max(0, len(varied)-mostParams)
	result.Params = varied[:len(varied)-result.LeftOut]
	inputs := make([]importance.Input, len(result.Params))
	for i := range result.Params {
		inputs[i] = columns[result.Params[i].Key].input()
	}
	weights, foretold := importance.Of(measure, inputs)
	result.Foretold = foretold
	for i := range weights {
		result.Params[i].Weight, result.Params[i].Ordered = weights[i], inputs[i].Ordered
	}
	slices.SortStableFunc(result.Params, func(a, b ParamWeight) int { return cmp.Compare(b.Importance.Value, a.Importance.Value) })
	return nil
}

func count(numbers []int32, n int32) (found int) {
	for _, v := range numbers {
		if v == n {
			found++
		}
	}
	return found
}

// of gives a column of some runs, with the texts that these have.
func (c *sheetColumn) of(runs []int) *sheetColumn {
	texts := make([]string, len(c.texts)+1)
	for text, number := range c.texts {
		texts[number] = text
	}
	kept := &sheetColumn{texts: map[string]int32{}, at: make([]int32, len(runs))}
	renumbered := make([]int32, len(texts))
	for i, run := range runs {
		number := c.at[run]
		if number == 0 {
			continue
		}
		if renumbered[number] == 0 {
			renumbered[number] = int32(len(kept.texts) + 1)
			kept.texts[texts[number]] = renumbered[number]
		}
		kept.at[i] = renumbered[number]
	}
	return kept
}

// input gives the column as numbers where all its texts are, else as words.
func (c *sheetColumn) input() importance.Input {
	values := make([]float64, len(c.texts)+1)
	values[0] = math.NaN()
	in := importance.Input{Ordered: true, Words: len(c.texts)}
	for text, number := range c.texts {
		v, err := strconv.ParseFloat(text, 64)
		in.Ordered = in.Ordered && err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
		values[number] = v
	}
	if !in.Ordered {
		for number := range values[1:] {
			values[number+1] = float64(number)
		}
	}
	in.Values = make([]float64, len(c.at))
	for run, number := range c.at {
		in.Values[run] = values[number]
	}
	return in
}
