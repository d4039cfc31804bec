package graph

import (
	"database/sql"
	"flag"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

var lineageNodes = flag.Int("lineage.nodes", 100_000, "nodes in the graph that BenchmarkLineage walks")

// A part of the graph is an artifact that many executions read, each the first
// of a chain: what it writes is read by the next, over all hops.
const (
	benchHops   = 20
	benchChains = 137
	benchPart   = 1 + benchHops*benchChains // nodes
	benchFirst  = 1000                      // identity of the first node
)

// BenchmarkLineage walks one part among many, from its artifact to the ends of
// its chains: 2,741 nodes and 2,740 events.
func BenchmarkLineage(b *testing.B) {
	parts := max(*lineageNodes/benchPart, 1)
	s := openParts(b, parts)
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		part := i * 7919 % parts
		i++
		q := &LineageQuery{
			Start: &query.Selection{Workspace: pedigree.DefaultWorkspace, Kind: pedigree.Artifact, By: query.Arrival, Limit: 100},
			Hops:  benchHops, Want: Want{Events: true, Contexts: true, Types: map[pedigree.Kind]bool{pedigree.Artifact: true, pedigree.Execution: true, pedigree.Context: true}},
		}
		var l *Lineage
		err := s.View(b.Context(), func(r store.Reader) error {
			w := newWalk(b.Context(), r, q, 1<<20)
			start, err := w.enter(pedigree.Artifact, []pedigree.NodeID{pedigree.NodeID(benchFirst + part*benchPart)}, false)
			if err != nil {
				return err
			}
			if err := w.run(start); err != nil {
				return err
			}
			l, err = w.lineage()
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		if n := len(l.Artifacts) + len(l.Executions); n != benchPart || len(l.Events) != benchPart-1 {
			b.Fatalf("%d nodes, %d events", n, len(l.Events))
		}
	}
}

// openParts opens a store with a graph that is written as SQL: by the rules it
// would take too long for millions of nodes.
func openParts(b *testing.B, parts int) store.Store {
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
	for _, statement := range partsSQL(parts) {
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

// partsSQL numbers the nodes of a part by hop, then by chain.
func partsSQL(parts int) []string {
	numbers := fmt.Sprintf("WITH RECURSIVE c (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < %d), "+
		"n (id, at, hop) AS (SELECT %d + i, i %% %d, (i %% %d + %d) / %d FROM c) ",
		parts*benchPart-1, benchFirst, benchPart, benchPart, benchChains-1, benchChains)
	return []string{
		"PRAGMA synchronous = OFF", "PRAGMA cache_size = -400000",
		"INSERT INTO type (id, kind, name) VALUES (101, 1, 'A'), (102, 2, 'E')",
		"INSERT INTO node (id, workspace, home, kind, type, uid, name, version, state, owner, uri, created, updated) " + numbers +
			"SELECT id, 1, 1, 1 + hop % 2, 101 + hop % 2, printf('node-%d', id), printf('node-%d', id), '', '', '', 'memory://' || id, id, id FROM n",
		"INSERT INTO event (execution, artifact, direction, time, step) " + numbers + fmt.Sprintf(
			"SELECT iif(hop %% 2, id, before), iif(hop %% 2, before, id), 2 - hop %% 2, id, 0 FROM "+
				"(SELECT id, hop, iif(hop = 1, id - at, id - %d) AS before FROM n WHERE hop > 0)", benchChains),
	}
}
