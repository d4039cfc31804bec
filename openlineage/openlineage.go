// Package openlineage takes OpenLineage events and answers the read API of
// Marquez, by which its web UI and its clients look at jobs, runs and data sets:
// JSON below /api/v1. It decodes, calls the rules and encodes; it holds no rule
// of its own.
package openlineage

import (
	"net/http"

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
	post := func(path string, o operation) route.Route {
		return route.Route{Method: "POST", Pattern: base + path, Permission: route.Write, Body: route.JSONBody, MaxBody: maxBody, Handler: o.handle}
	}
	return []route.Route{
		post("/lineage", h.take),
		post("/lineage/batch", h.takeBatch),
	}
}
