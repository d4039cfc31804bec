package mlmd

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// PutAttributionsAndAssociations implements the call.
func (s *Server) PutAttributionsAndAssociations(ctx context.Context, r *mlmdpb.PutAttributionsAndAssociationsRequest) (*mlmdpb.PutAttributionsAndAssociationsResponse, error) {
	artifacts := make([]pedigree.Membership, len(r.GetAttributions()))
	for i, a := range r.GetAttributions() {
		artifacts[i] = pedigree.Membership{Context: pedigree.NodeID(a.GetContextId()), Node: pedigree.NodeID(a.GetArtifactId())}
	}
	executions := make([]pedigree.Membership, len(r.GetAssociations()))
	for i, a := range r.GetAssociations() {
		executions[i] = pedigree.Membership{Context: pedigree.NodeID(a.GetContextId()), Node: pedigree.NodeID(a.GetExecutionId())}
	}
	return &mlmdpb.PutAttributionsAndAssociationsResponse{}, s.graph.PutMembers(ctx, workspace, artifacts, executions)
}

// PutParentContexts implements the call.
func (s *Server) PutParentContexts(ctx context.Context, r *mlmdpb.PutParentContextsRequest) (*mlmdpb.PutParentContextsResponse, error) {
	relations := make([]pedigree.Membership, len(r.GetParentContexts()))
	for i, p := range r.GetParentContexts() {
		relations[i] = pedigree.Membership{Context: pedigree.NodeID(p.GetParentId()), Node: pedigree.NodeID(p.GetChildId())}
	}
	return &mlmdpb.PutParentContextsResponse{}, s.graph.PutParents(ctx, workspace, relations)
}
