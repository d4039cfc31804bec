package main

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree/bench"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

func TestLineageReachesAllOfAPartAndNoOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	if err := fillFile(t.Context(), path, "p", bench.Parts{Nodes: 2 * bench.PartNodes}); err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	wire := mlmd.New(graph.New(s, graph.Options{}))
	for part := range 2 {
		g := lineage(t, wire, bench.PartName("p", part))
		if n := len(g.GetArtifacts()) + len(g.GetExecutions()); n != bench.PartNodes {
			t.Errorf("part %d: %d nodes, want %d", part, n, bench.PartNodes)
		}
		if len(g.GetEvents()) != bench.PartNodes-1 || len(g.GetContexts()) != 1 {
			t.Errorf("part %d: %d events, %d contexts", part, len(g.GetEvents()), len(g.GetContexts()))
		}
	}
}

func lineage(t *testing.T, wire *mlmd.Server, name string) *mlmdpb.LineageGraph {
	t.Helper()
	r, err := wire.GetLineageSubgraph(context.Background(), &mlmdpb.GetLineageSubgraphRequest{
		LineageSubgraphQueryOptions: &mlmdpb.LineageSubgraphQueryOptions{
			StartingNodes: &mlmdpb.LineageSubgraphQueryOptions_StartingArtifacts{
				StartingArtifacts: &mlmdpb.LineageSubgraphQueryOptions_StartingNodes{FilterQuery: proto.String(fmt.Sprintf("name = %q", name))},
			},
			MaxNumHops: proto.Int64(bench.PartHops),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r.GetLineageSubgraph()
}
