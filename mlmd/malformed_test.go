package mlmd_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// bytesCodec sends bytes as they are.
type bytesCodec struct{}

// Marshal gives the bytes of a message.
func (bytesCodec) Marshal(v any) ([]byte, error) { return v.([]byte), nil }

// Unmarshal keeps the bytes of an answer.
func (bytesCodec) Unmarshal(b []byte, v any) error { *v.(*[]byte) = slices.Clone(b); return nil }

// Name is that of the codec that servers expect.
func (bytesCodec) Name() string { return "proto" }

// raw calls a method with bytes instead of a message.
func (f *fixture) raw(ctx context.Context, method string, message []byte) ([]byte, error) {
	var answer []byte
	err := f.conn.Invoke(ctx, "/"+mlmdpb.MetadataStoreService_ServiceDesc.ServiceName+"/"+method, message, &answer, grpc.ForceCodec(bytesCodec{}))
	return answer, err
}

func methods(t testing.TB) (names []string) {
	t.Helper()
	for _, m := range mlmdpb.MetadataStoreService_ServiceDesc.Methods {
		names = append(names, m.MethodName)
	}
	if len(names) != 52 {
		t.Fatalf("%d methods", len(names))
	}
	return names
}

func TestBytesThatAreNoMessageAreRefusedByEveryCall(t *testing.T) {
	f := serve(t, graph.Options{})
	deep := bytes.Repeat([]byte{0x0b}, 20_000) // groups within groups
	for name, message := range map[string][]byte{
		"a field number that does not end": {0xff}, "a length past the end": {0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"a cut message": {0x0a, 0x05, 'a', 'b'}, "an unknown wire type": {0x0f}, "field number zero": {0x00, 0x00}, "nested to no end": deep,
		"a varint too long": append([]byte{0x08}, bytes.Repeat([]byte{0xff}, 11)...),
	} {
		for _, method := range methods(t) {
			_, err := f.raw(t.Context(), method, message)
			f.refused(method+" of "+name, err, codes.InvalidArgument, "the message is not of the type that the call takes")
		}
	}
	if n := f.count(pedigree.Artifact) + f.count(pedigree.Execution) + f.count(pedigree.Context); n != 0 {
		t.Errorf("%d nodes were made", n)
	}
}

// What a client may be told about any bytes whatever. Internal is not among it.
var answers = []codes.Code{
	codes.OK, codes.InvalidArgument, codes.NotFound, codes.AlreadyExists, codes.Unimplemented, codes.OutOfRange, codes.FailedPrecondition,
}

func TestAnEmptyMessageIsAnsweredByEveryCall(t *testing.T) {
	f := serve(t, graph.Options{})
	refused := map[string]codes.Code{
		"PutArtifactType": codes.InvalidArgument, "PutExecutionType": codes.InvalidArgument, "PutContextType": codes.InvalidArgument,
		"PutExecution": codes.InvalidArgument, "GetArtifactType": codes.NotFound, "GetExecutionType": codes.NotFound, "GetContextType": codes.NotFound,
		"GetContextsByArtifact": codes.NotFound, "GetContextsByExecution": codes.NotFound, "GetLineageGraph": codes.InvalidArgument, "GetLineageSubgraph": codes.InvalidArgument,
	}
	for _, method := range methods(t) {
		_, err := f.raw(t.Context(), method, nil)
		if want := refused[method]; status.Code(err) != want {
			t.Errorf("%s: %v, want %v", method, err, want)
		}
	}
}

func TestRandomFieldsNeverFailACall(t *testing.T) {
	f := serve(t, graph.Options{})
	random := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		for _, method := range methods(t) {
			message := randomMessage(random, 3)
			_, err := f.raw(t.Context(), method, message)
			if !slices.Contains(answers, status.Code(err)) || err != nil && status.Convert(err).Message() == "" {
				t.Errorf("%s of %.60x: %v", method, message, err)
			}
		}
	}
}

// randomMessage writes fields of small numbers, some of them messages again.
func randomMessage(r *rand.Rand, depth int) (b []byte) {
	for range r.IntN(5) {
		number := protowire.Number(1 + r.IntN(12))
		switch kind := r.IntN(5); {
		case kind == 0:
			b = protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), []uint64{0, 1, 2, 1 << 63, 1<<64 - 1, r.Uint64()}[r.IntN(6)])
		case kind == 1:
			b = protowire.AppendFixed64(protowire.AppendTag(b, number, protowire.Fixed64Type), r.Uint64())
		case kind == 2 || depth == 0:
			b = protowire.AppendString(protowire.AppendTag(b, number, protowire.BytesType), []string{"", "a", "\x00", "\xff", "A", "id = 1", strings.Repeat("x", 300)}[r.IntN(7)])
		default:
			b = protowire.AppendBytes(protowire.AppendTag(b, number, protowire.BytesType), randomMessage(r, depth-1))
		}
	}
	return b
}

func TestAMessageOverTheLimitIsRefused(t *testing.T) {
	f := serve(t, graph.Options{})
	_, err := f.raw(t.Context(), "PutArtifacts", make([]byte, 100<<20+1))
	f.refused("100 MiB and a byte", err, codes.ResourceExhausted, fmt.Sprint(100<<20))
}
