package mlmd_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// oddIDs are identities that no node has.
var oddIDs = []int64{0, -1, math.MinInt64, math.MaxInt64, 1 << 40}

func TestIdentitiesThatNothingHas(t *testing.T) {
	f := serve(t, graph.Options{})
	ctx := t.Context()
	real := f.put(f.node())[0]
	executions, err := f.PutExecutions(ctx, &mlmdpb.PutExecutionsRequest{Executions: []*mlmdpb.Execution{{TypeId: &f.execution}}})
	f.must(err)
	execution := executions.GetExecutionIds()[0]
	contexts, err := f.PutContexts(ctx, &mlmdpb.PutContextsRequest{Contexts: []*mlmdpb.Context{{TypeId: &f.ctxt, Name: proto.String("c")}}})
	f.must(err)
	ctxt := contexts.GetContextIds()[0]
	for _, id := range oddIDs {
		got, err := f.GetArtifactsByID(ctx, &mlmdpb.GetArtifactsByIDRequest{ArtifactIds: []int64{id, real, id}})
		if err != nil || len(got.GetArtifacts()) != 1 || got.GetArtifacts()[0].GetId() != real {
			t.Errorf("of %d: %v (%v)", id, got, err)
		}
		types, err := f.GetArtifactTypesByID(ctx, &mlmdpb.GetArtifactTypesByIDRequest{TypeIds: []int64{id, f.artifact, f.ctxt}})
		if err != nil || len(types.GetArtifactTypes()) != 1 {
			t.Errorf("types of %d: %v (%v)", id, types, err)
		}
		_, err = f.PutArtifacts(ctx, &mlmdpb.PutArtifactsRequest{Artifacts: []*mlmdpb.Artifact{{TypeId: &id}}})
		f.refused(fmt.Sprint("type ", id), err, codes.NotFound, fmt.Sprint("type_id: ", id))
		_, err = f.PutArtifacts(ctx, &mlmdpb.PutArtifactsRequest{Artifacts: []*mlmdpb.Artifact{{Id: &id, TypeId: &f.artifact}}})
		f.refused(fmt.Sprint("artifact ", id), err, codes.InvalidArgument, fmt.Sprint("Cannot find the given id ", id))
		_, err = f.PutEvents(ctx, &mlmdpb.PutEventsRequest{Events: []*mlmdpb.Event{{ArtifactId: &id, ExecutionId: &execution, Type: mlmdpb.Event_INPUT.Enum()}}})
		f.refused(fmt.Sprint("event of artifact ", id), err, codes.InvalidArgument, "o artifact ")
		_, err = f.PutEvents(ctx, &mlmdpb.PutEventsRequest{Events: []*mlmdpb.Event{{ArtifactId: &real, ExecutionId: &id, Type: mlmdpb.Event_INPUT.Enum()}}})
		f.refused(fmt.Sprint("event of execution ", id), err, codes.InvalidArgument, "o execution ")
		_, err = f.PutAttributionsAndAssociations(ctx, &mlmdpb.PutAttributionsAndAssociationsRequest{Attributions: []*mlmdpb.Attribution{{ArtifactId: &real, ContextId: &id}}})
		f.refused(fmt.Sprint("attribution to ", id), err, codes.InvalidArgument, "Context id not found.")
		_, err = f.PutParentContexts(ctx, &mlmdpb.PutParentContextsRequest{ParentContexts: []*mlmdpb.ParentContext{{ChildId: &ctxt, ParentId: &id}}})
		f.refused(fmt.Sprint("parent ", id), err, codes.InvalidArgument, "parent_context")
		_, err = f.GetContextsByArtifact(ctx, &mlmdpb.GetContextsByArtifactRequest{ArtifactId: &id})
		f.refused(fmt.Sprint("contexts of ", id), err, codes.NotFound, fmt.Sprint("No contexts found for artifact_id: ", id))
		members, err := f.GetArtifactsByContext(ctx, &mlmdpb.GetArtifactsByContextRequest{ContextId: &id})
		if err != nil || len(members.GetArtifacts()) != 0 {
			t.Errorf("members of %d: %v (%v)", id, members, err)
		}
		f.refused(fmt.Sprint("lineage of ", id), f.lineageOf(fmt.Sprintf("id = %d", id)), codes.NotFound, "Cannot find qualified nodes to start the traversal.")
	}
}

// lineageOf asks for the lineage of artifacts.
func (f *fixture) lineageOf(filter string) error {
	_, err := f.GetLineageSubgraph(f.t.Context(), &mlmdpb.GetLineageSubgraphRequest{LineageSubgraphQueryOptions: &mlmdpb.LineageSubgraphQueryOptions{
		StartingNodes: &mlmdpb.LineageSubgraphQueryOptions_StartingArtifacts{StartingArtifacts: &mlmdpb.LineageSubgraphQueryOptions_StartingNodes{FilterQuery: &filter}},
	}})
	return err
}

func (f *fixture) filtered(filter string) (int, error) {
	r, err := f.GetArtifacts(f.t.Context(), &mlmdpb.GetArtifactsRequest{Options: &mlmdpb.ListOperationOptions{FilterQuery: &filter}})
	return len(r.GetArtifacts()), err
}

func TestLargeFiltersAreAnswered(t *testing.T) {
	f := serve(t, graph.Options{})
	a := f.node()
	a.Name, a.CustomProperties = proto.String("n"), map[string]*mlmdpb.Value{}
	for i := range 60 {
		a.CustomProperties[fmt.Sprint("k", i)] = whole(int64(i))
	}
	f.put(a, f.node(), f.node())
	join := func(n int, with string, clause func(int) string) string {
		clauses := make([]string, n)
		for i := range clauses {
			clauses[i] = clause(i)
		}
		return strings.Join(clauses, with)
	}
	for what, c := range map[string]struct {
		filter string
		want   int
	}{
		"a hundred clauses, all of them true": {join(100, " AND ", func(i int) string { return fmt.Sprintf("(name = 'n' OR id = %d)", i-1000) }), 1},
		"a hundred clauses, one of them true": {join(99, " OR ", func(i int) string { return fmt.Sprintf("name = 'x%d'", i) }) + " OR name = 'n'", 1},
		"16 KiB of one text":                  {"name != '" + strings.Repeat("x", 16<<10) + "'", 1},
		"16 KiB of numbers":                   {"id IN (" + join(2500, ", ", func(i int) string { return fmt.Sprint(100_000 + i) }) + ")", 0},
		"a hundred negations":                 {strings.Repeat("NOT ", 100) + "name = 'n'", 1},
		"60 properties":                       {join(60, " AND ", func(i int) string { return fmt.Sprintf("custom_properties.k%d.int_value = %d", i, i) }), 1},
	} {
		n, err := f.filtered(c.filter)
		if err != nil || n != c.want {
			t.Errorf("%s, %d bytes: %d nodes (%.200v), want %d", what, len(c.filter), n, err, c.want)
		}
	}
}

func TestFiltersThatAreTooMuchAreRefused(t *testing.T) {
	f := serve(t, graph.Options{})
	f.put(f.node())
	for what, filter := range map[string]string{
		"brackets without end": strings.Repeat("(", 10_000), "negations without end": strings.Repeat("NOT ", 10_000) + "id = 1",
		"a megabyte": "name = '" + strings.Repeat("x", 1<<20) + "'",
		"not UTF-8":  "name = '\xff'", "half a clause": "name =", "no boolean": "id + 1", "an unknown attribute": "nothing = 1", "two clauses without a word between": "id = 1 id = 2",
		"a number too large": "id = 99999999999999999999999", "a text that does not end": "name = 'x", "a comment": "/*", "a semicolon": "id = 1; DROP TABLE node",
	} {
		if n, err := f.filtered(filter); status.Code(err) != codes.InvalidArgument || status.Convert(err).Message() == "" {
			t.Errorf("%s: %d nodes (%.200v)", what, n, err)
		}
		if err := f.lineageOf(filter); status.Code(err) != codes.InvalidArgument {
			t.Errorf("lineage of %s: %.200v", what, err)
		}
	}
}

func TestLineageOptionsThatAskForNothingAreRefused(t *testing.T) {
	f := serve(t, graph.Options{})
	f.put(f.node())
	start := func(filter string) *mlmdpb.LineageSubgraphQueryOptions {
		return &mlmdpb.LineageSubgraphQueryOptions{
			StartingNodes: &mlmdpb.LineageSubgraphQueryOptions_StartingArtifacts{StartingArtifacts: &mlmdpb.LineageSubgraphQueryOptions_StartingNodes{FilterQuery: &filter}},
		}
	}
	negative := start("id > 0")
	negative.MaxNumHops = proto.Int64(-1)
	lowest := start("id > 0")
	lowest.MaxNumHops = proto.Int64(math.MinInt64)
	for what, o := range map[string]*mlmdpb.LineageSubgraphQueryOptions{
		"no options": nil, "no start": {}, "an empty filter": start(""), "negative hops": negative,
		"the least hops": lowest,
	} {
		_, err := f.GetLineageSubgraph(t.Context(), &mlmdpb.GetLineageSubgraphRequest{LineageSubgraphQueryOptions: o})
		f.refused(what, err, codes.InvalidArgument, "")
	}
	most := start("id > 0")
	most.MaxNumHops = proto.Int64(math.MaxInt64)
	r, err := f.GetLineageSubgraph(t.Context(), &mlmdpb.GetLineageSubgraphRequest{LineageSubgraphQueryOptions: most})
	f.must(err)
	if len(r.GetLineageSubgraph().GetArtifacts()) != 1 {
		t.Errorf("of the most hops: %v", r)
	}
}

func TestPathStepsComeBackOrAreRefused(t *testing.T) {
	f := serve(t, graph.Options{})
	executions, err := f.PutExecutions(t.Context(), &mlmdpb.PutExecutionsRequest{Executions: []*mlmdpb.Execution{{TypeId: &f.execution}}})
	f.must(err)
	key := func(s string) *mlmdpb.Event_Path_Step {
		return &mlmdpb.Event_Path_Step{Value: &mlmdpb.Event_Path_Step_Key{Key: s}}
	}
	index := func(i int64) *mlmdpb.Event_Path_Step {
		return &mlmdpb.Event_Path_Step{Value: &mlmdpb.Event_Path_Step_Index{Index: i}}
	}
	long := make([]*mlmdpb.Event_Path_Step, 10_000)
	for i := range long {
		long[i] = index(int64(i))
	}
	put := func(steps ...*mlmdpb.Event_Path_Step) (int64, error) {
		id := f.put(f.node())[0]
		_, err := f.PutEvents(t.Context(), &mlmdpb.PutEventsRequest{Events: []*mlmdpb.Event{{
			ArtifactId: &id, ExecutionId: &executions.ExecutionIds[0], Type: mlmdpb.Event_OUTPUT.Enum(), Path: &mlmdpb.Event_Path{Steps: steps},
		}}})
		return id, err
	}
	for what, steps := range map[string][]*mlmdpb.Event_Path_Step{
		"odd keys":     {key(""), key("\x00"), key(`"\`), key("[1]"), key("7"), key("\u2028é"), key(strings.Repeat("x", 100_000))},
		"odd indexes":  {index(math.MinInt64), index(-1), index(0), index(math.MaxInt64), index(1<<53 + 1)},
		"many":         long,
		"both in turn": {index(1), key("1"), index(1), key("1")},
	} {
		id, err := put(steps...)
		f.must(err)
		r, err := f.GetEventsByArtifactIDs(t.Context(), &mlmdpb.GetEventsByArtifactIDsRequest{ArtifactIds: []int64{id}})
		f.must(err)
		if len(r.GetEvents()) != 1 || !proto.Equal(r.GetEvents()[0].GetPath(), &mlmdpb.Event_Path{Steps: steps}) {
			t.Errorf("%s came back as %.200v", what, r)
		}
	}
	_, err = put(key("\xff"))
	f.refused("a key that is no text", err, codes.InvalidArgument, "is not valid UTF-8")
	if _, err := put(&mlmdpb.Event_Path_Step{}, nil); err != nil {
		t.Errorf("steps without a value: %v", err)
	}
}

func TestEventTimesMayBeAny(t *testing.T) {
	f := serve(t, graph.Options{})
	executions, err := f.PutExecutions(t.Context(), &mlmdpb.PutExecutionsRequest{Executions: []*mlmdpb.Execution{{TypeId: &f.execution}}})
	f.must(err)
	for _, at := range []int64{0, -1, 1, math.MinInt64, math.MinInt64 + 1, math.MaxInt64} {
		id := f.put(f.node())[0]
		_, err := f.PutEvents(t.Context(), &mlmdpb.PutEventsRequest{Events: []*mlmdpb.Event{{
			ArtifactId: &id, ExecutionId: &executions.ExecutionIds[0],
			Type: mlmdpb.Event_INPUT.Enum(), MillisecondsSinceEpoch: &at,
		}}})
		f.must(err)
		r, err := f.GetEventsByArtifactIDs(t.Context(), &mlmdpb.GetEventsByArtifactIDsRequest{ArtifactIds: []int64{id}})
		f.must(err)
		if got := r.GetEvents()[0].GetMillisecondsSinceEpoch(); got != max(at, math.MinInt64+1) {
			t.Errorf("%d came back as %d", at, got)
		}
	}
}

func TestEnumsBeyondTheirRange(t *testing.T) {
	f := serve(t, graph.Options{})
	ctx := t.Context()
	_, err := f.PutArtifactType(ctx, &mlmdpb.PutArtifactTypeRequest{ArtifactType: &mlmdpb.ArtifactType{
		Name:       proto.String("T"),
		Properties: map[string]mlmdpb.PropertyType{"x": mlmdpb.PropertyType_UNKNOWN},
	}})
	f.refused("a property of no type", err, codes.InvalidArgument, "Property x is UNKNOWN.")
	_, err = f.PutArtifactType(ctx, &mlmdpb.PutArtifactTypeRequest{ArtifactType: &mlmdpb.ArtifactType{Name: proto.String("T"), BaseType: mlmdpb.ArtifactType_UNSET.Enum()}})
	f.refused("no base", err, codes.Unimplemented, "base_type deletion is not supported yet")
	no := false
	_, err = f.PutArtifactType(ctx, &mlmdpb.PutArtifactTypeRequest{ArtifactType: &mlmdpb.ArtifactType{Name: proto.String("T")}, AllFieldsMatch: &no})
	f.refused("some fields", err, codes.Unimplemented, "Must match all fields.")
	_, err = f.PutEvents(ctx, &mlmdpb.PutEventsRequest{Events: []*mlmdpb.Event{{ArtifactId: proto.Int64(1), ExecutionId: proto.Int64(1), Type: mlmdpb.Event_UNKNOWN.Enum()}}})
	f.refused("an event of no type", err, codes.InvalidArgument, "No event type is specified.")
	if n := f.count(pedigree.Artifact); n != 0 {
		t.Errorf("%d artifacts", n)
	}
}
