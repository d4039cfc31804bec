package mlmd

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// PutExecutions makes executions, or changes those that the call names, all or none.
func (s *Server) PutExecutions(ctx context.Context, r *mlmdpb.PutExecutionsRequest) (*mlmdpb.PutExecutionsResponse, error) {
	ids, err := putNodes(ctx, s, r.GetExecutions(), decodeExecution, func(_ int, p *graph.NodePut) { p.Mask = r.GetUpdateMask().GetPaths() })
	return &mlmdpb.PutExecutionsResponse{ExecutionIds: ids}, err
}

// GetExecutionsByID gives executions; unknown ones are left out.
func (s *Server) GetExecutionsByID(ctx context.Context, r *mlmdpb.GetExecutionsByIDRequest) (*mlmdpb.GetExecutionsByIDResponse, error) {
	found, err := s.graph.Nodes(ctx, workspace, pedigree.Execution, idsOf[pedigree.NodeID](r.GetExecutionIds()))
	all, err := manyNodes(found, err, encodeExecution)
	return &mlmdpb.GetExecutionsByIDResponse{Executions: all}, err
}

// GetExecutions lists executions.
func (s *Server) GetExecutions(ctx context.Context, r *mlmdpb.GetExecutionsRequest) (*mlmdpb.GetExecutionsResponse, error) {
	all, token, err := listNodes(pedigree.Execution, r.GetOptions(), s.all(ctx), encodeExecution)
	return &mlmdpb.GetExecutionsResponse{Executions: all, NextPageToken: token}, err
}

// GetExecutionsByType lists executions of a type.
func (s *Server) GetExecutionsByType(ctx context.Context, r *mlmdpb.GetExecutionsByTypeRequest) (*mlmdpb.GetExecutionsByTypeResponse, error) {
	all, token, err := listOfType(ctx, s, typeOf(pedigree.Execution, r), r.GetOptions(), encodeExecution)
	return &mlmdpb.GetExecutionsByTypeResponse{Executions: all, NextPageToken: token}, err
}

// GetExecutionByTypeAndName finds an execution; the answer is empty where there is none.
func (s *Server) GetExecutionByTypeAndName(ctx context.Context, r *mlmdpb.GetExecutionByTypeAndNameRequest) (*mlmdpb.GetExecutionByTypeAndNameResponse, error) {
	m, err := oneNamed(ctx, s, typeOf(pedigree.Execution, r), r.ExecutionName, encodeExecution)
	return &mlmdpb.GetExecutionByTypeAndNameResponse{Execution: m}, err
}

// GetExecutionsByExternalIds finds executions by their external ids.
func (s *Server) GetExecutionsByExternalIds(ctx context.Context, r *mlmdpb.GetExecutionsByExternalIdsRequest) (*mlmdpb.GetExecutionsByExternalIdsResponse, error) {
	found, err := s.graph.NodesExternal(ctx, workspace, pedigree.Execution, r.GetExternalIds())
	all, err := manyNodes(found, err, encodeExecution)
	return &mlmdpb.GetExecutionsByExternalIdsResponse{Executions: all}, err
}

// GetContextsByExecution gives the contexts of an execution; NOT_FOUND where there are none.
func (s *Server) GetContextsByExecution(ctx context.Context, r *mlmdpb.GetContextsByExecutionRequest) (*mlmdpb.GetContextsByExecutionResponse, error) {
	found, err := s.graph.ContextsOf(ctx, workspace, pedigree.Execution, pedigree.NodeID(r.GetExecutionId()))
	if err == nil && len(found) == 0 {
		err = pedigree.Errorf(pedigree.NotFound, "No contexts found for execution_id: %d", r.GetExecutionId())
	}
	all, err := manyNodes(found, err, encodeContext)
	return &mlmdpb.GetContextsByExecutionResponse{Contexts: all}, err
}

// GetExecutionsByContext lists the executions of a context.
func (s *Server) GetExecutionsByContext(ctx context.Context, r *mlmdpb.GetExecutionsByContextRequest) (*mlmdpb.GetExecutionsByContextResponse, error) {
	all, token, err := listNodes(pedigree.Execution, r.GetOptions(), s.within(ctx, r.GetContextId()), encodeExecution)
	return &mlmdpb.GetExecutionsByContextResponse{Executions: all, NextPageToken: token}, err
}
