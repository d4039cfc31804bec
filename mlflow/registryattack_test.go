package mlflow

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
)

// creators are the paths under which versions are made.
var creators = []string{
	"/api/2.0/mlflow/model-versions/create", "/ajax-api/2.0/mlflow/model-versions/create", "/api/2.0/preview/mlflow/model-versions/create",
}

// tripListener listens on loopback and fails the test if anybody calls.
func tripListener(t *testing.T) (host string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	called := make(chan bool, 1)
	go func() {
		c, err := listener.Accept()
		if err == nil {
			_ = c.Close()
		}
		called <- err == nil
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		if <-called {
			t.Error("a source was called")
		}
	})
	return listener.Addr().String()
}

func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// upstreamError reads the two members that clients go by.
func upstreamError(w *httptest.ResponseRecorder) (code, message string) {
	var e struct {
		Code    string `json:"error_code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(w.Body.Bytes(), &e) != nil {
		return "", w.Body.String()
	}
	return e.Code, e.Message
}

// Cases M1 and M2: a source that lies where it may not is refused in upstream's
// form, under each name of the operation, with a run, a logged model, an alias
// or the tag of prompts; nothing is stored, opened or called.
func TestSourcesThatAreRefusedTouchNothing(t *testing.T) {
	b := newArtifactBench(t)
	host := tripListener(t)
	secrets := t.TempDir()
	if err := os.WriteFile(filepath.Join(secrets, "MLmodel"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	run, other, m := b.run(""), b.run(""), b.model("0")
	b.put(other.URI, "MLmodel", "secret")
	b.register("m", registry.VersionDraft{Source: run.URI, RunID: &run.UID})
	if err := b.h.registry.SetAlias(t.Context(), b.h.workspace(), "m", "champion", "1"); err != nil {
		t.Fatal(err)
	}
	b.wire.Allow()
	for _, source := range []string{
		"file://" + secrets, "file:" + secrets, secrets, "/" + secrets, "file://" + host + secrets, "../../etc", "file:///etc/passwd",
		"mlflow-artifacts://" + host + "/0/" + run.UID + "/artifacts", "http://" + host + "/api/2.0/mlflow-artifacts/artifacts/0", other.URI, "runs:/" + other.UID + "/model",
		run.URI + "/../../" + other.UID + "/artifacts", run.URI + "/%2e%2e/%2e%2e/" + other.UID, run.URI + "/%252e%252e/x", run.URI + "/..+/x", run.URI + "#x", run.URI + ";x", run.URI + "/\x00",
		"s3://bucket/../x", "models:/m@champion/../x", "models:/m@none", "models:/m/1#x", "models://" + host + "/m/1", "models:/" + m.UID + "/../x", "runs:/" + run.UID + "/../" + other.UID,
	} {
		for _, with := range []map[string]any{
			{},
			{"run_id": run.UID},
			{"run_id": "unknown"},
			{"model_id": m.UID},
			{"run_id": run.UID, "model_id": m.UID},
			{"run_id": run.UID, "tags": []map[string]string{{"key": "mlflow.prompt.is_prompt", "value": "true"}}},
		} {
			with["name"], with["source"] = "m", source
			var first string
			for _, path := range creators {
				w := b.do("POST", path, jsonText(with), "Content-Type", "application/json")
				code, message := upstreamError(w)
				if w.Code != 400 && w.Code != 404 || code != "INVALID_PARAMETER_VALUE" && code != "RESOURCE_DOES_NOT_EXIST" || message == "" {
					t.Errorf("%s with %v at %s: %d %s", source, with, path, w.Code, w.Body)
				}
				if first == "" {
					first = w.Body.String()
				} else if w.Body.String() != first {
					t.Errorf("%s: the names of one operation answer %s and %s", source, first, w.Body)
				}
			}
		}
	}
	page, err := b.h.registry.SearchVersions(t.Context(), b.h.workspace(), registry.Search{Max: 10})
	if err != nil || len(page.Items) != 1 {
		t.Errorf("stored are %+v, %v", page.Items, err)
	}
}

// Case M2: no later change moves a version to another source, and a copy leads
// where its original does.
func TestNoChangeMovesAVersion(t *testing.T) {
	b := newArtifactBench(t)
	run := b.run("")
	b.register("m", registry.VersionDraft{Source: run.URI, RunID: &run.UID})
	b.register("to", registry.VersionDraft{Source: "models:/m/1"})
	b.wire.Allow()
	const evil = `,"source":"file:///etc","storage_location":"file:///etc","run_id":"x","model_id":"x","uri":"file:///etc"}`
	for _, call := range []string{
		`PATCH /update {"name":"NAME","version":"1","description":"d"`,
		`POST /transition-stage {"name":"NAME","version":"1","stage":"Staging"`,
		`POST /set-tag {"name":"NAME","version":"1","key":"source","value":"file:///etc"`,
	} {
		for _, name := range []string{"m", "to"} {
			method, rest, _ := strings.Cut(strings.ReplaceAll(call, "NAME", name), " ")
			path, body, _ := strings.Cut(rest, " ")
			b.want(call, b.do(method, "/api/2.0/mlflow/model-versions"+path, body+evil, "Content-Type", "application/json"), 200)
			v, err := b.h.registry.Version(t.Context(), b.h.workspace(), name, "1")
			if err != nil || v.Location() != run.URI || v.RunID != run.UID || v.ModelID != "" {
				t.Errorf("%s: it is %+v, %v", call, v, err)
			}
		}
	}
}

// Case M4: where a version can be downloaded is told as text; nobody looks
// whether there is anything.
func TestTheDownloadURIIsALabel(t *testing.T) {
	b := newArtifactBench(t)
	host := tripListener(t)
	b.wire.Allow()
	for i, source := range []string{
		"http://" + host + "/x", "https://" + host + "/x?a=b", "ftp://" + host + "/x", "sftp://" + host + "/x", "hdfs://" + host + "/x", "s3://bucket/a b/é", "dbfs:/x/y", "unknown:/x",
	} {
		b.register("m", registry.VersionDraft{Source: source})
		for _, path := range []string{"/api/2.0/mlflow", "/ajax-api/2.0/mlflow", "/api/2.0/preview/mlflow"} {
			w := b.do("GET", path+"/model-versions/get-download-uri?"+url.Values{"name": {"m"}, "version": {fmt.Sprint(i + 1)}}.Encode(), "")
			var got struct {
				URI string `json:"artifact_uri"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 || got.URI != source {
				t.Errorf("%s is to be downloaded from %d %s", source, w.Code, w.Body)
			}
		}
	}
}

// Case M5, over the wire.
func TestWhatIsTooLongOrReservedIsRefused(t *testing.T) {
	b := newArtifactBench(t)
	b.register("m", registry.VersionDraft{Source: "s3://b/x"})
	for _, alias := range []string{"latest", "LATEST", "v1", "V2", strings.Repeat("a", 256), "a b", ""} {
		w := b.do("POST", "/api/2.0/mlflow/registered-models/alias", jsonText(map[string]string{"name": "m", "alias": alias, "version": "1"}), "Content-Type", "application/json")
		if code, _ := upstreamError(w); w.Code != 400 || code != "INVALID_PARAMETER_VALUE" {
			t.Errorf("%.20q: %d %s", alias, w.Code, w.Body)
		}
	}
	for n, status := range map[int]int{100_000: 200, 100_001: 400} {
		for _, path := range []string{"registered-models", "model-versions"} {
			body := jsonText(map[string]string{"name": "m", "version": "1", "key": "k", "value": strings.Repeat("x", n)})
			b.want(fmt.Sprint(n, " bytes"), b.do("POST", "/api/2.0/mlflow/"+path+"/set-tag", body, "Content-Type", "application/json"), status)
		}
	}
}

// Every operation that changes something passes the reason on.
func TestEveryChangeTakesAReason(t *testing.T) {
	b := newArtifactBench(t)
	model, err := b.h.registry.CreateModel(t.Context(), b.h.workspace(), registry.ModelDraft{Name: "m"})
	if err != nil {
		t.Fatal(err)
	}
	name := "m"
	for i, call := range []string{
		`POST model-versions/create {"source":"s3://b/x"`,
		`PATCH model-versions/update {"version":"1","description":"d"`,
		`POST model-versions/transition-stage {"version":"1","stage":"Staging"`,
		`POST model-versions/set-tag {"version":"1","key":"k","value":"v"`,
		`DELETE model-versions/delete-tag {"version":"1","key":"k"`,
		`POST registered-models/alias {"alias":"a","version":"1"`,
		`DELETE registered-models/alias {"alias":"a"`,
		`PATCH registered-models/update {"description":"d"`,
		`POST registered-models/set-tag {"key":"k","value":"v"`,
		`DELETE registered-models/delete-tag {"key":"k"`,
		`POST registered-models/rename {"new_name":"n"`,
		`DELETE model-versions/delete {"version":"1"`,
	} {
		method, rest, _ := strings.Cut(call, " ")
		path, body, _ := strings.Cut(rest, " ")
		reason := fmt.Sprint("because ", i)
		w := b.do(method, "/api/2.0/mlflow/"+path, body+`,"name":"`+name+`"}`, "Content-Type", "application/json", reasonHeader, reason)
		b.want(call, w, 200)
		if strings.Contains(path, "rename") {
			name = "n"
		}
		versions, err := b.h.registry.History(t.Context(), b.h.workspace(), name, "1", 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		models, err := b.h.registry.ModelHistory(t.Context(), b.h.workspace(), name, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		if said := func(lines []pedigree.Change) bool { return lines[len(lines)-1].Reason == reason }; !said(versions) && !said(models) {
			t.Errorf("%s: the histories end in %+v and %+v", call, versions[len(versions)-1], models[len(models)-1])
		}
	}
	v := b.register("last", registry.VersionDraft{Source: "s3://b/x"})
	uid, _, _ := strings.Cut(v.UID, "/")
	b.want("deleting", b.do("DELETE", "/api/2.0/mlflow/registered-models/delete", `{"name":"last"}`, "Content-Type", "application/json", reasonHeader, "the end"), 200)
	lines, err := b.h.registry.History(t.Context(), b.h.workspace(), uid, "1", 0, 100)
	if err != nil || lines[len(lines)-1].Reason != "the end" || uid == model.UID {
		t.Errorf("the history of what is deleted is %+v, %v", lines, err)
	}
}
