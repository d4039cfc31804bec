package mlmd_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/server"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// A fixture is a server on a real socket over a real store, and a client of it.
// What the server logs as its own failure is one of the test.
type fixture struct {
	mlmdpb.MetadataStoreServiceClient
	t     testing.TB
	conn  *grpc.ClientConn
	addr  string
	store store.Store

	artifact, execution, ctxt int64 // types with a property of each sort
}

func serve(t testing.TB, o graph.Options) *fixture {
	t.Helper()
	f := &fixture{t: t, store: openStore(t)}
	f.listen(server.Limits{}, o)
	f.declare()
	return f
}

// listen serves the store until the test ends, and connects a client.
func (f *fixture) listen(limits server.Limits, o graph.Options) {
	f.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	f.must(err)
	f.addr = l.Addr().String()
	log := &serverLog{}
	s := server.New(server.Options{
		Wires:  []route.Wire{mlmd.New(graph.New(f.store, o)).Wire()},
		Limits: limits,
		Log:    slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Serve(ctx, server.Drain{Timeout: 5 * time.Second}, server.Listener{Listener: l, Handler: s.Handler(f.addr)})
	}()
	f.t.Cleanup(func() {
		stop()
		<-ended // whether all ended in time is not what is tested here
		if text := log.text(); text != "" {
			f.t.Errorf("the server failed:\n%.2000s", text)
		}
	})
	f.conn = f.dial()
	f.MetadataStoreServiceClient = mlmdpb.NewMetadataStoreServiceClient(f.conn)
}

func (f *fixture) dial() *grpc.ClientConn {
	f.t.Helper()
	const large = 200 << 20
	c, err := grpc.NewClient("passthrough:///"+f.addr, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(large), grpc.MaxCallSendMsgSize(large)))
	f.must(err)
	f.t.Cleanup(func() { c.Close() })
	return c
}

// declare makes the types that most tests need.
func (f *fixture) declare() {
	f.t.Helper()
	properties := map[string]mlmdpb.PropertyType{
		"i": mlmdpb.PropertyType_INT, "d": mlmdpb.PropertyType_DOUBLE, "s": mlmdpb.PropertyType_STRING,
		"st": mlmdpb.PropertyType_STRUCT, "p": mlmdpb.PropertyType_PROTO, "b": mlmdpb.PropertyType_BOOLEAN,
	}
	r, err := f.PutTypes(f.t.Context(), &mlmdpb.PutTypesRequest{
		ArtifactTypes:  []*mlmdpb.ArtifactType{{Name: proto.String("A"), Properties: properties}},
		ExecutionTypes: []*mlmdpb.ExecutionType{{Name: proto.String("E"), Properties: properties}},
		ContextTypes:   []*mlmdpb.ContextType{{Name: proto.String("C"), Properties: properties}},
	})
	f.must(err)
	f.artifact, f.execution, f.ctxt = r.GetArtifactTypeIds()[0], r.GetExecutionTypeIds()[0], r.GetContextTypeIds()[0]
}

func openStore(t testing.TB) store.Store {
	t.Helper()
	blank, err := prepared()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "db")
	if err := os.WriteFile(path, blank, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// prepared gives the file of a store that was prepared and nothing else: each
// test starts from a copy.
var prepared = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "mlmd")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "db")
	s, err := sqlite.Open(context.Background(), path, sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(graph.New(s, graph.Options{}).Prepare(context.Background()), s.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// A serverLog keeps what a server logs.
type serverLog struct {
	mu    sync.Mutex
	lines strings.Builder
}

// Write keeps a line.
func (l *serverLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.Write(line)
}

func (l *serverLog) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.String()
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// refused checks the code of an answer, and that its text says the words.
func (f *fixture) refused(what string, err error, code codes.Code, words string) {
	f.t.Helper()
	if status.Code(err) != code || !strings.Contains(status.Convert(err).Message(), words) {
		f.t.Errorf("%s: %v\nwant %v: %s", what, err, code, words)
	}
}

// node is an artifact without anything.
func (f *fixture) node() *mlmdpb.Artifact { return &mlmdpb.Artifact{TypeId: &f.artifact} }

func (f *fixture) put(artifacts ...*mlmdpb.Artifact) []int64 {
	f.t.Helper()
	r, err := f.PutArtifacts(f.t.Context(), &mlmdpb.PutArtifactsRequest{Artifacts: artifacts})
	f.must(err)
	return r.GetArtifactIds()
}

func (f *fixture) get(id int64) *mlmdpb.Artifact {
	f.t.Helper()
	r, err := f.GetArtifactsByID(f.t.Context(), &mlmdpb.GetArtifactsByIDRequest{ArtifactIds: []int64{id}})
	f.must(err)
	if len(r.GetArtifacts()) != 1 {
		f.t.Fatalf("%d artifacts have the id %d", len(r.GetArtifacts()), id)
	}
	return r.GetArtifacts()[0]
}

// count says how many nodes of a kind there are that clients see.
func (f *fixture) count(kind pedigree.Kind) int {
	f.t.Helper()
	var n int
	f.must(f.store.View(f.t.Context(), func(r store.Reader) error {
		for id := pedigree.NodeID(1); ; id += 1000 {
			ids := make([]pedigree.NodeID, 1000)
			for i := range ids {
				ids[i] = id + pedigree.NodeID(i)
			}
			nodes, err := r.Nodes(ids)
			if err != nil || len(nodes) == 0 {
				return err
			}
			n += len(slices.DeleteFunc(nodes, func(n pedigree.Node) bool {
				return n.Type.Kind != kind || !n.Live() || strings.HasPrefix(n.Type.Name, "pedigree.")
			}))
		}
	}))
	return n
}

func text(s string) *mlmdpb.Value {
	return &mlmdpb.Value{Value: &mlmdpb.Value_StringValue{StringValue: s}}
}

func whole(i int64) *mlmdpb.Value {
	return &mlmdpb.Value{Value: &mlmdpb.Value_IntValue{IntValue: i}}
}

func real(d float64) *mlmdpb.Value {
	return &mlmdpb.Value{Value: &mlmdpb.Value_DoubleValue{DoubleValue: d}}
}
