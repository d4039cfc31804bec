package mlflow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/blob/blobtest"
	"github.com/pedigree-ml/pedigree/store"
)

// known gives what is recorded of the bytes below a prefix: "key=digest".
func (b *artifactBench) known(prefix string) string {
	b.t.Helper()
	var all []string
	err := b.records.View(b.t.Context(), func(r store.Reader) error {
		objects, err := r.Objects(pedigree.DefaultWorkspace, prefix, "", 1000)
		all = nil
		for _, o := range objects {
			info, err := b.files.Stat(b.t.Context(), blobtest.Key(b.t, o.Key))
			if err != nil || info.Tag != o.Tag || info.Size != o.Size {
				b.t.Errorf("recorded is %+v of %+v, %v", o, info, err)
			}
			all = append(all, o.Key+"="+o.SHA256[:8])
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.Join(all, " ")
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:8]
}

func TestTheDigestOfWhatIsUploadedIsRecordedAndGoesWithIt(t *testing.T) {
	b := newArtifactBench(t)
	run := b.run("")
	b.want("a file", b.do("PUT", storeRoute+"/d/a", "one"), 200)
	b.want("a file again", b.do("PUT", storeRoute+"/d/a", "two"), 200)
	b.want("a file that is refused", b.serve(short("PUT", storeRoute+"/d/refused")), 400)
	b.want("a page's file", b.do("POST", "/ajax-api/2.0/mlflow/upload-artifact?run_uuid="+run.UID+"&path=p", "page"), 200)
	id := decodeInto[struct {
		ID string `json:"upload_id"`
	}](t, b.do("POST", bytesRoute+"/mpu/create/d", `{"path": "b", "num_parts": 2}`)).ID
	var parts []string
	for n, text := range []string{"three", "four"} {
		w := b.do("PUT", fmt.Sprintf("%s/mpu/part/d/b?upload_id=%s&part_number=%d", bytesRoute, id, n+1), text)
		b.want("a part", w, 200)
		parts = append(parts, fmt.Sprintf(`{"part_number": %d, "etag": %q}`, n+1, w.Header().Get("ETag")))
	}
	if got := b.known("d"); got != "d/a="+digest("two") {
		t.Errorf("before the parts are one, recorded is %s", got)
	}
	b.want("completing", b.do("POST", bytesRoute+"/mpu/complete/d", fmt.Sprintf(`{"path": "b", "upload_id": %q, "parts": [%s]}`, id, strings.Join(parts, ","))), 200)
	if got, want := b.known("d"), "d/a="+digest("two")+" d/b="+digest("threefour"); got != want {
		t.Errorf("recorded is %s, want %s", got, want)
	}
	if got, want := b.known("0"), b.key(run.URI, "p")+"="+digest("page"); got != want {
		t.Errorf("recorded is %s, want %s", got, want)
	}
	b.want("deleting a file", b.do("DELETE", storeRoute+"/d/a", ""), 200)
	if got, want := b.known("d"), "d/b="+digest("threefour"); got != want {
		t.Errorf("after one is deleted, recorded is %s, want %s", got, want)
	}
	b.want("deleting a directory", b.do("DELETE", storeRoute+"/d", ""), 200)
	if got := b.known("d"); got != "" {
		t.Errorf("after all are deleted, recorded is %s", got)
	}
}

// short is a request whose body ends too soon.
func short(method, target string) *http.Request {
	r, err := http.NewRequest(method, "http://pedigree.test"+target, strings.NewReader("x"))
	if err != nil {
		panic(err)
	}
	r.ContentLength = 2
	return r
}

// said gives what the files of a model say of a record.
func (b *artifactBench) said(id pedigree.NodeID) string {
	b.t.Helper()
	var lines []string
	err := b.records.View(b.t.Context(), func(r store.Reader) error {
		facts, err := r.Facts([]pedigree.NodeID{id}, pedigree.Manifest)
		lines = nil
		for _, p := range facts[0].Properties {
			lines = append(lines, p.Key+"="+p.Value)
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.Join(lines, " ")
}

func (b *artifactBench) upload(uri, below, text string) {
	b.t.Helper()
	b.want(below, b.do("PUT", storeRoute+escaped(b.key(uri, below)), text), 200)
}

func TestTheFilesOfALoggedModelSayWhatItIs(t *testing.T) {
	b := newArtifactBench(t)
	m := b.model("0")
	step := func(doing, want string) {
		t.Helper()
		if got := b.said(m.ID); got != want {
			t.Errorf("%s: it is said %q, want %q", doing, got, want)
		}
	}
	b.upload(m.URI, "requirements.txt", "numpy==2\n")
	step("requirements", `requirements=["numpy==2"]`)
	b.upload(m.URI, "MLmodel", "flavors: {sklearn: {}}\nmodel_size_bytes: 12\n")
	step("MLmodel", `requirements=["numpy==2"] flavors=sklearn model_size_bytes=12`)
	b.upload(m.URI, "components/MLmodel", "flavors: {inner: {}}\n")
	b.upload(m.URI, "components/requirements.txt", "inner\n")
	step("a model inside", `requirements=["numpy==2"] flavors=sklearn model_size_bytes=12`)
	b.upload(m.URI, "MLmodel", "flavors: {onnx: {}}\n")
	b.upload(m.URI, "conda.yaml", "dependencies: [python=3]\n")
	step("another MLmodel", `requirements=["numpy==2"] flavors=onnx conda_dependencies=["python=3"]`)
	b.upload(m.URI, "MLmodel", "&a [*a")
	step("one that is broken", `requirements=["numpy==2"] conda_dependencies=["python=3"]`)
	b.upload(m.URI, "MLmodel", "mlflow_version: 3\n#"+strings.Repeat("x", 1<<20))
	step("one that is too large", `requirements=["numpy==2"] conda_dependencies=["python=3"]`)
	b.want("deleting", b.do("DELETE", storeRoute+escaped(b.key(m.URI, "requirements.txt")), ""), 200)
	step("no requirements", `conda_dependencies=["python=3"]`)
}

func TestTheFilesOfARunSayWhatItsModelIs(t *testing.T) {
	b := newArtifactBench(t)
	run := b.run("")
	step := func(doing, want string) {
		t.Helper()
		if got := b.said(run.ID); got != want {
			t.Errorf("%s: it is said %q, want %q", doing, got, want)
		}
	}
	b.upload(run.URI, "requirements.txt", "of no model\n") // until there is one beside it
	b.upload(run.URI, "notes/MLmodel/x", "of no model\n")
	step("what is no model", "")
	b.upload(run.URI, "a/model/requirements.txt", "numpy\n")
	b.upload(run.URI, "a/model/MLmodel", "flavors: {sklearn: {}}\n")
	step("a model", `path=a/model flavors=sklearn requirements=["numpy"]`)
	b.upload(run.URI, "a/model/steps/MLmodel", "flavors: {inner: {}}\n")
	step("a model inside", `path=a/model flavors=sklearn requirements=["numpy"]`)
	b.upload(run.URI, "b/MLmodel", "flavors: {onnx: {}}\n")
	step("another model", `path=b flavors=onnx`)
	b.want("deleting the other", b.do("DELETE", storeRoute+escaped(b.key(run.URI, "a")), ""), 200)
	step("the other is gone", `path=b flavors=onnx`)
	b.want("deleting", b.do("DELETE", storeRoute+escaped(b.key(run.URI, "b")), ""), 200)
	step("no model", "")
	b.want("a page's model", b.do("POST", "/ajax-api/2.0/mlflow/upload-artifact?run_uuid="+run.UID+"&path=MLmodel", "mlflow_version: 1\n"), 200)
	step("a page's model", `path=. requirements=["of no model"] mlflow_version=1`)
}

func TestFilesAtPlacesOfNobodySayNothing(t *testing.T) {
	b := newArtifactBench(t)
	run, other := b.run(""), b.model("0")
	b.setURI(other.Node, "mlflow-artifacts:/elsewhere/"+other.UID+"/artifacts")
	for _, key := range []string{
		"MLmodel", "artifacts/MLmodel", "0/nobody/artifacts/MLmodel", "1/" + run.UID + "/artifacts/MLmodel",
		"x/0/" + run.UID + "/artifacts/MLmodel", "0/models/" + other.UID + "/artifacts/MLmodel", "0/" + run.UID + "/MLmodel",
	} {
		b.want(key, b.do("PUT", storeRoute+"/"+key, "flavors: {x: {}}\n"), 200)
	}
	if got := b.said(run.ID) + b.said(other.ID); got != "" {
		t.Errorf("it is said %q", got)
	}
}

func TestTheFilesOfAModelThatArriveTogetherAreAllRead(t *testing.T) {
	b := newArtifactBench(t)
	for range 5 {
		m := b.model("0")
		var all sync.WaitGroup
		for name, text := range map[string]string{"MLmodel": "mlflow_version: 3\n", "requirements.txt": "a\n", "conda.yaml": "dependencies: [b]\n"} {
			all.Go(func() { b.upload(m.URI, name, text) })
		}
		all.Wait()
		got := b.said(m.ID)
		for _, want := range []string{"mlflow_version=3", `requirements=["a"]`, `conda_dependencies=["b"]`} {
			if !strings.Contains(got, want) {
				t.Errorf("it is said %q, without %q", got, want)
			}
		}
	}
}

// A root in a directory of the operator's is written to past the server, so
// nothing that passed through the server is taken for what is there.
func TestNothingIsRecordedOfADirectoryOfTheOperators(t *testing.T) {
	b := newArtifactBench(t)
	files, err := blob.OpenFiles(t.TempDir(), blob.KeepFree(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	b.h.artifacts.AddRoot("/srv/mlruns", files)
	run := b.run("/srv/mlruns/7")
	b.want("a page's model", b.do("POST", "/ajax-api/2.0/mlflow/upload-artifact?run_uuid="+run.UID+"&path=MLmodel", "mlflow_version: 1\n"), 200)
	if got := b.known("7"); got != "" {
		t.Errorf("recorded is %s", got)
	}
	if got := b.said(run.ID); got != "path=. mlflow_version=1" {
		t.Errorf("it is said %q", got)
	}
}

func TestSearchesUseWhatTheFilesOfAModelSay(t *testing.T) {
	b := newArtifactBench(t)
	run, model := b.run(""), b.model("0")
	b.run("")
	b.model("0")
	b.upload(run.URI, "model/MLmodel", "flavors: {sklearn: {}}\nmlflow_version: 2.1\n")
	b.upload(model.URI, "MLmodel", "flavors: {onnx: {}, python_function: {python_version: 3.12}}\n")
	for _, c := range []struct{ path, filter, want string }{
		{"/api/2.0/mlflow/runs/search", "manifest.flavors LIKE '%sklearn%' and manifest.mlflow_version = '2.1'", run.UID},
		{"/api/2.0/mlflow/runs/search", "manifest.flavors = 'onnx'", ""},
		{"/api/2.0/mlflow/logged-models/search", "manifest.flavors LIKE 'onnx%' AND manifest.python_version = '3.12'", model.UID},
		{"/api/2.0/mlflow/logged-models/search", "manifest.flavors LIKE '%sklearn%'", ""},
	} {
		w := b.do("POST", c.path, fmt.Sprintf(`{"experiment_ids": ["0"], "filter": %q}`, c.filter), "Content-Type", "application/json")
		b.want(c.filter, w, 200)
		found := strings.Contains(w.Body.String(), run.UID) || strings.Contains(w.Body.String(), model.UID)
		if found != (c.want != "") || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s finds %s, want %q", c.filter, w.Body, c.want)
		}
		if strings.Contains(w.Body.String(), "python_function") {
			t.Errorf("%s: what upstream does not answer is in %s", c.filter, w.Body)
		}
	}
}
