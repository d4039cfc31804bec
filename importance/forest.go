package importance

import (
	"cmp"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

const (
	trees    = 40
	deepest  = 8
	leastRun = 3    // runs on either side of a split
	mostRuns = 1500 // that a tree is grown from, and as many to try it on
	bins     = 33   // that values are put into; the first is for what is missing
)

// A forest is what its trees have told.
type forest struct {
	foretold float64
	losses   [][]float64 // of each input, in each tree, how much worse it does without
}

// grow grows each tree from its own sample of runs, and tries it on those left out.
func grow(measure []float64, inputs []Input) forest {
	f := forest{losses: make([][]float64, len(inputs))}
	ordered := make([][]uint8, len(inputs))
	for i, in := range inputs {
		f.losses[i] = make([]float64, trees)
		if in.Ordered {
			ordered[i] = binNumbers(in.Values)
		}
	}
	explained := make([]float64, trees)
	var wait sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := range next {
				t := plant(newRandom(i), measure, inputs, ordered)
				var losses []float64
				explained[i], losses = t.try()
				for k, loss := range losses {
					f.losses[k][i] = loss
				}
			}
		})
	}
	for i := range trees {
		next <- i
	}
	close(next)
	wait.Wait()
	f.foretold = mean(explained)
	return f
}

// importance is the mean over the trees, and between which values nine in ten of
// them are: each has seen other runs.
func (f *forest) importance(input int) Estimate {
	losses := slices.Sorted(slices.Values(f.losses[input]))
	return Estimate{mean(losses), losses[trees/20], losses[trees-1-trees/20]}
}

// A tree foretells the measure of a run by its inputs.
type tree struct {
	random  *rand.Rand
	measure []float64
	bins    [][]uint8 // of each input, where each run is
	out     []int     // runs that it was not grown from
	nodes   []node
	used    []bool // inputs that it asks for
}

// A node asks whether an input is in a bin up to one, or foretells.
type node struct {
	input       int // -1: it foretells
	upTo        uint8
	left, right int
	value       float64
}

// plant grows a tree.
func plant(random *rand.Rand, measure []float64, inputs []Input, ordered [][]uint8) *tree {
	t := &tree{random: random, measure: measure, bins: make([][]uint8, len(inputs)), used: make([]bool, len(inputs))}
	in := make([]bool, len(measure))
	sample := make([]int, min(len(measure), mostRuns))
	for i := range sample {
		sample[i] = random.IntN(len(measure))
		in[sample[i]] = true
	}
	for i := range measure {
		if !in[i] {
			t.out = append(t.out, i)
		}
	}
	random.Shuffle(len(t.out), func(i, k int) { t.out[i], t.out[k] = t.out[k], t.out[i] })
	t.out = t.out[:min(len(t.out), mostRuns)]
	for i := range inputs {
		if t.bins[i] = ordered[i]; t.bins[i] == nil {
			t.bins[i] = t.binWords(&inputs[i], sample, in)
		}
	}
	t.split(sample, 0)
	return t
}

// split adds the node of some runs and those below it, and gives its place.
func (t *tree) split(runs []int, depth int) int {
	at := len(t.nodes)
	sum := 0.0
	for _, run := range runs {
		sum += t.measure[run]
	}
	t.nodes = append(t.nodes, node{input: -1, value: sum / float64(len(runs))})
	if depth == deepest || len(runs) < 2*leastRun {
		return at
	}
	input, upTo, found := t.best(runs, sum)
	if !found {
		return at
	}
	middle := 0
	for i, run := range runs {
		if t.bins[input][run] <= upTo {
			runs[i], runs[middle] = runs[middle], runs[i]
			middle++
		}
	}
	t.used[input] = true
	left := t.split(runs[:middle], depth+1)
	right := t.split(runs[middle:], depth+1)
	t.nodes[at] = node{input: input, upTo: upTo, left: left, right: right}
	return at
}

// best finds the split after which the measure varies least, among a third of the
// inputs, or some where they are few.
func (t *tree) best(runs []int, sum float64) (input int, upTo uint8, found bool) {
	most := sum*sum/float64(len(runs)) + 1e-12*math.Abs(sum) // what no split gives
	for _, i := range t.random.Perm(len(t.bins))[:min(len(t.bins), max(5, len(t.bins)/3))] {
		var counts [bins]int
		var sums [bins]float64
		for _, run := range runs {
			b := t.bins[i][run]
			counts[b]++
			sums[b] += t.measure[run]
		}
		count, below := 0, 0.0
		for b := range bins - 1 {
			count, below = count+counts[b], below+sums[b]
			if counts[b] == 0 || count < leastRun || len(runs)-count < leastRun {
				continue
			}
			above := sum - below
			if gain := below*below/float64(count) + above*above/float64(len(runs)-count); gain > most {
				most, input, upTo, found = gain, i, uint8(b), true
			}
		}
	}
	return input, upTo, found
}

// try tells how much of the variance in the runs left out is foretold, and how much
// of it no longer when an input is taken from another run.
func (t *tree) try() (foretold float64, losses []float64) {
	losses = make([]float64, len(t.bins))
	values := make([]float64, len(t.out))
	for i, run := range t.out {
		values[i] = t.measure[run]
	}
	spread := variance(values)
	if len(t.out) < 2 || spread == 0 {
		return 0, losses
	}
	wrong := t.wrong(-1, nil)
	for input, used := range t.used {
		if used {
			losses[input] = (t.wrong(input, t.random.Perm(len(t.out))) - wrong) / spread
		}
	}
	return 1 - wrong/spread, losses
}

// wrong is the mean of the squared errors in the runs left out, with one input
// taken from others.
func (t *tree) wrong(shuffled int, other []int) float64 {
	sum := 0.0
	for i, run := range t.out {
		at := 0
		for t.nodes[at].input >= 0 {
			n := &t.nodes[at]
			asked := run
			if n.input == shuffled {
				asked = t.out[other[i]]
			}
			if at = n.right; t.bins[n.input][asked] <= n.upTo {
				at = n.left
			}
		}
		e := t.measure[run] - t.nodes[at].value
		sum += e * e
	}
	return sum / float64(len(t.out))
}

// binNumbers puts about as many runs into each bin.
func binNumbers(values []float64) []uint8 {
	sorted := make([]float64, 0, len(values))
	for _, v := range values {
		if !math.IsNaN(v) {
			sorted = append(sorted, v)
		}
	}
	slices.Sort(sorted)
	var ends []float64
	for b := 1; b < bins-1 && len(sorted) > 0; b++ {
		if end := sorted[b*len(sorted)/(bins-1)]; len(ends) == 0 || end > ends[len(ends)-1] {
			ends = append(ends, end)
		}
	}
	binned := make([]uint8, len(values))
	for i, v := range values {
		if !math.IsNaN(v) {
			at, equal := slices.BinarySearch(ends, v)
			if equal {
				at++
			}
			binned[i] = uint8(1 + at)
		}
	}
	return binned
}

// binWords orders words by the mean of the measure. Runs that the tree is grown
// from are in two halves, and each is binned by what the other tells: a word that
// only one run has must not tell on that run. The runs left out are binned by both.
func (t *tree) binWords(input *Input, sample []int, in []bool) []uint8 {
	binned := make([]uint8, len(input.Values))
	if 2*input.Words > len(input.Values) {
		return binned // nearly every run has a word of its own, of which others tell nothing
	}
	var sums [2]wordSums
	for half := range sums {
		sums[half] = wordSums{make([]float64, input.Words), make([]int, input.Words)}
	}
	for _, run := range sample {
		if w := input.Values[run]; !math.IsNaN(w) {
			sums[run%2].add(int(w), t.measure[run], 1)
		}
	}
	halves := [2][]uint8{sums[1].order(), sums[0].order()} // each by the other
	for w := range input.Words {
		sums[0].add(w, sums[1].sums[w], sums[1].counts[w])
	}
	both := sums[0].order()
	bin := func(run int, by []uint8) {
		if w := input.Values[run]; !math.IsNaN(w) {
			binned[run] = by[int(w)]
		}
	}
	for _, run := range sample {
		bin(run, halves[run%2])
	}
	for _, run := range t.out {
		bin(run, both)
	}
	return binned
}

// wordSums sums up the measure of the runs with each word.
type wordSums struct {
	sums   []float64
	counts []int
}

func (s *wordSums) add(word int, sum float64, count int) {
	s.sums[word] += sum
	s.counts[word] += count
}

// order gives words bins in the order of their means; none to those without runs.
func (s *wordSums) order() []uint8 {
	var seen []int
	for w, count := range s.counts {
		if count > 0 {
			seen = append(seen, w)
		}
	}
	slices.SortFunc(seen, func(a, b int) int {
		return cmp.Or(cmp.Compare(s.sums[a]/float64(s.counts[a]), s.sums[b]/float64(s.counts[b])), cmp.Compare(a, b))
	})
	binned := make([]uint8, len(s.counts))
	for i, w := range seen {
		binned[w] = uint8(1 + i*(bins-1)/max(len(seen), bins-1))
	}
	return binned
}
