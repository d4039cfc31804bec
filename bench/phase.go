package bench

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Workload is one kind of operation.
type Workload struct {
	Name string

	// Most bounds the operations of a phase below the plan's own bound; 0 does
	// not. Operations that cannot be repeated for ever need it.
	Most int

	// Bound, if any, does the same with a number that is known only when the
	// phase begins: of what an earlier phase made.
	Bound func() int

	// Build fills in the request of operation i. It runs on the client's
	// goroutine before the clock of the operation starts. r still holds the
	// client's previous request, whose Body buffer may be used again.
	Build func(r *Request, i int)

	// Accept, if any, looks at the answer to operation i, after the clock
	// stopped. It must be cheap and must not keep body.
	Accept func(i int, body []byte) error

	// Verify, if any, looks at one answer before the phase begins and may take
	// its time. Its error ends the whole run: a wrong answer has no speed.
	Verify func(body []byte) error
}

// A Plan says how hard a server is driven in one phase.
type Plan struct {
	Clients int
	Most    int           // operations
	Time    time.Duration // after which no operation begins
	Timeout time.Duration // for one answer
}

// A Result is what one phase came to. Times are in milliseconds.
type Result struct {
	Op         string  `json:"op"`
	Clients    int     `json:"clients"`
	Done       int     `json:"done"`
	Errors     int     `json:"errors"`
	FirstError string  `json:"first_error,omitempty"`
	Seconds    float64 `json:"seconds"`
	Rate       float64 `json:"ops_per_second"`
	P50        float64 `json:"p50_ms"`
	P99        float64 `json:"p99_ms"`
	Max        float64 `json:"max_ms"`
	CPU        float64 `json:"server_cpu_ms_per_op"` // 0 where the server's processes are unknown
	RSS        float64 `json:"rss_mb"`               // after the phase
}

// A worker is one client and what it saw.
type worker struct {
	client  Caller
	request Request
	times   []time.Duration
	errors  int
	first   error
}

// Run drives workload w against base as plan says. pid is the root of the
// server's processes, or 0 when unknown. The error is about the harness or a
// verification; failed operations are counted in the result.
func Run(base string, pid int, w Workload, plan Plan) (Result, error) {
	workers, err := connect(base, w, plan)
	defer func() {
		for _, k := range workers {
			k.client.Close()
		}
	}()
	if err != nil {
		return Result{}, err
	}
	cpu, start := TreeCPU(pid), time.Now()
	drive(workers, w, plan, start)
	elapsed, used := time.Since(start), TreeCPU(pid)-cpu
	r := summarise(workers, elapsed, used)
	r.Op, r.Clients, r.RSS = w.Name, plan.Clients, TreeUsage(pid).RSS
	return r, nil
}

// connect opens all connections, and verifies the workload on the first.
func connect(base string, w Workload, plan Plan) ([]*worker, error) {
	workers := make([]*worker, 0, plan.Clients)
	for range plan.Clients {
		client, err := newCaller(base, plan.Timeout)
		if err != nil {
			return workers, err
		}
		k := &worker{client: client}
		workers = append(workers, k)
		if err := client.Connect(); err != nil {
			return workers, err
		}
	}
	if w.Verify == nil {
		return workers, nil
	}
	first := workers[0]
	w.Build(&first.request, 0)
	body, err := first.client.Call(&first.request)
	if err == nil {
		err = w.Verify(body)
	}
	if err != nil {
		return workers, fmt.Errorf("verify %s: %w", w.Name, err)
	}
	return workers, nil
}

// drive runs all workers until the plan's count or time is spent.
func drive(workers []*worker, w Workload, plan Plan, start time.Time) {
	most := plan.Most
	if w.Most > 0 {
		most = min(most, w.Most)
	}
	if w.Bound != nil {
		most = min(most, w.Bound())
	}
	var next atomic.Int64
	var done sync.WaitGroup
	for _, k := range workers {
		k.times = make([]time.Duration, 0, 1024)
		done.Go(func() {
			for time.Since(start) < plan.Time {
				i := int(next.Add(1)) - 1
				if i >= most {
					return
				}
				k.one(w, i)
			}
		})
	}
	done.Wait()
}

// one does operation i.
func (k *worker) one(w Workload, i int) {
	w.Build(&k.request, i)
	start := time.Now()
	body, err := k.client.Call(&k.request)
	took := time.Since(start)
	if err == nil && w.Accept != nil {
		err = w.Accept(i, body)
	}
	if err == nil {
		k.times = append(k.times, took)
		return
	}
	k.errors++
	if k.first == nil {
		k.first = err
	}
}

func summarise(workers []*worker, elapsed, used time.Duration) Result {
	var r Result
	var times []time.Duration
	for _, k := range workers {
		times = append(times, k.times...)
		r.Errors += k.errors
		if k.first != nil && r.FirstError == "" {
			r.FirstError = k.first.Error()
		}
	}
	slices.Sort(times)
	r.Done, r.Seconds = len(times), elapsed.Seconds()
	r.P50, r.P99, r.Max = Quantile(times, 0.5), Quantile(times, 0.99), Quantile(times, 1)
	if len(times) > 0 {
		r.Rate = float64(len(times)) / elapsed.Seconds()
		r.CPU = milliseconds(used) / float64(len(times)+r.Errors)
	}
	return r
}
