package bench

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// counting answers {} and fails each call for which refuse says so.
func counting(t *testing.T, refuse func(n int64) bool) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if refuse(calls.Add(1)) {
			http.Error(w, "refused", http.StatusBadRequest)
			return
		}
		_, _ = w.Write([]byte("{}"))
	}))
	t.Cleanup(server.Close)
	return server, &calls
}

func never(int64) bool { return false }

func TestRunDoesEveryOperationOnce(t *testing.T) {
	server, calls := counting(t, never)
	var seen [100]atomic.Int64
	w := Workload{Name: "x", Build: func(r *Request, i int) {
		seen[i].Add(1)
		r.Method, r.Path = "GET", "/"
	}}
	r, err := Run(server.URL, 0, w, Plan{Clients: 7, Most: 100, Time: time.Hour, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if r.Done != 100 || r.Errors != 0 || calls.Load() != 100 || r.Clients != 7 || r.Op != "x" {
		t.Errorf("%d calls, result %+v", calls.Load(), r)
	}
	for i := range seen {
		if n := seen[i].Load(); n != 1 {
			t.Errorf("operation %d was done %d times", i, n)
		}
	}
	if r.P50 <= 0 || r.P99 < r.P50 || r.Max < r.P99 || r.Rate <= 0 {
		t.Errorf("times out of order: %+v", r)
	}
}

func TestRunCountsErrorsApart(t *testing.T) {
	server, _ := counting(t, func(n int64) bool { return n%4 == 0 })
	w := Workload{
		Build: func(r *Request, _ int) { r.Method, r.Path = "GET", "/" },
		Accept: func(i int, _ []byte) error {
			if i == 0 {
				return errors.New("not what was asked for")
			}
			return nil
		},
	}
	r, err := Run(server.URL, 0, w, Plan{Clients: 1, Most: 40, Time: time.Hour, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if r.Done != 29 || r.Errors != 11 || !strings.Contains(r.FirstError, "not what was asked for") {
		t.Errorf("result %+v, want 29 done and 11 errors", r)
	}
}

func TestRunEndsWhenItsTimeIsSpent(t *testing.T) {
	server, calls := counting(t, never)
	w := Workload{Build: func(r *Request, _ int) { r.Method, r.Path = "GET", "/" }}
	r, err := Run(server.URL, 0, w, Plan{Clients: 2, Most: 1 << 40, Time: time.Millisecond, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if int64(r.Done) != calls.Load() {
		t.Errorf("%d done, the server saw %d", r.Done, calls.Load())
	}
}

func TestRunStopsAtAWrongAnswer(t *testing.T) {
	server, calls := counting(t, never)
	w := Workload{
		Name:   "search",
		Build:  func(r *Request, _ int) { r.Method, r.Path = "GET", "/" },
		Verify: func([]byte) error { return fmt.Errorf("no runs") },
	}
	_, err := Run(server.URL, 0, w, Plan{Clients: 1, Most: 10, Time: time.Hour, Timeout: time.Minute})
	if err == nil || !strings.Contains(err.Error(), "verify search: no runs") {
		t.Errorf("error %v", err)
	}
	if calls.Load() != 1 {
		t.Errorf("%d calls after a wrong answer", calls.Load())
	}
}

func TestWorkloadsOwnBoundIsKept(t *testing.T) {
	server, calls := counting(t, never)
	w := Workload{Most: 3, Build: func(r *Request, _ int) { r.Method, r.Path = "GET", "/" }}
	if _, err := Run(server.URL, 0, w, Plan{Clients: 2, Most: 50, Time: time.Hour, Timeout: time.Minute}); err != nil {
		t.Fatal(err)
	}
	if calls.Load() != 3 {
		t.Errorf("%d calls, want 3", calls.Load())
	}
}
