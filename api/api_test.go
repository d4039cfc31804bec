package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/blob/blobtest"
	"github.com/pedigree-ml/pedigree/digest"
	"github.com/pedigree-ml/pedigree/dossier"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/tracking"
)

const ws = pedigree.DefaultWorkspace

// A fixture is the wire over a real store and real files.
type fixture struct {
	*testing.T
	ctx     context.Context
	dir     string
	files   *blob.Files
	runs    *tracking.Service
	models  *registry.Service
	digests *digest.Service
	graph   *graph.Service
	mux     *http.ServeMux
}

func open(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{T: t, ctx: t.Context(), dir: filepath.Join(t.TempDir(), "files"), mux: http.NewServeMux()}
	records, err := sqlite.Open(f.ctx, filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	f.must(err)
	t.Cleanup(func() { _ = records.Close() })
	f.files, err = blob.OpenFiles(f.dir, blob.KeepFree(0))
	f.must(err)
	t.Cleanup(func() { _ = f.files.Close() })
	f.runs, f.models = tracking.New(records, "mlflow-artifacts:/"), registry.New(records, nil)
	f.must(f.runs.Prepare(f.ctx))
	f.digests = digest.New(records, f)
	f.models.DigestWith(f.digests)
	f.graph = graph.New(records, graph.Options{})
	h := New(f.models, f.digests)
	h.Dossiers = dossier.New(records, lineage.New(records))
	h.Runs, h.Graph = f.runs, f.graph
	mount(t, f.mux, h.Wire())
	return f
}

// Find implements [digest.Locations].
func (f *fixture) Find(uri string) (blob.Store, blob.Prefix, error) {
	path, ok := strings.CutPrefix(uri, "mlflow-artifacts:/")
	if !ok {
		return nil, blob.Prefix{}, pedigree.Errorf(pedigree.Invalid, "elsewhere")
	}
	dir, err := blob.ParsePrefix(path)
	return f.files, dir, err
}

// Owns implements [digest.Locations].
func (f *fixture) Owns(blob.Store) bool { return true }

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// register makes a registered model with one version of some files, and tells
// where those lie.
func (f *fixture) register(name string, files ...string) (dir string) {
	f.Helper()
	m, err := f.runs.CreateLoggedModel(f.ctx, ws, tracking.LoggedModelDraft{Experiment: "0"})
	f.must(err)
	at := strings.TrimPrefix(m.URI, "mlflow-artifacts:/")
	for _, path := range files {
		blobtest.Put(f, f.files, at+"/"+path, "bytes of "+path)
	}
	_, err = f.models.CreateModel(f.ctx, ws, registry.ModelDraft{Name: name})
	f.must(err)
	_, err = f.models.CreateVersion(pedigree.WithActor(f.ctx, pedigree.Actor{Name: "ann", Reason: "it is better"}), ws,
		registry.VersionDraft{Name: name, Source: "models:/" + m.UID, ModelID: &m.UID})
	f.must(err)
	return filepath.Join(f.dir, at)
}

func (f *fixture) do(method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	w.Header().Set("X-Request-Id", "r1")
	f.mux.ServeHTTP(w, httptest.NewRequest(method, "http://pedigree.test"+target, nil))
	return w
}

// get decodes an answer that must be a good one.
func get[T any](f *fixture, target string) T {
	f.Helper()
	w := f.do("GET", target)
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
		f.Fatalf("%s: %d %s %s, %v", target, w.Code, w.Header().Get("Content-Type"), w.Body, err)
	}
	return v
}

// lines decodes an answer line by line, without those about progress.
func (f *fixture) lines(target string) (all []VerifyLine) {
	f.Helper()
	w := f.do("POST", target)
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/x-ndjson" {
		f.Fatalf("%s: %d %s", target, w.Code, w.Body)
	}
	for text := range strings.Lines(w.Body.String()) {
		var l VerifyLine
		f.must(json.Unmarshal([]byte(text), &l))
		if l.Progress == nil {
			all = append(all, l)
		}
	}
	return all
}

func TestFilesArePagedWithWhatIsKnownOfThem(t *testing.T) {
	f := open(t)
	f.register("fraud", "MLmodel", "data/a<b>&", "z")
	const at = base + "/models/fraud/versions/1/files"
	before := get[FilesAnswer](f, at)
	if before.State != "waiting" || before.Files == nil || len(before.Files) != 0 || before.Digest != "" {
		t.Errorf("at first it is %+v", before)
	}
	f.must(f.digests.CatchUp(f.ctx))
	all := get[FilesAnswer](f, at)
	if all.State != "complete" || len(all.Digest) != 64 || all.Count != 3 || all.Bytes != 45 || all.Unread != 0 || len(all.Files) != 3 || all.Next != "" {
		t.Errorf("in the end it is %+v", all)
	}
	if all.Model != "fraud" || all.Version != "1" || !strings.HasSuffix(all.UID, "/1") {
		t.Errorf("it is about %+v", all.VersionName)
	}
	var paged []File
	after := ""
	for {
		page := get[FilesAnswer](f, at+"?limit=1&after="+url.QueryEscape(after))
		paged = append(paged, page.Files...)
		if after = page.Next; after == "" {
			break
		}
	}
	if fmt.Sprint(paged) != fmt.Sprint(all.Files) || paged[1].Path != "data/a<b>&" || paged[1].Size != 19 || len(paged[1].SHA256) != 64 {
		t.Errorf("by pages they are %+v, at once %+v", paged, all.Files)
	}
}

func TestHistoryIsPagedAndOutlivesTheModel(t *testing.T) {
	f := open(t)
	f.register("fraud")
	ctx := pedigree.WithActor(f.ctx, pedigree.Actor{Name: "bob", Reason: "because"})
	_, err := f.models.TransitionVersion(ctx, ws, "fraud", "1", "Production", false)
	f.must(err)
	f.must(f.models.SetAlias(ctx, ws, "fraud", "champion", "1"))
	const at = base + "/models/fraud/versions/1/history"
	all := get[HistoryAnswer](f, at)
	var said []string
	for _, c := range all.Changes {
		said = append(said, c.What+" by "+c.Actor)
		if len(c.Time) != len("2026-11-21T10:09:31.026Z") {
			t.Errorf("%s was at %s", c.What, c.Time)
		}
	}
	if got := strings.Join(said, ", "); got != "created by ann, stage by bob, alias by bob" || all.Changes[1].Reason != "because" || all.Changes[1].After != "Production" {
		t.Errorf("the history is %s: %+v", got, all.Changes)
	}
	var paged []Change
	after := ""
	for {
		page := get[HistoryAnswer](f, at+"?limit=2&after="+after)
		paged = append(paged, page.Changes...)
		if after = page.Next; after == "" {
			break
		}
	}
	if fmt.Sprint(paged) != fmt.Sprint(all.Changes) {
		t.Errorf("by pages it is %+v, at once %+v", paged, all.Changes)
	}
	f.must(f.models.DeleteModel(ctx, ws, "fraud"))
	if w := f.do("GET", at); w.Code != 404 {
		t.Errorf("by the name of a model that is deleted: %d %s", w.Code, w.Body)
	}
	uid, _, _ := strings.Cut(all.UID, "/")
	late := get[HistoryAnswer](f, base+"/models/"+uid+"/versions/1/history")
	if n := len(late.Changes); n < 4 || late.Changes[n-1].What != "deleted" || late.Changes[n-1].Actor != "bob" || late.Deleted == "" || late.Model != "fraud" {
		t.Errorf("of what is deleted it is %+v", late)
	}
}

func TestAnyNameCanBeGivenInTheQuery(t *testing.T) {
	f := open(t)
	for _, name := range []string{`a\b`, "a b", "100%", "%2e%2e", "ünï?x=1&y#z", "<script>", "a;b", "-"} {
		f.register(name, "a")
		f.must(f.digests.CatchUp(f.ctx))
		got := get[FilesAnswer](f, base+"/model-version/files?"+url.Values{"name": {name}, "version": {"1"}}.Encode())
		if got.Model != name || got.Count != 1 {
			t.Errorf("%q: %+v", name, got)
		}
		if h := get[HistoryAnswer](f, base+"/model-version/history?"+url.Values{"name": {name}, "version": {"1"}}.Encode()); h.Model != name || len(h.Changes) == 0 {
			t.Errorf("history of %q: %+v", name, h)
		}
		if strings.Contains(name, `\`) {
			continue // the server refuses it in a path
		}
		if got := get[FilesAnswer](f, base+"/models/"+url.PathEscape(name)+"/versions/1/files"); got.Model != name {
			t.Errorf("%q in the path: %+v", name, got)
		}
	}
}

func TestAVerificationIsToldLineByLine(t *testing.T) {
	f := open(t)
	dir := f.register("fraud", "MLmodel", "model.pkl", "z")
	f.must(f.digests.CatchUp(f.ctx))
	const at = base + "/models/fraud/versions/1/verify"
	lines := f.lines(at)
	if len(lines) != 1 || lines[0].Result == nil || !lines[0].Result.OK || lines[0].Result.Files != 3 || lines[0].Result.Digest == "" {
		t.Errorf("when all is well: %s", encode(lines))
	}
	f.must(os.WriteFile(filepath.Join(dir, "model.pkl"), []byte("bytes of model.PKL"), 0o600))
	f.must(os.Remove(filepath.Join(dir, "z")))
	f.must(os.WriteFile(filepath.Join(dir, "evil.py"), nil, 0o600))
	lines = f.lines(base + "/model-version/verify?name=fraud&version=1")
	var said []string
	for _, l := range lines[:len(lines)-1] {
		said = append(said, string(l.Finding.Problem)+" "+l.Finding.Path)
	}
	if got := strings.Join(said, ", "); got != "changed model.pkl, missing z, added evil.py" {
		t.Errorf("found: %s", got)
	}
	if c := lines[0].Finding; c.Registered.SHA256 == c.Found.SHA256 || c.Registered.Size != c.Found.Size || lines[1].Finding.Found != nil || lines[2].Finding.Registered != nil {
		t.Errorf("found: %+v", lines)
	}
	if r := lines[3].Result; r == nil || r.OK || r.Problems["changed"] != 1 || r.Problems["missing"] != 1 || r.Problems["added"] != 1 {
		t.Errorf("the result is %+v", lines[3])
	}
}

func TestProgressIsToldAtOnce(t *testing.T) {
	f := open(t)
	f.register("fraud", "a")
	f.must(f.digests.CatchUp(f.ctx))
	w := f.do("POST", base+"/models/fraud/versions/1/verify")
	first, _, _ := strings.Cut(w.Body.String(), "\n")
	if first != `{"progress":{"files":0,"of_files":1,"bytes":0,"of_bytes":10}}` || !w.Flushed {
		t.Errorf("the first line is %s", first)
	}
}

func TestErrorsAreProblems(t *testing.T) {
	f := open(t)
	f.register("fraud")
	for target, want := range map[string]string{
		"GET /models/none/versions/1/files":            "404 not found: Model Version (name=none, version=1) not found",
		"GET /models/fraud/versions/2/history":         "404 not found: Model Version (name=fraud, version=2) not found",
		"GET /models/fraud/versions/x/files":           "400 invalid: ",
		"GET /model-version/files?name=fraud":          "400 invalid: ",
		"GET /model-version/files?version=1":           "400 invalid: The parameter name is missing: the model's name, or its UID",
		"GET /models/fraud/versions/1/files?limit=0":   "400 invalid: The parameter limit must be a number from 1 to 10000",
		"GET /models/fraud/versions/1/files?limit=x":   "400 invalid: The parameter limit must be a number from 1 to 10000",
		"GET /models/fraud/versions/1/history?after=":  "",
		"GET /models/fraud/versions/1/history?after=a": "400 invalid: The parameter after must be the next of the page before",
		"POST /models/fraud/versions/1/verify":         "409 bad state: Version 1 of model 'fraud' cannot be verified, its digest is waiting",
	} {
		method, path, _ := strings.Cut(target, " ")
		w := f.do(method, base+path)
		if want == "" {
			if w.Code != 200 {
				t.Errorf("%s: %d %s", target, w.Code, w.Body)
			}
			continue
		}
		var p Problem
		f.must(json.Unmarshal(w.Body.Bytes(), &p))
		got := fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Detail)
		if !strings.HasPrefix(got, want) || w.Code != p.Status || p.Type != "about:blank" || base+strings.SplitN(path, "?", 2)[0] != p.Instance || p.Title != http.StatusText(p.Status) ||
			p.Request != "r1" || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s, want %s", target, w.Code, w.Body, want)
		}
	}
}

func TestAnInternalErrorTellsNothingButItsRequest(t *testing.T) {
	w := httptest.NewRecorder()
	w.Header().Set("X-Request-Id", "r9")
	fail(w, httptest.NewRequest("GET", base+"/x", nil), pedigree.Hide(pedigree.Internal, os.ErrPermission, "open /srv/secret"))
	if got := w.Body.String(); strings.Contains(got, "secret") || !strings.Contains(got, `"request":"r9"`) || w.Code != 500 {
		t.Errorf("%d %s", w.Code, got)
	}
}

func TestAPathThatIsNotThereIsAProblem(t *testing.T) {
	wire := New(nil, nil).Wire()
	for want, handler := range map[int]http.HandlerFunc{404: wire.NotFound, 405: wire.WrongMethod} {
		w := httptest.NewRecorder()
		handler(w, httptest.NewRequest("GET", base+"/x", nil))
		if w.Code != want || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%d %s, want %d", w.Code, w.Body, want)
		}
	}
}

// encode gives a value as the wire writes it.
func encode(v any) (line []byte) {
	encoded(v, func(b []byte) { line = bytes.Clone(b) })
	return line
}
