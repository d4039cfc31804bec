package tracking

import (
	"fmt"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

func TestSearchGivesAllThatIsKnownOfARun(t *testing.T) {
	f := open(t)
	other := f.experiment("other")
	a, b := f.run("0"), f.run(other)
	model := f.model("0", "")
	for _, run := range []string{a, b} {
		f.must(f.LogBatch(f.ctx, ws, run, Batch{
			Metrics: []Measurement{{Point: point("m", 1, 2, 3)}}, Params: []pedigree.Property{param("p", "1")}, Tags: []pedigree.Property{tag("t", "2")},
		}))
		f.must(f.LogInputs(f.ctx, ws, run, []DatasetInput{{iris, used("train")}}, []string{model}))
		f.must(f.LogOutputs(f.ctx, ws, run, []ModelOutput{{model, 4}}))
	}
	page, err := f.SearchRuns(f.ctx, ws, Search{Experiments: []string{"0", other, "0", "99"}, Max: 10})
	f.must(err)
	if len(page.Items) != 2 || page.Next != "" {
		t.Fatalf("got %d runs, next %q", len(page.Items), page.Next)
	}
	for _, found := range page.Items {
		got, want := fmt.Sprintf("%+v", found), fmt.Sprintf("%+v", *f.get(found.UID))
		if got != want {
			t.Errorf("search gives\n%s\nthe run itself\n%s", got, want)
		}
		if want := map[string]string{a: "0", b: other}[found.UID]; found.Experiment != want {
			t.Errorf("%s is in %s", found.UID, found.Experiment)
		}
	}
}

func TestSearchWithoutExperimentsFindsNothing(t *testing.T) {
	f := open(t)
	f.run("0")
	for _, in := range [][]string{nil, {"99"}} {
		page, err := f.SearchRuns(f.ctx, ws, Search{Experiments: in, Max: 10})
		if err != nil || len(page.Items) != 0 {
			t.Errorf("%v: %v %v", in, page.Items, err)
		}
	}
	_, err := f.SearchRuns(f.ctx, ws, Search{Experiments: []string{"x"}, Max: 10})
	f.refused(err, pedigree.Invalid, "Invalid experiment ID 'x'. Experiment ID must be a valid integer.")
}

func TestPageTokenIsGoodForItsSearchOnly(t *testing.T) {
	f := open(t)
	f.run("0")
	f.run("0")
	search := Search{Experiments: []string{"0"}, Max: 1}
	page, err := f.SearchRuns(f.ctx, ws, search)
	f.must(err)
	search.PageToken = page.Next
	search.View = query.All
	_, err = f.SearchRuns(f.ctx, ws, search)
	f.refused(err, pedigree.Invalid, "Invalid page token, it belongs to a search with other arguments")
}

// TestPagingLosesNoRunAndGivesNoneTwice pages through runs while others are
// made, measured, put in the bin and taken out of it.
func TestPagingLosesNoRunAndGivesNoneTwice(t *testing.T) {
	f := open(t)
	experiments := []string{f.experiment("a"), f.experiment("b")}
	standing := map[string]bool{}
	for i := range 60 {
		run, err := f.CreateRun(f.ctx, ws, RunDraft{Experiment: experiments[i%2], Started: pedigree.Time(i / 7 * 1000)})
		f.must(err)
		standing[run.UID] = true
		if i%3 > 0 {
			f.must(f.LogMetric(f.ctx, ws, run.UID, Measurement{Point: point("m", float64(i%5), 1, 1)}))
		}
		if i%4 > 0 {
			f.must(f.LogParam(f.ctx, ws, run.UID, param("p", fmt.Sprint(i%6))))
		}
	}
	turns := make(chan int, 2) // one for each page that is read
	var writers sync.WaitGroup
	for i := range 2 {
		writers.Go(func() { f.disturb(experiments[i], turns) })
	}
	defer writers.Wait()
	defer close(turns)

	orders := []query.Order{
		{Field: query.Started},
		{Field: query.Property{Space: pedigree.Metric, Key: "m"}},
		{Field: query.Property{Space: pedigree.Param, Key: "p"}},
		{Field: query.Ended},
		{Field: query.UID},
	}
	rapid.Check(t, func(t *rapid.T) {
		search := Search{Experiments: experiments, Max: rapid.IntRange(5, 40).Draw(t, "max")}
		for range rapid.IntRange(0, 3).Draw(t, "terms") {
			o := rapid.SampledFrom(orders).Draw(t, "order")
			o.Desc = rapid.Bool().Draw(t, "desc")
			search.Order = append(search.Order, o)
		}
		seen := map[string]bool{}
		for turn := 0; ; turn++ {
			select {
			case turns <- turn:
			default: // the writers are busy
			}
			page, err := f.SearchRuns(f.ctx, ws, search)
			f.must(err)
			if len(page.Items) > search.Max {
				t.Fatalf("a page of %d", len(page.Items))
			}
			for _, run := range page.Items {
				if seen[run.UID] && standing[run.UID] {
					t.Fatalf("run %s came twice", run.UID)
				}
				seen[run.UID] = true
			}
			if search.PageToken = page.Next; page.Next == "" {
				break
			}
		}
		for uid := range standing {
			if !seen[uid] {
				t.Fatalf("run %s is lost", uid)
			}
		}
	})
}

// disturb makes, measures, deletes, restores and purges a run in each turn.
// They are gone before the next come, so that they stay few.
func (f *fixture) disturb(experiment string, turns <-chan int) {
	for i := range turns {
		run, err := f.CreateRun(f.ctx, ws, RunDraft{Experiment: experiment, Started: pedigree.Time(i % 9 * 1000)})
		for _, step := range []func() error{
			func() error {
				return f.LogMetric(f.ctx, ws, run.UID, Measurement{Point: point("m", float64(i%5), 1, int64(i))})
			},
			func() error { return f.DeleteRun(f.ctx, ws, run.UID) },
			func() error { return f.RestoreRun(f.ctx, ws, run.UID) },
			func() error { return f.DeleteRun(f.ctx, ws, run.UID) },
			func() error {
				_, err := f.Purge(f.ctx, pedigree.Time(f.now.Load()), 5, func(string) error { return nil })
				return err
			},
		} {
			if err == nil {
				err = step()
			}
		}
		// The other writer's purge may have taken the run while it was in the bin.
		if err != nil && pedigree.CodeOf(err) != pedigree.NotFound {
			f.t.Error(err)
		}
	}
}
