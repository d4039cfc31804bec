// Package mlmd is ML Metadata's protocol: the 52 calls of
// ml_metadata.MetadataStoreService, as gRPC. It decodes, calls the rules of
// package graph and encodes; it holds no rule.
package mlmd

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// Server answers the calls of one workspace.
type Server struct {
	mlmdpb.UnimplementedMetadataStoreServiceServer
	graph *graph.Service
}

// New returns a server on the given rules.
func New(g *graph.Service) *Server { return &Server{graph: g} }

// workspace is where all nodes of this wire live: it has no word for another.
const workspace = pedigree.DefaultWorkspace
