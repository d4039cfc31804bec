// Package api speaks the server's own protocol, for what no other protocol has
// a word for: JSON below /api/pedigree/v1, errors as RFC 9457 describes them.
// It decodes, calls the rules and encodes; it holds no rule of its own.
package api

import (
	"net/http"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/digest"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/search"
	"github.com/pedigree-ml/pedigree/watch"
	"github.com/pedigree-ml/pedigree/webhook"
)

// base is what all paths begin with.
const base = "/api/pedigree/v1"

// A Handler answers requests of the native protocol. Its operations are those
// of [Handler.Wire].
type Handler struct {
	// These rules are set before the first request comes.
	Webhooks *webhook.Service
	Search   *search.Service
	Lineage  *lineage.Service
	Graph    *graph.Service
	Watches  *watch.Service

	models    *registry.Service
	digests   *digest.Service
	heartbeat time.Duration // of watches; 0 for the usual one
}

// New returns a handler that calls the given rules. What it hides from clients
// it hands to the log of whoever serves it; see [route.Report].
func New(models *registry.Service, digests *digest.Service) *Handler {
	return &Handler{models: models, digests: digests}
}

// workspace is where a request works: one place to change when there are more
// workspaces than the default.
func (h *Handler) workspace() pedigree.NodeID { return pedigree.DefaultWorkspace }

// An operation is one row of the table of the wire.
type operation struct {
	method     string
	path       string // below what names a version
	permission route.Permission
	call       func(http.ResponseWriter, *http.Request, *registry.Version) error
}

// versionOperations concern one version of a model. Verifying reads, and
// changes nothing; it is no GET because it is work.
func (h *Handler) versionOperations() []operation {
	return []operation{
		{"GET", "/history", route.Read, h.history},
		{"GET", "/files", route.Read, h.files},
		{"POST", "/verify", route.Read, h.verify},
	}
}

// versionPaths are the two ways to name a version: in the path, and in the query
// string for names of models that the server refuses in a path, such as "a\b".
var versionPaths = []string{"/models/{name}/versions/{version}", "/model-version"}

// Wire is the protocol as the server mounts it.
func (h *Handler) Wire() route.Wire {
	var routes []route.Route
	for _, o := range h.versionOperations() {
		for _, path := range versionPaths {
			routes = append(routes, route.Route{
				Method: o.method, Pattern: base + path + o.path, Permission: o.permission, Body: route.NoBody, Handler: h.handle(o.call),
			})
		}
	}
	routes = append(routes, h.webhookRoutes()...)
	routes = append(routes, h.graphRoutes()...)
	routes = append(routes, h.joinRoutes()...)
	routes = append(routes, h.deletionRoutes()...)
	routes = append(routes, h.watchRoutes()...)
	return route.Wire{
		Name:     "native",
		Routes:   routes,
		Prefixes: []string{base},
		Fail:     fail,
		NotFound: func(w http.ResponseWriter, r *http.Request) {
			fail(w, r, pedigree.Errorf(pedigree.NotFound, "There is no such path"))
		},
		WrongMethod: wrongMethod,
	}
}

// failing makes of an operation a handler that answers with its error.
func failing(call func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := call(w, r); err != nil {
			fail(w, r, err)
		}
	}
}

// handle finds the version that a request names, deleted or not, and turns
// errors into answers.
func (h *Handler) handle(call func(http.ResponseWriter, *http.Request, *registry.Version) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, number := r.PathValue("name"), r.PathValue("version")
		if number == "" {
			query := r.URL.Query()
			name, number = query.Get("name"), query.Get("version")
		}
		version, err := h.models.VersionEver(r.Context(), h.workspace(), name, number)
		if err == nil {
			err = call(w, r, &version)
		}
		if err != nil {
			fail(w, r, err)
		}
	}
}
