package mlflow

import (
	"io"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
)

func TestAFileIsOpenedOnlyBelowTheArtifactsOfItsOwner(t *testing.T) {
	b := newArtifactBench(t)
	run, other, m := b.run(""), b.run(""), b.model("0")
	b.put(run.URI, "a/report.html", "of the run")
	b.put(other.URI, "a/report.html", "of another run")
	b.put(m.URI, "report.html", "of the model")
	b.register("m", registry.VersionDraft{Source: run.URI + "/a", RunID: &run.UID})
	version := pedigree.Node{Type: pedigree.ModelVersionType, Name: "m", Version: "1"}
	elsewhere := b.run("s3://bucket/x")
	for _, c := range []struct {
		of         pedigree.Node
		path, want string
		code       pedigree.Code
	}{
		{of: run.Node, path: "a/report.html", want: "of the run"},
		{of: m.Node, path: "report.html", want: "of the model"},
		{of: version, path: "report.html", want: "of the run"},
		{of: version, path: "../a/report.html", code: pedigree.Invalid},
		{of: run.Node, path: "../../" + other.UID + "/artifacts/a/report.html", code: pedigree.Invalid},
		{of: run.Node, path: "none", code: pedigree.NotFound},
		{of: elsewhere.Node, path: "a", code: pedigree.Invalid},
		{of: pedigree.Node{Type: pedigree.ExperimentType, UID: "0"}, path: "a", code: pedigree.NotFound},
	} {
		o, err := b.h.OpenFile(t.Context(), &c.of, c.path)
		if err != nil {
			if c.want != "" || pedigree.CodeOf(err) != c.code {
				t.Errorf("%s of %s: %v", c.path, c.of.UID, err)
			}
			continue
		}
		text, err := io.ReadAll(o.Body)
		_ = o.Body.Close()
		if err != nil || string(text) != c.want {
			t.Errorf("%s of %s: %q, %v, want %q", c.path, c.of.UID, text, err, c.want)
		}
	}
}
