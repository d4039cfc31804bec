package mlmd_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// allowed are the codes that a client may meet by what it sends. Internal is
// one only where the original engine cannot run a filter either.
var allowed = []pedigree.Code{
	pedigree.Invalid, pedigree.NotFound, pedigree.AlreadyExists, pedigree.BadState, pedigree.Unimplemented, pedigree.OutOfRange, pedigree.Exhausted, pedigree.TooLarge,
}

func mayBeTold(err error) bool {
	return err == nil || slices.Contains(allowed, pedigree.CodeOf(err)) || strings.HasPrefix(err.Error(), "Error when executing query: ")
}

// populated is a server with a little of everything, without a network.
func populated(tb testing.TB) *mlmd.Server {
	tb.Helper()
	s := mlmd.New(graph.New(openStore(tb), graph.Options{}))
	ctx := tb.Context()
	r, err := s.PutTypes(ctx, &mlmdpb.PutTypesRequest{
		ArtifactTypes:  []*mlmdpb.ArtifactType{{Name: proto.String("A"), Properties: map[string]mlmdpb.PropertyType{"i": mlmdpb.PropertyType_INT}}},
		ExecutionTypes: []*mlmdpb.ExecutionType{{Name: proto.String("E")}}, ContextTypes: []*mlmdpb.ContextType{{Name: proto.String("C")}},
	})
	if err == nil {
		_, err = s.PutExecution(ctx, &mlmdpb.PutExecutionRequest{
			Execution: &mlmdpb.Execution{TypeId: &r.ExecutionTypeIds[0]}, Contexts: []*mlmdpb.Context{{TypeId: &r.ContextTypeIds[0], Name: proto.String("c")}},
			ArtifactEventPairs: []*mlmdpb.PutExecutionRequest_ArtifactAndEvent{{
				Artifact: &mlmdpb.Artifact{TypeId: &r.ArtifactTypeIds[0]},
				Event:    &mlmdpb.Event{Type: mlmdpb.Event_OUTPUT.Enum()},
			}},
		})
	}
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// FuzzRequest sends any bytes to any call: none makes the server fail.
func FuzzRequest(f *testing.F) {
	s := populated(f)
	calls := mlmdpb.MetadataStoreService_ServiceDesc.Methods
	for _, message := range requests() {
		b, err := proto.Marshal(message)
		if err != nil {
			f.Fatal(err)
		}
		name := strings.TrimSuffix(string(message.ProtoReflect().Descriptor().Name()), "Request")
		f.Add(byte(slices.IndexFunc(calls, func(d grpc.MethodDesc) bool { return d.MethodName == name })), b)
	}
	f.Fuzz(func(t *testing.T, call byte, message []byte) {
		method := calls[int(call)%len(calls)]
		answer, err := method.Handler(s, t.Context(), func(into any) error {
			if proto.Unmarshal(message, into.(proto.Message)) != nil {
				t.Skip("no message")
			}
			return nil
		}, nil)
		if !mayBeTold(err) {
			t.Fatalf("%s: %v", method.MethodName, err)
		}
		if err == nil {
			if _, err := proto.Marshal(answer.(proto.Message)); err != nil {
				t.Fatalf("%s: the answer cannot be sent: %v", method.MethodName, err)
			}
		}
	})
}

// requests are where the fuzzer starts from.
func requests() []proto.Message {
	one, id := proto.Int64(1), []int64{1, 2, 30}
	node := &mlmdpb.Artifact{
		Id: one, TypeId: one, Name: proto.String("n"), Uri: proto.String("u"), ExternalId: proto.String("x"),
		Properties: map[string]*mlmdpb.Value{"i": whole(1)}, CustomProperties: map[string]*mlmdpb.Value{"c": text("x")},
	}
	execution := &mlmdpb.Execution{TypeId: one, LastKnownState: mlmdpb.Execution_RUNNING.Enum()}
	ctxt := &mlmdpb.Context{TypeId: one, Name: proto.String("c")}
	event := &mlmdpb.Event{
		ArtifactId: one, ExecutionId: one, Type: mlmdpb.Event_INPUT.Enum(),
		Path: &mlmdpb.Event_Path{Steps: []*mlmdpb.Event_Path_Step{{Value: &mlmdpb.Event_Path_Step_Key{Key: "k"}}}},
	}
	list := &mlmdpb.ListOperationOptions{
		MaxResultSize: proto.Int32(2), FilterQuery: proto.String("id > 0 AND custom_properties.c.string_value LIKE '%x%'"),
		NextPageToken: proto.String("CAEQAQ"),
	}
	return []proto.Message{
		&mlmdpb.PutArtifactTypeRequest{ArtifactType: &mlmdpb.ArtifactType{
			Name:       proto.String("T"),
			Properties: map[string]mlmdpb.PropertyType{"i": mlmdpb.PropertyType_INT}, BaseType: mlmdpb.ArtifactType_MODEL.Enum(),
		}, CanAddFields: proto.Bool(true)},
		&mlmdpb.PutExecutionTypeRequest{ExecutionType: &mlmdpb.ExecutionType{
			Name:      proto.String("T"),
			InputType: &mlmdpb.ArtifactStructType{},
		}},
		&mlmdpb.PutContextTypeRequest{ContextType: &mlmdpb.ContextType{Name: proto.String("T")}},
		&mlmdpb.PutTypesRequest{ArtifactTypes: []*mlmdpb.ArtifactType{{Name: proto.String("T"), ExternalId: proto.String("x")}}},
		&mlmdpb.PutArtifactsRequest{Artifacts: []*mlmdpb.Artifact{node, {}}},
		&mlmdpb.PutExecutionsRequest{Executions: []*mlmdpb.Execution{execution}},
		&mlmdpb.PutContextsRequest{Contexts: []*mlmdpb.Context{ctxt}},
		&mlmdpb.PutEventsRequest{Events: []*mlmdpb.Event{event}},
		&mlmdpb.PutParentContextsRequest{ParentContexts: []*mlmdpb.ParentContext{{ChildId: one, ParentId: proto.Int64(3)}}},
		&mlmdpb.PutAttributionsAndAssociationsRequest{Attributions: []*mlmdpb.Attribution{{ArtifactId: one, ContextId: one}}},
		&mlmdpb.PutExecutionRequest{
			Execution: execution, ArtifactEventPairs: []*mlmdpb.PutExecutionRequest_ArtifactAndEvent{{Artifact: node, Event: event}},
			Contexts: []*mlmdpb.Context{ctxt}, Options: &mlmdpb.PutExecutionRequest_Options{ReuseContextIfAlreadyExist: proto.Bool(true)},
		},
		&mlmdpb.PutLineageSubgraphRequest{
			Executions: []*mlmdpb.Execution{execution}, Artifacts: []*mlmdpb.Artifact{node}, Contexts: []*mlmdpb.Context{ctxt},
			EventEdges: []*mlmdpb.PutLineageSubgraphRequest_EventEdge{{ExecutionIndex: proto.Int32(0), ArtifactIndex: proto.Int32(0), Event: event}},
		},
		&mlmdpb.GetArtifactsByIDRequest{ArtifactIds: id, PopulateArtifactTypes: proto.Bool(true)},
		&mlmdpb.GetArtifactsByURIRequest{Uris: []string{"u"}},
		&mlmdpb.GetArtifactsByExternalIdsRequest{ExternalIds: []string{"x"}},
		&mlmdpb.GetArtifactsRequest{Options: list},
		&mlmdpb.GetExecutionsByTypeRequest{
			TypeName: proto.String("E"),
			Options:  list,
		},
		&mlmdpb.GetContextByTypeAndNameRequest{TypeName: proto.String("C"), ContextName: proto.String("c")},
		&mlmdpb.GetExecutionsByContextRequest{ContextId: one, Options: list},
		&mlmdpb.GetEventsByExecutionIDsRequest{ExecutionIds: id},
		&mlmdpb.GetChildrenContextsByContextsRequest{ContextIds: id},
		&mlmdpb.GetLineageSubgraphRequest{LineageSubgraphQueryOptions: &mlmdpb.LineageSubgraphQueryOptions{
			StartingNodes:   &mlmdpb.LineageSubgraphQueryOptions_StartingArtifacts{StartingArtifacts: &mlmdpb.LineageSubgraphQueryOptions_StartingNodes{FilterQuery: proto.String("id > 0")}},
			EndingArtifacts: &mlmdpb.LineageSubgraphQueryOptions_EndingNodes{FilterQuery: proto.String("uri = 'u'")}, MaxNumHops: proto.Int64(3),
		}},
		&mlmdpb.GetLineageGraphRequest{Options: &mlmdpb.LineageGraphQueryOptions{
			QueryNodes:     &mlmdpb.LineageGraphQueryOptions_ArtifactsOptions{ArtifactsOptions: list},
			StopConditions: &mlmdpb.LineageGraphQueryOptions_BoundaryConstraint{MaxNumHops: proto.Int64(2), BoundaryArtifacts: proto.String("id > 0")},
		}},
	}
}

// FuzzToken continues a list from any place: none makes the server fail.
func FuzzToken(f *testing.F) {
	s := populated(f)
	f.Add("", uint8(0), false)
	for _, token := range []*mlmdpb.ListOperationNextPageToken{
		{},
		{IdOffset: proto.Int64(1), FieldOffset: proto.Int64(-1), ListedIds: []int64{1}, SetOptions: options(2, 1, true, "x")},
	} {
		b, err := proto.Marshal(token)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(base64.URLEncoding.EncodeToString(b), uint8(1), true)
	}
	f.Fuzz(func(t *testing.T, token string, by uint8, ascending bool) {
		o := options(1, orderField(by%5), ascending, token)
		if _, err := s.GetArtifacts(t.Context(), &mlmdpb.GetArtifactsRequest{Options: o}); !mayBeTold(err) {
			t.Fatal(err)
		}
	})
}
