package api

import (
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/tracking"
)

// keysEndpoint and valuesEndpoint tell what can be asked of an experiment's runs.
func (h *Handler) keysEndpoint() endpoint {
	return endpoint{
		id: "listRunKeys", method: "GET", path: "/experiments/{experiment}/runs/keys", group: runGroup, permission: route.Read,
		summary: "List the metrics, params and tags that runs of an experiment have",
		detail:  "Those that begin with the text that is looked for come first. A metric that is NaN in all runs is left out.",
		parameters: []parameter{
			textOf("experiment", "the experiment's id").onPath(), textOf("part", "a text in the key, in any case"),
			anyOf("space", "only keys of this", "metrics", "params", "tags").several(), limitOf(100, 10_000),
		},
		answer: KeysAnswer{}, problems: []pedigree.Code{pedigree.NotFound, pedigree.Exhausted}, call: h.runKeys,
	}
}

func (h *Handler) valuesEndpoint() endpoint {
	return endpoint{
		id: "listRunValues", method: "GET", path: "/experiments/{experiment}/runs/values", group: runGroup, permission: route.Read,
		summary: "List the values that runs of an experiment have of a param, a tag or an attribute, the most frequent first",
		detail:  "Of attributes those of the newest 10,000 runs are counted; of a param or tag with more than 5,000 values those by their bytes, and those that begin with the text that is looked for.",
		parameters: []parameter{
			textOf("experiment", "the experiment's id").onPath(),
			textOf("column", "params.KEY, tags.KEY, attributes.status, attributes.user_id or attributes.run_name").must(),
			textOf("part", "a text in the value, in any case"), limitOf(20, 200),
		},
		answer: ValuesAnswer{}, problems: []pedigree.Code{pedigree.NotFound, pedigree.Exhausted}, call: h.runValues,
	}
}

// A KeysAnswer holds keys by space and name.
type KeysAnswer struct {
	Keys []RunKey `json:"keys"`
	More bool     `json:"more,omitempty"` // there are further keys
}

// A RunKey is something that runs have.
type RunKey struct {
	Column string `json:"column"`         // metrics.KEY, params.KEY or tags.KEY
	Runs   int64  `json:"runs"`           // how many have it
	More   bool   `json:"more,omitempty"` // there are more runs than were counted
}

func (h *Handler) runKeys(w http.ResponseWriter, r *request) error {
	spaces := []pedigree.Space{pedigree.Metric, pedigree.Param, pedigree.Tag}
	if names := r.texts("space"); len(names) > 0 {
		spaces = nil
		for _, name := range names {
			spaces = append(spaces, columnSpaces[name])
		}
	}
	uses, more, err := h.Runs.KeysUsed(r.Context(), h.workspace(), r.text("experiment"), spaces, r.text("part"), r.limit())
	if err != nil {
		return err
	}
	a := KeysAnswer{Keys: make([]RunKey, len(uses)), More: more}
	for i, u := range uses {
		a.Keys[i] = RunKey{pedigree.QualifiedKey(u.Property.Space, u.Property.Key), u.Runs, u.More}
	}
	return answer(w, a)
}

// A ValuesAnswer holds values.
type ValuesAnswer struct {
	Values []RunValue `json:"values"`
	More   bool       `json:"more,omitempty"` // there are further values
}

// A RunValue is something that runs have of a param, a tag or an attribute.
type RunValue struct {
	Value string `json:"value"`
	Cut   bool   `json:"cut,omitempty"`  // these are its first 64 characters, and maybe others that begin so are counted with it
	Runs  int64  `json:"runs"`           // how many have it
	More  bool   `json:"more,omitempty"` // there are more runs than were counted
}

// listedAttributes are those whose values can be listed.
var listedAttributes = map[string]query.Attr{"status": query.State, "user_id": query.Owner, "run_name": query.Name}

func (h *Handler) runValues(w http.ResponseWriter, r *request) error {
	uses, more, err := h.usedValues(r)
	if err != nil {
		return err
	}
	a := ValuesAnswer{Values: make([]RunValue, len(uses)), More: more}
	for i, u := range uses {
		a.Values[i] = RunValue{u.Text, u.Cut, u.Runs, u.More}
	}
	return answer(w, a)
}

func (h *Handler) usedValues(r *request) ([]tracking.Use, bool, error) {
	experiment, column, part := r.text("experiment"), r.text("column"), r.text("part")
	if name, ok := strings.CutPrefix(column, "attributes."); ok && listedAttributes[name] != 0 {
		return h.Runs.AttributesUsed(r.Context(), h.workspace(), experiment, listedAttributes[name], part, r.limit())
	}
	p, err := propertyColumn(column)
	if err == nil && p.Space == pedigree.Metric {
		err = pedigree.Errorf(pedigree.Invalid, "A metric has numbers, of which no list helps")
	}
	if err != nil {
		return nil, false, err
	}
	return h.Runs.ValuesUsed(r.Context(), h.workspace(), experiment, p, part, r.limit())
}
