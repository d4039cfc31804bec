// Package importance says how much a measure depends on each of some inputs: by
// the rank correlation with it, and by how much worse a small forest of
// regression trees foretells it once that input is shuffled. Both come with an
// interval, for with few runs either is mostly chance.
package importance

import (
	"math"
	"math/rand/v2"
	"slices"
)

// An Input is one thing that may matter, a value for each run.
type Input struct {
	Values  []float64 // numbers, or of words the place of each in a list; NaN where there is none
	Ordered bool      // they are numbers
	Words   int       // how long the list of words is
}

// A Weight is how much an input matters.
type Weight struct {
	Correlation Estimate // Spearman's; NaN where the input is not ordered or tells too little
	Importance  Estimate // how much of the variance of the measure is no longer foretold
}

// An Estimate is a value and the bounds that it lies between with 90 %.
type Estimate struct{ Value, Low, High float64 }

var unknown = Estimate{math.NaN(), math.NaN(), math.NaN()}

// Of weighs inputs. It also says how much of the variance of the measure the
// forest foretells in runs that it was not grown from: where that is little, no
// input matters much, or there are too few runs. The same question has the same
// answer.
func Of(measure []float64, inputs []Input) (weights []Weight, foretold float64) {
	f := grow(measure, inputs)
	weights = make([]Weight, len(inputs))
	for i := range inputs {
		weights[i] = Weight{unknown, f.importance(i)}
		if inputs[i].Ordered {
			weights[i].Correlation = correlation(inputs[i].Values, measure)
		}
	}
	return weights, f.foretold
}

// correlation is Spearman's, over the runs that have the input.
func correlation(values, measure []float64) Estimate {
	var x, y []float64
	for i, v := range values {
		if !math.IsNaN(v) {
			x, y = append(x, v), append(y, measure[i])
		}
	}
	const fewest = 10
	rho := pearson(ranks(x), ranks(y))
	if len(x) < fewest || math.IsNaN(rho) {
		return unknown
	}
	// Fisher's transformation, with the variance that ranks have.
	z, half := math.Atanh(max(-0.999999, min(0.999999, rho))), 1.645*math.Sqrt(1.06/float64(len(x)-3))
	return Estimate{rho, math.Tanh(z - half), math.Tanh(z + half)}
}

// ranks gives equal values the mean of their ranks.
func ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	ranks := make([]float64, len(values))
	for start := 0; start < len(order); {
		end := start + 1
		for end < len(order) && values[order[end]] == values[order[start]] {
			end++
		}
		for _, i := range order[start:end] {
			ranks[i] = float64(start+end-1) / 2
		}
		start = end
	}
	return ranks
}

func pearson(x, y []float64) float64 {
	mx, my := mean(x), mean(y)
	var xy, xx, yy float64
	for i := range x {
		xy += (x[i] - mx) * (y[i] - my)
		xx += (x[i] - mx) * (x[i] - mx)
		yy += (y[i] - my) * (y[i] - my)
	}
	if xx == 0 || yy == 0 {
		return math.NaN()
	}
	return xy / math.Sqrt(xx*yy)
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func variance(values []float64) float64 {
	m, sum := mean(values), 0.0
	for _, v := range values {
		sum += (v - m) * (v - m)
	}
	return sum / float64(len(values))
}

// newRandom gives the same numbers for the same tree.
func newRandom(tree int) *rand.Rand { return rand.New(rand.NewPCG(uint64(tree), 7)) }
