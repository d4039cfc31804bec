package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/server"
)

func TestReadinessFollowsTheStore(t *testing.T) {
	f := &fake{}
	var broken error
	h := f.serve(server.Options{Ready: func(context.Context) error { return broken }}).Handler(ourHost)
	wantStatus(t, get(t, h, "/readyz"), 200)
	broken = errBroken
	w := get(t, h, "/readyz")
	wantStatus(t, w, 503)
	if strings.Contains(w.Body.String(), "secret") {
		t.Errorf("tells %q", w.Body)
	}
	wantStatus(t, get(t, h, "/healthz"), 200)
}

func TestMetricsCountByOperationAndStatus(t *testing.T) {
	f := &fake{}
	h := f.serve(server.Options{Version: "1.2.3"}).Handler(ourHost)
	for range 3 {
		get(t, h, things)
	}
	post(t, h, things+"/create", strings.Repeat(" ", 5<<20))
	get(t, h, "/nothing/"+strings.Repeat("x", 100))
	text := get(t, h, "/metrics").Body.String()
	for _, want := range []string{
		`pedigree_http_requests_total{code="200",operation="GET ` + things + `"} 3`,
		`pedigree_http_requests_total{code="413",operation="POST ` + things + `/create"} 1`,
		`pedigree_http_requests_total{code="404",operation="none"} 1`,
		`pedigree_http_request_duration_seconds_count{operation="GET ` + things + `"} 3`,
		`pedigree_http_requests_in_flight 1`,
		`version="1.2.3"`,
		`go_goroutines`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
}

// Case H13.
func TestHiddenMetricsAreOnTheListenerOfOperationsAlone(t *testing.T) {
	f := &fake{}
	s := f.serve(server.Options{HideMetrics: true})
	clients, operations := s.Handler(ourHost), s.Operations(ourHost)
	wantStatus(t, get(t, clients, "/metrics"), 404)
	wantStatus(t, get(t, operations, "/metrics"), 200)
	wantStatus(t, get(t, operations, "/healthz"), 200)
	wantStatus(t, get(t, operations, "/readyz"), 200)
	wantStatus(t, get(t, operations, things), 404)
	wantStatus(t, get(t, operations, "/"), 404)
	for _, path := range []string{"/debug/pprof/", "/debug/vars", "/env", "/config"} {
		wantStatus(t, get(t, clients, path), 404)
		wantStatus(t, get(t, operations, path), 404)
	}
}

func TestTheBenchEndpointIsThereOnlyWhenAskedFor(t *testing.T) {
	f := &fake{}
	wantStatus(t, post(t, f.handler(), "/bench/noop", "{}"), 404)
	w := post(t, f.serve(server.Options{BenchEndpoint: true}).Handler(ourHost), "/bench/noop", `{"a":1}`)
	wantStatus(t, w, 200)
	if w.Body.String() != "{}" {
		t.Errorf("answer %q", w.Body)
	}
}

func TestHeadAnswersLikeGetWithoutBody(t *testing.T) {
	f := &fake{hook: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }}
	h := f.handler()
	wantStatus(t, send(t, h, "HEAD "+things+" HTTP/1.1\nHost: "+ourHost), 204)
	wantStatus(t, send(t, h, "HEAD /healthz HTTP/1.1\nHost: "+ourHost), 200)
}

// broken is a policy with a defect.
type broken struct{}

func (broken) Authorize(*http.Request, route.Permission) error {
	return pedigree.Hide(pedigree.Internal, errBroken, "oh")
}

func TestADefectIsNotShownInPlainText(t *testing.T) {
	f := &fake{}
	w := get(t, f.serve(server.Options{Policy: broken{}}).Handler(ourHost), "/metrics")
	wantStatus(t, w, 500)
	if text := w.Body.String(); strings.Contains(text, "oh") || strings.Contains(text, "fire") {
		t.Errorf("answer %q", text)
	}
}
