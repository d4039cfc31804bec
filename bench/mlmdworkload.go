package bench

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// Workloads lists the operations in the order in which they are measured.
func (l *MLMD) Workloads() []Workload {
	list := append(l.writes(), l.reads()...)
	if l.Graph.Nodes > 0 {
		list = append(list, l.lineage())
	}
	return list
}

// calling builds calls of a method whose messages are made by request.
func calling(method string, request func(i int) proto.Message) func(*Request, int) {
	return func(r *Request, i int) {
		body, err := proto.MarshalOptions{}.MarshalAppend(r.Body[:0], request(i))
		if err != nil {
			panic(err) // the message is our own
		}
		r.Path, r.Body = mlmdService+method, body
	}
}

func (l *MLMD) writes() []Workload {
	return []Workload{
		{Name: "put-artifact", Build: calling("PutArtifacts", func(int) proto.Message {
			n := int(l.made.Add(1))
			return &mlmdpb.PutArtifactsRequest{Artifacts: []*mlmdpb.Artifact{l.artifact(fmt.Sprintf("%s-new-%d", l.unique, n), n)}}
		})},
		{Name: "put-artifact-update", Build: calling("PutArtifacts", l.update)},
		{Name: "put-execution", Build: calling("PutExecution", l.publication)},
		{Name: "put-events", Build: calling("PutEvents", l.events)},
	}
}

// update changes two properties of an artifact that is there.
func (l *MLMD) update(int) proto.Message {
	n := int(l.made.Add(1))
	k := n * 31 % len(l.artifacts)
	a := l.artifact(l.artifactName(k), k)
	a.Id = &l.artifacts[k]
	a.Properties["y"] = &mlmdpb.Value{Value: &mlmdpb.Value_DoubleValue{DoubleValue: float64(n)}}
	a.CustomProperties["rank"] = intValue(int64(n))
	return &mlmdpb.PutArtifactsRequest{Artifacts: []*mlmdpb.Artifact{a}}
}

// publication is one step of a pipeline: it reads two artifacts, writes two new
// ones, and all of it belongs to a run and a pipeline, whose contexts ten steps
// share.
func (l *MLMD) publication(int) proto.Message {
	n := int(l.made.Add(1))
	r := &mlmdpb.PutExecutionRequest{
		Execution: l.execution(fmt.Sprintf("%s-step-%d", l.unique, n), n),
		Contexts: []*mlmdpb.Context{
			{TypeId: &l.pipeline, Name: proto.String(l.unique + "-pipeline")},
			{TypeId: &l.partTypes.Run, Name: proto.String(fmt.Sprintf("%s-run-%d", l.unique, n/10)), Properties: values(n / 10)},
		},
		Options: &mlmdpb.PutExecutionRequest_Options{ReuseContextIfAlreadyExist: proto.Bool(true)},
	}
	for k := range 2 {
		r.ArtifactEventPairs = append(r.ArtifactEventPairs, &mlmdpb.PutExecutionRequest_ArtifactAndEvent{
			Event: &mlmdpb.Event{ArtifactId: &l.artifacts[(n*7+k)%len(l.artifacts)], Type: mlmdpb.Event_INPUT.Enum(), Path: path("in", k)},
		}, &mlmdpb.PutExecutionRequest_ArtifactAndEvent{
			Artifact: l.artifact(fmt.Sprintf("%s-step-%d-%d", l.unique, n, k), n),
			Event:    &mlmdpb.Event{Type: mlmdpb.Event_OUTPUT.Enum(), Path: path("out", k)},
		})
	}
	return r
}

func path(key string, index int) *mlmdpb.Event_Path {
	return &mlmdpb.Event_Path{Steps: []*mlmdpb.Event_Path_Step{
		{Value: &mlmdpb.Event_Path_Step_Key{Key: key}}, {Value: &mlmdpb.Event_Path_Step_Index{Index: int64(index)}},
	}}
}

// events are four inputs that were not recorded before, until there are as many
// as pairs of an artifact and an execution.
func (l *MLMD) events(int) proto.Message {
	n := int(l.made.Add(1))
	r := &mlmdpb.PutEventsRequest{}
	for k := range 4 {
		pair := n*4 + k
		r.Events = append(r.Events, &mlmdpb.Event{
			ArtifactId:  &l.artifacts[pair%len(l.artifacts)],
			ExecutionId: &l.executions[pair/len(l.artifacts)%len(l.executions)],
			Type:        mlmdpb.Event_DECLARED_INPUT.Enum(),
		})
	}
	return r
}

func (l *MLMD) reads() []Workload {
	return []Workload{
		{Name: "get-by-id", Build: calling("GetArtifactsByID", func(i int) proto.Message {
			return &mlmdpb.GetArtifactsByIDRequest{ArtifactIds: []int64{l.artifacts[i*7919%len(l.artifacts)]}}
		}), Verify: verifyNumber(1, func(r *mlmdpb.GetArtifactsByIDResponse) int { return len(r.Artifacts) })},
		{Name: "get-by-type-name", Build: calling("GetArtifactByTypeAndName", func(i int) proto.Message {
			name := l.artifactName(i * 7919 % len(l.artifacts))
			return &mlmdpb.GetArtifactByTypeAndNameRequest{TypeName: proto.String("bench.Model"), ArtifactName: &name}
		}), Verify: verifyNumber(1, func(r *mlmdpb.GetArtifactByTypeAndNameResponse) int { return len(r.Artifact.GetProperties()) / 3 })},
		{Name: "get-context-artifacts", Build: calling("GetArtifactsByContext", func(i int) proto.Message {
			return &mlmdpb.GetArtifactsByContextRequest{ContextId: &l.contexts[i%mlmdContexts], Options: page(20, "")}
		}), Verify: verifyNumber(20, func(r *mlmdpb.GetArtifactsByContextResponse) int { return len(r.Artifacts) })},
		{Name: "list-filtered", Build: l.list(20, func(i int) string {
			return fmt.Sprintf(`properties.x.int_value > 5 AND contexts_a.name = %q`, l.projectName(i))
		}), Verify: verifyList(20)},
		{Name: "list-filtered-rare", Build: l.list(20, func(i int) string {
			return fmt.Sprintf(`custom_properties.rank.int_value = %d AND type = "bench.Model"`, i*7919%len(l.artifacts))
		})},
		{Name: "list-page", Build: l.list(100, func(int) string { return "" }), Verify: verifyList(100)},
	}
}

// page asks for the newest.
func page(size int32, filter string) *mlmdpb.ListOperationOptions {
	o := &mlmdpb.ListOperationOptions{
		MaxResultSize: &size,
		OrderByField:  &mlmdpb.ListOperationOptions_OrderByField{Field: mlmdpb.ListOperationOptions_OrderByField_CREATE_TIME.Enum(), IsAsc: proto.Bool(false)},
	}
	if filter != "" {
		o.FilterQuery = &filter
	}
	return o
}

func (l *MLMD) list(size int32, filter func(i int) string) func(*Request, int) {
	return calling("GetArtifacts", func(i int) proto.Message { return &mlmdpb.GetArtifactsRequest{Options: page(size, filter(i))} })
}

func verifyList(want int) func([]byte) error {
	return verifyNumber(want, func(r *mlmdpb.GetArtifactsResponse) int { return len(r.Artifacts) })
}

// FilledLineage is the lineage in a graph that was there before, whose names
// have this prefix.
func (l *MLMD) FilledLineage(prefix string) Workload {
	l.unique = prefix
	return l.lineage()
}

// lineage walks one part of the graph from its data set to all ends.
func (l *MLMD) lineage() Workload {
	return Workload{
		Name: "get-lineage",
		Build: calling("GetLineageSubgraph", func(i int) proto.Message {
			filter := fmt.Sprintf(`type = "bench.Model" AND name = %q`, PartName(l.unique, i*7919%l.Graph.Count()))
			return &mlmdpb.GetLineageSubgraphRequest{LineageSubgraphQueryOptions: &mlmdpb.LineageSubgraphQueryOptions{
				StartingNodes: &mlmdpb.LineageSubgraphQueryOptions_StartingArtifacts{
					StartingArtifacts: &mlmdpb.LineageSubgraphQueryOptions_StartingNodes{FilterQuery: &filter},
				},
				MaxNumHops: proto.Int64(int64(l.Graph.Shape.Hops)), Direction: mlmdpb.LineageSubgraphQueryOptions_BIDIRECTIONAL.Enum(),
			}}
		}),
		Verify: func(body []byte) error {
			var r mlmdpb.GetLineageSubgraphResponse
			if err := proto.Unmarshal(body, &r); err != nil {
				return err
			}
			g := r.GetLineageSubgraph()
			nodes, members := len(g.GetArtifacts())+len(g.GetExecutions()), len(g.GetAttributions())+len(g.GetAssociations())
			if nodes != l.Graph.Shape.Nodes() || len(g.GetEvents()) != l.Graph.Shape.Events() || len(g.GetContexts()) != 1 || members != nodes {
				return fmt.Errorf("%d nodes, %d events, %d contexts, %d memberships", nodes, len(g.GetEvents()), len(g.GetContexts()), members)
			}
			return nil
		},
	}
}

// verifyNumber expects some number of things in an answer.
func verifyNumber[M any, P interface {
	*M
	proto.Message
}](want int, count func(P) int) func([]byte) error {
	return func(body []byte) error {
		r := P(new(M))
		if err := proto.Unmarshal(body, r); err != nil {
			return err
		}
		if n := count(r); n != want {
			return fmt.Errorf("%d in the answer, want %d", n, want)
		}
		return nil
	}
}
