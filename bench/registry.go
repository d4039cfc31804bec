package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// RegistryAlias is the alias that the last version of each model has.
const RegistryAlias = "champion"

// Registry is what the workloads of the model registry work on: a server's
// models, which are numbered from 0.
type Registry struct {
	Models   int
	Versions int // of each model, before the load adds more
}

// RegistryTag is a tag of a model or version.
type RegistryTag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// RegistryEntry is the body of a request that registers a model or a version.
type RegistryEntry struct {
	Name        string        `json:"name"`
	Source      string        `json:"source,omitempty"` // of a version
	Description string        `json:"description"`
	Tags        []RegistryTag `json:"tags"`
}

// registryTeams is how many values the tag team of models takes.
const registryTeams = 100

func modelName(i int) string { return fmt.Sprintf("model-%06d", i) }

// RegisteredModel is model i: each team has one in a hundred.
func RegisteredModel(i int) RegistryEntry {
	return RegistryEntry{Name: modelName(i), Description: "Model number " + strconv.Itoa(i), Tags: []RegistryTag{
		{"team", strconv.Itoa(i % registryTeams)}, {"task", [...]string{"classify", "rank", "forecast"}[i%3]},
	}}
}

// ModelVersion is a version of model i that is the kth, from 0. Its bytes are
// in a bucket that no server under load reads.
func ModelVersion(i, k int) RegistryEntry {
	return RegistryEntry{
		Name: modelName(i), Source: fmt.Sprintf("s3://bucket/models/%06d/%d/model", i, k), Description: "Trained again",
		Tags: []RegistryTag{{"commit", fmt.Sprintf("%08x", i*31+k)}},
	}
}

// Seed registers the models and versions over the wire, on a server without.
func (g Registry) Seed(base string) error {
	for _, w := range g.seeds() {
		plan := Plan{Clients: 1, Most: w.Most, Time: time.Hour, Timeout: 5 * time.Minute}
		r, err := Run(base, 0, w, plan)
		if err := errors.Join(err, firstError(r)); err != nil {
			return err
		}
	}
	return nil
}

func (g Registry) seeds() []Workload {
	last := strconv.Itoa(g.Versions)
	return []Workload{
		{Name: "seed model", Most: g.Models, Build: post(modelsPath+"create", func(b []byte, i int) []byte {
			return appendJSON(b, RegisteredModel(i))
		})},
		{Name: "seed version", Most: g.Models * g.Versions, Build: post(versionsPath+"create", func(b []byte, i int) []byte {
			return appendJSON(b, ModelVersion(i/g.Versions, i%g.Versions))
		})},
		{Name: "seed alias", Most: g.Models, Build: post(modelsPath+"alias", func(b []byte, i int) []byte {
			return fmt.Appendf(b, `{"name":"%s","alias":"%s","version":"%s"}`, modelName(i), RegistryAlias, last)
		})},
	}
}

const (
	modelsPath   = "/api/2.0/mlflow/registered-models/"
	versionsPath = "/api/2.0/mlflow/model-versions/"
)

// Workloads lists the operations in the order in which they are measured.
func (g Registry) Workloads(clients int) []Workload {
	return []Workload{
		{Name: "get-by-alias", Build: get(g.appendAlias), Verify: g.verifyAlias},
		{Name: "get-model", Build: get(func(b []byte, i int) []byte {
			return append(append(b, modelsPath+"get?name="...), modelName(g.any(i))...)
		})},
		g.search("search-models", `name LIKE 'model-%'`, "", 100),
		g.search("search-models-name", `name LIKE 'model-%'`, "name ASC", 100),
		g.search("search-models-recent", `name LIKE 'model-%'`, "last_updated_timestamp DESC", 100),
		g.search("search-models-infix", `name LIKE '%09%'`, "last_updated_timestamp DESC", 1),
		g.search("search-models-tag", `tags.team = '7'`, "", min(g.Models/registryTeams, 100)),
		g.search("search-models-tag-recent", `tags.team = '7'`, "last_updated_timestamp DESC", min(g.Models/registryTeams, 100)),
		g.search("search-models-like-tag", `name LIKE 'model-%' AND tags.team = '7'`, "name DESC", min(g.Models/registryTeams, 100)),
		g.search("search-models-nothing", `name LIKE '%nowhere%'`, "", 0),
		g.search("search-models-nothing-ilike", `name ILIKE '%NOWHERE%'`, "", 0),
		g.search("search-models-rare-recent", `name LIKE '%0007%'`, "last_updated_timestamp DESC", 1),
		g.search("search-models-nothing-recent", `name LIKE '%nowhere%'`, "last_updated_timestamp DESC", 0),
		{Name: "search-versions", Build: get(g.appendVersions), Verify: g.verifyVersions},
		{Name: "create-version", Build: post(versionsPath+"create", func(b []byte, i int) []byte {
			return appendJSON(b, ModelVersion(g.any(i), clients*1000000+i))
		})},
	}
}

// any spreads operations over all models.
func (g Registry) any(i int) int { return i * 7919 % g.Models }

func (g Registry) appendAlias(b []byte, i int) []byte {
	return fmt.Appendf(b, modelsPath+"alias?name=%s&alias=%s", modelName(g.any(i)), RegistryAlias)
}

func (g Registry) appendVersions(b []byte, i int) []byte {
	return fmt.Appendf(b, versionsPath+"search?filter=%s", url.QueryEscape("name = '"+modelName(g.any(i))+"'"))
}

// search reads the first page of 100 models, on which are at least least.
func (g Registry) search(name, filter, order string, least int) Workload {
	values := url.Values{"filter": {filter}, "max_results": {"100"}}
	if order != "" {
		values.Set("order_by", order)
	}
	path := modelsPath + "search?" + values.Encode()
	return Workload{
		Name:   name,
		Build:  get(func(b []byte, _ int) []byte { return append(b, path...) }),
		Verify: func(body []byte) error { return verifyModels(body, min(least, g.Models), order) },
	}
}

// A registryPage is what the harness reads of the registry's answers.
type registryPage struct {
	Models []struct {
		Name    string `json:"name"`
		Updated int64  `json:"last_updated_timestamp"`
	} `json:"registered_models"`
	Versions []struct{ Name, Source string } `json:"model_versions"`
	Version  struct{ Name, Version string }  `json:"model_version"`
}

func verifyModels(body []byte, least int, order string) error {
	var page registryPage
	if err := json.Unmarshal(body, &page); err != nil {
		return err
	}
	if len(page.Models) < least || least == 0 && len(page.Models) > 0 {
		return fmt.Errorf("%d models on the page, want %d", len(page.Models), least)
	}
	for i := 1; i < len(page.Models); i++ {
		a, b := page.Models[i-1], page.Models[i]
		recent := strings.HasPrefix(order, "last_updated")
		if recent && a.Updated < b.Updated || order == "name DESC" && a.Name < b.Name ||
			!recent && order != "name DESC" && a.Name > b.Name {
			return fmt.Errorf("%s comes before %s", a.Name, b.Name)
		}
	}
	return nil
}

func (g Registry) verifyAlias(body []byte) error {
	var answer registryPage
	if err := json.Unmarshal(body, &answer); err != nil {
		return err
	}
	if got := answer.Version; got.Name != modelName(g.any(0)) || got.Version != strconv.Itoa(g.Versions) {
		return fmt.Errorf("the alias leads to %v", got)
	}
	return nil
}

func (g Registry) verifyVersions(body []byte) error {
	var page registryPage
	if err := json.Unmarshal(body, &page); err != nil {
		return err
	}
	if len(page.Versions) < g.Versions {
		return fmt.Errorf("%d versions on the page, want %d", len(page.Versions), g.Versions)
	}
	for _, v := range page.Versions {
		if v.Name != modelName(g.any(0)) {
			return fmt.Errorf("a version of %s does not belong there", v.Name)
		}
	}
	return nil
}

// appendJSON appends an entry, which always has a form in JSON.
func appendJSON(b []byte, e RegistryEntry) []byte {
	text, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return append(b, text...)
}
