package mlflow

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/blob/blobtest"
)

// inDir gives the directory that a root opened.
type inDir struct {
	blob.Store
	dir string
}

func openDir(dir string) (blob.Store, error) { return inDir{dir: dir}, nil }

func TestRootsOfEveryFormAreServed(t *testing.T) {
	proxied := inDir{dir: "own"}
	tests := []struct{ root, uri, dir, prefix string }{
		{"mlflow-artifacts:/", "mlflow-artifacts:/0/r/artifacts", "own", "0/r/artifacts"},
		{"mlflow-artifacts:/", "mlflow-artifacts:///0/r", "own", "0/r"},
		{"mlflow-artifacts:/", "mlflow-artifacts:/a%20b", "own", "a b"},
		{"mlflow-artifacts:/", "mlflow-artifacts:/a b", "own", "a b"},
		{"mlflow-artifacts:/", "mlflow-artifacts:/100%", "own", "100%"},
		{"mlflow-artifacts:/", "mlflow-artifacts:/", "own", ""},
		{"mlflow-artifacts:/team", "mlflow-artifacts:/team/0", "own", "team/0"},
		{"/data/mlruns", "/data/mlruns/0/r", "/data/mlruns", "0/r"},
		{"/data/mlruns/", "/data/mlruns/0/r", "/data/mlruns/", "0/r"},
		{"mlruns", "mlruns/0/r", "mlruns", "0/r"},
		{"./mlruns", "./mlruns/0/r", "./mlruns", "0/r"},
		{"file:///data/ml%20runs", "file:///data/ml%20runs/0", "/data/ml runs", "0"},
		{"file:///data", "mlflow-artifacts:/0", "own", "0"},
		{"http://h:1/api/2.0/mlflow-artifacts/artifacts", "http://h:1/api/2.0/mlflow-artifacts/artifacts/0/r", "own", "0/r"},
		{"https://h/ml/api/2.0/mlflow-artifacts/artifacts/", "https://h/ml/api/2.0/mlflow-artifacts/artifacts/0", "own", "0"},
	}
	for _, test := range tests {
		a := NewArtifacts(proxied)
		if err := a.Configure(test.root, openDir); err != nil {
			t.Errorf("%s: %v", test.root, err)
			continue
		}
		p, err := a.place(test.uri)
		if err != nil || p.store.(inDir).dir != test.dir || p.prefix.String() != test.prefix {
			t.Errorf("%s in %s: %+v, %v", test.uri, test.root, p, err)
		}
	}
}

func TestOnlyWhatIsBelowARootIsServed(t *testing.T) {
	a := NewArtifacts(inDir{dir: "own"})
	if err := a.Configure("file:///data/runs", openDir); err != nil {
		t.Fatal(err)
	}
	for _, uri := range []string{
		"file:///data/runs2/x", "file:///data", "file:///data/runs/../secret", "file:///data/runs/%2e%2e/secret", "file:///data/runs/x/..",
		"file:///data/runs/a%2F..%2Fb", "file:///data/runs//x", "file:///data/runs/x?y", "file:///data/runs/x#y", "file:///data/runs?x", "file:///data/runs/.",
		"/data/runs/x", "file:/data/runs/x", "FILE:///data/runs/x", "file://localhost/data/runs/x",
	} {
		if p, err := a.place(uri); err == nil {
			t.Errorf("%s is %+v", uri, p)
		}
	}
}

func TestARootIsNotTakenForItsSibling(t *testing.T) {
	a := NewArtifacts(nil)
	for _, root := range []string{"/data/runs", "/data/runs2", "/data/runs2/deep"} {
		a.AddRoot(root, inDir{dir: root})
	}
	for uri, want := range map[string]string{"/data/runs/0": "/data/runs", "/data/runs2/0": "/data/runs2"} {
		if p, err := a.place(uri); err != nil || p.store.(inDir).dir != want {
			t.Errorf("%s is in %+v, %v", uri, p, err)
		}
	}
}

func TestRootsThatCannotBeServedAreRefused(t *testing.T) {
	for _, root := range []string{
		"", "s3://bucket", "gs://b/x", "ftp://h/x", "http://h/x", "http://h/api/2.0/mlflow-artifacts/artifacts?x", "file://host/x", "file:///x?y", "/x#y", "//host/x",
		"mlflow-artifacts://h/x", "mlflow-artifacts:x", "mlflow-artifacts:/../x", "file:", "\x00",
	} {
		if err := NewArtifacts(nil).Configure(root, openDir); err == nil {
			t.Errorf("%q was taken", root)
		}
	}
}

// The root of upstream's own tests: runs lie in a directory that clients write
// to themselves, and the server shows what is there.
func TestRunsInADirectoryAreServedFromIt(t *testing.T) {
	b := newArtifactBench(t)
	dir := t.TempDir()
	err := b.h.artifacts.Configure("file://"+dir, func(dir string) (blob.Store, error) { return blob.OpenFiles(dir, blob.KeepFree(0)) })
	if err != nil {
		t.Fatal(err)
	}
	run := b.run("file://" + dir + "/7")
	local := filepath.Join(dir, "7", run.UID, "artifacts")
	if err := os.MkdirAll(local, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(local, "x.txt"), []byte("bytes"), 0o644); err != nil {
		t.Fatal(err)
	}
	b.wire.Allow()
	l := decodeInto[fileList](t, b.do("GET", "/api/2.0/mlflow/artifacts/list?run_id="+run.UID, ""))
	if l.String() != "x.txt" || l.Root != run.URI {
		t.Errorf("the run lists %q below %q", l, l.Root)
	}
	if w := b.do("GET", "/get-artifact?path=x.txt&run_id="+run.UID, ""); w.Body.String() != "bytes" {
		t.Errorf("the file: %d %s", w.Code, w.Body)
	}
	b.want("an upload", b.do("POST", "/ajax-api/2.0/mlflow/upload-artifact?path=d/y&run_uuid="+run.UID, "more"), 200)
	if text, err := os.ReadFile(filepath.Join(local, "d", "y")); string(text) != "more" || err != nil {
		t.Errorf("the upload is %q, %v", text, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Large bodies pass through in pieces: over a real connection, in every way in
// and out, and in parts.
func TestMemoryStaysFlatOverTheWire(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 800 MB")
	}
	b := newArtifactBench(t)
	server := httptest.NewServer(b.mux)
	defer server.Close()
	const size = 200 << 20
	send := func(method, url string, body io.Reader, length int64) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+url, body)
		if err != nil {
			t.Fatal(err)
		}
		r.ContentLength = length
		answer, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = answer.Body.Close() })
		if answer.StatusCode != 200 {
			t.Fatalf("%s %s: %s", method, url, answer.Status)
		}
		return answer
	}
	id, err := b.files.CreateUpload(t.Context(), blobtest.Key(t, "parts"), 1)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	send("PUT", storeRoute+"/declared", io.LimitReader(zeros{}, size), size)
	send("PUT", storeRoute+"/chunked", io.LimitReader(zeros{}, size), -1)
	send("PUT", bytesRoute+"/mpu/part/parts?part_number=1&upload_id="+string(id), io.LimitReader(zeros{}, size), size)
	if n, err := io.Copy(io.Discard, send("GET", storeRoute+"/declared", nil, 0).Body); n != size || err != nil {
		t.Fatalf("%d bytes came back, %v", n, err)
	}
	runtime.ReadMemStats(&after)
	if grew := after.TotalAlloc - before.TotalAlloc; grew > 8<<20 {
		t.Errorf("4 times %d MB took %d KB of memory in all", size>>20, grew>>10)
	}
}
