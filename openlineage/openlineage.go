// Package openlineage takes OpenLineage events and answers the read API of
// Marquez, by which its web UI and its clients look at jobs, runs and data sets:
// JSON below /api/v1. It decodes, calls the rules and encodes; it holds no rule
// of its own.
package openlineage

import (
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/jobs"
	"github.com/pedigree-ml/pedigree/route"
)

// base is what all paths begin with.
const base = "/api/v1"

// A Handler answers requests of the protocol. Its operations are those of
// [Handler.Wire].
type Handler struct{ rules *jobs.Service }

// New returns a handler that calls the given rules. What it hides from clients
// it hands to the log of whoever serves it; see [route.Report].
func New(rules *jobs.Service) *Handler { return &Handler{rules} }

// workspace is where a request works: one place to change when there are more
// workspaces than the default.
func (h *Handler) workspace() pedigree.NodeID { return pedigree.DefaultWorkspace }

// An operation answers a request, or gives an error.
type operation func(http.ResponseWriter, *http.Request) error

func (o operation) handle(w http.ResponseWriter, r *http.Request) {
	if err := o(w, r); err != nil {
		fail(w, r, err)
	}
}

// Wire is the protocol as the server mounts it.
func (h *Handler) Wire() route.Wire {
	return route.Wire{
		Name:        "openlineage",
		Routes:      h.routes(),
		Prefixes:    []string{base},
		Fail:        fail,
		NotFound:    notFound,
		WrongMethod: wrongMethod,
	}
}

func (h *Handler) routes() []route.Route {
	var all []route.Route
	add := func(method, path string, need route.Permission, o operation) {
		r := route.Route{Method: method, Pattern: base + path, Permission: need, Body: route.NoBody, URLInNames: strings.Contains(path, "{"), Handler: o.handle}
		if strings.HasPrefix(path, "/lineage") && method == "POST" {
			r.Body, r.MaxBody, r.Gzip = route.JSONBody, maxBody, true
		}
		if method == "PUT" {
			r.Body = route.JSONBody
		}
		all = append(all, r)
	}
	add("POST", "/lineage", route.Write, h.take)
	add("POST", "/lineage/batch", route.Write, h.takeBatch)
	add("GET", "/lineage", route.Read, h.lineage)
	add("GET", "/column-lineage", route.Read, h.columnLineage)
	add("GET", "/events/lineage", route.Read, h.events)
	add("GET", "/search", route.Read, h.search)

	const namespace = "/namespaces/{namespace}"
	add("GET", "/namespaces", route.Read, h.namespaces)
	add("GET", namespace, route.Read, h.namespace)
	add("PUT", namespace, route.Write, h.putNamespace)
	add("DELETE", namespace, route.Delete, h.deleteNamespace)
	add("GET", "/sources", route.Read, h.sources)
	add("GET", "/sources/{source}", route.Read, h.source)

	const dataset = namespace + "/datasets/{dataset}"
	add("GET", namespace+"/datasets", route.Read, h.datasets)
	add("GET", dataset, route.Read, h.dataset)
	add("DELETE", dataset, route.Delete, h.deleteDataset)
	add("GET", dataset+"/versions", route.Read, h.versions)
	add("GET", dataset+"/versions/{version}", route.Read, h.version)
	add("POST", dataset+"/tags/{tag}", route.Write, h.tagDataset(true))
	add("DELETE", dataset+"/tags/{tag}", route.Write, h.tagDataset(false))
	add("POST", dataset+"/fields/{field}/tags/{tag}", route.Write, h.tagField(true))
	add("DELETE", dataset+"/fields/{field}/tags/{tag}", route.Write, h.tagField(false))

	const job = namespace + "/jobs/{job}"
	add("GET", "/jobs", route.Read, h.jobs)
	add("GET", namespace+"/jobs", route.Read, h.jobs)
	add("GET", job, route.Read, h.job)
	add("DELETE", job, route.Delete, h.deleteJob)
	add("POST", job+"/tags/{tag}", route.Write, h.tagJob(true))
	add("DELETE", job+"/tags/{tag}", route.Write, h.tagJob(false))
	add("GET", job+"/runs", route.Read, h.runs)
	add("GET", job+"/versions", route.Read, h.jobVersions)
	add("GET", job+"/versions/{version}", route.Read, h.jobVersion)
	add("GET", "/jobs/runs/{run}", route.Read, h.run)
	add("GET", "/jobs/runs/{run}/facets", route.Read, h.runFacets)

	add("GET", "/tags", route.Read, h.tags)
	add("PUT", "/tags/{tag}", route.Write, h.putTag)
	add("GET", "/stats/lineage-events", route.Read, h.eventStats)
	add("GET", "/stats/jobs", route.Read, h.nodeStats(pedigree.JobType))
	add("GET", "/stats/datasets", route.Read, h.nodeStats(pedigree.LineageDatasetType))
	add("GET", "/stats/sources", route.Read, h.nodeStats(pedigree.JobNamespaceType))
	return all
}
