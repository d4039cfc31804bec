package mlflow

import (
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// An area is a part of upstream that this server does not have.
type area struct{ prefix, name string }

// Areas by what their paths start with: those below a version such as
// /api/2.0, and those at the root. A client of one learns in words that it is
// not here; a path of no area at all is not found.
var (
	versionedAreas = []area{
		{"/mlflow/traces", "tracing"},
		{"/mlflow/get-trace-artifact", "tracing"},
		{"/mlflow/get-online-trace-details", "tracing"},
		{"/mlflow/unified-traces", "tracing"},
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
		{"/mlflow/mcp-servers", "MCP registry"},
		{"/mlflow/assistant", "assistant"},
		{"/mlflow/jobs", "jobs"},
		{"/jobs", "jobs"},
		{"/mlflow/demo", "demo"},
		{"/mlflow/ui-telemetry", "telemetry"},
		{"/mlflow/workspaces", "workspaces"},
		{"/mlflow/users", "users and roles"},
		{"/mlflow/roles", "users and roles"},
	}
	rootAreas = []area{
		{"/v1/traces", "tracing"},
		{"/gateway", "AI gateway"},
		{"/signup", "users and roles"},
	}
)

// versions are what versioned paths stand below.
var versions = []string{"/api/2.0", "/api/3.0", "/ajax-api/2.0", "/ajax-api/3.0"}

// prefixes are the paths that the wire answers for.
func prefixes() []string {
	all := append([]string{"/get-artifact", "/model-versions", "/graphql", "/health", "/version"}, versions...)
	for _, a := range rootAreas {
		all = append(all, a.prefix)
	}
	return all
}

// areaOf names the area of upstream that a path belongs to.
func areaOf(path string) (name string, ok bool) {
	for _, v := range versions {
		if rest, below := strings.CutPrefix(path, v+"/"); below {
			return among(versionedAreas, "/"+rest)
		}
	}
	return among(rootAreas, path)
}

func among(areas []area, path string) (name string, ok bool) {
	for _, a := range areas {
		if tail, found := strings.CutPrefix(path, a.prefix); found && (tail == "" || tail[0] == '/') {
			return a.name, true
		}
	}
	return "", false
}

// notFound answers for a path that is no operation here.
func (h *Handler) notFound(w http.ResponseWriter, r *http.Request) {
	if name, ok := areaOf(r.URL.Path); ok {
		h.fail(w, r, pedigree.Errorf(pedigree.Unimplemented, "This server does not offer this part of MLflow: %s.", name))
		return
	}
	writeHTML(w, http.StatusNotFound, notFoundPage)
}
