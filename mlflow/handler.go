// Package mlflow speaks the REST protocol of MLflow's tracking server: it
// decodes requests as that server does, calls the rules, and encodes what they
// answer. It holds no rule of its own beyond the shape of a message.
package mlflow

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/tracking"
	"github.com/pedigree-ml/pedigree/webhook"
)

// A Handler answers MLflow's requests. Its operations are those of [Handler.Wire].
type Handler struct {
	// Webhooks are the rules of webhooks. They are set before the first request
	// comes.
	Webhooks *webhook.Service

	tracking  *tracking.Service
	registry  *registry.Service
	artifacts *Artifacts
	manifests keeperLocks
}

// New returns a handler that calls the given rules, those of runs and those of
// registered models, and serves artifacts where the operator keeps them. What
// it hides from clients it hands to the log of whoever serves it; see
// [route.Report].
func New(runs *tracking.Service, models *registry.Service, artifacts *Artifacts) *Handler {
	return &Handler{tracking: runs, registry: models, artifacts: artifacts}
}

// workspace is where a request works: one place to change when there are more
// workspaces than the default.
func (h *Handler) workspace() pedigree.NodeID { return pedigree.DefaultWorkspace }

// Wire is the protocol as the server mounts it.
func (h *Handler) Wire() route.Wire {
	return route.Wire{
		Name:        "mlflow",
		Routes:      append(h.routes(), h.artifactRoutes()...),
		Prefixes:    prefixes(),
		Fail:        h.fail,
		NotFound:    h.notFound,
		WrongMethod: wrongMethod,
	}
}
