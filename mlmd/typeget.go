package mlmd

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// A typeName is what a call names a type by.
type typeName interface {
	GetTypeName() string
	GetTypeVersion() string
}

func typeOf(kind pedigree.Kind, r typeName) pedigree.Type {
	return pedigree.Type{Kind: kind, Name: r.GetTypeName(), Version: r.GetTypeVersion()}
}

// oneType finds a type and encodes it.
func oneType[M any](ctx context.Context, s *Server, t pedigree.Type, encode func(*graph.Type) (M, error)) (M, error) {
	found, err := s.graph.Type(ctx, t)
	if err != nil {
		var none M
		return none, err
	}
	return encode(&found)
}

// manyTypes encodes what a call of the rules answers.
func manyTypes[M any](found []graph.Type, err error, encode func(*graph.Type) (M, error)) ([]M, error) {
	if err != nil {
		return nil, err
	}
	return encodeTypes(found, encode)
}

// GetArtifactType finds a type of artifacts by name and version.
func (s *Server) GetArtifactType(ctx context.Context, r *mlmdpb.GetArtifactTypeRequest) (*mlmdpb.GetArtifactTypeResponse, error) {
	m, err := oneType(ctx, s, typeOf(pedigree.Artifact, r), encodeArtifactType)
	return &mlmdpb.GetArtifactTypeResponse{ArtifactType: m}, err
}

// GetArtifactTypesByID gives types of artifacts; unknown ones are left out.
func (s *Server) GetArtifactTypesByID(ctx context.Context, r *mlmdpb.GetArtifactTypesByIDRequest) (*mlmdpb.GetArtifactTypesByIDResponse, error) {
	found, err := s.graph.Types(ctx, pedigree.Artifact, idsOf[pedigree.TypeID](r.GetTypeIds()))
	all, err := manyTypes(found, err, encodeArtifactType)
	return &mlmdpb.GetArtifactTypesByIDResponse{ArtifactTypes: all}, err
}

// GetArtifactTypes lists the types of artifacts but the simple ones.
func (s *Server) GetArtifactTypes(ctx context.Context, _ *mlmdpb.GetArtifactTypesRequest) (*mlmdpb.GetArtifactTypesResponse, error) {
	found, err := s.graph.TypesOf(ctx, pedigree.Artifact)
	all, err := manyTypes(found, err, encodeArtifactType)
	return &mlmdpb.GetArtifactTypesResponse{ArtifactTypes: all}, err
}

// GetArtifactTypesByExternalIds finds types of artifacts by their external ids.
func (s *Server) GetArtifactTypesByExternalIds(ctx context.Context, r *mlmdpb.GetArtifactTypesByExternalIdsRequest) (*mlmdpb.GetArtifactTypesByExternalIdsResponse, error) {
	found, err := s.graph.TypesExternal(ctx, pedigree.Artifact, r.GetExternalIds())
	all, err := manyTypes(found, err, encodeArtifactType)
	return &mlmdpb.GetArtifactTypesByExternalIdsResponse{ArtifactTypes: all}, err
}

// GetExecutionType finds a type of executions by name and version.
func (s *Server) GetExecutionType(ctx context.Context, r *mlmdpb.GetExecutionTypeRequest) (*mlmdpb.GetExecutionTypeResponse, error) {
	m, err := oneType(ctx, s, typeOf(pedigree.Execution, r), encodeExecutionType)
	return &mlmdpb.GetExecutionTypeResponse{ExecutionType: m}, err
}

// GetExecutionTypesByID gives types of executions; unknown ones are left out.
func (s *Server) GetExecutionTypesByID(ctx context.Context, r *mlmdpb.GetExecutionTypesByIDRequest) (*mlmdpb.GetExecutionTypesByIDResponse, error) {
	found, err := s.graph.Types(ctx, pedigree.Execution, idsOf[pedigree.TypeID](r.GetTypeIds()))
	all, err := manyTypes(found, err, encodeExecutionType)
	return &mlmdpb.GetExecutionTypesByIDResponse{ExecutionTypes: all}, err
}

// GetExecutionTypes lists the types of executions but the simple ones.
func (s *Server) GetExecutionTypes(ctx context.Context, _ *mlmdpb.GetExecutionTypesRequest) (*mlmdpb.GetExecutionTypesResponse, error) {
	found, err := s.graph.TypesOf(ctx, pedigree.Execution)
	all, err := manyTypes(found, err, encodeExecutionType)
	return &mlmdpb.GetExecutionTypesResponse{ExecutionTypes: all}, err
}

// GetExecutionTypesByExternalIds finds types of executions by their external ids.
func (s *Server) GetExecutionTypesByExternalIds(ctx context.Context, r *mlmdpb.GetExecutionTypesByExternalIdsRequest) (*mlmdpb.GetExecutionTypesByExternalIdsResponse, error) {
	found, err := s.graph.TypesExternal(ctx, pedigree.Execution, r.GetExternalIds())
	all, err := manyTypes(found, err, encodeExecutionType)
	return &mlmdpb.GetExecutionTypesByExternalIdsResponse{ExecutionTypes: all}, err
}

// GetContextType finds a type of contexts by name and version.
func (s *Server) GetContextType(ctx context.Context, r *mlmdpb.GetContextTypeRequest) (*mlmdpb.GetContextTypeResponse, error) {
	m, err := oneType(ctx, s, typeOf(pedigree.Context, r), encodeContextType)
	return &mlmdpb.GetContextTypeResponse{ContextType: m}, err
}

// GetContextTypesByID gives types of contexts; unknown ones are left out.
func (s *Server) GetContextTypesByID(ctx context.Context, r *mlmdpb.GetContextTypesByIDRequest) (*mlmdpb.GetContextTypesByIDResponse, error) {
	found, err := s.graph.Types(ctx, pedigree.Context, idsOf[pedigree.TypeID](r.GetTypeIds()))
	all, err := manyTypes(found, err, encodeContextType)
	return &mlmdpb.GetContextTypesByIDResponse{ContextTypes: all}, err
}

// GetContextTypes lists the types of contexts but the simple ones.
func (s *Server) GetContextTypes(ctx context.Context, _ *mlmdpb.GetContextTypesRequest) (*mlmdpb.GetContextTypesResponse, error) {
	found, err := s.graph.TypesOf(ctx, pedigree.Context)
	all, err := manyTypes(found, err, encodeContextType)
	return &mlmdpb.GetContextTypesResponse{ContextTypes: all}, err
}

// GetContextTypesByExternalIds finds types of contexts by their external ids.
func (s *Server) GetContextTypesByExternalIds(ctx context.Context, r *mlmdpb.GetContextTypesByExternalIdsRequest) (*mlmdpb.GetContextTypesByExternalIdsResponse, error) {
	found, err := s.graph.TypesExternal(ctx, pedigree.Context, r.GetExternalIds())
	all, err := manyTypes(found, err, encodeContextType)
	return &mlmdpb.GetContextTypesByExternalIdsResponse{ContextTypes: all}, err
}
