//go:build unix

package lineage

import (
	"database/sql"
	"flag"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

var benchNodes = flag.Int("lineage.nodes", 100_000, "nodes in the graph that the benchmarks walk")

// A part of the graph is an artifact that many executions read, each the first
// of a chain: what it writes is read by the next, over all hops.
const (
	benchHops   = 20
	benchChains = 137
	benchPart   = 1 + benchHops*benchChains // nodes
	benchFirst  = 1000                      // identity of the first node
)

// BenchmarkWalk walks one part among many, from its artifact to the ends of its
// chains: 2,741 nodes. Every artifact is at a location of its own.
func BenchmarkWalk(b *testing.B) {
	parts := max(*benchNodes/benchPart, 1)
	s := New(benchStore(b, partsSQL(parts)))
	i := 0
	b.ReportAllocs()
	before := cpu()
	for b.Loop() {
		q := NewQuery(pedigree.DefaultWorkspace, pedigree.NodeID(benchFirst+i*7919%parts*benchPart))
		q.Direction = Downstream
		i++
		g, err := s.Graph(b.Context(), q)
		if err != nil || len(g.Nodes) != benchPart || len(g.Edges) != benchPart-1 {
			b.Fatalf("%d nodes, %d edges (%v)", len(g.Nodes), len(g.Edges), err)
		}
	}
	b.ReportMetric((cpu()-before)*1000/float64(i), "cpu-ms/op")
}

// BenchmarkImpact finds the runs of a data set that all of them used.
func BenchmarkImpact(b *testing.B) {
	s := New(benchStore(b, fanSQL(*benchNodes)))
	b.ReportAllocs()
	before, times := cpu(), 0
	for b.Loop() {
		q := NewQuery(pedigree.DefaultWorkspace, benchFirst)
		q.Nodes = MaxNodes
		hits := 0
		_, err := s.Impact(b.Context(), q, func(p *ImpactPart) error {
			hits += len(p.Hits)
			return nil
		})
		if err != nil || hits != *benchNodes-1 {
			b.Fatalf("%d hits (%v)", hits, err)
		}
		times++
	}
	b.ReportMetric((cpu()-before)*1000/float64(times), "cpu-ms/op")
}

// cpu gives the processor time that this process has used, in seconds: what
// others do to the machine does not count.
func cpu() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // never fails for oneself
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// benchStore opens a store with a graph that is written as SQL: by the rules it
// would take too long for millions of nodes.
func benchStore(b *testing.B, statements []string) store.Store {
	b.Helper()
	path := filepath.Join(b.TempDir(), "db")
	open := func() store.Store {
		s, err := sqlite.Open(b.Context(), path, sqlite.Options{Durability: sqlite.Normal})
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	if err := open().Close(); err != nil { // makes the schema
		b.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	for _, statement := range statements {
		if _, err := db.ExecContext(b.Context(), statement); err != nil {
			b.Fatalf("%v in %s", err, statement)
		}
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	s := open()
	b.Cleanup(func() { _ = s.Close() })
	return s
}

// nodesSQL writes nodes that a common table expression n numbers, with a place
// for each artifact.
func nodesSQL(numbers, kind string) []string {
	return []string{
		"PRAGMA synchronous = OFF", "PRAGMA cache_size = -400000",
		"INSERT INTO type (id, kind, name) VALUES (101, 1, 'A'), (102, 2, 'E')",
		"INSERT INTO node (id, workspace, home, kind, type, uid, name, version, state, owner, uri, created, updated) " + numbers +
			"SELECT id, 1, 1, " + kind + ", 100 + " + kind + ", printf('node-%d', id), printf('node-%d', id), '', '', '', 'memory://' || id, id, id FROM n",
		"INSERT INTO location (id, workspace, uri) SELECT id, 1, uri FROM node WHERE kind = 1",
		"INSERT INTO place (node, location, version) SELECT id, id, '' FROM node WHERE kind = 1",
	}
}

// partsSQL numbers the nodes of a part by hop, then by chain.
func partsSQL(parts int) []string {
	numbers := fmt.Sprintf("WITH RECURSIVE c (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < %d), "+
		"n (id, at, hop) AS (SELECT %d + i, i %% %d, (i %% %d + %d) / %d FROM c) ",
		parts*benchPart-1, benchFirst, benchPart, benchPart, benchChains-1, benchChains)
	return append(nodesSQL(numbers, "(1 + hop % 2)"),
		"INSERT INTO event (execution, artifact, direction, time, step) "+numbers+fmt.Sprintf(
			"SELECT iif(hop %% 2, id, before), iif(hop %% 2, before, id), 2 - hop %% 2, id, 0 FROM "+
				"(SELECT id, hop, iif(hop = 1, id - at, id - %d) AS before FROM n WHERE hop > 0)", benchChains))
}

// fanSQL makes one artifact that all other nodes, executions, read.
func fanSQL(nodes int) []string {
	numbers := fmt.Sprintf("WITH RECURSIVE c (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < %d), n (id, i) AS (SELECT %d + i, i FROM c) ",
		nodes-1, benchFirst)
	return append(nodesSQL(numbers, "iif(i = 0, 1, 2)"),
		"INSERT INTO event (execution, artifact, direction, time, step) "+numbers+fmt.Sprintf("SELECT id, %d, 1, id, 0 FROM n WHERE i > 0", benchFirst))
}
