package mlflow

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/tracking"
)

// MLflow's pages ask four things by GraphQL instead of REST, always in the same
// words. Each is answered by the name of its operation and with every field that
// it selects; the document itself is not read. What answers look like is in
// graphqlencode.go.

// A graphqlRequest is one of the queries. Their one argument goes by the name
// data in three of them and input in the fourth.
type graphqlRequest struct {
	Operation string
	Variables graphqlVariables
}

type graphqlVariables struct{ Data, Input graphqlArgument }

// A graphqlArgument holds what any of the queries may ask for.
type graphqlArgument struct {
	Experiment string
	Run        string
	searchRunsRequest
	historyIntervalRequest
}

var graphqlArgumentShape = shape[graphqlArgument]{
	text("experiment_id", func(m *graphqlArgument) *string { return &m.Experiment }),
	runID(func(m *graphqlArgument) *string { return &m.Run }),
	texts("experiment_ids", func(m *graphqlArgument) *[]string { return &m.Experiments }),
	text("filter", func(m *graphqlArgument) *string { return &m.Filter }),
	texts("order_by", func(m *graphqlArgument) *[]string { return &m.Order }),
	choice("run_view_type", views, func(m *graphqlArgument) *query.View { return &m.View }),
	text("page_token", func(m *graphqlArgument) *string { return &m.PageToken }),
	texts("run_ids", func(m *graphqlArgument) *[]string { return &m.Runs }),
	text("metric_key", func(m *graphqlArgument) *string { return &m.Key }),
	maybe("start_step", func(m *graphqlArgument) **int64 { return &m.Start }),
	maybe("end_step", func(m *graphqlArgument) **int64 { return &m.End }),
	maybe("max_results", func(m *graphqlArgument) **int64 { return &m.historyIntervalRequest.Max }),
}

var graphqlShape = shape[graphqlRequest]{
	text("operationName", func(m *graphqlRequest) *string { return &m.Operation }),
	one("variables", shape[graphqlVariables]{
		one("data", graphqlArgumentShape, func(m *graphqlVariables) *graphqlArgument { return &m.Data }),
		one("input", graphqlArgumentShape, func(m *graphqlVariables) *graphqlArgument { return &m.Input }),
	}, func(m *graphqlRequest) *graphqlVariables { return &m.Variables }),
}

// graphql answers one of the queries. As with any GraphQL server, what goes
// wrong inside stands in the answer, whose status is 200.
func (h *Handler) graphql(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, graphqlShape, graphqlRequest{})
	if err != nil {
		return err
	}
	ctx := r.Context()
	switch m.Operation {
	case "MlflowGetExperimentQuery":
		e, err := h.tracking.Experiment(ctx, h.workspace(), m.Variables.Input.Experiment)
		return writeGraphQL(w, "mlflowGetExperiment", "MlflowGetExperimentResponse", err, func(b []byte) []byte {
			return appendGraphExperiment(member(b, "experiment"), &e)
		})
	case "GetRun":
		run, err := h.graphRun(ctx, m.Variables.Data.Run)
		return writeGraphQL(w, "mlflowGetRun", "MlflowGetRunResponse", err, func(b []byte) []byte {
			return run.append(member(b, "run"))
		})
	case "SearchRuns":
		runs, next, err := h.searchGraphRuns(ctx, &m.Variables.Data)
		return writeGraphQL(w, "mlflowSearchRuns", "MlflowSearchRunsResponse", err, func(b []byte) []byte {
			b = appendEach(member(b, "runs"), runs, func(b []byte, run *graphRun) []byte { return run.append(b) })
			return textMember(b, "nextPageToken", next)
		})
	case "GetMetricHistoryBulkInterval":
		points, err := h.sampleHistories(ctx, &m.Variables.Data.historyIntervalRequest)
		return writeGraphQL(w, "mlflowGetMetricHistoryBulkInterval", "MlflowGetMetricHistoryBulkIntervalResponse", err, func(b []byte) []byte {
			return appendEach(member(b, "metrics"), points, appendGraphRunPoint)
		})
	}
	return pedigree.Errorf(pedigree.Unimplemented,
		"This server answers the GraphQL queries that MLflow's own pages make, by their names, and no others; use the REST API instead of operation '%s'.", m.Operation)
}

// A graphRun is a run with what its page shows beside it.
type graphRun struct {
	tracking.Run
	experiment *tracking.Experiment
	versions   []registry.Version
}

func (h *Handler) graphRun(ctx context.Context, id string) (graphRun, error) {
	run, err := h.tracking.Run(ctx, h.workspace(), id)
	if err != nil {
		return graphRun{}, err
	}
	all, err := h.graphRuns(ctx, []tracking.Run{run})
	if err != nil {
		return graphRun{}, err
	}
	return all[0], nil
}

func (h *Handler) searchGraphRuns(ctx context.Context, m *graphqlArgument) (runs []graphRun, next string, err error) {
	request := m.searchRunsRequest
	request.Max = defaultRunsPage
	if given := m.historyIntervalRequest.Max; given != nil {
		request.Max = int(min(*given, maxRunsPage))
	}
	search, err := request.parse()
	if err != nil {
		return nil, "", err
	}
	page, err := h.tracking.SearchRuns(ctx, h.workspace(), search)
	if err != nil {
		return nil, "", err
	}
	runs, err = h.graphRuns(ctx, page.Items)
	return runs, page.Next, err
}

// graphRuns reads what is shown beside runs, each experiment once.
func (h *Handler) graphRuns(ctx context.Context, runs []tracking.Run) ([]graphRun, error) {
	experiments := make(map[string]*tracking.Experiment)
	all := make([]graphRun, len(runs))
	at := make(map[string]*graphRun, len(runs))
	for i := range runs {
		run := &runs[i]
		if experiments[run.Experiment] == nil {
			e, err := h.tracking.Experiment(ctx, h.workspace(), run.Experiment)
			if err != nil {
				return nil, err
			}
			experiments[run.Experiment] = &e
		}
		all[i] = graphRun{Run: *run, experiment: experiments[run.Experiment]}
		at[run.UID] = &all[i]
	}
	versions, err := h.registry.VersionsOfRuns(ctx, h.workspace(), slices.Collect(maps.Keys(at)))
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		run := at[v.RunID]
		run.versions = append(run.versions, v)
	}
	return all, nil
}
