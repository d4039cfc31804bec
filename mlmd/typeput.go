package mlmd

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// A typeRequest is what all calls that put types have in common.
type typeRequest interface {
	GetCanAddFields() bool
	GetCanOmitFields() bool
	GetAllFieldsMatch() bool
}

// putTypes makes or finds types.
func (s *Server) putTypes(ctx context.Context, r typeRequest, types ...graph.Type) ([]int64, error) {
	if !r.GetAllFieldsMatch() {
		return nil, pedigree.Errorf(pedigree.Unimplemented, "Must match all fields.")
	}
	ids, err := s.graph.PutTypes(ctx, types, graph.TypeOptions{CanAdd: r.GetCanAddFields(), CanOmit: r.GetCanOmitFields()})
	if err != nil {
		return nil, err
	}
	return numbers(ids), nil
}

// numbers gives identities as the protocol has them.
func numbers[ID ~int64](ids []ID) []int64 {
	all := make([]int64, len(ids))
	for i, id := range ids {
		all[i] = int64(id)
	}
	return all
}

// idsOf does the opposite.
func idsOf[ID ~int64](numbers []int64) []ID {
	all := make([]ID, len(numbers))
	for i, n := range numbers {
		all[i] = ID(n)
	}
	return all
}

// PutArtifactType makes or finds a type of artifacts.
func (s *Server) PutArtifactType(ctx context.Context, r *mlmdpb.PutArtifactTypeRequest) (*mlmdpb.PutArtifactTypeResponse, error) {
	t, err := decodeArtifactType(r.GetArtifactType())
	if err != nil {
		return nil, err
	}
	ids, err := s.putTypes(ctx, r, t)
	if err != nil {
		return nil, err
	}
	return &mlmdpb.PutArtifactTypeResponse{TypeId: &ids[0]}, nil
}

// PutExecutionType makes or finds a type of executions.
func (s *Server) PutExecutionType(ctx context.Context, r *mlmdpb.PutExecutionTypeRequest) (*mlmdpb.PutExecutionTypeResponse, error) {
	t, err := decodeExecutionType(r.GetExecutionType())
	if err != nil {
		return nil, err
	}
	ids, err := s.putTypes(ctx, r, t)
	if err != nil {
		return nil, err
	}
	return &mlmdpb.PutExecutionTypeResponse{TypeId: &ids[0]}, nil
}

// PutContextType makes or finds a type of contexts.
func (s *Server) PutContextType(ctx context.Context, r *mlmdpb.PutContextTypeRequest) (*mlmdpb.PutContextTypeResponse, error) {
	t, err := decodeContextType(r.GetContextType())
	if err != nil {
		return nil, err
	}
	ids, err := s.putTypes(ctx, r, t)
	if err != nil {
		return nil, err
	}
	return &mlmdpb.PutContextTypeResponse{TypeId: &ids[0]}, nil
}

// PutTypes makes or finds types of all kinds, all or none.
func (s *Server) PutTypes(ctx context.Context, r *mlmdpb.PutTypesRequest) (*mlmdpb.PutTypesResponse, error) {
	types, err := decodeEach(nil, r.GetArtifactTypes(), decodeArtifactType)
	if err == nil {
		types, err = decodeEach(types, r.GetExecutionTypes(), decodeExecutionType)
	}
	if err == nil {
		types, err = decodeEach(types, r.GetContextTypes(), decodeContextType)
	}
	if err != nil {
		return nil, err
	}
	ids, err := s.putTypes(ctx, r, types...)
	if err != nil {
		return nil, err
	}
	artifacts, executions := len(r.GetArtifactTypes()), len(r.GetExecutionTypes())
	return &mlmdpb.PutTypesResponse{
		ArtifactTypeIds: ids[:artifacts], ExecutionTypeIds: ids[artifacts : artifacts+executions], ContextTypeIds: ids[artifacts+executions:],
	}, nil
}

// decodeEach adds what messages of one kind say to what is there.
func decodeEach[M, T any](all []T, messages []M, decode func(M) (T, error)) ([]T, error) {
	for _, m := range messages {
		one, err := decode(m)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}
