package mlflow

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree/route"
)

// An operation is one row of the table of the wire. Upstream has most of its
// paths twice, for programs under /api and for its web pages under /ajax-api;
// both are made from one row, so they cannot come apart.
type operation struct {
	method     string
	path       string // below /api and /ajax-api
	permission route.Permission
	call       func(http.ResponseWriter, *http.Request) error
}

// maxBodies are the bodies that may be larger than the server lets others be.
var maxBodies = map[string]int64{
	"/2.0/mlflow/runs/log-inputs": maxInputsBody,
}

// operations are all rows that are mounted twice.
func (h *Handler) operations() []operation {
	return slices.Concat(h.trackingOperations(), h.registryOperations(), h.webhookOperations())
}

func (h *Handler) trackingOperations() []operation {
	const v2, v3 = "/2.0/mlflow", "/3.0/mlflow"
	return []operation{
		{"POST", v2 + "/experiments/create", route.Write, h.createExperiment},
		{"GET", v2 + "/experiments/get", route.Read, h.getExperiment},
		{"GET", v2 + "/experiments/get-by-name", route.Read, h.getExperimentByName},
		{"GET", v2 + "/experiments/search", route.Read, h.searchExperiments},
		{"POST", v2 + "/experiments/search", route.Read, h.searchExperiments},
		{"POST", v2 + "/experiments/update", route.Write, h.updateExperiment},
		{"POST", v2 + "/experiments/delete", route.Delete, h.deleteExperiment},
		{"POST", v2 + "/experiments/restore", route.Delete, h.restoreExperiment},
		{"POST", v2 + "/experiments/set-experiment-tag", route.Write, h.setExperimentTag},
		{"POST", v2 + "/experiments/delete-experiment-tag", route.Write, h.deleteExperimentTag},
		{"POST", v2 + "/experiments/search-datasets", route.Read, h.searchDatasets},

		{"POST", v2 + "/runs/create", route.Write, h.createRun},
		{"GET", v2 + "/runs/get", route.Read, h.getRun},
		{"POST", v2 + "/runs/search", route.Read, h.searchRuns},
		{"POST", v2 + "/runs/update", route.Write, h.updateRun},
		{"POST", v2 + "/runs/delete", route.Delete, h.deleteRun},
		{"POST", v2 + "/runs/restore", route.Delete, h.restoreRun},
		{"POST", v2 + "/runs/log-metric", route.Write, h.logMetric},
		{"POST", v2 + "/runs/log-parameter", route.Write, h.logParam},
		{"POST", v2 + "/runs/set-tag", route.Write, h.setTag},
		{"POST", v2 + "/runs/delete-tag", route.Write, h.deleteTag},
		{"POST", v2 + "/runs/log-batch", route.Write, h.logBatch},
		{"POST", v2 + "/runs/log-inputs", route.Write, h.logInputs},
		{"POST", v2 + "/runs/outputs", route.Write, h.logOutputs},
		{"POST", v2 + "/runs/log-model", route.Write, h.logModel},

		{"GET", v2 + "/metrics/get-history", route.Read, h.getHistory},
		{"GET", v2 + "/metrics/get-history-bulk", route.Read, h.getHistoryBulk},
		{"GET", v2 + "/metrics/get-history-bulk-interval", route.Read, h.getHistoryInterval},

		{"POST", v2 + "/logged-models", route.Write, h.createLoggedModel},
		{"POST", v2 + "/logged-models/search", route.Read, h.searchLoggedModels},
		{"GET", v2 + "/logged-models/{model_id}", route.Read, h.getLoggedModel},
		{"PATCH", v2 + "/logged-models/{model_id}", route.Write, h.finalizeLoggedModel},
		{"DELETE", v2 + "/logged-models/{model_id}", route.Delete, h.deleteLoggedModel},
		{"POST", v2 + "/logged-models/{model_id}/params", route.Write, h.logLoggedModelParams},
		{"PATCH", v2 + "/logged-models/{model_id}/tags", route.Write, h.setLoggedModelTags},
		{"DELETE", v2 + "/logged-models/{model_id}/tags/{tag_key}", route.Write, h.deleteLoggedModelTag},

		{"GET", v3 + "/server-info", route.Read, h.serverInfo},
	}
}

// routes are the operations as the server mounts them.
func (h *Handler) routes() []route.Route {
	routes := []route.Route{
		{Method: "GET", Pattern: "/health", Permission: route.Public, Handler: health},
		{Method: "GET", Pattern: "/version", Permission: route.Public, Handler: version},
		{Method: "POST", Pattern: "/graphql", Permission: route.Read, Body: route.JSONBody, Handler: h.handle(h.graphql)},
		{Method: "GET", Pattern: "/ajax-api/2.0/mlflow/gateway-proxy", Permission: route.Read, Handler: noEndpoints},
	}
	for _, o := range h.operations() {
		for _, path := range o.mounts() {
			routes = append(routes, route.Route{
				Method:     o.method,
				Pattern:    path,
				Permission: o.permission,
				Body:       bodyOf(&o),
				MaxBody:    maxBodies[o.path],
				Handler:    h.handle(o.call),
			})
		}
	}
	return routes
}

// mounts are the paths of an operation. Clients before 2.0 call the registry a
// preview.
func (o *operation) mounts() []string {
	paths := []string{"/api" + o.path, "/ajax-api" + o.path}
	for _, prefix := range []string{"/2.0/mlflow/registered-models", "/2.0/mlflow/model-versions"} {
		if strings.HasPrefix(o.path, prefix) {
			paths = append(paths, "/api/2.0/preview"+strings.TrimPrefix(o.path, "/2.0"))
		}
	}
	return paths
}

// bodyOf says what an operation reads: what a DELETE removes is named either in
// its path or in its body.
func bodyOf(o *operation) route.Body {
	if o.method == http.MethodGet || o.method == http.MethodDelete && strings.Contains(o.path, "{") {
		return route.NoBody
	}
	return route.JSONBody
}

// handle turns the error of a call into an answer.
func (h *Handler) handle(call func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := call(w, r); err != nil {
			h.fail(w, r, err)
		}
	}
}
