package mlmd_test

import (
	"math"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// strange are texts that engines have been known to change, cut or refuse.
var strange = []string{
	"", " ", "\x00", "a\x00b", "\xff", "a\xc3", "\xed\xa0\x80", "é", "e\u0301", "\U0001F9EC", "\u202e\u2028\ufeff", "\r\n\t", "'; DROP TABLE node; --", `"`, "`", `\`, "%_", "NULL", "true", "1e3", "-0",
	"__MLMD_NULL__", "mlmd-struct::", "mlmd-struct::CgA=", "mlmd-proto::x", "sha256:", "params.lr", "{\"a\":1}", strings.Repeat("x",
		65_536), strings.Repeat("\U0001F9EC", 20_000),
}

func TestEveryTextComesBackAsItWentIn(t *testing.T) {
	f := serve(t, graph.Options{})
	for _, s := range strange {
		want := f.node()
		want.Uri, want.State = &s, mlmdpb.Artifact_LIVE.Enum()
		want.Properties = map[string]*mlmdpb.Value{"s": text(s)}
		want.CustomProperties = map[string]*mlmdpb.Value{"s": text(s), "twice": text(s + s)}
		id := f.put(want)[0]
		got := f.get(id)
		if got.GetUri() != s || !proto.Equal(&mlmdpb.Artifact{Properties: got.Properties, CustomProperties: got.CustomProperties},
			&mlmdpb.Artifact{Properties: want.Properties, CustomProperties: want.CustomProperties}) {
			t.Errorf("%.40q came back as %.80q, %.200v", s, got.GetUri(), got)
		}
		got.TypeId = &f.artifact
		f.put(got) // and goes in again
		if again := f.get(id); !proto.Equal(again, got) {
			t.Errorf("%.40q sent back became %.200v", s, again)
		}
	}
}

// A name or key comes back as it went in, or is refused with the reason.
func TestEveryNameIsKeptOrRefused(t *testing.T) {
	f := serve(t, graph.Options{})
	for _, s := range strange {
		if s == "" {
			continue // names none
		}
		for what, set := range map[string]func(*mlmdpb.Artifact, string){
			"name":           func(a *mlmdpb.Artifact, s string) { a.Name = &s },
			"external id":    func(a *mlmdpb.Artifact, s string) { a.ExternalId = &s },
			"key":            func(a *mlmdpb.Artifact, s string) { a.CustomProperties = map[string]*mlmdpb.Value{s: whole(1)} },
			"declared value": func(a *mlmdpb.Artifact, s string) { a.Properties = map[string]*mlmdpb.Value{"s": text(s)} },
		} {
			want := f.node()
			set(want, s)
			r, err := f.PutArtifacts(t.Context(), &mlmdpb.PutArtifactsRequest{Artifacts: []*mlmdpb.Artifact{want}})
			if err != nil {
				f.refused(what+" of a strange text", err, codes.InvalidArgument, "the ")
				if plain := !strings.ContainsAny(s, "\x00") && strings.ToValidUTF8(s, "") == s && len(s) < 1000; plain || what == "declared value" {
					t.Errorf("%s %.40q is refused: %v", what, s, err)
				}
				continue
			}
			got := f.get(r.GetArtifactIds()[0])
			if got.GetName() != want.GetName() || got.GetExternalId() != want.GetExternalId() || len(got.CustomProperties) != len(want.CustomProperties) || want.CustomProperties != nil && got.CustomProperties[s] == nil {
				t.Errorf("%s %.40q came back as %.200v", what, s, got)
			}
		}
	}
}

func TestTenMegabytesComeBack(t *testing.T) {
	f := serve(t, graph.Options{})
	large := strings.Repeat("0123456789abcde\x00", 10<<20/16)
	a := f.node()
	a.CustomProperties = map[string]*mlmdpb.Value{"zero": text(large), "none": text(strings.ReplaceAll(large, "\x00", "\n"))}
	if got := f.get(f.put(a)[0]); got.CustomProperties["zero"].GetStringValue() != large || len(got.CustomProperties["none"].GetStringValue()) != 10<<20 {
		t.Error("they came back changed")
	}
	a = f.node()
	a.Uri = &large
	_, err := f.PutArtifacts(t.Context(), &mlmdpb.PutArtifactsRequest{Artifacts: []*mlmdpb.Artifact{a}})
	f.refused("as a URI", err, codes.InvalidArgument, "the URI is longer than 1048576 bytes")
}

func TestEveryNumberComesBackAsItWentIn(t *testing.T) {
	f := serve(t, graph.Options{})
	for _, d := range []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64, -1e308, 0.1, 1 << 53} {
		a := f.node()
		a.Properties, a.CustomProperties = map[string]*mlmdpb.Value{"d": real(d)}, map[string]*mlmdpb.Value{"d": real(d)}
		got := f.get(f.put(a)[0])
		for _, v := range []*mlmdpb.Value{got.Properties["d"], got.CustomProperties["d"]} {
			if back := v.GetDoubleValue(); back != d && !(math.IsNaN(back) && math.IsNaN(d)) {
				t.Errorf("%v came back as %v", d, v)
			}
		}
	}
	for _, i := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64, 1 << 53, 1<<53 + 1} {
		a := f.node()
		a.Properties, a.CustomProperties = map[string]*mlmdpb.Value{"i": whole(i)}, map[string]*mlmdpb.Value{"i": whole(i)}
		got := f.get(f.put(a)[0])
		if got.Properties["i"].GetIntValue() != i || got.CustomProperties["i"].GetIntValue() != i {
			t.Errorf("%d came back as %v", i, got)
		}
	}
}

func TestMessagesWithinValuesComeBack(t *testing.T) {
	f := serve(t, graph.Options{})
	fields, err := structpb.NewStruct(map[string]any{"": nil, "a": []any{true, 1.5, "x\x00", map[string]any{"b": math.Inf(1)}}, "é": math.NaN()})
	f.must(err)
	packed, err := anypb.New(fields)
	f.must(err)
	values := map[string]*mlmdpb.Value{
		"st": {Value: &mlmdpb.Value_StructValue{StructValue: fields}},
		"p":  {Value: &mlmdpb.Value_ProtoValue{ProtoValue: packed}},
		"b":  {Value: &mlmdpb.Value_BoolValue{BoolValue: true}},
	}
	custom := map[string]*mlmdpb.Value{
		"empty": {Value: &mlmdpb.Value_StructValue{StructValue: &structpb.Struct{}}}, "false": {Value: &mlmdpb.Value_BoolValue{}},
		"any": {Value: &mlmdpb.Value_ProtoValue{ProtoValue: &anypb.Any{TypeUrl: "x/unknown", Value: []byte{0, 255}}}},
	}
	a := f.node()
	a.Properties, a.CustomProperties = values, custom
	id := f.put(a)[0]
	got := f.get(id)
	if !proto.Equal(&mlmdpb.Artifact{Properties: got.Properties, CustomProperties: got.CustomProperties}, &mlmdpb.Artifact{Properties: values, CustomProperties: custom}) {
		t.Errorf("came back as %v", got)
	}
	f.put(got)
	if again := f.get(id); again.GetLastUpdateTimeSinceEpoch() != got.GetLastUpdateTimeSinceEpoch() {
		t.Error("sent back as it came it moved the time of change")
	}
}

func TestValuesOfTheWrongTypeAreRefused(t *testing.T) {
	f := serve(t, graph.Options{})
	values := map[string]*mlmdpb.Value{
		"i": whole(1), "d": real(1), "s": text("1"), "b": {Value: &mlmdpb.Value_BoolValue{}},
		"st": {Value: &mlmdpb.Value_StructValue{StructValue: &structpb.Struct{}}}, "p": {Value: &mlmdpb.Value_ProtoValue{ProtoValue: &anypb.Any{}}},
		"none": {}, "nil": nil,
	}
	for key := range values {
		for of, value := range values {
			if key == of || key == "none" || key == "nil" {
				continue
			}
			a := f.node()
			a.Properties = map[string]*mlmdpb.Value{key: value}
			_, err := f.PutArtifacts(t.Context(), &mlmdpb.PutArtifactsRequest{Artifacts: []*mlmdpb.Artifact{f.node(), a}})
			f.refused(of+" as "+key, err, codes.InvalidArgument, "Found unmatched property type: "+key)
		}
	}
	a := f.node()
	a.CustomProperties = map[string]*mlmdpb.Value{"x": {}}
	_, err := f.PutArtifacts(t.Context(), &mlmdpb.PutArtifactsRequest{Artifacts: []*mlmdpb.Artifact{a}})
	f.refused("a custom property without a value", err, codes.InvalidArgument, "Found unmatched property type: x")
}
