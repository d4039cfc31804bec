// Package kfmd is the older protocol of Kubeflow Metadata: the REST operations
// of its metadata-service, v1alpha1, with the JSON of grpc-gateway. Its messages
// are early ones of ML Metadata: artifacts and executions with their types, and
// events between them. It decodes, calls the rules of package graph and
// encodes; it holds no rule.
package kfmd

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/route"
)

// base is what all paths begin with.
const base = "/api/v1alpha1"

// workspace is where all nodes of this wire live: what its clients call a
// workspace is a custom property.
const workspace = pedigree.DefaultWorkspace

// A Handler answers the requests of the protocol. Its operations are those of
// [Handler.Wire].
type Handler struct{ graph *graph.Service }

// New returns a handler that calls the given rules. What it hides from clients
// it hands to the log of whoever serves it; see [route.Report].
func New(g *graph.Service) *Handler { return &Handler{graph: g} }

// Wire is the protocol as the server mounts it.
func (h *Handler) Wire() route.Wire {
	return route.Wire{
		Name:        "kfmd",
		Routes:      h.routes(),
		Prefixes:    []string{base},
		Fail:        fail,
		NotFound:    notFound,
		WrongMethod: wrongMethod,
	}
}
