package mlmd

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
	"github.com/pedigree-ml/pedigree/query"
)

const (
	maxHops  = 100 // of a lineage, where a client asks for more or sets no limit
	maxStart = 100 // nodes that a lineage starts from; others are left out
)

// GetLineageSubgraph implements the call. Nodes come with their identities
// alone.
func (s *Server) GetLineageSubgraph(ctx context.Context, r *mlmdpb.GetLineageSubgraphRequest) (*mlmdpb.GetLineageSubgraphResponse, error) {
	m := newReadMask(r.GetReadMask().GetPaths())
	q, err := decodeLineageQuery(r.GetLineageSubgraphQueryOptions())
	if err != nil {
		return nil, err
	}
	q.Want = m.want()
	l, err := s.graph.Lineage(ctx, q)
	if err != nil {
		return nil, err
	}
	g, err := encodeLineage(l, m)
	return &mlmdpb.GetLineageSubgraphResponse{LineageSubgraph: g}, err
}

func decodeLineageQuery(o *mlmdpb.LineageSubgraphQueryOptions) (*graph.LineageQuery, error) {
	start, err := decodeStart(o)
	if err != nil {
		return nil, err
	}
	q := &graph.LineageQuery{Start: start, Hops: maxHops, Stops: make(map[pedigree.Kind]graph.Stop)}
	if o.MaxNumHops != nil {
		q.Hops = hops(*o.MaxNumHops, maxHops)
	}
	switch o.GetDirection() {
	case mlmdpb.LineageSubgraphQueryOptions_UPSTREAM:
		q.Flow = graph.Upstream
	case mlmdpb.LineageSubgraphQueryOptions_DOWNSTREAM:
		q.Flow = graph.Downstream
	}
	for _, end := range []struct {
		kind  pedigree.Kind
		nodes *mlmdpb.LineageSubgraphQueryOptions_EndingNodes
	}{{pedigree.Artifact, o.GetEndingArtifacts()}, {pedigree.Execution, o.GetEndingExecutions()}} {
		if end.nodes == nil || end.nodes.FilterQuery == nil {
			continue
		}
		where, err := parseFilter(end.kind, end.nodes.GetFilterQuery())
		if err != nil {
			return nil, err
		}
		q.Stops[end.kind] = graph.Stop{Where: where, Include: end.nodes.GetIncludeEndingNodes()}
	}
	return q, nil
}

func decodeStart(o *mlmdpb.LineageSubgraphQueryOptions) (*query.Selection, error) {
	start := &query.Selection{Workspace: workspace, By: query.Arrival, Limit: maxStart}
	var filter string
	switch nodes := o.GetStartingNodes().(type) {
	case *mlmdpb.LineageSubgraphQueryOptions_StartingArtifacts:
		start.Kind, filter = pedigree.Artifact, nodes.StartingArtifacts.GetFilterQuery()
	case *mlmdpb.LineageSubgraphQueryOptions_StartingExecutions:
		start.Kind, filter = pedigree.Execution, nodes.StartingExecutions.GetFilterQuery()
	default:
		return nil, pedigree.Errorf(pedigree.Invalid, "Missing arguments for listing starting nodes.")
	}
	if filter == "" {
		return nil, pedigree.Errorf(pedigree.Invalid, "Cannot list starting nodes if `filter_query` is unspecified.")
	}
	var err error
	start.Where, err = parseFilter(start.Kind, filter)
	return start, err
}

// hops gives a number of hops, at most limit. Negative ones are for the rules
// to refuse.
func hops(asked int64, limit int) int { return int(min(asked, int64(limit))) }

// A readMask says which parts of a lineage a client wants. Paths that name no
// part are ignored; without paths it wants all.
type readMask struct{ paths []string }

func newReadMask(paths []string) readMask { return readMask{paths} }

func (m readMask) has(path string) bool { return len(m.paths) == 0 || slices.Contains(m.paths, path) }

func (m readMask) want() graph.Want {
	w := graph.Want{
		Events:   m.has("events"),
		Contexts: m.has("contexts") || m.has("attributions") || m.has("associations"),
		Types:    make(map[pedigree.Kind]bool),
	}
	for path, kind := range map[string]pedigree.Kind{
		"artifact_types": pedigree.Artifact, "execution_types": pedigree.Execution, "context_types": pedigree.Context,
	} {
		if m.has(path) {
			w.Types[kind] = true
		}
	}
	return w
}
