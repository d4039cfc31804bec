package openlineage

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/jobs"
)

// What a run of MLflow read, a job of OpenLineage wrote: nothing but the place
// ties them together.
func TestLineageLeadsAcrossWires(t *testing.T) {
	s := openStore(t)
	mux := http.NewServeMux()
	for _, r := range New(jobs.New(s)).Wire().Routes {
		mux.HandleFunc(r.Method+" "+r.Pattern, r.Handler)
	}
	f := &fixture{t, mux}
	f.want("POST", "/api/v1/lineage", strings.Replace(sound, `"name":"out"`, `"name":"features.parquet"`, 1), 201, "")
	trained(t, s)
	registered(t, s)
	for _, c := range []struct{ node, wants string }{
		{"dataset:s3://b:in", `"id":"job:mlflow:prices"`},
		{"job:mlflow:prices", `"id":"job:n:j"`},
		{"dataset:s3://b:in", `"id":"dataset:models:/fare/3"`},
		{"dataset:models:/fare/3", `"id":"dataset:s3://b:in"`},
		{"job:mlflow:prices", `"args":{"lr":"0.1"}`},
	} {
		w := f.call("GET", "/api/v1/lineage?nodeId="+c.node, "")
		if w.Code != 200 || !strings.Contains(w.Body.String(), c.wants) {
			t.Errorf("around %s: %d %s, want %s", c.node, w.Code, w.Body, c.wants)
		}
	}
	if w := f.call("GET", "/api/v1/lineage?nodeId=dataset:s3://b:in&depth=0", ""); w.Code != 200 || strings.Contains(w.Body.String(), "mlflow") {
		t.Errorf("no step leads too far: %s", w.Body)
	}
	f.want("GET", "/api/v1/namespaces/mlflow/jobs/prices", "", 200, "")
	f.want("GET", "/api/v1/namespaces/mlflow/jobs/none", "", 404, `{"code":404,"message":"Job 'none' not found."}`)
	if w := f.call("GET", "/api/v1/namespaces/mlflow/jobs/prices/runs", ""); !strings.Contains(w.Body.String(), `"state":"COMPLETED"`) {
		t.Errorf("runs of an experiment: %s", w.Body)
	}
	f.want("GET", "/api/v1/jobs/runs/01234567-89ab-cdef-0123-456789abcdef", "", 200, "")
}
