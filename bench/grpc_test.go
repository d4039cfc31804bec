package bench

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// scripted answers some calls of ML Metadata.
type scripted struct {
	mlmdpb.UnimplementedMetadataStoreServiceServer
}

func (scripted) GetContextTypes(context.Context, *mlmdpb.GetContextTypesRequest) (*mlmdpb.GetContextTypesResponse, error) {
	return &mlmdpb.GetContextTypesResponse{}, nil
}

func (scripted) PutContexts(_ context.Context, r *mlmdpb.PutContextsRequest) (*mlmdpb.PutContextsResponse, error) {
	if len(r.Contexts) == 0 {
		return nil, status.Error(codes.InvalidArgument, "no contexts")
	}
	return &mlmdpb.PutContextsResponse{ContextIds: make([]int64, len(r.Contexts))}, nil
}

func serveScripted(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	mlmdpb.RegisterMetadataStoreServiceServer(s, scripted{})
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() { s.Stop(); <-ended })
	return "grpc://" + l.Addr().String()
}

func TestCallsOverGRPCCarryMessagesAsTheyAre(t *testing.T) {
	c, err := newCaller(serveScripted(t), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{3, 1} { // the answer of the second is shorter
		var r mlmdpb.PutContextsResponse
		if err := ask(c, "PutContexts", &mlmdpb.PutContextsRequest{Contexts: make([]*mlmdpb.Context, n)}, &r); err != nil || len(r.ContextIds) != n {
			t.Errorf("%d contexts: %v, %v", n, r.ContextIds, err)
		}
	}
	if err := ask(c, "PutContexts", &mlmdpb.PutContextsRequest{}, &mlmdpb.PutContextsResponse{}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("an answer that is an error: %v", err)
	}
}

func TestAServerIsReadyWhenItSpeaksMLMetadata(t *testing.T) {
	if base := serveScripted(t); !healthy(base) {
		t.Errorf("%s is not ready", base)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if healthy("grpc://" + l.Addr().String()) {
		t.Error("a port where nobody listens is ready")
	}
}

func TestAPhaseOverGRPCCountsCallsAndErrors(t *testing.T) {
	w := Workload{Name: "x", Build: func(r *Request, i int) {
		r.Path, r.Body = mlmdService+"PutContexts", r.Body[:0]
		if i%4 != 0 {
			r.Body = append(r.Body, 0x0a, 0) // one context, empty
		}
	}}
	r, err := Run(serveScripted(t), 0, w, Plan{Clients: 3, Most: 40, Time: time.Hour, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if r.Done != 30 || r.Errors != 10 || !strings.Contains(r.FirstError, "no contexts") {
		t.Errorf("result %+v, want 30 done and 10 errors", r)
	}
}

func TestWhatAnEngineSpentIsPerCall(t *testing.T) {
	before := EngineSpent{Calls: 10, CPU: time.Second, Time: time.Minute}
	after := EngineSpent{Calls: 15, CPU: time.Second + 10*time.Millisecond, Time: time.Minute + time.Second}
	r := after.Since(before, Result{Op: "x", Clients: 8, Done: 4, CPU: 9, Rate: 1})
	if r.Op != "x" || r.Clients != 8 || r.Done != 5 || r.CPU != 2 || r.Rate != 5 {
		t.Errorf("%+v", r)
	}
	if r := before.Since(before, Result{}); r.CPU != 0 || r.Rate != 0 {
		t.Errorf("no call: %+v", r)
	}
}

func TestWrittenMessagesAreBuiltAnew(t *testing.T) {
	load := &MLMD{unique: "u", artifacts: make([]int64, 1000), executions: make([]int64, 1000), contexts: make([]int64, mlmdContexts)}
	for i := range load.artifacts {
		load.artifacts[i] = int64(i)
	}
	for _, w := range load.writes() {
		var one, two Request
		w.Build(&one, 0)
		w.Build(&two, 0)
		if bytes.Equal(one.Body, two.Body) {
			t.Errorf("%s: the same message twice", w.Name)
		}
	}
}
