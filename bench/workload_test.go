package bench

import (
	"encoding/json"
	"net/url"
	"testing"
)

func testFixture() *Fixture {
	return &Fixture{unique: "u", search: "1", work: "2", pool: []string{"a", "b"}, points: 2, deep: "dG9rZW4=", sampled: []string{"s"}}
}

func TestEveryWorkloadBuildsARequestThatParses(t *testing.T) {
	f := testFixture()
	all := append(f.Workloads(8), f.LargeReads()...)
	all = append(all, Empty("/empty"))
	for _, w := range all {
		for i := range 3 {
			var r Request
			w.Build(&r, i)
			if _, err := url.ParseRequestURI(r.Path); err != nil {
				t.Errorf("%s: %v", w.Name, err)
			}
			if (r.Method == "GET") != (len(r.Body) == 0) {
				t.Errorf("%s: %s with a body of %d bytes", w.Name, r.Method, len(r.Body))
			}
			if len(r.Body) > 0 && !json.Valid(r.Body) {
				t.Errorf("%s: not JSON: %.200s", w.Name, r.Body)
			}
		}
	}
}

func TestABatchHoldsDistinctMetricsOfOneStep(t *testing.T) {
	var batch struct {
		Metrics []struct {
			Key  string
			Step int64
		}
	}
	f := testFixture()
	if err := json.Unmarshal(f.appendBatch(nil, 5), &batch); err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, m := range batch.Metrics {
		keys[m.Key] = true
		if m.Step != 1 {
			t.Errorf("step %d, want 1", m.Step)
		}
	}
	if len(keys) != BatchSize {
		t.Errorf("%d distinct metrics, want %d", len(keys), BatchSize)
	}
}

func TestNoTwoMeasurementsAreEqual(t *testing.T) {
	f := testFixture()
	if a, b := f.nextStep(), f.nextStep(); a == b {
		t.Errorf("step %d twice", a)
	}
}

func TestFreshRunsAreThoseJustMade(t *testing.T) {
	f := testFixture()
	if got := f.fresh(1); got != "b" {
		t.Errorf("before any was made: %q, want one of the pool", got)
	}
	if err := f.keepRun(0, []byte(`{"run":{"info":{"run_uuid":"old","run_id": "new"}}}`)); err != nil {
		t.Fatal(err)
	}
	if got := f.fresh(7); got != "new" {
		t.Errorf("got %q, want the run that was made", got)
	}
}

func TestFieldFindsIdentitiesInAnyLayout(t *testing.T) {
	for _, body := range []string{`{"experiment_id":"17"}`, "{\n  \"experiment_id\": \"17\"\n}", `{"experiment_id":17,"x":1}`, `{"a":{"experiment_id" : 17}}`} {
		if got, err := field([]byte(body), "experiment_id"); err != nil || got != "17" {
			t.Errorf("%s: %q, %v", body, got, err)
		}
	}
	for _, body := range []string{`{}`, `{"experiment_id":""}`, `{"experiment_id"`} {
		if got, err := field([]byte(body), "experiment_id"); err == nil {
			t.Errorf("%s: %q without an error", body, got)
		}
	}
}

func TestVerifyOrderedRefusesWhatDoesNotBelong(t *testing.T) {
	run := func(m, p string) string {
		return `{"info":{"run_id":"r"},"data":{"metrics":[{"key":"m","value":` + m + `}],"params":[{"key":"p","value":"` + p + `"}]}}`
	}
	cases := []struct {
		name, runs string
		good       bool
	}{
		{"in order", run("0.9", "x") + "," + run("0.6", "x"), true},
		{"out of order", run("0.6", "x") + "," + run("0.9", "x"), false},
		{"too small", run("0.5", "x"), false},
		{"another param", run("0.9", "y"), false},
		{"none", "", false},
	}
	for _, c := range cases {
		if err := verifyOrdered([]byte(`{"runs":[` + c.runs + `]}`)); (err == nil) != c.good {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
