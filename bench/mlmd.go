package bench

import (
	"fmt"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

const mlmdService = "/ml_metadata.MetadataStoreService/"

// How much an [MLMD] makes beside its graph.
const (
	mlmdContexts   = 20 // each with an equal part of the artifacts
	mlmdExecutions = 1000
	mlmdPerCall    = 100 // nodes of one call that makes them
)

// An MLMD is a load for a server that speaks ML Metadata, and what it has put
// there to work on.
type MLMD struct {
	Artifacts int   // that lists and lookups choose from
	Graph     Parts // that lineage is walked in

	unique                          string // part of every name
	partTypes                       PartTypes
	project, pipeline               int64 // types of contexts
	artifacts, executions, contexts []int64
	made                            atomic.Int64 // counts what writes make
}

// Seed declares the types and makes all that the workloads work on, over the
// wire.
func (l *MLMD) Seed(base string) error {
	c, err := newCaller(base, 10*time.Minute)
	if err != nil {
		return err
	}
	defer c.Close()
	l.unique = fmt.Sprintf("bench-%d", time.Now().UnixNano())
	s := seeder{c, l}
	for _, step := range []func() error{s.types, s.contextNodes, s.artifactNodes, s.executionNodes, s.members, s.graph} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// A seeder makes what a load works on.
type seeder struct {
	caller Caller
	*MLMD
}

// ask calls a method once.
func (s seeder) ask(method string, request, answer proto.Message) error {
	return ask(s.caller, method, request, answer)
}

func ask(c Caller, method string, request, answer proto.Message) error {
	body, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	reply, err := c.Call(&Request{Path: mlmdService + method, Body: body})
	if err != nil {
		return err
	}
	return proto.Unmarshal(reply, answer)
}

// speaksMLMD reports whether a server answers.
func speaksMLMD(url string) bool {
	c, err := newCaller(url, 10*time.Second)
	if err != nil {
		return false
	}
	defer c.Close()
	return ask(c, "GetContextTypes", &mlmdpb.GetContextTypesRequest{}, &mlmdpb.GetContextTypesResponse{}) == nil
}

// MLMDTypes declares the types of an [MLMD].
func MLMDTypes() *mlmdpb.PutTypesRequest {
	properties := map[string]mlmdpb.PropertyType{"x": mlmdpb.PropertyType_INT, "y": mlmdpb.PropertyType_DOUBLE, "s": mlmdpb.PropertyType_STRING}
	return &mlmdpb.PutTypesRequest{
		ArtifactTypes:  []*mlmdpb.ArtifactType{{Name: proto.String("bench.Model"), Properties: properties}},
		ExecutionTypes: []*mlmdpb.ExecutionType{{Name: proto.String("bench.Train"), Properties: properties}},
		ContextTypes: []*mlmdpb.ContextType{
			{Name: proto.String("bench.Run"), Properties: properties}, {Name: proto.String("bench.Project")}, {Name: proto.String("bench.Pipeline")},
		},
	}
}

// PartTypesOf reads the answer to [MLMDTypes].
func PartTypesOf(r *mlmdpb.PutTypesResponse) PartTypes {
	return PartTypes{Artifact: r.ArtifactTypeIds[0], Execution: r.ExecutionTypeIds[0], Run: r.ContextTypeIds[0]}
}

func (s seeder) types() error {
	answer := &mlmdpb.PutTypesResponse{}
	err := s.ask("PutTypes", MLMDTypes(), answer)
	if err == nil {
		s.partTypes, s.project, s.pipeline = PartTypesOf(answer), answer.ContextTypeIds[1], answer.ContextTypeIds[2]
	}
	return err
}

func (s seeder) contextNodes() error {
	request := &mlmdpb.PutContextsRequest{}
	for i := range mlmdContexts {
		request.Contexts = append(request.Contexts, &mlmdpb.Context{TypeId: &s.project, Name: proto.String(s.projectName(i))})
	}
	answer := &mlmdpb.PutContextsResponse{}
	err := s.ask("PutContexts", request, answer)
	s.contexts = answer.ContextIds
	return err
}

func (l *MLMD) projectName(i int) string {
	return fmt.Sprintf("%s-project-%d", l.unique, i%mlmdContexts)
}

func (l *MLMD) artifactName(i int) string { return fmt.Sprintf("%s-model-%d", l.unique, i) }

// artifact gives a new artifact like the ith seeded one.
func (l *MLMD) artifact(name string, i int) *mlmdpb.Artifact {
	return &mlmdpb.Artifact{
		TypeId: &l.partTypes.Artifact, Name: &name, Uri: proto.String("s3://bucket/models/" + name), State: mlmdpb.Artifact_LIVE.Enum(),
		Properties:       values(i),
		CustomProperties: map[string]*mlmdpb.Value{"owner": textValue(fmt.Sprintf("team-%d", i%7)), "rank": intValue(int64(i))},
	}
}

func (l *MLMD) execution(name string, i int) *mlmdpb.Execution {
	return &mlmdpb.Execution{
		TypeId: &l.partTypes.Execution, Name: &name, LastKnownState: mlmdpb.Execution_COMPLETE.Enum(),
		Properties:       values(i),
		CustomProperties: map[string]*mlmdpb.Value{"pod": textValue("pod-" + name), "retries": intValue(int64(i % 3))},
	}
}

func values(i int) map[string]*mlmdpb.Value {
	return map[string]*mlmdpb.Value{
		"x": intValue(int64(i % 100)), "s": textValue(fmt.Sprintf("value-%d", i%10)),
		"y": {Value: &mlmdpb.Value_DoubleValue{DoubleValue: float64(i%1000) / 1000}},
	}
}

func textValue(v string) *mlmdpb.Value {
	return &mlmdpb.Value{Value: &mlmdpb.Value_StringValue{StringValue: v}}
}

func intValue(v int64) *mlmdpb.Value {
	return &mlmdpb.Value{Value: &mlmdpb.Value_IntValue{IntValue: v}}
}

func (s seeder) artifactNodes() error {
	for len(s.artifacts) < s.Artifacts {
		request, answer := &mlmdpb.PutArtifactsRequest{}, &mlmdpb.PutArtifactsResponse{}
		for i := len(s.artifacts); i < min(s.Artifacts, len(s.artifacts)+mlmdPerCall); i++ {
			request.Artifacts = append(request.Artifacts, s.artifact(s.artifactName(i), i))
		}
		if err := s.ask("PutArtifacts", request, answer); err != nil {
			return err
		}
		s.artifacts = append(s.artifacts, answer.ArtifactIds...)
	}
	return nil
}

func (s seeder) executionNodes() error {
	for len(s.executions) < mlmdExecutions {
		request, answer := &mlmdpb.PutExecutionsRequest{}, &mlmdpb.PutExecutionsResponse{}
		for i := range mlmdPerCall {
			k := len(s.executions) + i
			request.Executions = append(request.Executions, s.execution(fmt.Sprintf("%s-train-%d", s.unique, k), k))
		}
		if err := s.ask("PutExecutions", request, answer); err != nil {
			return err
		}
		s.executions = append(s.executions, answer.ExecutionIds...)
	}
	return nil
}

// members puts artifacts and executions into their projects.
func (s seeder) members() error {
	for from := 0; from < max(len(s.artifacts), len(s.executions)); from += mlmdPerCall {
		request := &mlmdpb.PutAttributionsAndAssociationsRequest{}
		for i := from; i < from+mlmdPerCall; i++ {
			project := &s.contexts[i%mlmdContexts]
			if i < len(s.artifacts) {
				request.Attributions = append(request.Attributions, &mlmdpb.Attribution{ArtifactId: &s.artifacts[i], ContextId: project})
			}
			if i < len(s.executions) {
				request.Associations = append(request.Associations, &mlmdpb.Association{ExecutionId: &s.executions[i], ContextId: project})
			}
		}
		if err := s.ask("PutAttributionsAndAssociations", request, &mlmdpb.PutAttributionsAndAssociationsResponse{}); err != nil {
			return err
		}
	}
	return nil
}
