package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/pedigree-ml/pedigree/bench"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/digest"
	"github.com/pedigree-ml/pedigree/mlflow"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/tracking"
)

// serve opens an empty store and serves the wire on it, as the server does.
func serve(t *testing.T) (store.Store, string) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "pedigree.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	files, err := blob.OpenFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	rules, artifacts := tracking.New(s, "mlflow-artifacts:/"), mlflow.NewArtifacts(files)
	if err := rules.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	models := registry.New(s, nil)
	models.DigestWith(digest.New(s, artifacts))
	mux := http.NewServeMux()
	for _, r := range mlflow.New(rules, models, artifacts).Wire().Routes {
		mux.Handle(r.Method+" "+r.Pattern, r.Handler)
	}
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	return s, web.URL
}

func read(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %d %s", address, response.StatusCode, body)
	}
	return string(body)
}

// timestamps are all that may differ.
var timestamps = regexp.MustCompile(`("(creation|last_updated)_timestamp":\s*)"?\d+"?`)

// contents reads all models and versions by the wire.
func contents(t *testing.T, base string) []string {
	t.Helper()
	const api = "/api/2.0/mlflow/"
	models := read(t, base+api+"registered-models/search?max_results=1000")
	var page struct {
		Models []struct{ Name string } `json:"registered_models"`
	}
	if err := json.Unmarshal([]byte(models), &page); err != nil {
		t.Fatal(err)
	}
	texts := []string{models}
	for _, m := range page.Models {
		name := url.QueryEscape(m.Name)
		texts = append(texts,
			read(t, base+api+"registered-models/alias?alias="+bench.RegistryAlias+"&name="+name),
			read(t, base+api+"model-versions/search?order_by=version_number+ASC&filter="+url.QueryEscape("name = '"+m.Name+"'")))
	}
	for i := range texts {
		texts[i] = timestamps.ReplaceAllString(texts[i], "${1}0")
	}
	return texts
}

func TestAFilledRegistryHoldsWhatTheWireWouldHaveWritten(t *testing.T) {
	f := filling{models: 7, versions: 3, perCommit: 3}
	s, filled := serve(t)
	if err := f.fill(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	_, sent := serve(t)
	if err := (bench.Registry{Models: f.models, Versions: f.versions}).Seed(sent); err != nil {
		t.Fatal(err)
	}
	got, want := contents(t, filled), contents(t, sent)
	if len(got) != 1+2*f.models || len(want) != len(got) {
		t.Fatalf("%d answers of the filled store and %d of the other, want %d", len(got), len(want), 1+2*f.models)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("answer %d\nfilled: %s\nsent:   %s", i, got[i], want[i])
		}
	}
}

func TestTheWorkloadsAreAnsweredRightly(t *testing.T) {
	f := filling{models: 200, versions: 2, perCommit: 50}
	s, base := serve(t)
	if err := f.fill(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	for _, w := range (bench.Registry{Models: f.models, Versions: f.versions}).Workloads(1) {
		r, err := bench.Run(base, 0, w, bench.Plan{Clients: 1, Most: 3, Time: 1e10, Timeout: 1e10})
		if err != nil || r.Errors > 0 || r.Done != 3 {
			t.Errorf("%s: %d done, %v, %s", w.Name, r.Done, err, r.FirstError)
		}
	}
}
