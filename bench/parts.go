package bench

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// Parts is a graph of separate parts, each the trace of one run of a pipeline: a
// data set that many branches read at the same time, each a chain of steps of
// which the next reads what the one before wrote. All nodes are
// members of the run. 20 hops from its data set reach all of a part.
type Parts struct {
	Nodes int // in all; whole parts are made, at least one
}

// The shape of a part.
const (
	PartHops     = 20
	partBranches = 137
	PartNodes    = 1 + PartHops*partBranches
)

// Count is the number of parts.
func (p Parts) Count() int { return max(1, p.Nodes/PartNodes) }

// PartTypes are the types of a part's nodes.
type PartTypes struct{ Artifact, Execution, Run int64 }

// PartName names the data set of a part; prefix tells graphs in one store apart.
func PartName(prefix string, part int) string { return fmt.Sprintf("%s-part-%d", prefix, part) }

// Part gives the call that makes a part.
func Part(prefix string, part int, types PartTypes) *mlmdpb.PutLineageSubgraphRequest {
	name := PartName(prefix, part)
	r := &mlmdpb.PutLineageSubgraphRequest{
		Contexts:  []*mlmdpb.Context{{TypeId: &types.Run, Name: proto.String(name + "-run")}},
		Artifacts: []*mlmdpb.Artifact{{TypeId: &types.Artifact, Name: &name, Uri: proto.String("s3://bucket/data/" + name)}},
	}
	for branch := range partBranches {
		from := 0 // the place of what the next step reads
		for step := range PartHops / 2 {
			name := fmt.Sprintf("%s-branch-%d-step-%d", name, branch, step)
			r.Executions = append(r.Executions, &mlmdpb.Execution{TypeId: &types.Execution, Name: &name, LastKnownState: mlmdpb.Execution_COMPLETE.Enum()})
			execution := len(r.Executions) - 1
			r.EventEdges = append(r.EventEdges, partEdge(execution, from, mlmdpb.Event_INPUT))
			r.Artifacts = append(r.Artifacts, &mlmdpb.Artifact{TypeId: &types.Artifact, Name: &name, Uri: proto.String("s3://bucket/steps/" + name)})
			from = len(r.Artifacts) - 1
			r.EventEdges = append(r.EventEdges, partEdge(execution, from, mlmdpb.Event_OUTPUT))
		}
	}
	return r
}

func partEdge(execution, artifact int, t mlmdpb.Event_Type) *mlmdpb.PutLineageSubgraphRequest_EventEdge {
	return &mlmdpb.PutLineageSubgraphRequest_EventEdge{
		ExecutionIndex: proto.Int32(int32(execution)), ArtifactIndex: proto.Int32(int32(artifact)), Event: &mlmdpb.Event{Type: t.Enum()},
	}
}

func (s seeder) graph() error {
	if s.Graph.Nodes == 0 {
		return nil
	}
	for part := range s.Graph.Count() {
		if err := s.ask("PutLineageSubgraph", Part(s.unique, part, s.partTypes), &mlmdpb.PutLineageSubgraphResponse{}); err != nil {
			return err
		}
	}
	return nil
}
