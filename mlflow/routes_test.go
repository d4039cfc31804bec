package mlflow

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/route"
)

func wire() route.Wire { return New(nil, nil, nil).Wire() }

func TestTwinsAskForTheSame(t *testing.T) {
	routes := map[string]route.Route{}
	for _, r := range wire().Routes {
		routes[r.Method+" "+r.Pattern] = r
	}
	for _, o := range New(nil, nil, nil).operations() {
		api, okAPI := routes[o.method+" /api"+o.path]
		ajax, okAjax := routes[o.method+" /ajax-api"+o.path]
		if !okAPI || !okAjax {
			t.Errorf("%s %s is not mounted twice", o.method, o.path)
		}
		if api.Permission != ajax.Permission || api.Body != ajax.Body || api.MaxBody != ajax.MaxBody {
			t.Errorf("%s %s: the twins differ", o.method, o.path)
		}
	}
}

func TestLargerBodiesAreOfKnownPaths(t *testing.T) {
	paths := map[string]bool{}
	for _, o := range New(nil, nil, nil).operations() {
		paths[o.path] = true
	}
	for path := range maxBodies {
		if !paths[path] {
			t.Errorf("%s is no path", path)
		}
	}
}

func TestReadingNeedsNoRightToWrite(t *testing.T) {
	for _, r := range wire().Routes {
		if r.Permission == "" {
			t.Errorf("%s %s declares no permission", r.Method, r.Pattern)
		}
		if r.Permission == route.Manage {
			continue // for whoever runs the server, whatever it does
		}
		changes := r.Permission == route.Write || r.Permission == route.Delete
		if r.Method == "GET" && changes || r.Method == "DELETE" && !changes || r.Method == "PATCH" && !changes {
			t.Errorf("%s %s asks for %s", r.Method, r.Pattern, r.Permission)
		}
		if r.Method == "GET" && r.Body != route.NoBody {
			t.Errorf("%s %s takes a body", r.Method, r.Pattern)
		}
	}
}

// Every path that the client of MLflow calls, tracking and registry.
func TestTheWireIsWhole(t *testing.T) {
	routes := map[string]bool{}
	for _, r := range wire().Routes {
		routes[r.Method+" "+r.Pattern] = true
	}
	for _, want := range strings.Fields(`
		POST:/api/2.0/mlflow/experiments/create POST:/api/2.0/mlflow/experiments/delete POST:/api/2.0/mlflow/experiments/delete-experiment-tag
		GET:/api/2.0/mlflow/experiments/get GET:/api/2.0/mlflow/experiments/get-by-name POST:/api/2.0/mlflow/experiments/restore
		GET:/api/2.0/mlflow/experiments/search POST:/api/2.0/mlflow/experiments/search POST:/api/2.0/mlflow/experiments/set-experiment-tag
		POST:/api/2.0/mlflow/experiments/update GET:/api/2.0/mlflow/metrics/get-history GET:/api/2.0/mlflow/metrics/get-history-bulk-interval
		GET:/ajax-api/2.0/mlflow/metrics/get-history-bulk POST:/ajax-api/2.0/mlflow/experiments/search-datasets
		POST:/api/2.0/mlflow/runs/create POST:/api/2.0/mlflow/runs/delete POST:/api/2.0/mlflow/runs/delete-tag GET:/api/2.0/mlflow/runs/get
		POST:/api/2.0/mlflow/runs/log-batch POST:/api/2.0/mlflow/runs/log-inputs POST:/api/2.0/mlflow/runs/log-metric POST:/api/2.0/mlflow/runs/log-model
		POST:/api/2.0/mlflow/runs/log-parameter POST:/api/2.0/mlflow/runs/outputs POST:/api/2.0/mlflow/runs/restore POST:/api/2.0/mlflow/runs/search
		POST:/api/2.0/mlflow/runs/set-tag POST:/api/2.0/mlflow/runs/update
		POST:/api/2.0/mlflow/logged-models DELETE:/api/2.0/mlflow/logged-models/{model_id} GET:/api/2.0/mlflow/logged-models/{model_id}
		PATCH:/api/2.0/mlflow/logged-models/{model_id} POST:/api/2.0/mlflow/logged-models/{model_id}/params PATCH:/api/2.0/mlflow/logged-models/{model_id}/tags
		DELETE:/api/2.0/mlflow/logged-models/{model_id}/tags/{tag_key} POST:/api/2.0/mlflow/logged-models/search
		POST:/api/2.0/mlflow/model-versions/create DELETE:/api/2.0/mlflow/model-versions/delete DELETE:/api/2.0/mlflow/model-versions/delete-tag
		GET:/api/2.0/mlflow/model-versions/get GET:/api/2.0/mlflow/model-versions/get-download-uri GET:/api/2.0/mlflow/model-versions/search
		POST:/api/2.0/mlflow/model-versions/set-tag POST:/api/2.0/mlflow/model-versions/transition-stage PATCH:/api/2.0/mlflow/model-versions/update
		DELETE:/api/2.0/mlflow/registered-models/alias GET:/api/2.0/mlflow/registered-models/alias POST:/api/2.0/mlflow/registered-models/alias
		POST:/api/2.0/mlflow/registered-models/create DELETE:/api/2.0/mlflow/registered-models/delete DELETE:/api/2.0/mlflow/registered-models/delete-tag
		GET:/api/2.0/mlflow/registered-models/get GET:/api/2.0/mlflow/registered-models/get-latest-versions
		POST:/api/2.0/mlflow/registered-models/get-latest-versions POST:/api/2.0/mlflow/registered-models/rename
		GET:/api/2.0/mlflow/registered-models/search POST:/api/2.0/mlflow/registered-models/set-tag PATCH:/api/2.0/mlflow/registered-models/update
		GET:/model-versions/get-artifact
		GET:/api/2.0/mlflow/webhooks POST:/api/2.0/mlflow/webhooks DELETE:/api/2.0/mlflow/webhooks/{webhook_id} GET:/api/2.0/mlflow/webhooks/{webhook_id}
		PATCH:/api/2.0/mlflow/webhooks/{webhook_id} POST:/api/2.0/mlflow/webhooks/{webhook_id}/test
		GET:/api/3.0/mlflow/server-info GET:/ajax-api/3.0/mlflow/server-info GET:/health GET:/version`) {
		if name := strings.Replace(want, ":", " ", 1); !routes[name] {
			t.Errorf("%s is not there", name)
		}
	}
}

func TestWhatIsNotOfferedSaysSo(t *testing.T) {
	w := wire()
	for _, path := range []string{
		"/api/3.0/mlflow/traces", "/api/3.0/mlflow/traces/x", "/v1/traces", "/api/2.0/mlflow/users/create", "/gateway/x/mlflow/invocations",
		"/ajax-api/3.0/jobs/x", "/api/3.0/mlflow/scorers/list",
	} {
		rec := httptest.NewRecorder()
		w.NotFound(rec, httptest.NewRequest("POST", path, nil))
		if rec.Code != http.StatusNotImplemented || !strings.Contains(rec.Body.String(), "NOT_IMPLEMENTED") {
			t.Errorf("%s: got %d", path, rec.Code)
		}
		if !answersFor(w.Prefixes, path) {
			t.Errorf("%s lies under no prefix of the wire", path)
		}
	}
	for _, path := range []string{"/", "/api/2.0/mlflow/runs/nope", "/api/2.0/mlflow/tracesx", "/graphqlx", "/mlflow/traces", "/api/2.0/graphql"} {
		if area, ok := areaOf(path); ok {
			t.Errorf("%s is taken for %s", path, area)
		}
	}
}

func answersFor(prefixes []string, path string) bool {
	for _, p := range prefixes {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}
