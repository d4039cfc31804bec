package mlflow

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
)

// Prompts are kept as models, and are seen by those alone who ask for them.
func TestPromptsAreSeenByThoseWhoAsk(t *testing.T) {
	b := newArtifactBench(t)
	add := func(name, source string, tags ...pedigree.Property) {
		t.Helper()
		if _, err := b.h.registry.CreateModel(t.Context(), b.h.workspace(), registry.ModelDraft{Name: name, Tags: tags}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.h.registry.CreateVersion(t.Context(), b.h.workspace(), registry.VersionDraft{Name: name, Source: source, Tags: tags}); err != nil {
			t.Fatal(err)
		}
	}
	const key = "mlflow.prompt.is_prompt"
	is := func(value string) pedigree.Property {
		return pedigree.Property{Space: pedigree.Tag, Key: key, Value: value}
	}
	add("model", "s3://b/x")
	add("no prompt", "s3://b/x", is("false"))
	add("prompt", "dummy-source", is("true"), pedigree.Property{Space: pedigree.Tag, Key: "team", Value: "a"})
	for filter, want := range map[string][]string{
		"":                              {"model", "no prompt"},
		"name LIKE '%o%'":               {"model", "no prompt"},
		"name = 'prompt'":               {},
		"tags.team = 'a'":               {},
		"tags.`" + key + "` = 'true'":   {"prompt"},
		"tag.`" + key + "` = 'true'":    {"prompt"},
		"tags.`" + key + "` = 'false'":  {"model", "no prompt"},
		"tags.`" + key + "` != 'true'":  {"model", "no prompt"},
		"tags.`" + key + "` != 'false'": {"prompt"},
		"name = 'prompt' AND tags.`" + key + "` = 'true' AND tags.team = 'a'": {"prompt"},
		"name = 'model' AND tags.`" + key + "` = 'true'":                      {},
	} {
		for _, at := range []string{"registered-models", "model-versions"} {
			w := b.do("GET", "/api/2.0/mlflow/"+at+"/search?"+url.Values{"filter": {filter}}.Encode(), "")
			b.want(filter, w, 200)
			var got struct {
				Models   []struct{ Name string } `json:"registered_models"`
				Versions []struct{ Name string } `json:"model_versions"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			names := []string{}
			for _, found := range append(got.Models, got.Versions...) {
				names = append(names, found.Name)
			}
			slices.Sort(names)
			if !slices.Equal(names, want) {
				t.Errorf("%s by %s: %q, want %q", at, filter, names, want)
			}
		}
	}
}
