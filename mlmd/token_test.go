package mlmd_test

import (
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

type orderField = mlmdpb.ListOperationOptions_OrderByField_Field

func options(size int32, by orderField, ascending bool, token string) *mlmdpb.ListOperationOptions {
	return &mlmdpb.ListOperationOptions{
		MaxResultSize: &size, OrderByField: &mlmdpb.ListOperationOptions_OrderByField{Field: &by, IsAsc: &ascending}, NextPageToken: &token,
	}
}

// pages follows tokens to the end of a list.
func (f *fixture) pages(size int32, by orderField, ascending bool, filter string) (ids []int64, sizes []int) {
	f.t.Helper()
	token := ""
	for range 1000 {
		o := options(size, by, ascending, token)
		if filter != "" {
			o.FilterQuery = &filter
		}
		r, err := f.GetArtifacts(f.t.Context(), &mlmdpb.GetArtifactsRequest{Options: o})
		f.must(err)
		for _, a := range r.GetArtifacts() {
			ids = append(ids, a.GetId())
		}
		sizes = append(sizes, len(r.GetArtifacts()))
		if token = r.GetNextPageToken(); token == "" {
			return ids, sizes
		}
	}
	f.t.Fatal("the pages do not end")
	return nil, nil
}

func (f *fixture) some(n int) []int64 {
	f.t.Helper()
	nodes := make([]*mlmdpb.Artifact, n)
	for i := range nodes {
		nodes[i] = f.node()
	}
	return f.put(nodes...)
}

func TestPagesNeitherLoseNorRepeat(t *testing.T) {
	f := serve(t, graph.Options{})
	want := f.some(25) // all made at one moment: ties go by arrival
	back := slices.Clone(want)
	slices.Reverse(back)
	for _, by := range []orderField{
		mlmdpb.ListOperationOptions_OrderByField_ID, mlmdpb.ListOperationOptions_OrderByField_CREATE_TIME,
		mlmdpb.ListOperationOptions_OrderByField_LAST_UPDATE_TIME,
	} {
		for _, size := range []int32{1, 7, 25, 26, 100, 101, math.MaxInt32} {
			for ascending, want := range map[bool][]int64{true: want, false: back} {
				if got, sizes := f.pages(size, by, ascending, ""); !slices.Equal(got, want) || sizes[0] != min(int(size), 25) {
					t.Errorf("by %s, ascending %v, pages of %d: %v", by, ascending, size, got)
				}
			}
		}
	}
	if got, _ := f.pages(2, mlmdpb.ListOperationOptions_OrderByField_ID, true, fmt.Sprintf("id > %d", want[20])); !slices.Equal(got, want[21:]) {
		t.Errorf("filtered: %v, want %v", got, want[21:])
	}
}

func TestAPageHasAHundredNodesAtMostAndAListWithoutOptionsAll(t *testing.T) {
	f := serve(t, graph.Options{})
	want := f.some(1103) // more than the rules read at once
	got, sizes := f.pages(5000, mlmdpb.ListOperationOptions_OrderByField_ID, true, "")
	if !slices.Equal(got, want) || sizes[0] != 100 || len(sizes) != 12 {
		t.Errorf("%d nodes in pages of %v", len(got), sizes)
	}
	all, err := f.GetArtifacts(t.Context(), &mlmdpb.GetArtifactsRequest{})
	f.must(err)
	if len(all.GetArtifacts()) != len(want) || all.GetNextPageToken() != "" {
		t.Errorf("without options %d nodes, token %q", len(all.GetArtifacts()), all.GetNextPageToken())
	}
	byDefault, err := f.GetArtifacts(t.Context(), &mlmdpb.GetArtifactsRequest{Options: &mlmdpb.ListOperationOptions{}})
	f.must(err)
	if len(byDefault.GetArtifacts()) != 20 || byDefault.GetNextPageToken() == "" {
		t.Errorf("with empty options %d nodes", len(byDefault.GetArtifacts()))
	}
}

func TestTokensThatWereNotGivenForTheListAreRefusedOrHarmless(t *testing.T) {
	f := serve(t, graph.Options{})
	f.some(5)
	first, err := f.GetArtifacts(t.Context(), &mlmdpb.GetArtifactsRequest{Options: options(2, mlmdpb.ListOperationOptions_OrderByField_CREATE_TIME, true, "")})
	f.must(err)
	good := first.GetNextPageToken()
	for what, c := range map[string]struct {
		options *mlmdpb.ListOperationOptions
		says    string
	}{
		"no base64":       {options(2, mlmdpb.ListOperationOptions_OrderByField_CREATE_TIME, true, "!"), "Failed to decode next page token string"},
		"standard base64": {options(2, mlmdpb.ListOperationOptions_OrderByField_CREATE_TIME, true, "+/+/"), "Failed to decode next page token string"},
		"no message": {
			options(2, mlmdpb.ListOperationOptions_OrderByField_CREATE_TIME, true, base64.RawURLEncoding.EncodeToString([]byte{0xff})),
			"Failed to parse decoded next page token",
		},
		"cut":               {options(2, mlmdpb.ListOperationOptions_OrderByField_CREATE_TIME, true, good[:len(good)/2]), ""},
		"another order":     {options(2, mlmdpb.ListOperationOptions_OrderByField_ID, true, good), "ListOperationOptions mismatch between calls"},
		"another direction": {options(2, mlmdpb.ListOperationOptions_OrderByField_CREATE_TIME, false, good), "ListOperationOptions mismatch between calls"},
		"a megabyte":        {options(2, mlmdpb.ListOperationOptions_OrderByField_CREATE_TIME, true, strings.Repeat("A", 1<<20)), ""},
	} {
		_, err := f.GetArtifacts(t.Context(), &mlmdpb.GetArtifactsRequest{Options: c.options})
		f.refused(what, err, codes.InvalidArgument, c.says)
	}
	for what, token := range map[string]*mlmdpb.ListOperationNextPageToken{
		"extremes": {IdOffset: proto.Int64(math.MaxInt64), FieldOffset: proto.Int64(math.MinInt64)}, "negative": {IdOffset: proto.Int64(-1), FieldOffset: proto.Int64(-1)},
		"ids": {IdOffset: proto.Int64(1), FieldOffset: proto.Int64(math.MaxInt64), ListedIds: []int64{1, -1, 0}},
	} {
		by := mlmdpb.ListOperationOptions_OrderByField_CREATE_TIME
		token.SetOptions = &mlmdpb.ListOperationOptions{OrderByField: &mlmdpb.ListOperationOptions_OrderByField{Field: &by, IsAsc: proto.Bool(true)}}
		b, err := proto.Marshal(token)
		f.must(err)
		if _, err := f.GetArtifacts(t.Context(), &mlmdpb.GetArtifactsRequest{Options: options(2, by, true, base64.URLEncoding.EncodeToString(b))}); err != nil {
			t.Errorf("a forged token of %s: %v", what, err)
		}
	}
	rest, err := f.GetArtifacts(t.Context(), &mlmdpb.GetArtifactsRequest{Options: options(100, mlmdpb.ListOperationOptions_OrderByField_CREATE_TIME, true, good)})
	f.must(err)
	if len(rest.GetArtifacts()) != 3 { // the size of pages may change on the way
		t.Errorf("%d nodes on the second page", len(rest.GetArtifacts()))
	}
}

func TestListOptionsThatAskForNothingAreRefused(t *testing.T) {
	f := serve(t, graph.Options{})
	for _, size := range []int32{0, -1, math.MinInt32} {
		_, err := f.GetArtifacts(t.Context(), &mlmdpb.GetArtifactsRequest{Options: &mlmdpb.ListOperationOptions{MaxResultSize: &size}})
		f.refused(fmt.Sprint("size ", size), err, codes.InvalidArgument,
			fmt.Sprintf("max_result_size field value is required to be greater than 0 and less than or equal to 100. Set value:%d", size))
	}
	_, err := f.GetArtifacts(t.Context(), &mlmdpb.GetArtifactsRequest{Options: options(2, mlmdpb.ListOperationOptions_OrderByField_FIELD_UNSPECIFIED, true, "")})
	f.refused("no order", err, codes.InvalidArgument, "Unsupported field: FIELD_UNSPECIFIED")
}
