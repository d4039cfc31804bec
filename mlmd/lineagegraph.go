package mlmd

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// maxGraphHops is the number of hops of a lineage graph, where a client asks
// for more or sets no limit.
const maxGraphHops = 20

// GetLineageGraph implements the call, an older form of GetLineageSubgraph:
// nodes come as they are, and beside hops their number is limited.
func (s *Server) GetLineageGraph(ctx context.Context, r *mlmdpb.GetLineageGraphRequest) (*mlmdpb.GetLineageGraphResponse, error) {
	q, err := decodeGraphQuery(r.GetOptions())
	if err != nil {
		return nil, err
	}
	l, err := s.graph.Lineage(ctx, q)
	if err != nil {
		return nil, err
	}
	g, err := encodeGraph(l)
	return &mlmdpb.GetLineageGraphResponse{Subgraph: g}, err
}

func decodeGraphQuery(o *mlmdpb.LineageGraphQueryOptions) (*graph.LineageQuery, error) {
	if o.GetArtifactsOptions() == nil {
		return nil, pedigree.Errorf(pedigree.Invalid, "Missing query_nodes conditions")
	}
	start, err := decodeList(pedigree.Artifact, o.GetArtifactsOptions())
	if err != nil {
		return nil, err
	}
	q := &graph.LineageQuery{
		Start: start, Hops: maxGraphHops, Nodes: int(max(o.GetMaxNodeSize(), 0)), Stops: make(map[pedigree.Kind]graph.Stop),
		Want: graph.Want{Events: true, Details: true, Types: map[pedigree.Kind]bool{
			pedigree.Artifact: true, pedigree.Execution: true, pedigree.Context: true,
		}},
	}
	stop := o.GetStopConditions()
	if stop != nil && stop.MaxNumHops != nil {
		q.Hops = hops(*stop.MaxNumHops, maxGraphHops)
	}
	for kind, filter := range map[pedigree.Kind]string{
		pedigree.Artifact: stop.GetBoundaryArtifacts(), pedigree.Execution: stop.GetBoundaryExecutions(),
	} {
		where, err := parseFilter(kind, filter)
		if err != nil {
			return nil, err
		}
		if where != nil {
			q.Stops[kind] = graph.Stop{Where: where, Inverse: true}
		}
	}
	return q, nil
}

func encodeGraph(l *graph.Lineage) (*mlmdpb.LineageGraph, error) {
	g := &mlmdpb.LineageGraph{Events: encodeEvents(l.Events)}
	var err error
	if g.Artifacts, err = encodeAll(l.ArtifactDetails, encodeArtifact); err != nil {
		return nil, err
	}
	if g.Executions, err = encodeAll(l.ExecutionDetails, encodeExecution); err != nil {
		return nil, err
	}
	return g, addTypes(g, l)
}
