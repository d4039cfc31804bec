package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/tracking"
)

// fillRuns makes an experiment with runs that differ, the first of which is the
// parent of the second.
func (f *fixture) fillRuns() (experiment string, runs []string) {
	f.Helper()
	experiment, err := f.runs.CreateExperiment(f.ctx, ws, "table", "", nil)
	f.must(err)
	for i := range 6 {
		draft := tracking.RunDraft{Experiment: experiment, Name: fmt.Sprintf("run %d", i), Owner: "ann", Started: pedigree.Time(1000 + i)}
		if i == 1 {
			draft.Tags = []pedigree.Property{{Key: "mlflow.parentRunId", Value: runs[0]}}
		}
		run, err := f.runs.CreateRun(f.ctx, ws, draft)
		f.must(err)
		value := float64(i)
		if i == 5 {
			value = math.NaN()
		}
		f.must(f.runs.LogBatch(f.ctx, ws, run.UID, tracking.Batch{
			Metrics: []tracking.Measurement{{Point: pedigree.Point{Key: "val/rmse", Value: value, Time: 1}}},
			Params:  []pedigree.Property{{Key: "lr", Value: fmt.Sprint(i % 2)}, {Key: "formula", Value: "=1+1"}},
			Tags:    []pedigree.Property{{Key: "team", Value: strings.Repeat("long ", 20)}},
		}))
		runs = append(runs, run.UID)
	}
	return experiment, runs
}

func path(experiment, rest string, query ...string) string {
	v := url.Values{}
	for i := 0; i < len(query); i += 2 {
		v.Add(query[i], query[i+1])
	}
	return base + "/experiments/" + experiment + "/runs" + rest + "?" + v.Encode()
}

func (f *fixture) read(target string) (int, string) {
	w := f.do("GET", target)
	return w.Code, w.Body.String()
}

func (f *fixture) post(target string, body any) (int, string) {
	w := httptest.NewRecorder()
	f.mux.ServeHTTP(w, httptest.NewRequest("POST", base+target, bytes.NewReader(encode(body))).WithContext(f.ctx))
	return w.Code, w.Body.String()
}

func TestATableGivesTheColumnsAskedForAndPages(t *testing.T) {
	f := open(t)
	x, runs := f.fillRuns()
	want := []string{"column", "metrics.val/rmse", "column", "params.none", "column", "attributes.start_time", "column", "attributes.end_time", "order_by", "metrics.`val/rmse` DESC", "limit", "2"}
	a := get[RunsAnswer](f, path(x, "", want...))
	if fmt.Sprint(a.Runs) != fmt.Sprint([]string{runs[4], runs[3]}) || a.Names[0] != "run 4" || a.States[1] != "RUNNING" || len(a.Columns) != 4 {
		t.Fatalf("the first page is %+v", a)
	}
	if fmt.Sprint(a.Columns[0].Values, a.Columns[1].Values, a.Columns[2].Values, a.Columns[3].Values) != "[4 3] [<nil> <nil>] [1004 1003] [<nil> <nil>]" {
		t.Errorf("its columns are %+v", a.Columns)
	}
	late, err := f.runs.CreateRun(f.ctx, ws, tracking.RunDraft{Experiment: x})
	f.must(err)
	rest := want[:len(want)-2]
	b := get[RunsAnswer](f, path(x, "", append(rest, "page", a.Next, "skip", "1", "until", fmt.Sprint(a.Newest))...))
	if fmt.Sprint(b.Runs) != fmt.Sprint([]string{runs[1], runs[0], runs[5]}) || b.Columns[0].Values[2] != "NaN" || b.Next != "" {
		t.Errorf("the rest is %+v", b)
	}
	n := get[RunCount](f, path(x, "/count", "since", fmt.Sprint(a.Newest)))
	all := get[RunCount](f, path(x, "/count", "filter", "params.lr = '1'"))
	if n.Runs != 1 || all.Runs != 3 {
		t.Errorf("%d new runs, %d with a learning rate of 1", n.Runs, all.Runs)
	}
	roots := get[RunsAnswer](f, path(x, "", "roots", "true"))
	if len(roots.Runs) != 6 || roots.Runs[0] != runs[5] || roots.Runs[4] != runs[0] || roots.Runs[5] != late.UID || fmt.Sprint(roots.Children) != "[0 0 0 0 1 0]" {
		t.Errorf("the roots are %+v", roots)
	}
}

func TestATableTellsTheExtremesOfAMetric(t *testing.T) {
	f := open(t)
	x, runs := f.fillRuns()
	for i, v := range []float64{-3, math.NaN(), 40, math.Inf(1), 0} {
		f.must(f.runs.LogMetric(f.ctx, ws, runs[5], tracking.Measurement{Point: pedigree.Point{Key: "val/rmse", Value: v, Time: pedigree.Time(2 + i), Step: int64(i + 1)}}))
	}
	a := get[RunsAnswer](f, path(x, "", "column", "min.val/rmse", "column", "metrics.val/rmse", "column", "max.val/rmse", "column", "first.val/rmse", "column", "min.none", "limit", "2"))
	if got := fmt.Sprint(a.Columns[0].Values, a.Columns[1].Values, a.Columns[2].Values, a.Columns[3].Values, a.Columns[4].Values); got != "[-3 4] [0 4] [40 4] [-3 4] [<nil> <nil>]" {
		t.Errorf("least, latest, most and first are %s", got)
	}
	if _, body := f.read(path(x, "/export", "column", "max.val/rmse", "filter", "run_id = '"+runs[5]+"'")); !strings.HasSuffix(body, ",40\n") {
		t.Errorf("exported as %s", body)
	}
}

func TestAWrongFilterOfATableSaysWhichPartIsWrong(t *testing.T) {
	f := open(t)
	x, _ := f.fillRuns()
	for _, op := range []string{"", "/count", "/groups?by=params.lr&", "/export"} {
		u := path(x, "", "filter", "metrics.a > 1 AND paramsss.b = 'x'")
		u = strings.Replace(u, "/runs?", "/runs"+strings.TrimSuffix(op, "&")+map[bool]string{true: "&", false: "?"}[strings.Contains(op, "?")], 1)
		status, body := f.read(u)
		var p Problem
		f.must(json.Unmarshal([]byte(body), &p))
		if status != 400 || p.Part == nil || *p.Part != (Part{18, 28}) {
			t.Errorf("%s: %d %s", u, status, body)
		}
	}
	if status, body := f.read(path(x, "", "column", "files.a")); status != 400 {
		t.Errorf("an unknown column: %d %s", status, body)
	}
	if status, _ := f.read(path("4711", "")); status != 404 {
		t.Errorf("an unknown experiment: %d", status)
	}
}

func TestKeysValuesAndGroupsAreCounted(t *testing.T) {
	f := open(t)
	x, _ := f.fillRuns()
	if status, body := f.read(path(x, "/keys", "part", "R", "space", "metrics", "space", "params")); status != 200 ||
		body != `{"keys":[{"column":"metrics.val/rmse","runs":5},{"column":"params.formula","runs":6},{"column":"params.lr","runs":6}]}`+"\n" {
		t.Errorf("keys: %d %s", status, body)
	}
	if status, body := f.read(path(x, "/values", "column", "params.lr")); body != `{"values":[{"value":"0","runs":3},{"value":"1","runs":3}]}`+"\n" {
		t.Errorf("values: %d %s", status, body)
	}
	if v := get[ValuesAnswer](f, path(x, "/values", "column", "tags.team", "part", "LONG")); len(v.Values) != 1 || !v.Values[0].Cut || v.Values[0].Runs != 6 {
		t.Errorf("a long value: %+v", v)
	}
	if status, body := f.read(path(x, "/values", "column", "attributes.status", "part", "run")); body != `{"values":[{"value":"RUNNING","runs":6}]}`+"\n" {
		t.Errorf("states: %d %s", status, body)
	}
	if status, _ := f.read(path(x, "/values", "column", "metrics.val/rmse")); status != 400 {
		t.Errorf("values of a metric: %d", status)
	}
	if status, body := f.read(path(x, "/groups", "by", "params.lr", "by", "params.none", "metric", "metrics.val/rmse")); body != `{"runs":[3,3],"by":[{"column":"params.lr","values":["0","1"]},`+
		`{"column":"params.none","values":[null,null]}],"metrics":[{"column":"metrics.val/rmse","n":[3,2],"mean":[2,2],"deviation":[2,1.4142135623730951],"min":[0,1],"max":[4,3]}]}`+"\n" {
		t.Errorf("groups: %d %s", status, body)
	}
}

func TestATableIsExportedWithoutFormulas(t *testing.T) {
	f := open(t)
	x, runs := f.fillRuns()
	status, body := f.read(path(x, "/export", "column", "params.formula", "column", "metrics.val/rmse", "column", "attributes.start_time", "order_by", "start_time ASC", "filter", "params.lr = '1'"))
	want := "run_id,name,status,params.formula,metrics.val/rmse,attributes.start_time\n" +
		runs[1] + ",run 1,RUNNING,'=1+1,1,1970-01-01T00:00:01.001Z\n" +
		runs[3] + ",run 3,RUNNING,'=1+1,3,1970-01-01T00:00:01.003Z\n" +
		runs[5] + ",run 5,RUNNING,'=1+1,NaN,1970-01-01T00:00:01.005Z\n"
	if status != 200 || body != want {
		t.Errorf("%d\n%s\nwant\n%s", status, body, want)
	}
}

func TestColumnsAreExportedByHowTheyBegin(t *testing.T) {
	f := open(t)
	x, _ := f.fillRuns()
	_, body := f.read(path(x, "/export", "column", "params.*", "column", "max.val/*", "column", "metrics.x*"))
	if header, _, _ := strings.Cut(body, "\n"); header != "run_id,name,status,params.formula,params.lr,max.val/rmse" {
		t.Errorf("exported %s", header)
	}
	if status, _ := f.read(path(x, "/export", "column", "attributes.*")); status != 400 {
		t.Errorf("attributes by how they begin: %d", status)
	}
}

func TestManyRunsAreChangedAtOnceOrNone(t *testing.T) {
	f := open(t)
	x, runs := f.fillRuns()
	if status, _ := f.post("/runs/delete", RunsNamed{[]string{runs[0], "none"}}); status != 404 {
		t.Errorf("one of which there is none: %d", status)
	}
	if status, body := f.post("/runs/delete", RunsNamed{runs[:2]}); body != `{"moved":2}`+"\n" {
		t.Errorf("deleted: %d %s", status, body)
	}
	if a := get[RunsAnswer](f, path(x, "", "view", "deleted")); len(a.Runs) != 2 {
		t.Errorf("in the bin: %+v", a)
	}
	if status, body := f.post("/runs/restore", RunsNamed{runs[:3]}); body != `{"moved":2}`+"\n" {
		t.Errorf("restored: %d %s", status, body)
	}
	status, body := f.post("/runs/tags", RunTags{Runs: runs[:2], Set: map[string]string{"best": "yes"}, Remove: []string{"mlflow.parentRunId"}})
	want := fmt.Sprintf(`{"before":[{"run":"%[1]s","key":"best","value":null},{"run":"%[2]s","key":"best","value":null},{"run":"%[2]s","key":"mlflow.parentRunId","value":"%[1]s"}]}`+"\n", runs[0], runs[1])
	if body != want {
		t.Errorf("tagged: %d %s\nwant %s", status, body, want)
	}
	if status, _ := f.post("/runs/tags", RunTags{Runs: runs}); status != 400 {
		t.Errorf("without tags: %d", status)
	}
	if status, _ := f.post("/runs/delete", RunsNamed{}); status != 400 {
		t.Errorf("without runs: %d", status)
	}
}
