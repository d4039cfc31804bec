package mlflow

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// historyAnswer is what a client reads.
type historyAnswer struct {
	Metrics []struct{ Step int }
	Next    string `json:"next_page_token"`
}

// A client of before paging takes the first answer for everything, so without
// a size it must get everything; with one it gets pages.
func TestHistoryIsWholeUnlessPagesAreAskedFor(t *testing.T) {
	mux := serveWire(t)
	call := func(method, target, body string, into any) {
		t.Helper()
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(method, target, strings.NewReader(body)))
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil || w.Code != 200 {
			t.Fatalf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	var created struct {
		Run struct {
			Info struct {
				ID string `json:"run_id"`
			}
		}
	}
	call("POST", "/api/2.0/mlflow/runs/create", `{}`, &created)
	const total = 2*historyPage + 1000
	for first := 0; first < total; first += 1000 {
		var b strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&b, `,{"key":"m","value":1,"timestamp":5,"step":%d}`, first+i)
		}
		call("POST", "/api/2.0/mlflow/runs/log-batch", `{"run_id":"`+created.Run.Info.ID+`","metrics":[`+b.String()[1:]+`]}`, &struct{}{})
	}

	of := "/api/2.0/mlflow/metrics/get-history?metric_key=m&run_id=" + created.Run.Info.ID
	var all historyAnswer
	call("GET", of, "", &all)
	if len(all.Metrics) != total || all.Next != "" {
		t.Errorf("without a size: %d points, next %q", len(all.Metrics), all.Next)
	}
	seen := 0
	for token := ""; ; {
		var page historyAnswer
		call("GET", of+"&max_results=30000&page_token="+url.QueryEscape(token), "", &page)
		for _, m := range page.Metrics {
			if m.Step != seen {
				t.Fatalf("step %d comes where %d belongs", m.Step, seen)
			}
			seen++
		}
		if len(page.Metrics) > historyPage {
			t.Errorf("a page of %d points", len(page.Metrics))
		}
		if token = page.Next; token == "" {
			break
		}
	}
	if seen != total {
		t.Errorf("the pages hold %d points", seen)
	}
}
