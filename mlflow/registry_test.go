package mlflow

import (
	"net/url"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
)

func (b *artifactBench) register(name string, d registry.VersionDraft) registry.Version {
	b.t.Helper()
	_, err := b.h.registry.CreateModel(b.t.Context(), b.h.workspace(), registry.ModelDraft{Name: name})
	if err != nil && pedigree.CodeOf(err) != pedigree.AlreadyExists {
		b.t.Fatal(err)
	}
	d.Name = name
	v, err := b.h.registry.CreateVersion(b.t.Context(), b.h.workspace(), d)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

func (b *artifactBench) versionFile(v registry.Version, path string) (int, string) {
	b.t.Helper()
	w := b.do("GET", "/model-versions/get-artifact?name="+url.QueryEscape(v.Name)+"&version="+v.Version+"&path="+url.QueryEscape(path), "")
	twin := b.do("GET", "/ajax-api/2.0/mlflow/model-versions/get-artifact?name="+url.QueryEscape(v.Name)+"&version="+v.Version+"&path="+url.QueryEscape(path), "")
	if w.Code != twin.Code || w.Body.String() != twin.Body.String() {
		b.t.Errorf("the twins answer %d %s and %d %s", w.Code, w.Body, twin.Code, twin.Body)
	}
	return w.Code, w.Body.String()
}

func TestAVersionServesItsArtifacts(t *testing.T) {
	b := newArtifactBench(t)
	run, model := b.run(""), b.model("0")
	b.put(run.URI, "model/MLmodel", "of the run")
	b.put(model.URI, "MLmodel", "of the model")
	b.put(run.URI, "secret", "secret")
	for _, c := range []struct {
		draft registry.VersionDraft
		want  string
	}{
		{registry.VersionDraft{Source: run.URI + "/model", RunID: &run.UID}, "of the run"},
		{registry.VersionDraft{Source: "runs:/" + run.UID + "/model", RunID: &run.UID}, "of the run"},
		{registry.VersionDraft{Source: "models:/m/1"}, "of the run"},
		{registry.VersionDraft{Source: model.URI, ModelID: &model.UID}, "of the model"},
		{registry.VersionDraft{Source: "models:/" + model.UID, ModelID: &model.UID}, "of the model"},
		{registry.VersionDraft{Source: "models:/m/latest"}, "of the model"},
	} {
		v := b.register("m", c.draft)
		b.wire.Allow("Get "+b.key(run.URI, "model/MLmodel"), "Get "+b.key(model.URI, "MLmodel"))
		if code, body := b.versionFile(v, "MLmodel"); code != 200 || body != c.want {
			t.Errorf("%s: %d %s", c.draft.Source, code, body)
		}
		if code, body := b.versionFile(v, "../secret"); code != 400 || strings.Contains(body, "secret\"") {
			t.Errorf("%s: beside it: %d %s", c.draft.Source, code, body)
		}
		b.wire.Allow("*")
	}
}

// Cases G3 and M4: what was registered is looked at only where it is inside its
// run or model, also when it came into the store past the rules. Everything
// else is a label.
func TestAVersionServesNothingFromElsewhere(t *testing.T) {
	b := newArtifactBench(t)
	run, other, far := b.run(""), b.run(""), b.run("s3://bucket/x")
	b.put(run.URI, "x", "mine")
	b.put(other.URI, "x", "theirs")
	elsewhere := "elsewhere"
	b.wire.Allow()
	for _, d := range []registry.VersionDraft{
		{Source: "s3://bucket/x"},
		{Source: "http://127.0.0.1:1/x"},
		{Source: "ftp://127.0.0.1:1/x", RunID: &run.UID},
		{Source: "runs:/elsewhere/x", RunID: &elsewhere},
		{Source: far.URI + "/x", RunID: &far.UID},
		{Source: "runs:/" + far.UID + "/x", RunID: &far.UID},
		{Source: "mlflow-artifacts:/0/" + other.UID + "/artifacts", RunID: &far.UID},
		{Source: "mlflow-artifacts://127.0.0.1:1/x", RunID: &far.UID},
	} {
		v := b.register("labels", d)
		w := b.do("GET", "/api/2.0/mlflow/model-versions/get-download-uri?name=labels&version="+v.Version, "")
		if w.Body.String() != `{"artifact_uri":"`+d.Source+`"}` {
			t.Errorf("%s is to be downloaded from %s", d.Source, w.Body)
		}
		if code, body := b.versionFile(v, "x"); code != 400 {
			t.Errorf("%s: %d %s", d.Source, code, body)
		}
	}
	for _, uri := range []string{
		other.URI, "mlflow-artifacts:/", "mlflow-artifacts:/0", run.URI + "/../../" + other.UID + "/artifacts", "file://" + b.dir, b.dir, "file:///etc", "/etc", "",
		"runs:/" + other.UID, "runs:/" + run.UID + "/../../" + other.UID + "/artifacts", "runs:/" + run.UID + "/%2e%2e", "http://127.0.0.1:1/x",
		"mlflow-artifacts://127.0.0.1:1/0/" + run.UID + "/artifacts", run.URI + "2", strings.TrimSuffix(run.URI, "/artifacts"),
	} {
		v := b.register("forced", registry.VersionDraft{Source: run.URI, RunID: &run.UID})
		b.setURI(v.Node, uri)
		if code, body := b.versionFile(v, "x"); code != 400 {
			t.Errorf("%s, forced in: %d %s", uri, code, body)
		}
	}
}

func TestTheReasonOfAChangeIsKept(t *testing.T) {
	b := newArtifactBench(t)
	b.register("m", registry.VersionDraft{Source: "s3://b/x"})
	b.want("a transition", b.do("POST", "/api/2.0/mlflow/model-versions/transition-stage", `{"name":"m","version":"1","stage":"Staging"}`,
		"X-Pedigree-Reason", "all\ttests pass \xff"), 200)
	lines, err := b.h.registry.History(t.Context(), b.h.workspace(), "m", "1", 0, 10)
	if err != nil || len(lines) != 2 || lines[1].Reason != "all tests pass \ufffd" || lines[0].Reason != "" {
		t.Errorf("the history is %+v, %v", lines, err)
	}
}
