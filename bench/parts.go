package bench

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// Parts is a graph of separate parts, each the trace of one run of a pipeline.
type Parts struct {
	Nodes int // in all; whole parts are made, at least one
	Shape Shape
}

// Count is the number of parts.
func (p Parts) Count() int { return max(1, p.Nodes/p.Shape.Nodes()) }

// A Shape is that of a part: a data set that many branches read at the same
// time, each a series of steps that read what steps before them wrote. All nodes
// are members of the run. Hops from the data set reach all of a part.
type Shape struct {
	Branches int
	Hops     int // even: a step and what it writes are two
	Reads    int // how many branches a step after the first reads from, its own and those after it
}

// The shapes of real use.
var (
	Chains    = Shape{Branches: 137, Hops: 20, Reads: 1}
	Pipelines = Shape{Branches: 137, Hops: 20, Reads: 6} // each step joins what six have made
	LongChain = Shape{Branches: 1, Hops: 10_000, Reads: 1}
	Fan       = Shape{Branches: 100_000, Hops: 2, Reads: 1} // runs that train on one data set
)

// Nodes is how many artifacts and executions a part has.
func (s Shape) Nodes() int { return 1 + s.Hops*s.Branches }

// Events is how many events a part has.
func (s Shape) Events() int { return s.Branches * (2 + (s.Hops/2-1)*(1+s.Reads)) }

// PartTypes are the types of a part's nodes.
type PartTypes struct{ Artifact, Execution, Run int64 }

// PartName names the data set of a part; prefix tells graphs in one store apart.
func PartName(prefix string, part int) string { return fmt.Sprintf("%s-part-%d", prefix, part) }

// FirstName is the prefix of the ith of the parts that are made before others.
func FirstName(prefix string, i int) string { return fmt.Sprintf("%s-first-%d", prefix, i) }

// pieceBranches is how many branches one call makes: servers bound what is written
// at once. Steps that read from other branches are all made by one.
const pieceBranches = 10_000

// Make makes a part by as few calls as there may be.
func (s Shape) Make(prefix string, part int, types PartTypes, put func(*mlmdpb.PutLineageSubgraphRequest) (*mlmdpb.PutLineageSubgraphResponse, error)) error {
	var data, run *int64 // once they are made
	for from := 0; from < s.Branches; from += pieceBranches {
		piece := s.piece(prefix, part, types, from, min(from+pieceBranches, s.Branches))
		piece.Artifacts[0].Id, piece.Contexts[0].Id = data, run
		made, err := put(piece)
		if err != nil {
			return err
		}
		data, run = &made.ArtifactIds[0], &made.ContextIds[0]
	}
	return nil
}

// piece gives the call that makes some branches of a part, with its data set and
// its run.
func (s Shape) piece(prefix string, part int, types PartTypes, first, end int) *mlmdpb.PutLineageSubgraphRequest {
	name := PartName(prefix, part)
	r := &mlmdpb.PutLineageSubgraphRequest{
		Contexts:  []*mlmdpb.Context{{TypeId: &types.Run, Name: proto.String(name + "-run")}},
		Artifacts: []*mlmdpb.Artifact{{TypeId: &types.Artifact, Name: &name, Uri: proto.String("s3://bucket/data/" + name)}},
	}
	for branch := first; branch < end; branch++ {
		for step := range s.Hops / 2 {
			name := fmt.Sprintf("%s-branch-%d-step-%d", name, branch, step)
			r.Executions = append(r.Executions, &mlmdpb.Execution{TypeId: &types.Execution, Name: &name, LastKnownState: mlmdpb.Execution_COMPLETE.Enum()})
			r.Artifacts = append(r.Artifacts, &mlmdpb.Artifact{TypeId: &types.Artifact, Name: &name, Uri: proto.String("s3://bucket/steps/" + name)})
			execution := len(r.Executions) - 1
			for _, from := range s.reads(step, branch-first) {
				r.EventEdges = append(r.EventEdges, partEdge(execution, from, mlmdpb.Event_INPUT))
			}
			r.EventEdges = append(r.EventEdges, partEdge(execution, len(r.Artifacts)-1, mlmdpb.Event_OUTPUT))
		}
	}
	return r
}

// reads gives the places of what a step reads among the artifacts of its part.
func (s Shape) reads(step, branch int) []int {
	if step == 0 {
		return []int{0}
	}
	from := make([]int, s.Reads)
	for i := range from {
		from[i] = 1 + (branch+i)%s.Branches*(s.Hops/2) + step - 1
	}
	return from
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
	put := func(r *mlmdpb.PutLineageSubgraphRequest) (*mlmdpb.PutLineageSubgraphResponse, error) {
		answer := &mlmdpb.PutLineageSubgraphResponse{}
		return answer, s.ask("PutLineageSubgraph", r, answer)
	}
	for part := range s.Graph.Count() {
		if err := s.Graph.Shape.Make(s.unique, part, s.partTypes, put); err != nil {
			return err
		}
	}
	return nil
}
