package mlflow

import (
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// notOffered names the areas of upstream that this server does not have, by
// what their paths start with. A client of one learns so in words; a path of no
// area at all is not found.
var notOffered = []struct{ prefix, area string }{
	{"/mlflow/registered-models", "model registry"},
	{"/mlflow/model-versions", "model registry"},
	{"/model-versions", "model registry"},
	{"/mlflow/webhooks", "webhooks"},
	{"/mlflow/traces", "tracing"},
	{"/mlflow/get-trace-artifact", "tracing"},
	{"/mlflow/get-online-trace-details", "tracing"},
	{"/mlflow/unified-traces", "tracing"},
	{"/v1/traces", "tracing"},
	{"/mlflow/datasets", "evaluation datasets"},
	{"/mlflow/issues", "issues"},
	{"/mlflow/label-schemas", "review"},
	{"/mlflow/review-queues", "review"},
	{"/mlflow/scorers", "scorers"},
	{"/mlflow/scorer", "scorers"},
	{"/mlflow/genai", "GenAI evaluation"},
	{"/mlflow/prompt-optimization", "prompt optimization"},
	{"/mlflow/runs/create-promptlab-run", "prompt lab"},
	{"/mlflow/gateway", "AI gateway"},
	{"/mlflow/gateway-proxy", "AI gateway"},
	{"/gateway", "AI gateway"},
	{"/mlflow/mcp-servers", "MCP registry"},
	{"/mlflow/assistant", "assistant"},
	{"/mlflow/jobs", "jobs"},
	{"/jobs", "jobs"},
	{"/mlflow/demo", "demo"},
	{"/mlflow/ui-telemetry", "telemetry"},
	{"/mlflow/workspaces", "workspaces"},
	{"/mlflow/users", "users and roles"},
	{"/mlflow/roles", "users and roles"},
	{"/signup", "users and roles"},
	{"/graphql", "GraphQL"},
}

// bases are what the paths of areas stand below.
var bases = []string{"/api/2.0", "/api/3.0", "/ajax-api/2.0", "/ajax-api/3.0", ""}

// prefixes are the paths that the wire answers for.
func prefixes() []string {
	all := []string{"/api/2.0", "/api/3.0", "/ajax-api", "/get-artifact", "/health", "/version"}
	for _, n := range notOffered {
		if !strings.HasPrefix(n.prefix, "/mlflow") && n.prefix != "/jobs" {
			all = append(all, n.prefix)
		}
	}
	return all
}

// areaOf names the area of upstream that a path belongs to.
func areaOf(path string) (area string, ok bool) {
	for _, base := range bases {
		rest, below := strings.CutPrefix(path, base)
		if !below {
			continue
		}
		for _, n := range notOffered {
			if tail, found := strings.CutPrefix(rest, n.prefix); found && (tail == "" || tail[0] == '/') {
				return n.area, true
			}
		}
	}
	return "", false
}

// notFound answers for a path that is no operation here.
func (h *Handler) notFound(w http.ResponseWriter, r *http.Request) {
	if area, ok := areaOf(r.URL.Path); ok {
		h.fail(w, r, pedigree.Errorf(pedigree.Unimplemented, "This server does not offer this part of MLflow: %s.", area))
		return
	}
	writeHTML(w, http.StatusNotFound, notFoundPage)
}
