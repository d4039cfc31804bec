package mlmd

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// PutContexts makes contexts, or changes those that the call names, all or none.
func (s *Server) PutContexts(ctx context.Context, r *mlmdpb.PutContextsRequest) (*mlmdpb.PutContextsResponse, error) {
	ids, err := putNodes(ctx, s, r.GetContexts(), decodeContext, func(_ int, p *graph.NodePut) { p.Mask = r.GetUpdateMask().GetPaths() })
	return &mlmdpb.PutContextsResponse{ContextIds: ids}, err
}

// GetContextsByID gives contexts; unknown ones are left out.
func (s *Server) GetContextsByID(ctx context.Context, r *mlmdpb.GetContextsByIDRequest) (*mlmdpb.GetContextsByIDResponse, error) {
	found, err := s.graph.Nodes(ctx, workspace, pedigree.Context, idsOf[pedigree.NodeID](r.GetContextIds()))
	all, err := manyNodes(found, err, encodeContext)
	return &mlmdpb.GetContextsByIDResponse{Contexts: all}, err
}

// GetContexts lists contexts.
func (s *Server) GetContexts(ctx context.Context, r *mlmdpb.GetContextsRequest) (*mlmdpb.GetContextsResponse, error) {
	all, token, err := listNodes(pedigree.Context, r.GetOptions(), s.all(ctx), encodeContext)
	return &mlmdpb.GetContextsResponse{Contexts: all, NextPageToken: token}, err
}

// GetContextsByType lists contexts of a type.
func (s *Server) GetContextsByType(ctx context.Context, r *mlmdpb.GetContextsByTypeRequest) (*mlmdpb.GetContextsByTypeResponse, error) {
	all, token, err := listOfType(ctx, s, typeOf(pedigree.Context, r), r.GetOptions(), encodeContext)
	return &mlmdpb.GetContextsByTypeResponse{Contexts: all, NextPageToken: token}, err
}

// GetContextByTypeAndName finds a context; the answer is empty where there is none.
func (s *Server) GetContextByTypeAndName(ctx context.Context, r *mlmdpb.GetContextByTypeAndNameRequest) (*mlmdpb.GetContextByTypeAndNameResponse, error) {
	m, err := oneNamed(ctx, s, typeOf(pedigree.Context, r), r.ContextName, encodeContext)
	return &mlmdpb.GetContextByTypeAndNameResponse{Context: m}, err
}

// GetContextsByExternalIds finds contexts by their external ids.
func (s *Server) GetContextsByExternalIds(ctx context.Context, r *mlmdpb.GetContextsByExternalIdsRequest) (*mlmdpb.GetContextsByExternalIdsResponse, error) {
	found, err := s.graph.NodesExternal(ctx, workspace, pedigree.Context, r.GetExternalIds())
	all, err := manyNodes(found, err, encodeContext)
	return &mlmdpb.GetContextsByExternalIdsResponse{Contexts: all}, err
}
