package mlmd

import (
	"context"

	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// PutLineageSubgraph implements the call.
func (s *Server) PutLineageSubgraph(ctx context.Context, r *mlmdpb.PutLineageSubgraphRequest) (*mlmdpb.PutLineageSubgraphResponse, error) {
	g, err := decodeSubgraph(r)
	if err != nil {
		return nil, err
	}
	done, err := s.graph.PutSubgraph(ctx, workspace, g)
	if err != nil {
		return nil, err
	}
	return &mlmdpb.PutLineageSubgraphResponse{
		ExecutionIds: identities(done.Executions),
		ArtifactIds:  identities(done.Artifacts),
		ContextIds:   identities(done.Contexts),
	}, nil
}

func decodeSubgraph(r *mlmdpb.PutLineageSubgraphRequest) (g *graph.Subgraph, err error) {
	g = &graph.Subgraph{Reuse: graph.Reuse{
		Contexts:  r.GetOptions().GetReuseContextIfAlreadyExist(),
		Artifacts: r.GetOptions().GetReuseArtifactIfAlreadyExistByExternalId(),
	}}
	if g.Executions, err = decodeAll(r.GetExecutions(), decodeExecution); err != nil {
		return nil, err
	}
	if g.Artifacts, err = decodeAll(r.GetArtifacts(), decodeArtifact); err != nil {
		return nil, err
	}
	if g.Contexts, err = decodeAll(r.GetContexts(), decodeContext); err != nil {
		return nil, err
	}
	g.Edges = make([]graph.Edge, len(r.GetEventEdges()))
	for i, e := range r.GetEventEdges() {
		g.Edges[i] = decodeEdge(e)
	}
	return g, nil
}

func decodeEdge(m *mlmdpb.PutLineageSubgraphRequest_EventEdge) graph.Edge {
	e := graph.Edge{}
	if m.GetEvent() != nil {
		event := decodeEvent(m.GetEvent())
		e.Event = &event
	}
	if m != nil {
		e.Execution, e.Artifact = index(m.ExecutionIndex), index(m.ArtifactIndex)
	}
	return e
}

func index(i *int32) *int {
	if i == nil {
		return nil
	}
	n := int(*i)
	return &n
}
