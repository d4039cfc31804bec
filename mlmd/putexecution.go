package mlmd

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// PutExecution implements the call.
func (s *Server) PutExecution(ctx context.Context, r *mlmdpb.PutExecutionRequest) (*mlmdpb.PutExecutionResponse, error) {
	p, err := decodePublication(r)
	if err != nil {
		return nil, err
	}
	done, err := s.graph.PutExecution(ctx, workspace, p)
	if err != nil {
		return nil, err
	}
	return &mlmdpb.PutExecutionResponse{
		ExecutionId: (*int64)(&done.Executions[0]),
		ArtifactIds: identities(done.Artifacts),
		ContextIds:  identities(done.Contexts),
	}, nil
}

func decodePublication(r *mlmdpb.PutExecutionRequest) (*graph.Publication, error) {
	o := r.GetOptions()
	p := &graph.Publication{Reuse: graph.Reuse{
		Contexts:     o.GetReuseContextIfAlreadyExist(),
		ContextsByID: o.GetForceReuseContext(),
		Artifacts:    o.GetReuseArtifactIfAlreadyExistByExternalId(),
	}}
	var err error
	if r.GetExecution() != nil {
		if p.Execution, err = decodeExecution(r.GetExecution()); err != nil {
			return nil, err
		}
		p.Execution.ForceUpdateTime = o.GetForceUpdateTime()
	}
	p.Artifacts = make([]graph.ArtifactPut, len(r.GetArtifactEventPairs()))
	for i, pair := range r.GetArtifactEventPairs() {
		if p.Artifacts[i], err = decodePair(pair); err != nil {
			return nil, err
		}
	}
	p.Contexts, err = decodeAll(r.GetContexts(), decodeContext)
	return p, err
}

func decodePair(pair *mlmdpb.PutExecutionRequest_ArtifactAndEvent) (p graph.ArtifactPut, err error) {
	if pair.GetEvent() != nil {
		e := decodeEvent(pair.GetEvent())
		p.Event = &e
	}
	if pair.GetArtifact() != nil {
		p.Artifact, err = decodeArtifact(pair.GetArtifact())
	}
	return p, err
}

// decodeAll reads nodes of one kind.
func decodeAll[M any](messages []M, decode func(M) (*graph.NodePut, error)) ([]*graph.NodePut, error) {
	puts := make([]*graph.NodePut, len(messages))
	for i, m := range messages {
		var err error
		if puts[i], err = decode(m); err != nil {
			return nil, err
		}
	}
	return puts, nil
}

// identities gives nodes as the wire counts them: none is -1.
func identities(ids []pedigree.NodeID) []int64 {
	numbers := make([]int64, len(ids))
	for i, id := range ids {
		if numbers[i] = int64(id); id == 0 {
			numbers[i] = -1
		}
	}
	return numbers
}
