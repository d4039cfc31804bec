package e2e

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// An mlmdWriter is a client of ML Metadata that keeps a ledger of all it wrote.
// Nobody else writes to its nodes.
type mlmdWriter struct {
	name string
	rnd  *rand.Rand
	call mlmdpb.MetadataStoreServiceClient

	artifact, execution, run int64 // types
	steps                    []*step
	notes                    cells // properties of the writer's context, each written over again and again
	number                   int64 // of the last write
	answered                 int
}

// A step is one execution that was put with its artifacts, events and context
// in one request: it must be found whole or not at all.
type step struct {
	name      string
	artifacts int
	there     cell // "whole" or absent
	touched   bool // since it was last verified
}

func (s *step) artifact(i int) string { return fmt.Sprint(s.name, " artifact ", i) }

// newMLMDWriter makes a writer and the types that it needs.
func newMLMDWriter(name, url string, rnd *rand.Rand) (*mlmdWriter, error) {
	w := &mlmdWriter{name: name, rnd: rnd, notes: cells{}}
	defer w.connect(url)()
	r, err := w.call.PutTypes(context.Background(), &mlmdpb.PutTypesRequest{
		ArtifactTypes:  []*mlmdpb.ArtifactType{{Name: proto.String("kill.Artifact"), Properties: map[string]mlmdpb.PropertyType{"n": mlmdpb.PropertyType_INT}}},
		ExecutionTypes: []*mlmdpb.ExecutionType{{Name: proto.String("kill.Step"), Properties: map[string]mlmdpb.PropertyType{"artifacts": mlmdpb.PropertyType_INT}}},
		ContextTypes:   []*mlmdpb.ContextType{{Name: proto.String("kill.Run")}},
	})
	if err != nil {
		return nil, err
	}
	w.artifact, w.execution, w.run = r.ArtifactTypeIds[0], r.ExecutionTypeIds[0], r.ContextTypeIds[0]
	_, err = w.call.PutContexts(context.Background(), &mlmdpb.PutContextsRequest{Contexts: []*mlmdpb.Context{w.context(nil)}})
	return w, err
}

// connect opens a connection of the writer's own and gives what closes it.
func (w *mlmdWriter) connect(url string) func() {
	c, err := grpc.NewClient("passthrough:///"+strings.TrimPrefix(url, "http://"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil { // the address is not one
		panic(err)
	}
	w.call = mlmdpb.NewMetadataStoreServiceClient(c)
	return func() { c.Close() }
}

func (w *mlmdWriter) tally() (answered, made int) { return w.answered, len(w.steps) }

// context asks for the context that all steps of the writer belong to.
func (w *mlmdWriter) context(notes map[string]*mlmdpb.Value) *mlmdpb.Context {
	return &mlmdpb.Context{TypeId: &w.run, Name: &w.name, CustomProperties: notes}
}

func (w *mlmdWriter) writeUntilLost() error {
	for {
		switch err := w.write(); {
		case status.Code(err) == codes.Unavailable:
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", w.name, err)
		}
		w.answered++
	}
}

func (w *mlmdWriter) write() error {
	w.number++
	if w.rnd.IntN(4) == 0 {
		return w.note()
	}
	return w.putStep()
}

// note changes one property of the context.
func (w *mlmdWriter) note() error {
	found, err := w.readContext()
	if err != nil {
		return err
	}
	key, value := "note "+strconv.Itoa(w.rnd.IntN(5)), strconv.FormatInt(w.number, 10)
	found.CustomProperties = map[string]*mlmdpb.Value{key: {Value: &mlmdpb.Value_StringValue{StringValue: value}}}
	_, err = w.call.PutContexts(context.Background(), &mlmdpb.PutContextsRequest{
		Contexts: []*mlmdpb.Context{found}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"custom_properties." + key}},
	})
	w.notes.at(key).wrote(value, err != nil)
	return err
}

// putStep stores an execution with up to 40 artifacts in one request.
func (w *mlmdWriter) putStep() error {
	s := &step{name: fmt.Sprint(w.name, " step ", w.number), artifacts: 1 + w.rnd.IntN(40), touched: true}
	r := &mlmdpb.PutExecutionRequest{
		Execution: &mlmdpb.Execution{TypeId: &w.execution, Name: &s.name, Properties: map[string]*mlmdpb.Value{"artifacts": number(int64(s.artifacts))}},
		Contexts:  []*mlmdpb.Context{w.context(nil)}, Options: &mlmdpb.PutExecutionRequest_Options{ReuseContextIfAlreadyExist: proto.Bool(true)},
	}
	for i := range s.artifacts {
		r.ArtifactEventPairs = append(r.ArtifactEventPairs, &mlmdpb.PutExecutionRequest_ArtifactAndEvent{
			Artifact: &mlmdpb.Artifact{TypeId: &w.artifact, Name: proto.String(s.artifact(i)), Properties: map[string]*mlmdpb.Value{"n": number(int64(i))}},
			Event:    &mlmdpb.Event{Type: mlmdpb.Event_OUTPUT.Enum()},
		})
	}
	_, err := w.call.PutExecution(context.Background(), r)
	s.there.wrote("whole", err != nil)
	w.steps = append(w.steps, s)
	return err
}

func number(n int64) *mlmdpb.Value {
	return &mlmdpb.Value{Value: &mlmdpb.Value_IntValue{IntValue: n}}
}

func (w *mlmdWriter) readContext() (*mlmdpb.Context, error) {
	r, err := w.call.GetContextByTypeAndName(context.Background(), &mlmdpb.GetContextByTypeAndNameRequest{TypeName: proto.String("kill.Run"), ContextName: &w.name})
	if err == nil && r.GetContext() == nil {
		err = fmt.Errorf("the context %q is gone", w.name)
	}
	return r.GetContext(), err
}

// verify compares the server with the ledger: the steps touched since the last
// time, or all of them.
func (w *mlmdWriter) verify(all bool) error {
	c, err := w.readContext()
	if err != nil {
		return err
	}
	found := make(map[string]string)
	for key, value := range c.GetCustomProperties() {
		found[key] = value.GetStringValue()
	}
	if err := w.notes.see("note", found); err != nil {
		return fmt.Errorf("%s: %w", w.name, err)
	}
	members, err := w.members(c.GetId())
	if err != nil {
		return err
	}
	for _, s := range w.steps {
		if !s.touched && !all {
			continue
		}
		if err := w.verifyStep(s, members); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		s.touched = false
	}
	return nil
}

// members counts the members of the context by name.
func (w *mlmdWriter) members(id int64) (map[string]int, error) {
	executions, err := w.call.GetExecutionsByContext(context.Background(), &mlmdpb.GetExecutionsByContextRequest{ContextId: &id}, large)
	if err != nil {
		return nil, err
	}
	artifacts, err := w.call.GetArtifactsByContext(context.Background(), &mlmdpb.GetArtifactsByContextRequest{ContextId: &id}, large)
	if err != nil {
		return nil, err
	}
	members := make(map[string]int)
	for _, e := range executions.GetExecutions() {
		members[e.GetName()]++
	}
	for _, a := range artifacts.GetArtifacts() {
		members[a.GetName()]++
	}
	return members, nil
}

var large = grpc.MaxCallRecvMsgSize(200 << 20)

// verifyStep wants a step with all that was put with it, or nothing of it.
func (w *mlmdWriter) verifyStep(s *step, members map[string]int) error {
	r, err := w.call.GetExecutionByTypeAndName(context.Background(), &mlmdpb.GetExecutionByTypeAndNameRequest{TypeName: proto.String("kill.Step"), ExecutionName: &s.name})
	if err != nil {
		return err
	}
	want, seen := make(map[string]int), absent
	if r.GetExecution() != nil {
		want[s.name], seen = 1, "whole"
	}
	if err := s.there.see(seen); err != nil {
		return err
	}
	got := map[string]int{}
	if n := members[s.name]; n != 0 {
		got[s.name] = n
	}
	for i := range s.artifacts {
		name := s.artifact(i)
		if seen != absent {
			want[name] = 1
		}
		if n := members[name]; n != 0 {
			got[name] = n
		}
	}
	if !maps.Equal(got, want) {
		return fmt.Errorf("%d of %d nodes belong to the context", len(got), len(want))
	}
	if seen == absent {
		return w.verifyNoArtifact(s)
	}
	events, err := w.call.GetEventsByExecutionIDs(context.Background(), &mlmdpb.GetEventsByExecutionIDsRequest{ExecutionIds: []int64{r.GetExecution().GetId()}})
	if err == nil && (len(events.GetEvents()) != s.artifacts || r.GetExecution().GetProperties()["artifacts"].GetIntValue() != int64(s.artifacts)) {
		err = fmt.Errorf("has %d events and properties %v, want %d artifacts", len(events.GetEvents()), r.GetExecution().GetProperties(), s.artifacts)
	}
	return err
}

// verifyNoArtifact looks for what a step that is not there has left behind.
func (w *mlmdWriter) verifyNoArtifact(s *step) error {
	for i := range s.artifacts {
		r, err := w.call.GetArtifactByTypeAndName(context.Background(), &mlmdpb.GetArtifactByTypeAndNameRequest{TypeName: proto.String("kill.Artifact"), ArtifactName: proto.String(s.artifact(i))})
		if err == nil && r.GetArtifact() != nil {
			err = fmt.Errorf("left artifact %d behind", i)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
