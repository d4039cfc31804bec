package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/pedigree-ml/pedigree/bench"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

var shape = bench.Pipelines

// threeParts has a part of another shape before them.
func threeParts(copied bool) *filling {
	return &filling{prefix: "p", first: []bench.Shape{{Branches: 3, Hops: 4, Reads: 2}}, parts: bench.Parts{Nodes: 3 * shape.Nodes(), Shape: shape}, copied: copied}
}

func TestLineageReachesAllOfAPartAndNoOther(t *testing.T) {
	for _, copied := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "db")
		if err := threeParts(copied).file(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
		wire := mlmd.New(graph.New(s, graph.Options{}))
		for part := range 3 {
			g := lineage(t, wire, bench.PartName("p", part))
			if n := len(g.GetArtifacts()) + len(g.GetExecutions()); n != shape.Nodes() {
				t.Errorf("copied %t: part %d: %d nodes, want %d", copied, part, n, shape.Nodes())
			}
			if len(g.GetEvents()) != shape.Events() || len(g.GetContexts()) != 1 {
				t.Errorf("copied %t: part %d: %d events, %d contexts", copied, part, len(g.GetEvents()), len(g.GetContexts()))
			}
		}
	}
}

// Everything but times, random identities and the feed is compared.
func TestCopiesAreWhatTheRulesWouldHaveWritten(t *testing.T) {
	var dumps [2]string
	for i, copied := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "db")
		if err := threeParts(copied).file(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		dumps[i] = dump(t, path,
			"SELECT id, workspace, home, kind, type, iif(kind = 3, 0, uid), name, version, state, owner, uri, external FROM node ORDER BY id",
			"SELECT id, execution, artifact, direction, step, role, path FROM event ORDER BY id",
			"SELECT context, node FROM membership ORDER BY 1, 2",
			"SELECT name, sql FROM sqlite_schema ORDER BY name",
			"SELECT id, workspace, uri FROM location ORDER BY id",
			"SELECT node, location, version FROM place ORDER BY 1, 2",
			"SELECT (SELECT count(*) FROM property) + (SELECT count(*) FROM relation) + (SELECT count(*) FROM event_tag)")
	}
	if dumps[0] != dumps[1] {
		a, b := strings.Split(dumps[0], "\n"), strings.Split(dumps[1], "\n")
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("line %d:\n%s\n%s", i, a[i], b[i])
			}
		}
		t.Fatalf("%d and %d lines", len(a), len(b))
	}
}

// dump gives the rows of queries as text.
func dump(t *testing.T, path string, queries ...string) string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var text strings.Builder
	for _, query := range queries {
		rows, err := db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		row, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			at[i] = &row[i]
		}
		for rows.Next() {
			if err := rows.Scan(at...); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&text, row...)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return text.String()
}

func lineage(t *testing.T, wire *mlmd.Server, name string) *mlmdpb.LineageGraph {
	t.Helper()
	r, err := wire.GetLineageSubgraph(context.Background(), &mlmdpb.GetLineageSubgraphRequest{
		LineageSubgraphQueryOptions: &mlmdpb.LineageSubgraphQueryOptions{
			StartingNodes: &mlmdpb.LineageSubgraphQueryOptions_StartingArtifacts{
				StartingArtifacts: &mlmdpb.LineageSubgraphQueryOptions_StartingNodes{FilterQuery: proto.String(fmt.Sprintf("name = %q", name))},
			},
			MaxNumHops: proto.Int64(int64(shape.Hops)),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r.GetLineageSubgraph()
}
