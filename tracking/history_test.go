package tracking

import (
	"bufio"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
)

func numbers(t *testing.T, text string) []int64 {
	var out []int64
	for field := range strings.FieldsSeq(text) {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

func TestSamplingPicksTheStepsThatMLflowPicks(t *testing.T) {
	file, err := os.Open("testdata/sampling.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cases := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		parts := strings.Split(lines.Text(), ";")
		if len(parts) != 4 {
			t.Fatalf("not a case: %s", lines.Text())
		}
		var runs [][]int64
		for run := range strings.SplitSeq(parts[0], ",") {
			runs = append(runs, numbers(t, run))
		}
		var start, end *int64
		if strings.TrimSpace(parts[1]) != "all" {
			bounds := numbers(t, parts[1])
			start, end = &bounds[0], &bounds[1]
		}
		limit := int(numbers(t, parts[2])[0])
		if got, want := pickSteps(runs, start, end, limit), numbers(t, parts[3]); !slices.Equal(got, want) {
			t.Errorf("%s\n got %v", lines.Text(), got)
		}
		cases++
	}
	if cases < 50 {
		t.Errorf("only %d cases", cases)
	}
}

func TestSampleGivesAllPointsAtItsSteps(t *testing.T) {
	f := open(t)
	a, b := f.run("0"), f.run("0")
	for _, run := range []string{a, b} {
		var batch Batch
		for step := range int64(10) {
			batch.Metrics = append(batch.Metrics,
				Measurement{Point: point("m", 1, 1, step-2)}, Measurement{Point: point("m", 2, 1, step-2)}, Measurement{Point: point("other", 1, 1, 100)})
		}
		f.must(f.LogBatch(f.ctx, ws, run, batch))
	}
	points, err := f.SampleHistories(f.ctx, ws, []string{b, "unknown", a}, "m", nil, nil, 2)
	f.must(err)
	var got []string
	for _, p := range points {
		got = append(got, map[string]string{a: "a", b: "b"}[p.Run]+strconv.FormatInt(p.Step, 10)+"="+number(p.Value))
	}
	if want := "b-2=1.0 b-2=2.0 b3=1.0 b3=2.0 b7=1.0 b7=2.0 a-2=1.0 a-2=2.0 a3=1.0 a3=2.0 a7=1.0 a7=2.0"; strings.Join(got, " ") != want {
		t.Errorf("got %s\nwant %s", strings.Join(got, " "), want)
	}
	one, two := int64(1), int64(2)
	_, err = f.SampleHistories(f.ctx, ws, []string{a}, "m", &two, &one, 5)
	f.refused(err, pedigree.Invalid, "end_step must be greater than start_step. Found start_step=2 and end_step=1.")
	_, err = f.SampleHistories(f.ctx, ws, []string{a}, "m", &two, nil, 5)
	f.refused(err, pedigree.Invalid, "If either start step or end step are specified, both must be specified.")
}

// samePoint compares points so that NaN is equal to itself.
func samePoint(a, b pedigree.Point) bool {
	same := a.Value == b.Value || math.IsNaN(a.Value) && math.IsNaN(b.Value)
	return same && a.Key == b.Key && a.Time == b.Time && a.Step == b.Step
}

func drawPoints(t *rapid.T, keys ...string) []pedigree.Point {
	value := rapid.SampledFrom([]float64{0, 1, -1, 0.5, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) pedigree.Point {
		return point(rapid.SampledFrom(keys).Draw(t, "key"), value.Draw(t, "value"),
			pedigree.Time(rapid.IntRange(0, 3).Draw(t, "time")), int64(rapid.IntRange(-2, 2).Draw(t, "step")))
	}), 1, 40).Draw(t, "points")
}

// logSplit logs points in batches of random sizes, some as single metrics.
func (f *fixture) logSplit(t *rapid.T, run string, points []pedigree.Point) {
	for len(points) > 0 {
		n := rapid.IntRange(1, len(points)).Draw(t, "batch")
		if n == 1 {
			f.must(f.LogMetric(f.ctx, ws, run, Measurement{Point: points[0]}))
		} else {
			var batch Batch
			for _, p := range points[:n] {
				batch.Metrics = append(batch.Metrics, Measurement{Point: p})
			}
			f.must(f.LogBatch(f.ctx, ws, run, batch))
		}
		points = points[n:]
	}
}

func clamp(points []pedigree.Point) []pedigree.Point {
	points = slices.Clone(points)
	for i := range points {
		points[i].Value = min(max(points[i].Value, -math.MaxFloat64), math.MaxFloat64)
	}
	return points
}

// later is the rule in its plainest form: the larger step, then the later
// time, then the larger value, NaN being zero.
func later(p, q pedigree.Point) bool {
	zero := func(v float64) float64 {
		if math.IsNaN(v) {
			return 0
		}
		return v
	}
	if p.Step != q.Step {
		return p.Step > q.Step
	}
	if p.Time != q.Time {
		return p.Time > q.Time
	}
	return zero(p.Value) > zero(q.Value)
}

func TestLatestMetricFollowsTheRuleForAnyOrderOfArrival(t *testing.T) {
	f := open(t)
	rapid.Check(t, func(t *rapid.T) {
		points := drawPoints(t, "m", "n")
		run := f.run("0")
		f.logSplit(t, run, points)
		metrics := f.get(run).Metrics
		for _, key := range []string{"m", "n"} {
			var best *pedigree.Point
			for _, p := range clamp(points) {
				if p.Key == key && (best == nil || later(p, *best)) {
					best = &p
				}
			}
			i := slices.IndexFunc(metrics, func(p pedigree.Point) bool { return p.Key == key })
			if best == nil {
				if i >= 0 {
					t.Fatalf("%s was never logged, and has %v", key, metrics[i])
				}
				continue
			}
			// NaN and 0 tie; which of them came first decides, also across batches.
			if i < 0 || !samePoint(metrics[i], *best) {
				t.Fatalf("of %v the latest is %v, got %v", points, *best, metrics)
			}
		}
	})
}

func TestHistoryGivesEachPointOnceInOrder(t *testing.T) {
	f := open(t)
	rapid.Check(t, func(t *rapid.T) {
		points := drawPoints(t, "m", "n")
		run := f.run("0")
		f.logSplit(t, run, points)
		var want []pedigree.Point
		for _, p := range clamp(points) {
			if p.Key == "m" && !slices.ContainsFunc(want, func(q pedigree.Point) bool { return samePoint(p, q) }) {
				want = append(want, p)
			}
		}
		slices.SortFunc(want, func(a, b pedigree.Point) int {
			switch {
			case a.Time != b.Time:
				return int(a.Time - b.Time)
			case a.Step != b.Step:
				return int(a.Step - b.Step)
			case math.IsNaN(a.Value):
				return -1
			case math.IsNaN(b.Value) || a.Value > b.Value:
				return 1
			}
			return -1
		})
		limit := rapid.IntRange(0, 5).Draw(t, "limit")
		var got []pedigree.Point
		for page := (Page[pedigree.Point]{}); ; {
			var err error
			page, err = f.MetricHistory(f.ctx, ws, run, "m", limit, page.Next)
			f.must(err)
			if limit > 0 && len(page.Items) > limit {
				t.Fatalf("a page of %d", len(page.Items))
			}
			got = append(got, page.Items...)
			if page.Next == "" {
				break
			}
		}
		if !slices.EqualFunc(got, want, samePoint) {
			t.Fatalf("got %v\nwant %v", got, want)
		}
	})
}

func TestHistoryPagesLoseNothingWhileOthersWrite(t *testing.T) {
	f := open(t)
	run := f.run("0")
	for step := range int64(20) {
		f.must(f.LogMetric(f.ctx, ws, run, Measurement{Point: point("m", 0, pedigree.Time(1000+10*step), step)}))
	}
	seen := map[int64]int{}
	for page := (Page[pedigree.Point]{}); ; {
		var err error
		page, err = f.MetricHistory(f.ctx, ws, run, "m", 3, page.Next)
		f.must(err)
		for _, p := range page.Items {
			seen[p.Step]++
		}
		if page.Next == "" {
			break
		}
		// One before the place where the page ended and one behind it.
		at := page.Items[len(page.Items)-1].Time
		f.must(f.LogMetric(f.ctx, ws, run, Measurement{Point: point("m", 9, at-995, 1000)}))
		f.must(f.LogMetric(f.ctx, ws, run, Measurement{Point: point("m", 9, at+5, 2000)}))
	}
	for step := range int64(20) {
		if seen[step] != 1 {
			t.Errorf("step %d was given %d times", step, seen[step])
		}
	}
}

func TestHistoryOfNothingIsEmpty(t *testing.T) {
	f := open(t)
	for _, run := range []string{f.run("0"), "unknown"} {
		page, err := f.MetricHistory(f.ctx, ws, run, "m", 10, "")
		if err != nil || len(page.Items) > 0 || page.Next != "" {
			t.Errorf("%s: %v %v", run, page, err)
		}
	}
	for token, words := range map[string]string{
		"zzz":  "Invalid page token, could not base64-decode",
		"AAAA": "Invalid page token, parsed value is not a token of this server",
	} {
		_, err := f.MetricHistory(f.ctx, ws, "unknown", "m", 10, token)
		f.refused(err, pedigree.Invalid, words)
	}
}

func TestHistoriesGoByRunAndStopAtTheLimit(t *testing.T) {
	f := open(t)
	runs := []string{f.run("0"), f.run("0"), "unknown"}
	for i, run := range runs[:2] {
		for step := range int64(3) {
			f.must(f.LogMetric(f.ctx, ws, run, Measurement{Point: point("m", float64(i), pedigree.Time(step), step)}))
		}
	}
	slices.Sort(runs[:2])
	for limit, want := range map[int]int{10: 6, 4: 4, 0: 0} {
		points, err := f.MetricHistories(f.ctx, ws, []string{runs[1], runs[2], runs[0], runs[1]}, "m", limit)
		f.must(err)
		if len(points) != want || !slices.IsSortedFunc(points, func(a, b RunPoint) int {
			if c := strings.Compare(a.Run, b.Run); c != 0 {
				return c
			}
			return int(a.Time - b.Time)
		}) {
			t.Errorf("limit %d: %v", limit, points)
		}
	}
}
