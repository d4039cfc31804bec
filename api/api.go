// Package api speaks the server's own protocol, for what no other protocol has
// a word for: JSON below /api/pedigree/v1, errors as RFC 9457 describes them.
// It decodes, calls the rules and encodes; it holds no rule of its own.
package api

import (
	"net/http"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/comment"
	"github.com/pedigree-ml/pedigree/digest"
	"github.com/pedigree-ml/pedigree/dossier"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/search"
	"github.com/pedigree-ml/pedigree/tracking"
	"github.com/pedigree-ml/pedigree/watch"
	"github.com/pedigree-ml/pedigree/webhook"
)

// base is what all paths begin with.
const base = "/api/pedigree/v1"

// A Handler answers requests of the native protocol. Its operations are those
// of [Handler.Wire].
type Handler struct {
	// These rules are set before the first request comes.
	Runs      *tracking.Service
	Webhooks  *webhook.Service
	Search    *search.Service
	Lineage   *lineage.Service
	Graph     *graph.Service
	Watches   *watch.Service
	Comments  *comment.Service
	Artifacts Artifacts
	Dossiers  *dossier.Service
	Classes   *carry.Service
	Mark      schema.Mark // of the store

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

// Wire is the protocol as the server mounts it.
func (h *Handler) Wire() route.Wire {
	var routes []route.Route
	for _, e := range h.endpoints() {
		routes = append(routes, e.route())
	}
	return route.Wire{
		Name:     "native",
		Routes:   routes,
		Prefixes: []string{base},
		Fail:     fail,
		NotFound: func(w http.ResponseWriter, r *http.Request) {
			fail(w, r, pedigree.Errorf(pedigree.NotFound, "There is no such path; %s lists those that there are", base+documentPath))
		},
		WrongMethod: wrongMethod,
	}
}
