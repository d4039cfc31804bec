package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"
)

// Size says how much a server holds before it is measured.
type Size struct {
	Runs   int // in the experiment that is searched
	Points int // of the long metric history
}

// poolRuns is over how many runs the writes of a phase are spread.
const poolRuns = 32

// A Fixture is what the workloads work on: the identities that one server gave.
type Fixture struct {
	unique  string   // makes names distinct between uses of one server
	search  string   // experiment that is searched
	work    string   // experiment that is written to
	pool    []string // runs that are written to; the first has the long history
	points  int
	deep    string   // page token of a page far down the searched experiment
	sampled []string // runs of the searched experiment, from all over its pages

	mu   sync.Mutex
	made []string // runs that the phases made
	step int64    // last step written; under mu
}

// Prepare fills an empty server with size over the wire: what is searched, what
// is written to and the long history. The seeding itself is measured too.
func Prepare(base string, pid int, size Size) (*Fixture, Result, error) {
	f, err := newFixture(base, size.Points)
	if err != nil {
		return nil, Result{}, err
	}
	if f.search, err = f.createExperiment(base, "search"); err != nil {
		return nil, Result{}, err
	}
	seeded, err := f.seed(base, pid, size.Runs)
	if err != nil {
		return nil, Result{}, err
	}
	return f, seeded, f.prepareWrites(base)
}

// Adopt uses an experiment that already holds runs with the metric m and the
// param p, for reading. It walks pages of 100 runs to learn some of their
// identities.
func Adopt(base, experiment string, pages int) (*Fixture, error) {
	f, err := newFixture(base, 0)
	if err != nil {
		return nil, err
	}
	f.search = experiment
	return f, f.walk(base, pages)
}

func newFixture(base string, points int) (*Fixture, error) {
	if _, err := NewClient(base, time.Minute); err != nil {
		return nil, err
	}
	return &Fixture{unique: fmt.Sprintf("bench-%d", time.Now().UnixNano()), points: points}, nil
}

func (f *Fixture) createExperiment(base, name string) (string, error) {
	body := fmt.Appendf(nil, `{"name":"%s-%s"}`, f.unique, name)
	answer, err := once(base, "POST", "/api/2.0/mlflow/experiments/create", body)
	if err != nil {
		return "", err
	}
	return field(answer, "experiment_id")
}

// prepareWrites makes the runs that are written to, and the long history.
func (f *Fixture) prepareWrites(base string) (err error) {
	if f.work, err = f.createExperiment(base, "work"); err != nil {
		return err
	}
	for range poolRuns {
		answer, err := once(base, "POST", "/api/2.0/mlflow/runs/create", appendRun(nil, f.work))
		if err != nil {
			return err
		}
		id, err := field(answer, "run_id")
		if err != nil {
			return err
		}
		f.pool = append(f.pool, id)
	}
	return f.writeHistory(base)
}

func (f *Fixture) writeHistory(base string) error {
	const perBatch = 1000
	for from := 0; from < f.points; from += perBatch {
		body := fmt.Appendf(nil, `{"run_id":"%s","metrics":[`, f.pool[0])
		for i := from; i < min(from+perBatch, f.points); i++ {
			if i > from {
				body = append(body, ',')
			}
			body = fmt.Appendf(body, `{"key":"long","value":%g,"timestamp":%d,"step":%d}`, float64(i)/2, 1700000000000+i, i)
		}
		if _, err := once(base, "POST", "/api/2.0/mlflow/runs/log-batch", append(body, "]}"...)); err != nil {
			return err
		}
	}
	return nil
}

// seed makes the runs of the searched experiment: a metric m spread evenly over
// [0, 1), its complement loss, a param p that is x on every second run, a param
// lr of ten values and a tag t of a hundred.
func (f *Fixture) seed(base string, pid, runs int) (Result, error) {
	random := rand.New(rand.NewPCG(1, 1))
	values := make([]float64, runs)
	for i := range values {
		values[i] = random.Float64()
	}
	ids := make([]string, runs)
	create := Workload{
		Name:   "seed create-run",
		Build:  post("/api/2.0/mlflow/runs/create", func(b []byte, _ int) []byte { return appendRun(b, f.search) }),
		Accept: func(i int, body []byte) (err error) { ids[i], err = field(body, "run_id"); return err },
	}
	plan := Plan{Clients: 4, Most: runs, Time: 2 * time.Hour, Timeout: 5 * time.Minute}
	if r, err := Run(base, pid, create, plan); err != nil || r.Errors > 0 {
		return r, errors.Join(err, firstError(r))
	}
	describe := Workload{
		Name:  "seed log-batch",
		Build: post("/api/2.0/mlflow/runs/log-batch", func(b []byte, i int) []byte { return appendSeed(b, ids[i], i, values[i]) }),
	}
	r, err := Run(base, pid, describe, plan)
	f.sampled = ids
	return r, errors.Join(err, firstError(r))
}

func firstError(r Result) error {
	if r.Errors == 0 {
		return nil
	}
	return fmt.Errorf("%s: %d errors, the first: %s", r.Op, r.Errors, r.FirstError)
}

// appendSeed describes seeded run i.
func appendSeed(b []byte, run string, i int, value float64) []byte {
	p := "x"
	if i%2 == 1 {
		p = "y"
	}
	now := time.Now().UnixMilli()
	return fmt.Appendf(b, `{"run_id":"%s","metrics":[{"key":"m","value":%g,"timestamp":%d,"step":0},{"key":"loss","value":%g,"timestamp":%d,"step":0}],`+
		`"params":[{"key":"p","value":"%s"},{"key":"lr","value":"%d"}],"tags":[{"key":"t","value":"%d"}]}`,
		run, value, now, 1-value, now, p, i%10, i%100)
}

func appendRun(b []byte, experiment string) []byte {
	b = append(b, `{"experiment_id":"`...)
	b = append(b, experiment...)
	b = append(b, `","start_time":`...)
	b = strconv.AppendInt(b, time.Now().UnixMilli(), 10)
	return append(b, `,"run_name":"r","tags":[{"key":"mlflow.user","value":"u"}]}`...)
}

// walk follows page tokens, keeps the identities of the runs it passes and the
// token of the last page.
func (f *Fixture) walk(base string, pages int) error {
	for range pages {
		body := fmt.Appendf(nil, `{"experiment_ids":["%s"],"max_results":100,"page_token":"%s"}`, f.search, f.deep)
		answer, err := once(base, "POST", "/api/2.0/mlflow/runs/search", body)
		if err != nil {
			return err
		}
		var page runsPage
		if err := json.Unmarshal(answer, &page); err != nil {
			return err
		}
		for _, run := range page.Runs {
			f.sampled = append(f.sampled, run.Info.RunID)
		}
		if page.Next == "" {
			break
		}
		f.deep = page.Next
	}
	if len(f.sampled) == 0 {
		return fmt.Errorf("experiment %s holds no runs", f.search)
	}
	return nil
}

// A runsPage is what the harness reads of a search's answer.
type runsPage struct {
	Runs []struct {
		Info struct {
			RunID string `json:"run_id"`
		} `json:"info"`
		Data struct {
			Metrics []struct {
				Key   string  `json:"key"`
				Value float64 `json:"value"`
			} `json:"metrics"`
			Params []struct{ Key, Value string } `json:"params"`
		} `json:"data"`
	} `json:"runs"`
	Next string `json:"next_page_token"`
}

// once sends one request on a connection of its own.
func once(base, method, path string, body []byte) ([]byte, error) {
	c, err := NewClient(base, 5*time.Minute)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.Call(&Request{Method: method, Path: path, Body: body})
}

// field finds the first text or number under a key without decoding the rest:
// identities need no unescaping.
func field(body []byte, key string) (string, error) {
	_, rest, found := bytes.Cut(body, []byte(`"`+key+`"`))
	if !found {
		return "", fmt.Errorf("no %s in %.200s", key, body)
	}
	rest = bytes.TrimLeft(rest, ": \t\r\n\"")
	end := bytes.IndexAny(rest, "\",} \t\r\n")
	if end <= 0 {
		return "", fmt.Errorf("no value of %s in %.200s", key, body)
	}
	return string(rest[:end]), nil
}
