package importance

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// made makes runs whose measure depends on the first input much, on the second, a
// word, less, and not on the others, the last of which is another word in each run.
func made(n int) (measure []float64, inputs []Input) {
	random := rand.New(rand.NewPCG(1, 1))
	inputs = []Input{{Ordered: true}, {Words: 3}, {Ordered: true}, {Words: n}}
	for i := range n {
		a, word := random.Float64(), float64(random.IntN(3))
		measure = append(measure, -3*a+0.5*word+0.1*random.NormFloat64())
		inputs[0].Values = append(inputs[0].Values, a)
		inputs[1].Values = append(inputs[1].Values, word)
		inputs[2].Values = append(inputs[2].Values, random.Float64())
		inputs[3].Values = append(inputs[3].Values, float64(i))
	}
	return measure, inputs
}

func TestWhatMattersIsFoundInTheOrderInWhichItDoes(t *testing.T) {
	for _, n := range []int{60, 500, 5000} {
		weights, foretold := Of(made(n))
		a, word, chance, name := weights[0].Importance, weights[1].Importance, weights[2].Importance, weights[3].Importance
		if !(a.Value > word.Value && word.Value > max(chance.Value, name.Value)) {
			t.Errorf("of %d runs, the importances are %v, %v, %v, %v", n, a, word, chance, name)
		}
		if a.Low > a.Value || a.Value > a.High || a.Low <= 0 {
			t.Errorf("of %d runs, what matters most has %v", n, a)
		}
		if chance.Low > 0.02 || math.Abs(name.Value) > 0.1 {
			t.Errorf("of %d runs, what does not matter has %v, %v", n, chance, name)
		}
		if foretold < 0.4 {
			t.Errorf("of %d runs, only %v is foretold", n, foretold)
		}
		if c := weights[0].Correlation; c.Value > -0.8 || c.Low > c.Value || c.High < c.Value {
			t.Errorf("of %d runs, the correlation is %v", n, c)
		}
		if c := weights[1].Correlation; !math.IsNaN(c.Value) {
			t.Errorf("words are correlated with %v", c)
		}
	}
}

func TestTheSameQuestionHasTheSameAnswer(t *testing.T) {
	a, x := Of(made(200))
	b, y := Of(made(200))
	same := func(p, q Weight) bool { return p.Importance == q.Importance }
	if x != y || !slices.EqualFunc(a, b, same) {
		t.Errorf("%v became %v", a, b)
	}
}

func TestCorrelationIsThatOfRanks(t *testing.T) {
	var x, y []float64
	for i := range 40 {
		x, y = append(x, math.Exp(float64(i))), append(y, float64(i*i))
	}
	if c := correlation(x, y); math.Abs(c.Value-1) > 1e-9 || c.Low < 0.99 {
		t.Errorf("what grows together is correlated with %v", c)
	}
	x[3] = math.NaN()
	if c := correlation(x, y); math.Abs(c.Value-1) > 1e-9 {
		t.Errorf("without one it is %v", c)
	}
	if got := ranks([]float64{5, 1, 5, 3}); !slices.Equal(got, []float64{2.5, 0, 2.5, 1}) {
		t.Errorf("the ranks are %v", got)
	}
	if c := correlation(x[:5], y[:5]); !math.IsNaN(c.Value) {
		t.Errorf("of five it is %v", c)
	}
}

func TestWhatNeverVariesMattersNot(t *testing.T) {
	measure, inputs := made(100)
	constant := Input{Values: make([]float64, 100), Ordered: true}
	missing := Input{Values: slices.Repeat([]float64{math.NaN()}, 100), Ordered: true}
	weights, _ := Of(measure, append(inputs, constant, missing))
	for _, w := range weights[4:] {
		if w.Importance != (Estimate{}) || !math.IsNaN(w.Correlation.Value) {
			t.Errorf("it has %v", w)
		}
	}
	weights, foretold := Of(make([]float64, 100), inputs)
	if foretold != 0 || weights[0].Importance != (Estimate{}) {
		t.Errorf("a measure that never varies has %v, %v", weights, foretold)
	}
}

func BenchmarkTenThousandRunsOfTwoHundredInputs(b *testing.B) {
	measure, inputs := made(10_000)
	for len(inputs) < 200 {
		_, more := made(10_000)
		inputs = append(inputs, more...)
	}
	for b.Loop() {
		Of(measure, inputs[:200])
	}
}
