package mlmd

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// encodeLineage encodes the parts of a lineage that are wanted, with nodes that
// have identities alone.
func encodeLineage(l *graph.Lineage, m readMask) (*mlmdpb.LineageGraph, error) {
	g := &mlmdpb.LineageGraph{Events: encodeEvents(l.Events)}
	if m.has("artifacts") {
		g.Artifacts = bare(l.Artifacts, func(n *mlmdpb.Artifact, id *int64) { n.Id = id })
	}
	if m.has("executions") {
		g.Executions = bare(l.Executions, func(n *mlmdpb.Execution, id *int64) { n.Id = id })
	}
	if m.has("contexts") {
		g.Contexts = bare(l.Contexts, func(n *mlmdpb.Context, id *int64) { n.Id = id })
	}
	if m.has("attributions") {
		g.Attributions = encodeMembers(l.Attributions, func(a *mlmdpb.Attribution, node, context *int64) { a.ArtifactId, a.ContextId = node, context })
	}
	if m.has("associations") {
		g.Associations = encodeMembers(l.Associations, func(a *mlmdpb.Association, node, context *int64) { a.ExecutionId, a.ContextId = node, context })
	}
	return g, addTypes(g, l)
}

func addTypes(g *mlmdpb.LineageGraph, l *graph.Lineage) (err error) {
	if g.ArtifactTypes, err = encodeTypes(l.Types[pedigree.Artifact], encodeArtifactType); err != nil {
		return err
	}
	if g.ExecutionTypes, err = encodeTypes(l.Types[pedigree.Execution], encodeExecutionType); err != nil {
		return err
	}
	g.ContextTypes, err = encodeTypes(l.Types[pedigree.Context], encodeContextType)
	return err
}

// bare gives messages with an identity each, in one block of memory.
func bare[M any](ids []pedigree.NodeID, set func(*M, *int64)) []*M {
	block := make([]M, len(ids))
	messages := make([]*M, len(ids))
	for i := range ids {
		messages[i] = &block[i]
		set(messages[i], (*int64)(&ids[i]))
	}
	return messages
}

func encodeMembers[M any](members []pedigree.Membership, set func(m *M, node, context *int64)) []*M {
	block := make([]M, len(members))
	messages := make([]*M, len(members))
	for i := range members {
		messages[i] = &block[i]
		set(messages[i], (*int64)(&members[i].Node), (*int64)(&members[i].Context))
	}
	return messages
}
