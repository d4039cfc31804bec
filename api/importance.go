package api

import (
	"math"
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/importance"
	"github.com/pedigree-ml/pedigree/query/mlflowql"
	"github.com/pedigree-ml/pedigree/route"
)

// importanceEndpoints say which params matter.
func (h *Handler) importanceEndpoints() []endpoint {
	return []endpoint{{
		id: "weighParams", method: "GET", path: "/importance", group: chartGroup, permission: route.Read,
		summary: "Say how much each param of runs matters for a metric, and how sure that is",
		detail: "Of the newest 10,000 runs that the filter finds it looks at those with a finite latest value of the metric, and at the 200 params that vary and that most of them have. " +
			"The correlation is Spearman's, of params that are numbers. The importance is by how much of the metric's variance a forest of 40 regression trees foretells less in runs that a tree has not seen once the param is taken from another run. " +
			"Below 20 runs it refuses, with 409: all would be chance. The same runs have the same answer.",
		parameters: []parameter{
			textOf("experiment", "the id of an experiment").several().must(), textOf("metric", "the metric").must(),
			textOf("filter", "which runs, in MLflow's grammar; none for all"),
		},
		answer: ImportanceAnswer{}, problems: []pedigree.Code{pedigree.BadState, pedigree.Exhausted}, call: h.importance,
	}}
}

// An ImportanceAnswer is how much params matter, those that do most first.
type ImportanceAnswer struct {
	Params   []ParamImportance `json:"params"`
	Runs     int               `json:"runs"`               // that were looked at
	More     bool              `json:"more,omitempty"`     // there are older ones
	LeftOut  int               `json:"left_out,omitempty"` // params that were not looked at, for fewest runs have them
	Foretold float64           `json:"foretold"`           // the share of the metric's variance that the forest foretells in runs that it has not seen; 0 or less where it foretells nothing
}

// A ParamImportance is how much a param matters.
type ParamImportance struct {
	Key         string    `json:"key"`
	Runs        int       `json:"runs"`                  // that have it
	Values      int       `json:"values"`                // different ones
	Number      bool      `json:"number"`                // they are numbers
	Importance  Estimate  `json:"importance"`            // nine in ten trees, each grown from other runs, are between low and high
	Correlation *Estimate `json:"correlation,omitempty"` // of numbers; low and high are bounds of 90 %
}

// An Estimate is a value and the bounds that it lies between with 90 %.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

func estimateOf(e importance.Estimate) Estimate { return Estimate{e.Value, e.Low, e.High} }

// importance weighs the params of runs.
func (h *Handler) importance(w http.ResponseWriter, r *request) error {
	where, err := mlflowql.ParseRuns(r.text("filter"))
	if err != nil {
		return err
	}
	found, err := h.Runs.Importance(r.Context(), h.workspace(), r.texts("experiment"), where, r.text("metric"))
	if err != nil {
		return err
	}
	a := ImportanceAnswer{Params: make([]ParamImportance, len(found.Params)), Runs: found.Runs, More: found.More, LeftOut: found.LeftOut, Foretold: found.Foretold}
	for i := range found.Params {
		p := &found.Params[i]
		a.Params[i] = ParamImportance{Key: p.Key, Runs: p.Runs, Values: p.Values, Number: p.Ordered, Importance: estimateOf(p.Importance)}
		if !math.IsNaN(p.Correlation.Value) {
			c := estimateOf(p.Correlation)
			a.Params[i].Correlation = &c
		}
	}
	return answer(w, a)
}
