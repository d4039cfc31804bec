package mlmd

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// PutArtifacts makes artifacts, or changes those that the call names, all or
// none.
func (s *Server) PutArtifacts(ctx context.Context, r *mlmdpb.PutArtifactsRequest) (*mlmdpb.PutArtifactsResponse, error) {
	ids, err := putNodes(ctx, s, r.GetArtifacts(), decodeArtifact, func(i int, p *graph.NodePut) {
		p.Mask = r.GetUpdateMask().GetPaths()
		if r.GetOptions().GetAbortIfLatestUpdatedTimeChanged() {
			p.IfUpdated = decodeTime(r.GetArtifacts()[i].GetLastUpdateTimeSinceEpoch())
		}
	})
	return &mlmdpb.PutArtifactsResponse{ArtifactIds: ids}, err
}

// GetArtifactsByID gives artifacts, with their types if asked for; unknown ones
// are left out.
func (s *Server) GetArtifactsByID(ctx context.Context, r *mlmdpb.GetArtifactsByIDRequest) (*mlmdpb.GetArtifactsByIDResponse, error) {
	get := s.graph.Nodes
	var types []graph.Type
	if r.GetPopulateArtifactTypes() {
		get = func(ctx context.Context, ws pedigree.NodeID, kind pedigree.Kind, ids []pedigree.NodeID) (nodes []graph.Node, err error) {
			nodes, types, err = s.graph.NodesAndTypes(ctx, ws, kind, ids)
			return nodes, err
		}
	}
	found, err := get(ctx, workspace, pedigree.Artifact, idsOf[pedigree.NodeID](r.GetArtifactIds()))
	artifacts, err := manyNodes(found, err, encodeArtifact)
	if err != nil {
		return nil, err
	}
	described, err := encodeTypes(types, encodeArtifactType)
	return &mlmdpb.GetArtifactsByIDResponse{Artifacts: artifacts, ArtifactTypes: described}, err
}

// GetArtifactsByURI finds artifacts by URI.
func (s *Server) GetArtifactsByURI(ctx context.Context, r *mlmdpb.GetArtifactsByURIRequest) (*mlmdpb.GetArtifactsByURIResponse, error) {
	found, err := s.graph.NodesAt(ctx, workspace, r.GetUris())
	all, err := manyNodes(found, err, encodeArtifact)
	return &mlmdpb.GetArtifactsByURIResponse{Artifacts: all}, err
}

// GetArtifacts lists artifacts.
func (s *Server) GetArtifacts(ctx context.Context, r *mlmdpb.GetArtifactsRequest) (*mlmdpb.GetArtifactsResponse, error) {
	all, token, err := listNodes(pedigree.Artifact, r.GetOptions(), s.all(ctx), encodeArtifact)
	return &mlmdpb.GetArtifactsResponse{Artifacts: all, NextPageToken: token}, err
}

// GetArtifactsByType lists artifacts of a type.
func (s *Server) GetArtifactsByType(ctx context.Context, r *mlmdpb.GetArtifactsByTypeRequest) (*mlmdpb.GetArtifactsByTypeResponse, error) {
	all, token, err := listOfType(ctx, s, typeOf(pedigree.Artifact, r), r.GetOptions(), encodeArtifact)
	return &mlmdpb.GetArtifactsByTypeResponse{Artifacts: all, NextPageToken: token}, err
}

// GetArtifactByTypeAndName finds an artifact; the answer is empty where there is none.
func (s *Server) GetArtifactByTypeAndName(ctx context.Context, r *mlmdpb.GetArtifactByTypeAndNameRequest) (*mlmdpb.GetArtifactByTypeAndNameResponse, error) {
	m, err := oneNamed(ctx, s, typeOf(pedigree.Artifact, r), r.ArtifactName, encodeArtifact)
	return &mlmdpb.GetArtifactByTypeAndNameResponse{Artifact: m}, err
}

// GetArtifactsByExternalIds finds artifacts by their external ids.
func (s *Server) GetArtifactsByExternalIds(ctx context.Context, r *mlmdpb.GetArtifactsByExternalIdsRequest) (*mlmdpb.GetArtifactsByExternalIdsResponse, error) {
	found, err := s.graph.NodesExternal(ctx, workspace, pedigree.Artifact, r.GetExternalIds())
	all, err := manyNodes(found, err, encodeArtifact)
	return &mlmdpb.GetArtifactsByExternalIdsResponse{Artifacts: all}, err
}

// GetContextsByArtifact gives the contexts of an artifact; NOT_FOUND where there are none.
func (s *Server) GetContextsByArtifact(ctx context.Context, r *mlmdpb.GetContextsByArtifactRequest) (*mlmdpb.GetContextsByArtifactResponse, error) {
	found, err := s.graph.ContextsOf(ctx, workspace, pedigree.Artifact, pedigree.NodeID(r.GetArtifactId()))
	if err == nil && len(found) == 0 {
		err = pedigree.Errorf(pedigree.NotFound, "No contexts found for artifact_id: %d", r.GetArtifactId())
	}
	all, err := manyNodes(found, err, encodeContext)
	return &mlmdpb.GetContextsByArtifactResponse{Contexts: all}, err
}

// GetArtifactsByContext lists the artifacts of a context.
func (s *Server) GetArtifactsByContext(ctx context.Context, r *mlmdpb.GetArtifactsByContextRequest) (*mlmdpb.GetArtifactsByContextResponse, error) {
	all, token, err := listNodes(pedigree.Artifact, r.GetOptions(), s.within(ctx, r.GetContextId()), encodeArtifact)
	return &mlmdpb.GetArtifactsByContextResponse{Artifacts: all, NextPageToken: token}, err
}
