package kubewatch

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
	"github.com/pedigree-ml/pedigree/server"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// A metadataServer is ML Metadata's protocol over a real store, with failures to
// order.
type metadataServer struct {
	mlmdpb.MetadataStoreServiceClient
	mu    sync.Mutex
	fail  map[string][]codes.Code // by method, for the next calls
	calls map[string]int
}

// newMetadataServer serves an empty store over a pipe.
func newMetadataServer(t *testing.T) *metadataServer {
	records, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = records.Close() })
	rules := graph.New(records, graph.Options{})
	if err := rules.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := &metadataServer{fail: make(map[string][]codes.Code), calls: make(map[string]int)}
	listener := grpc.NewServer(grpc.UnaryInterceptor(s.intercept))
	mlmdpb.RegisterMetadataStoreServiceServer(listener, mlmd.New(rules))
	pipe := bufconn.Listen(1 << 20)
	go func() { _ = listener.Serve(pipe) }()
	t.Cleanup(listener.Stop)
	conn, err := grpc.NewClient("passthrough:///pipe", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return pipe.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	s.MetadataStoreServiceClient = mlmdpb.NewMetadataStoreServiceClient(conn)
	return s
}

func (s *metadataServer) intercept(ctx context.Context, r any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	method := info.FullMethod[strings.LastIndex(info.FullMethod, "/")+1:]
	s.mu.Lock()
	s.calls[method]++
	if next := s.fail[method]; len(next) > 0 {
		s.fail[method] = next[1:]
		s.mu.Unlock()
		return nil, status.Error(next[0], "as ordered")
	}
	s.mu.Unlock()
	if put, ok := r.(*mlmdpb.PutArtifactsRequest); ok && strings.Contains(put.String(), "poison") {
		return nil, status.Error(codes.InvalidArgument, "poison")
	}
	answer, err := handler(ctx, r)
	return answer, server.GRPCStatus(err, "").Err()
}

// failNext makes the next calls of a method fail.
func (s *metadataServer) failNext(method string, with ...codes.Code) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail[method] = with
}

func (s *metadataServer) count(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}
