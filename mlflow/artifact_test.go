package mlflow

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/blob/blobtest"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/tracking"
)

// An artifactBench is the wire over a real store, with a tripwire before the
// bytes. Everything is allowed unless a test says otherwise.
type artifactBench struct {
	t       *testing.T
	h       *Handler
	mux     *http.ServeMux
	records store.Store
	files   *blob.Files
	wire    *blobtest.Tripwire
	dir     string // of the files
}

func newArtifactBench(t *testing.T) *artifactBench {
	t.Helper()
	b := &artifactBench{t: t, dir: filepath.Join(t.TempDir(), "files")}
	var err error
	if b.records, err = sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.records.Close() })
	if b.files, err = blob.OpenFiles(b.dir, blob.KeepFree(0)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.files.Close() })
	b.wire = blobtest.NewTripwire(t, b.files)
	b.wire.Allow("*")
	rules := tracking.New(b.records, "mlflow-artifacts:/")
	if err := rules.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.h = New(rules, registry.New(b.records, nil), NewArtifacts(b.wire))
	b.mux = http.NewServeMux()
	for _, r := range b.h.Wire().Routes {
		b.mux.HandleFunc(r.Method+" "+r.Pattern, r.Handler)
	}
	return b
}

// run starts a run in an experiment, or in a new one with a location of its
// own.
func (b *artifactBench) run(location string) tracking.Run {
	b.t.Helper()
	experiment := "0"
	if location != "" {
		var err error
		name := "at " + location
		if experiment, err = b.h.tracking.CreateExperiment(b.t.Context(), b.h.workspace(), name, location, nil); err != nil {
			b.t.Fatal(err)
		}
	}
	run, err := b.h.tracking.CreateRun(b.t.Context(), b.h.workspace(), tracking.RunDraft{Experiment: experiment, Started: 1})
	if err != nil {
		b.t.Fatal(err)
	}
	return run
}

func (b *artifactBench) model(experiment string) tracking.LoggedModel {
	b.t.Helper()
	m, err := b.h.tracking.CreateLoggedModel(b.t.Context(), b.h.workspace(), tracking.LoggedModelDraft{Experiment: experiment})
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

// version registers all artifacts of a run as version 1 of a model that is
// called like the run.
func (b *artifactBench) version(run tracking.Run) registry.Version {
	b.t.Helper()
	if _, err := b.h.registry.CreateModel(b.t.Context(), b.h.workspace(), registry.ModelDraft{Name: run.UID}); err != nil {
		b.t.Fatal(err)
	}
	v, err := b.h.registry.CreateVersion(b.t.Context(), b.h.workspace(), registry.VersionDraft{Name: run.UID, Source: run.URI, RunID: &run.UID})
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// setURI forces a location into a record, past all rules, as from an import.
func (b *artifactBench) setURI(n pedigree.Node, uri string) {
	b.t.Helper()
	n.URI = uri
	if err := b.records.Update(b.t.Context(), func(tx store.Tx) error { return tx.UpdateNode(&n) }); err != nil {
		b.t.Fatal(err)
	}
}

// key gives where a record keeps an artifact.
func (b *artifactBench) key(uri, below string) string {
	b.t.Helper()
	p, err := b.h.artifacts.place(uri)
	if err != nil {
		b.t.Fatalf("%s: %v", uri, err)
	}
	key, err := p.prefix.Join(blobtest.Key(b.t, below))
	if err != nil {
		b.t.Fatal(err)
	}
	return key.String()
}

// put stores bytes as an artifact of a record.
func (b *artifactBench) put(uri, below, text string) {
	b.t.Helper()
	blobtest.Put(b.t, b.files, b.key(uri, below), text)
}

func (b *artifactBench) do(method, target, body string, header ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, "http://pedigree.test"+target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return b.serve(r)
}

func (b *artifactBench) serve(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.mux.ServeHTTP(w, r)
	return w
}

// want checks a status and, where it is an error, its form.
func (b *artifactBench) want(doing string, w *httptest.ResponseRecorder, status int) {
	b.t.Helper()
	if w.Code != status {
		b.t.Errorf("%s: %d %s, want %d", doing, w.Code, w.Body, status)
	}
	if w.Code < 400 {
		return
	}
	var e struct {
		Code    string `json:"error_code"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || e.Code == "" || e.Message == "" || w.Header().Get("Content-Type") != "application/json" {
		b.t.Errorf("%s: no error of the wire: %q", doing, w.Body)
	}
}

func decodeInto[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	var m T
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return m
}

const (
	storeRoute = "/api/2.0/mlflow-artifacts/artifacts"
	bytesRoute = "/api/2.0/mlflow-artifacts"
)

// escaped writes a key as the path of a URL.
func escaped(key string) string { return (&url.URL{Path: "/" + key}).EscapedPath() }

type fileList struct {
	Root  string `json:"root_uri"`
	Files []struct {
		Path string `json:"path"`
		Dir  bool   `json:"is_dir"`
		Size *int64 `json:"file_size"`
	} `json:"files"`
}

func (l fileList) String() string {
	var names []string
	for _, f := range l.Files {
		name := f.Path
		if f.Dir {
			name += "/"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func TestAnArtifactGoesUpComesBackAndGoes(t *testing.T) {
	b := newArtifactBench(t)
	for _, base := range []string{"/api", "/ajax-api"} {
		at := base + "/2.0/mlflow-artifacts/artifacts"
		for _, key := range []string{"x", "dir/model.bin", "a b/100%.txt", "%41", "ä/日本語", "dog+step+20+timestamp+100", `q"'<b>&=`} {
			b.want("PUT "+key, b.do("PUT", at+escaped(key), "bytes of "+key), 200)
			w := b.do("GET", at+escaped(key), "")
			b.want("GET "+key, w, 200)
			if w.Body.String() != "bytes of "+key {
				t.Errorf("%s came back as %q", key, w.Body)
			}
			if got := blobtest.Read(t, b.files, key); got != "bytes of "+key {
				t.Errorf("%s is stored as %q", key, got)
			}
			w = b.do("HEAD", at+escaped(key), "")
			if w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") == "" {
				t.Errorf("HEAD %s: %d, %d bytes, %v", key, w.Code, w.Body.Len(), w.Header())
			}
			b.want("DELETE "+key, b.do("DELETE", at+escaped(key), ""), 200)
			b.want("GET after DELETE "+key, b.do("GET", at+escaped(key), ""), 404)
			b.want("a second DELETE "+key, b.do("DELETE", at+escaped(key), ""), 200)
		}
	}
	if names := blobtest.Names(t, b.files, ""); names != nil {
		t.Errorf("the store still holds %q", names)
	}
}

func TestTheStoreIsListedByBareNames(t *testing.T) {
	b := newArtifactBench(t)
	for _, key := range []string{"a.txt", "dir/b.txt", "dir/sub/c"} {
		blobtest.Put(t, b.files, key, "0")
	}
	for query, want := range map[string]string{
		"":           `{"files":[{"path":"a.txt","is_dir":false,"file_size":1},{"path":"dir","is_dir":true}]}`,
		"?path=":     `{"files":[{"path":"a.txt","is_dir":false,"file_size":1},{"path":"dir","is_dir":true}]}`,
		"?path=dir":  `{"files":[{"path":"b.txt","is_dir":false,"file_size":1},{"path":"sub","is_dir":true}]}`,
		"?path=dir/": `{"files":[{"path":"b.txt","is_dir":false,"file_size":1},{"path":"sub","is_dir":true}]}`,
		"?path=none": `{}`, "?path=a.txt": `{}`,
	} {
		w := b.do("GET", storeRoute+query, "")
		if w.Code != 200 || w.Body.String() != want {
			t.Errorf("%q lists %d %s", query, w.Code, w.Body)
		}
	}
}

func TestARunListsAndSendsItsArtifacts(t *testing.T) {
	b := newArtifactBench(t)
	run, other := b.run(""), b.run("mlflow-artifacts:/my own%20place")
	for _, r := range []tracking.Run{run, other} {
		b.put(r.URI, "a.txt", "abcdefg")
		b.put(r.URI, "dir/b.txt", r.UID)
	}
	for _, r := range []tracking.Run{run, other} {
		for _, base := range []string{"/api", "/ajax-api"} {
			for query, want := range map[string]string{"": "a.txt dir/", "&path=dir": "dir/b.txt", "&path=dir/": "dir/b.txt", "&path=": "a.txt dir/", "&path=x": ""} {
				l := decodeInto[fileList](t, b.do("GET", base+"/2.0/mlflow/artifacts/list?run_id="+r.UID+query, ""))
				if l.String() != want || l.Root != r.URI {
					t.Errorf("%s%s lists %q below %q", r.UID, query, l, l.Root)
				}
			}
		}
		for _, id := range []string{"run_id", "run_uuid"} {
			w := b.do("GET", "/get-artifact?path=dir/b.txt&"+id+"="+r.UID, "")
			if w.Code != 200 || w.Body.String() != r.UID {
				t.Errorf("get-artifact: %d %s", w.Code, w.Body)
			}
		}
	}
	b.want("an absent artifact", b.do("GET", "/get-artifact?path=none&run_id="+run.UID, ""), 404)
	b.want("a directory", b.do("GET", "/get-artifact?path=dir&run_id="+run.UID, ""), 400)
	b.want("an absent run", b.do("GET", "/get-artifact?path=a.txt&run_id=none", ""), 404)
	b.want("no path", b.do("GET", "/get-artifact?run_id="+run.UID, ""), 400)
	b.want("no run", b.do("GET", "/get-artifact?path=a.txt", ""), 400)
	b.want("a list of no run", b.do("GET", "/api/2.0/mlflow/artifacts/list?path=x", ""), 400)
}

func TestAModelListsAndSendsItsArtifacts(t *testing.T) {
	b := newArtifactBench(t)
	m := b.model("0")
	b.put(m.URI, "MLmodel", "flavors:")
	b.put(m.URI, "code/x.py", "import")
	at := "/2.0/mlflow/logged-models/" + m.UID + "/artifacts"
	for _, base := range []string{"/api", "/ajax-api"} {
		l := decodeInto[fileList](t, b.do("GET", base+at+"/directories", ""))
		if l.String() != "MLmodel code/" || l.Root != m.URI {
			t.Errorf("the model lists %q below %q", l, l.Root)
		}
		if l := decodeInto[fileList](t, b.do("GET", base+at+"/directories?artifact_directory_path=code", "")); l.String() != "code/x.py" {
			t.Errorf("its directory lists %q", l)
		}
	}
	w := b.do("GET", "/ajax-api"+at+"/files?artifact_file_path=MLmodel", "")
	if w.Code != 200 || w.Body.String() != "flavors:" || w.Header().Get("Content-Type") != "text/plain" {
		t.Errorf("MLmodel: %d %s %v", w.Code, w.Body, w.Header())
	}
	b.want("no path", b.do("GET", "/ajax-api"+at+"/files", ""), 400)
	b.want("no model", b.do("GET", "/ajax-api/2.0/mlflow/logged-models/none/artifacts/files?artifact_file_path=x", ""), 404)
	if err := b.h.tracking.DeleteLoggedModel(t.Context(), b.h.workspace(), m.UID); err != nil {
		t.Fatal(err)
	}
	b.want("a deleted model", b.do("GET", "/ajax-api"+at+"/files?artifact_file_path=MLmodel", ""), 404)
	b.want("a deleted model's list", b.do("GET", "/api"+at+"/directories", ""), 404)
}

func TestAWebPageUploadsAFileOfARun(t *testing.T) {
	b := newArtifactBench(t)
	run := b.run("")
	at := "/ajax-api/2.0/mlflow/upload-artifact"
	for query, want := range map[string]string{
		"":                                      "Request must specify run_uuid.",
		"?run_uuid=" + run.UID:                  "Request must specify path.",
		"?path=&run_uuid=" + run.UID:            "Request must specify path.",
		"?path=../test.txt&run_uuid=" + run.UID: "Invalid path",
		"?path=test.txt&run_uuid=" + run.UID:    "Request must specify data.",
	} {
		w := b.do("POST", at+query, "")
		if b.want(query, w, 400); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %s", query, w.Body)
		}
	}
	b.want("upload", b.do("POST", at+"?path=a/test.txt&run_uuid="+run.UID, "hello world"), 200)
	if got := blobtest.Read(t, b.files, b.key(run.URI, "a/test.txt")); got != "hello world" {
		t.Errorf("stored %q", got)
	}
	for _, size := range []int{10 << 20, 10<<20 + 1} {
		for _, declared := range []int64{int64(size), -1} {
			r := httptest.NewRequest("POST", at+"?path=big&run_uuid="+run.UID, strings.NewReader(strings.Repeat("x", size)))
			r.ContentLength = declared
			status := 200
			if size > 10<<20 {
				status = 400
			}
			b.want("an upload at the limit", b.serve(r), status)
		}
	}
	unread := httptest.NewRequest("POST", at+"?path=big&run_uuid="+run.UID, iotest.ErrReader(io.ErrClosedPipe))
	unread.ContentLength = 10<<20 + 1
	if w := b.serve(unread); !strings.Contains(w.Body.String(), "too large") {
		t.Errorf("a body that says it is too large was read: %s", w.Body)
	}
	if info, err := b.files.Stat(t.Context(), blobtest.Key(t, b.key(run.URI, "big"))); err != nil || info.Size != 10<<20 {
		t.Errorf("of the large ones stands %+v, %v", info, err)
	}
	if err := b.h.tracking.DeleteRun(t.Context(), b.h.workspace(), run.UID); err != nil {
		t.Fatal(err)
	}
	b.want("a run in the bin", b.do("POST", at+"?path=late&run_uuid="+run.UID, "x"), 400)
	b.want("a run that is not", b.do("POST", at+"?path=late&run_uuid=none", "x"), 404)
}

func TestPresignedURLsAreNotGiven(t *testing.T) {
	b := newArtifactBench(t)
	run, m := b.run(""), b.model("0")
	b.wire.Allow()
	b.want("of the store", b.do("GET", bytesRoute+"/presigned/a/b", ""), 501)
	for body, status := range map[string]int{
		`{"path":"x","run_id":"` + run.UID + `"}`: 400,
		`{"path":"x","run_id":"none"}`:            404,
		`{"path":"x","model_id":"` + m.UID + `"}`: 400,
		`{"path":"x"}`:                 400,
		`{"run_id":"` + run.UID + `"}`: 400,
		`{"path":"x","run_id":"` + run.UID + `","model_id":"` + m.UID + `"}`: 400,
	} {
		b.want("to upload "+body, b.do("POST", "/api/2.0/mlflow/artifacts/presigned-upload-url", body), status)
		if !strings.Contains(body, "model") {
			b.want("to download "+body, b.do("POST", "/api/2.0/mlflow/artifacts/presigned-download-url", body), status)
		}
	}
}

type uploadAnswer struct {
	ID          string `json:"upload_id"`
	Credentials []struct {
		URL     string            `json:"url"`
		Number  int               `json:"part_number"`
		Headers map[string]string `json:"headers"`
	} `json:"credentials"`
}

func TestALargeFileIsUploadedInParts(t *testing.T) {
	b := newArtifactBench(t)
	whole := strings.Repeat("0123456789", 100)
	for _, path := range []string{"/home/me/100% a+b.bin", "100% a+b.bin", `C:\Users\me\100% a+b.bin`, "../up/100% a+b.bin"} {
		for _, dir := range []string{"/0/run/artifacts/model", "/", "/%C3%A4%20b"} {
			body, _ := json.Marshal(map[string]any{"path": path, "num_parts": 3})
			up := decodeInto[uploadAnswer](t, b.do("POST", bytesRoute+"/mpu/create"+dir, string(body)))
			type part struct {
				Number int    `json:"part_number"`
				ETag   string `json:"etag"`
				URL    string `json:"url"`
			}
			var parts []part
			for i, c := range up.Credentials {
				to, ok := strings.CutPrefix(c.URL, "http://pedigree.test")
				if !ok || c.Number != i+1 || len(c.Headers) != 0 {
					t.Fatalf("part %d goes to %+v", i+1, c)
				}
				w := b.do("PUT", to, whole[i*400:min(i*400+400, len(whole))])
				b.want("a part", w, 200)
				parts = append(parts, part{c.Number, w.Header().Get("ETag"), c.URL})
			}
			body, _ = json.Marshal(map[string]any{"path": path, "upload_id": up.ID, "parts": parts})
			b.want("completing", b.do("POST", bytesRoute+"/mpu/complete"+dir, string(body)), 200)
			key, _ := url.PathUnescape(strings.Trim(dir+"/100%25%20a+b.bin", "/"))
			if got := blobtest.Read(t, b.files, key); got != whole {
				t.Errorf("%s holds %d bytes", key, len(got))
			}
			if err := b.files.Delete(t.Context(), blobtest.Key(t, key)); err != nil {
				t.Error(err)
			}
		}
	}
	if names := blobtest.Names(t, b.files, ""); names != nil {
		t.Errorf("elsewhere lies %q", names)
	}
}

func TestAnUploadInPartsIsAborted(t *testing.T) {
	b := newArtifactBench(t)
	up := decodeInto[uploadAnswer](t, b.do("POST", bytesRoute+"/mpu/create/d", `{"path":"x","num_parts":1}`))
	for range 2 { // the client aborts also what went wrong by itself
		b.want("aborting", b.do("POST", bytesRoute+"/mpu/abort/d", `{"path":"x","upload_id":"`+up.ID+`"}`), 200)
	}
	to, _ := strings.CutPrefix(up.Credentials[0].URL, "http://pedigree.test")
	b.want("a part after that", b.do("PUT", to, "x"), 404)
	b.want("completing after that", b.do("POST", bytesRoute+"/mpu/complete/d", `{"path":"x","upload_id":"`+up.ID+`","parts":[{"part_number":1,"etag":"x"}]}`), 404)
}

func TestPartsGoWhereTheOperatorSays(t *testing.T) {
	b := newArtifactBench(t)
	b.h.artifacts.PublicURL = "https://ml.example.com/mlflow/"
	up := decodeInto[uploadAnswer](t, b.do("POST", bytesRoute+"/mpu/create/d", `{"path":"x","num_parts":1}`))
	want := "https://ml.example.com/mlflow/api/2.0/mlflow-artifacts/mpu/part/d/x?upload_id=" + up.ID + "&part_number=1"
	if got := up.Credentials[0].URL; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestUploadsInPartsAreBounded(t *testing.T) {
	b := newArtifactBench(t)
	b.wire.Allow("CreateUpload d/x")
	for _, count := range []string{"0", "-1", "10001", "2147483647", "9223372036854775807", `"x"`, "1.5", "null", "[]"} {
		b.want(count+" parts", b.do("POST", bytesRoute+"/mpu/create/d", `{"path":"x","num_parts":`+count+`}`), 400)
	}
	up := decodeInto[uploadAnswer](t, b.do("POST", bytesRoute+"/mpu/create/d", `{"path":"x","num_parts":10000}`))
	if len(up.Credentials) != 10000 || up.Credentials[9999].Number != 10000 {
		t.Errorf("%d parts", len(up.Credentials))
	}
	b.wire.Allow("PutPart d/x", "PutPart d/y", "CompleteUpload d/*", "AbortUpload d/*")
	for _, id := range []string{"", "..", "../../x", strings.Repeat("0", 31), strings.Repeat("g", 32), up.ID + "/../x", "/etc/passwd", up.ID + "\x00"} {
		query := "?part_number=1&upload_id=" + url.QueryEscape(id)
		b.want("a part of "+id, b.do("PUT", bytesRoute+"/mpu/part/d/x"+query, "x"), 400)
		body, _ := json.Marshal(map[string]any{"path": "x", "upload_id": id, "parts": []any{}})
		b.want("completing "+id, b.do("POST", bytesRoute+"/mpu/complete/d", string(body)), 400)
		b.want("aborting "+id, b.do("POST", bytesRoute+"/mpu/abort/d", string(body)), 400)
	}
	b.want("a part of another key", b.do("PUT", bytesRoute+"/mpu/part/d/y?part_number=1&upload_id="+up.ID, "x"), 400)
	b.want("aborting from another key", b.do("POST", bytesRoute+"/mpu/abort/d", `{"path":"y","upload_id":"`+up.ID+`"}`), 400)
	for _, number := range []string{"", "0", "-1", "10001", "x", "1&part_number=2"} {
		b.want("part "+number, b.do("PUT", bytesRoute+"/mpu/part/d/x?upload_id="+up.ID+"&part_number="+number, "x"), 400)
	}
	r := httptest.NewRequest("PUT", bytesRoute+"/mpu/part/d/x?part_number=1&upload_id="+up.ID, io.MultiReader(strings.NewReader("x")))
	r.ContentLength = -1
	b.want("a part of unknown length", b.serve(r), 400)
}

func TestADirectoryOfAnySizeIsListedWhole(t *testing.T) {
	b := newArtifactBench(t)
	dir := filepath.Join(b.dir, "d")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	const count = 5000
	for i := range count {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%0100d", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := b.do("GET", storeRoute+"?path=d", "")
	if l := decodeInto[fileList](t, w); len(l.Files) != count || w.Body.Len() < partSize {
		t.Errorf("%d of %d names in %d bytes", len(l.Files), count, w.Body.Len())
	}
}
