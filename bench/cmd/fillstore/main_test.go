package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/mlflow"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/tracking"
)

// openFilled fills a store and serves it over the wire.
func openFilled(t *testing.T, f filling) (url, experiment string) {
	t.Helper()
	ctx := context.Background()
	s, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "pedigree.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if experiment, err = f.fill(ctx, s); err != nil {
		t.Fatal(err)
	}
	files, err := blob.OpenFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	wire := mlflow.New(tracking.New(s, f.root), registry.New(s, nil), mlflow.NewArtifacts(files)).Wire()
	mux := http.NewServeMux()
	for _, r := range wire.Routes {
		mux.Handle(r.Method+" "+r.Pattern, r.Handler)
	}
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	return web.URL, experiment
}

// call asks the wire and decodes its answer.
func call(t *testing.T, method, url string, body any) map[string]any {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(method, url, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, url, response.StatusCode, answer)
	}
	var decoded map[string]any
	if err := json.Unmarshal(answer, &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

type object = map[string]any

// log writes what run i holds over the wire, as a client would.
func (f filling) log(t *testing.T, url, experiment string, i int) (run string) {
	t.Helper()
	draft, batch := f.draft(experiment, i), f.batch(i)
	made := call(t, "POST", url+"/api/2.0/mlflow/runs/create", object{
		"experiment_id": experiment, "run_name": draft.Name, "start_time": draft.Started, "tags": pairs(draft.Tags),
	})
	run = made["run"].(object)["info"].(object)["run_id"].(string)
	metrics := make([]object, len(batch.Metrics))
	for k, m := range batch.Metrics {
		metrics[k] = object{"key": m.Key, "value": m.Value, "timestamp": m.Time, "step": m.Step}
	}
	call(t, "POST", url+"/api/2.0/mlflow/runs/log-batch", object{
		"run_id": run, "metrics": metrics, "params": pairs(batch.Params), "tags": pairs(batch.Tags),
	})
	return run
}

func pairs(properties []pedigree.Property) []object {
	list := make([]object, len(properties))
	for i, p := range properties {
		list[i] = object{"key": p.Key, "value": p.Value}
	}
	return list
}

func TestAFilledStoreHoldsWhatTheWireWouldHaveWritten(t *testing.T) {
	f := filling{root: "mlflow-artifacts:/", name: "filled", runs: 7, metrics: 20, perCommit: 3}
	url, filled := openFilled(t, f)
	logged := call(t, "POST", url+"/api/2.0/mlflow/experiments/create", object{"name": "logged"})["experiment_id"].(string)
	for i := range f.runs {
		f.log(t, url, logged, i)
	}
	got, want := readAll(t, url, filled), readAll(t, url, logged)
	if len(got) != f.runs || len(want) != f.runs {
		t.Fatalf("%d runs filled and %d logged, want %d", len(got), len(want), f.runs)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("run %d\nfilled: %s\nlogged: %s", i, got[i], want[i])
		}
	}
}

// readAll reads every run of an experiment, newest first, with the history of
// one metric, and writes its own identities as words.
func readAll(t *testing.T, url, experiment string) []string {
	t.Helper()
	page := call(t, "POST", url+"/api/2.0/mlflow/runs/search", object{"experiment_ids": []string{experiment}, "max_results": 1000})
	var texts []string
	for _, found := range page["runs"].([]any) {
		id := found.(object)["info"].(object)["run_id"].(string)
		run := call(t, "GET", url+"/api/2.0/mlflow/runs/get?run_id="+id, nil)
		history := call(t, "GET", url+"/api/2.0/mlflow/metrics/get-history?metric_key=m5&run_id="+id, nil)
		run["run"].(object)["info"].(object)["experiment_id"] = "EXPERIMENT"
		text, err := json.Marshal([]any{run, history})
		if err != nil {
			t.Fatal(err)
		}
		known := strings.NewReplacer(id, "RUN", fmt.Sprintf(":/%s/", experiment), ":/EXPERIMENT/")
		texts = append(texts, known.Replace(string(text)))
	}
	return texts
}

func TestRunsAreTheSameEachTimeTheyAreMade(t *testing.T) {
	f := filling{metrics: 20}
	a, b := fmt.Sprint(f.batch(17)), fmt.Sprint(f.batch(17))
	if a != b {
		t.Errorf("run 17 holds\n%s\nand then\n%s", a, b)
	}
	if other := fmt.Sprint(f.batch(18)); other == a {
		t.Error("runs 17 and 18 hold the same")
	}
}
