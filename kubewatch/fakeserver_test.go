package kubewatch

import (
	"context"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// A metadataServer is the server that records, with failures to order.
type metadataServer struct {
	mlmdpb.MetadataStoreServiceClient
	mu    sync.Mutex
	fail  map[string][]codes.Code // by method, for the next calls
	calls map[string]int
}

// newMetadataServer serves a service over a pipe.
func newMetadataServer(t *testing.T, service mlmdpb.MetadataStoreServiceServer) *metadataServer {
	s := &metadataServer{fail: make(map[string][]codes.Code), calls: make(map[string]int)}
	server := grpc.NewServer(grpc.UnaryInterceptor(s.intercept))
	mlmdpb.RegisterMetadataStoreServiceServer(server, service)
	pipe := bufconn.Listen(1 << 20)
	go func() { _ = server.Serve(pipe) }()
	t.Cleanup(server.Stop)
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
	return handler(ctx, r)
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

// A fakeMetadata does what this package asks of ML Metadata, in the memory.
type fakeMetadata struct {
	mlmdpb.UnimplementedMetadataStoreServiceServer
	mu         sync.Mutex
	types      []*mlmdpb.ArtifactType
	contexts   []*mlmdpb.Context
	artifacts  []*mlmdpb.Artifact
	attributed map[int64]int64
}

func (f *fakeMetadata) PutArtifactType(_ context.Context, r *mlmdpb.PutArtifactTypeRequest) (*mlmdpb.PutArtifactTypeResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, t := range f.types {
		if t.GetName() == r.ArtifactType.GetName() {
			return &mlmdpb.PutArtifactTypeResponse{TypeId: proto.Int64(int64(i + 1))}, nil
		}
	}
	f.types = append(f.types, r.ArtifactType)
	return &mlmdpb.PutArtifactTypeResponse{TypeId: proto.Int64(int64(len(f.types)))}, nil
}

func (f *fakeMetadata) PutContextType(context.Context, *mlmdpb.PutContextTypeRequest) (*mlmdpb.PutContextTypeResponse, error) {
	return &mlmdpb.PutContextTypeResponse{TypeId: proto.Int64(99)}, nil
}

func (f *fakeMetadata) GetContextByTypeAndName(_ context.Context, r *mlmdpb.GetContextByTypeAndNameRequest) (*mlmdpb.GetContextByTypeAndNameResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.contexts {
		if c.GetName() == r.GetContextName() {
			return &mlmdpb.GetContextByTypeAndNameResponse{Context: c}, nil
		}
	}
	return &mlmdpb.GetContextByTypeAndNameResponse{}, nil
}

func (f *fakeMetadata) PutContexts(_ context.Context, r *mlmdpb.PutContextsRequest) (*mlmdpb.PutContextsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := proto.CloneOf(r.Contexts[0])
	c.Id = proto.Int64(int64(len(f.contexts) + 1))
	f.contexts = append(f.contexts, c)
	return &mlmdpb.PutContextsResponse{ContextIds: []int64{c.GetId()}}, nil
}

func (f *fakeMetadata) PutAttributionsAndAssociations(_ context.Context, r *mlmdpb.PutAttributionsAndAssociationsRequest) (*mlmdpb.PutAttributionsAndAssociationsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.attributed == nil {
		f.attributed = make(map[int64]int64)
	}
	for _, a := range r.Attributions {
		f.attributed[a.GetArtifactId()] = a.GetContextId()
	}
	return &mlmdpb.PutAttributionsAndAssociationsResponse{}, nil
}

func (f *fakeMetadata) GetArtifactsByContext(_ context.Context, r *mlmdpb.GetArtifactsByContextRequest) (*mlmdpb.GetArtifactsByContextResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []*mlmdpb.Artifact
	for _, a := range f.artifacts {
		if f.attributed[a.GetId()] == r.GetContextId() {
			found = append(found, proto.CloneOf(a))
		}
	}
	return &mlmdpb.GetArtifactsByContextResponse{Artifacts: found}, nil
}

var equals = regexp.MustCompile(`custom_properties\.(\w+)\.string_value = "([^"]*)"`)

// GetArtifactsByType understands the filter that this package sends.
func (f *fakeMetadata) GetArtifactsByType(_ context.Context, r *mlmdpb.GetArtifactsByTypeRequest) (*mlmdpb.GetArtifactsByTypeResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []*mlmdpb.Artifact
	for _, a := range f.artifacts {
		filter := r.GetOptions().GetFilterQuery()
		fits := f.types[a.GetTypeId()-1].GetName() == r.GetTypeName()
		fits = fits && (!strings.Contains(filter, "state != DELETED") || a.GetState() != mlmdpb.Artifact_DELETED)
		for _, m := range equals.FindAllStringSubmatch(filter, -1) {
			fits = fits && a.CustomProperties[m[1]].GetStringValue() == m[2]
		}
		if fits {
			found = append(found, proto.CloneOf(a))
		}
	}
	return &mlmdpb.GetArtifactsByTypeResponse{Artifacts: found}, nil
}

func (f *fakeMetadata) GetArtifactsByExternalIds(_ context.Context, r *mlmdpb.GetArtifactsByExternalIdsRequest) (*mlmdpb.GetArtifactsByExternalIdsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []*mlmdpb.Artifact
	for _, a := range f.artifacts {
		if slices.Contains(r.ExternalIds, a.GetExternalId()) {
			found = append(found, proto.CloneOf(a))
		}
	}
	if len(found) == 0 {
		return nil, status.Error(codes.NotFound, "none")
	}
	return &mlmdpb.GetArtifactsByExternalIdsResponse{Artifacts: found}, nil
}

func (f *fakeMetadata) PutArtifacts(_ context.Context, r *mlmdpb.PutArtifactsRequest) (*mlmdpb.PutArtifactsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range r.Artifacts {
		if strings.Contains(a.Properties[objectKey].GetStringValue(), "poison") {
			return nil, status.Error(codes.InvalidArgument, "poison")
		}
	}
	answer := &mlmdpb.PutArtifactsResponse{}
	for _, a := range r.Artifacts {
		if a.Id == nil {
			a = proto.CloneOf(a)
			a.Id = proto.Int64(int64(len(f.artifacts) + 1))
			f.artifacts = append(f.artifacts, a)
		} else {
			overlay(f.artifacts[a.GetId()-1], a, r.UpdateMask.GetPaths())
		}
		answer.ArtifactIds = append(answer.ArtifactIds, a.GetId())
	}
	return answer, nil
}

// overlay changes what a mask names.
func overlay(standing, a *mlmdpb.Artifact, paths []string) {
	for _, path := range paths {
		space, key, _ := strings.Cut(path, ".")
		switch space {
		case "uri":
			standing.Uri = a.Uri
		case "external_id":
			standing.ExternalId = a.ExternalId
		case "state":
			standing.State = a.State
		case "properties":
			standing.Properties[key] = a.Properties[key]
		case "custom_properties":
			if v, ok := a.CustomProperties[key]; ok {
				standing.CustomProperties[key] = v
			} else {
				delete(standing.CustomProperties, key)
			}
		}
	}
}
