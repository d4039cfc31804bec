package mlmd

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// GetParentContextsByContext gives the contexts that a context belongs to.
func (s *Server) GetParentContextsByContext(ctx context.Context, r *mlmdpb.GetParentContextsByContextRequest) (*mlmdpb.GetParentContextsByContextResponse, error) {
	found, err := s.graph.ContextsOf(ctx, workspace, pedigree.Context, pedigree.NodeID(r.GetContextId()))
	all, err := manyNodes(found, err, encodeContext)
	return &mlmdpb.GetParentContextsByContextResponse{Contexts: all}, err
}

// GetChildrenContextsByContext gives the contexts that belong to a context.
func (s *Server) GetChildrenContextsByContext(ctx context.Context, r *mlmdpb.GetChildrenContextsByContextRequest) (*mlmdpb.GetChildrenContextsByContextResponse, error) {
	id := pedigree.NodeID(r.GetContextId())
	found, err := s.graph.Children(ctx, workspace, []pedigree.NodeID{id})
	all, err := manyNodes(found[id], err, encodeContext)
	return &mlmdpb.GetChildrenContextsByContextResponse{Contexts: all}, err
}

// GetParentContextsByContexts does the same for several contexts. Those that
// have no parent have no entry.
func (s *Server) GetParentContextsByContexts(ctx context.Context, r *mlmdpb.GetParentContextsByContextsRequest) (*mlmdpb.GetParentContextsByContextsResponse, error) {
	found, err := s.graph.ContextsOfEach(ctx, workspace, pedigree.Context, idsOf[pedigree.NodeID](r.GetContextIds()))
	all, err := eachContext(found, err, func(c []*mlmdpb.Context) *mlmdpb.GetParentContextsByContextsResponse_ParentContextsPerChild {
		return &mlmdpb.GetParentContextsByContextsResponse_ParentContextsPerChild{ParentContexts: c}
	})
	return &mlmdpb.GetParentContextsByContextsResponse{Contexts: all}, err
}

// GetChildrenContextsByContexts does the same for several contexts. Those that
// have no child have no entry.
func (s *Server) GetChildrenContextsByContexts(ctx context.Context, r *mlmdpb.GetChildrenContextsByContextsRequest) (*mlmdpb.GetChildrenContextsByContextsResponse, error) {
	found, err := s.graph.Children(ctx, workspace, idsOf[pedigree.NodeID](r.GetContextIds()))
	all, err := eachContext(found, err, func(c []*mlmdpb.Context) *mlmdpb.GetChildrenContextsByContextsResponse_ChildrenContextsPerParent {
		return &mlmdpb.GetChildrenContextsByContextsResponse_ChildrenContextsPerParent{ChildrenContexts: c}
	})
	return &mlmdpb.GetChildrenContextsByContextsResponse{Contexts: all}, err
}

// eachContext encodes contexts by the context that they were asked for.
func eachContext[M any](found map[pedigree.NodeID][]graph.Node, err error, group func([]*mlmdpb.Context) M) (map[int64]M, error) {
	if err != nil {
		return nil, err
	}
	all := make(map[int64]M, len(found))
	for id, nodes := range found {
		contexts, err := encodeAll(nodes, encodeContext)
		if err != nil {
			return nil, err
		}
		all[int64(id)] = group(contexts)
	}
	return all, nil
}
