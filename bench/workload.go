package bench

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// BatchSize is how many metrics one log-batch carries.
const BatchSize = 100

// batchKeys are the metrics of a batch.
var batchKeys = func() (keys [BatchSize]string) {
	for k := range keys {
		keys[k] = "b" + strconv.Itoa(k)
	}
	return keys
}()

// Workloads lists the operations in the order in which they are measured, for
// phases with the given number of clients. Later ones use the runs that
// create-run leaves.
func (f *Fixture) Workloads(clients int) []Workload {
	f.made = nil
	return append(f.writes(clients), f.reads()...)
}

func (f *Fixture) writes(clients int) []Workload {
	return []Workload{
		{
			Name: "create-experiment",
			Most: 1000,
			Build: post("/api/2.0/mlflow/experiments/create", func(b []byte, i int) []byte {
				return fmt.Appendf(b, `{"name":"%s-%d-%d"}`, f.unique, clients, i)
			}),
		}, {
			Name:   "create-run",
			Build:  post("/api/2.0/mlflow/runs/create", func(b []byte, _ int) []byte { return appendRun(b, f.work) }),
			Accept: f.keepRun,
		}, {
			Name:  "log-metric",
			Build: post("/api/2.0/mlflow/runs/log-metric", f.appendMetric),
		}, {
			Name:  fmt.Sprintf("log-batch(%d)", BatchSize),
			Build: post("/api/2.0/mlflow/runs/log-batch", f.appendBatch),
		}, {
			Name: "log-param",
			Build: post("/api/2.0/mlflow/runs/log-parameter", func(b []byte, i int) []byte {
				return fmt.Appendf(b, `{"run_id":"%s","key":"k%d_%d","value":"v"}`, f.written(i), clients, i)
			}),
		}, {
			Name: "set-tag",
			Build: post("/api/2.0/mlflow/runs/set-tag", func(b []byte, i int) []byte {
				return fmt.Appendf(b, `{"run_id":"%s","key":"tag%d","value":"%d"}`, f.written(i), i%16, i)
			}),
		}, {
			Name: "update-run",
			Build: post("/api/2.0/mlflow/runs/update", func(b []byte, i int) []byte {
				return fmt.Appendf(b, `{"run_id":"%s","status":"FINISHED","end_time":%d}`, f.fresh(i), time.Now().UnixMilli())
			}),
		},
	}
}

func (f *Fixture) reads() []Workload {
	return []Workload{
		{
			Name: "get-run",
			Build: get(func(b []byte, i int) []byte {
				return append(append(b, "/api/2.0/mlflow/runs/get?run_id="...), f.fresh(i)...)
			}),
		}, {
			Name:   "search-runs",
			Build:  f.find(`"filter":"metrics.m > 0.5 and params.p = \"x\"","order_by":["metrics.m DESC"]`),
			Verify: verifyOrdered,
		}, {
			Name:   "search-recent",
			Build:  f.find(""),
			Verify: verifyFull,
		}, {
			Name:   "get-history",
			Build:  get(func(b []byte, _ int) []byte { return f.appendHistory(b) }),
			Verify: f.verifyHistory,
		},
	}
}

// LargeReads lists searches that tell a large store from a small one.
func (f *Fixture) LargeReads() []Workload {
	list := []Workload{
		{Name: "get-run", Build: get(func(b []byte, i int) []byte {
			return append(append(b, "/api/2.0/mlflow/runs/get?run_id="...), f.sampled[i*7919%len(f.sampled)]...)
		})},
		{Name: "search-runs", Build: f.find(`"filter":"metrics.m > 0.5 and params.p = \"x\"","order_by":["metrics.m DESC"]`), Verify: verifyOrdered},
		{Name: "search-recent", Build: f.find(""), Verify: verifyFull},
		{Name: "search-tag", Build: f.find(`"filter":"tags.t = \"7\""`), Verify: verifySome},
		{Name: "search-param-like", Build: f.find(`"filter":"params.p LIKE \"x%\""`), Verify: verifyFull},
		{Name: "search-two-metrics", Build: f.find(`"filter":"metrics.m > 0.1 and metrics.loss > 0.899","order_by":["metrics.m ASC"]`)},
		{Name: "search-order-only", Build: f.find(`"order_by":["metrics.m ASC"]`), Verify: verifyFull},
		{Name: "search-nothing", Build: f.find(`"filter":"metrics.m > 2"`)},
	}
	if f.deep != "" {
		list = append(list, Workload{Name: "search-deep-page", Build: f.find(`"page_token":"` + f.deep + `"`), Verify: verifySome})
	}
	return list
}

// Empty is the floor: the body of a log-metric to an operation of the server
// that reads it and answers {}.
func Empty(path string) Workload {
	f := &Fixture{pool: []string{"00000000000000000000000000000000"}}
	return Workload{Name: "empty", Build: post(path, f.appendMetric)}
}

// post builds requests to path whose body is appended by body.
func post(path string, body func(b []byte, i int) []byte) func(*Request, int) {
	return func(r *Request, i int) {
		r.Method, r.Path, r.Body = "POST", path, body(r.Body[:0], i)
	}
}

func get(path func(b []byte, i int) []byte) func(*Request, int) {
	return func(r *Request, i int) {
		r.Method, r.Path, r.Body = "GET", string(path(nil, i)), r.Body[:0]
	}
}

// find builds searches for a page of 100 runs with more fields of the request.
func (f *Fixture) find(more string) func(*Request, int) {
	if more != "" {
		more = "," + more
	}
	body := fmt.Sprintf(`{"experiment_ids":["%s"],"max_results":100%s}`, f.search, more)
	return post("/api/2.0/mlflow/runs/search", func(b []byte, _ int) []byte { return append(b, body...) })
}

// written is the run that operation i writes to.
func (f *Fixture) written(i int) string { return f.pool[i%len(f.pool)] }

// fresh is a run of the last create-run phase, or failing that a written one.
func (f *Fixture) fresh(i int) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.made) == 0 {
		return f.written(i)
	}
	return f.made[i%len(f.made)]
}

func (f *Fixture) keepRun(_ int, body []byte) error {
	id, err := field(body, "run_id")
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.made = append(f.made, id)
	f.mu.Unlock()
	return nil
}

// nextStep numbers the measurements of all phases, so that no two are equal.
func (f *Fixture) nextStep() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.step++
	return f.step
}

func (f *Fixture) appendMetric(b []byte, i int) []byte {
	b = append(b, `{"run_id":"`...)
	b = append(b, f.written(i)...)
	b = append(b, `",`...)
	b = appendPoint(b, "acc", i, time.Now().UnixMilli(), f.nextStep())
	return append(b, '}')
}

func (f *Fixture) appendBatch(b []byte, i int) []byte {
	now, step := time.Now().UnixMilli(), f.nextStep()
	b = append(b, `{"run_id":"`...)
	b = append(b, f.written(i)...)
	b = append(b, `","metrics":[`...)
	for k := range BatchSize {
		if k > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		b = appendPoint(b, batchKeys[k], i, now, step)
		b = append(b, '}')
	}
	return append(b, "]}"...)
}

func appendPoint(b []byte, key string, value int, now, step int64) []byte {
	b = append(b, `"key":"`...)
	b = append(b, key...)
	b = append(b, `","value":`...)
	b = strconv.AppendInt(b, int64(value), 10)
	b = append(b, `,"timestamp":`...)
	b = strconv.AppendInt(b, now, 10)
	b = append(b, `,"step":`...)
	return strconv.AppendInt(b, step, 10)
}

func (f *Fixture) appendHistory(b []byte) []byte {
	return fmt.Appendf(b, "/api/2.0/mlflow/metrics/get-history?run_id=%s&metric_key=long", f.pool[0])
}

func (f *Fixture) verifyHistory(body []byte) error {
	var answer struct{ Metrics []struct{ Step int } }
	if err := json.Unmarshal(body, &answer); err != nil {
		return err
	}
	if len(answer.Metrics) != f.points {
		return fmt.Errorf("%d points, want %d", len(answer.Metrics), f.points)
	}
	return nil
}

// verifyOrdered wants a page of runs that all match the filter of search-runs,
// largest metric first.
func verifyOrdered(body []byte) error {
	var page runsPage
	if err := json.Unmarshal(body, &page); err != nil {
		return err
	}
	if len(page.Runs) == 0 {
		return fmt.Errorf("no runs")
	}
	last := 1.0
	for _, run := range page.Runs {
		value, matches := 0.0, false
		for _, m := range run.Data.Metrics {
			if m.Key == "m" {
				value = m.Value
			}
		}
		for _, p := range run.Data.Params {
			matches = matches || p.Key == "p" && p.Value == "x"
		}
		if !matches || value <= 0.5 || value > last {
			return fmt.Errorf("run %s with m = %g after %g does not belong there", run.Info.RunID, value, last)
		}
		last = value
	}
	return nil
}

func verifyFull(body []byte) error { return verifyCount(body, 100) }

func verifySome(body []byte) error { return verifyCount(body, 1) }

func verifyCount(body []byte, least int) error {
	var page runsPage
	if err := json.Unmarshal(body, &page); err != nil {
		return err
	}
	if len(page.Runs) < least {
		return fmt.Errorf("%d runs on the page, want %d", len(page.Runs), least)
	}
	return nil
}
