// Command fillgraph fills a Pedigree store with a graph to walk lineage in, far
// faster than over the wire but with what the wire would have written: every part
// of [bench.Parts] goes through the handler and the rules of ML Metadata, one to
// a commit.
//
//	fillgraph -db pedigree-data/pedigree.db -nodes 10000000 -prefix large
//
// No server may have the store open.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/pedigree-ml/pedigree/bench"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

func main() {
	path := flag.String("db", "", "database file; made if there is none")
	nodes := flag.Int("nodes", 100_000, "nodes of the graph")
	prefix := flag.String("prefix", "filled", "what all names begin with")
	flag.Parse()
	if *path == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := fillFile(context.Background(), *path, *prefix, bench.Parts{Nodes: *nodes}); err != nil {
		fmt.Fprintln(os.Stderr, "fillgraph:", err)
		os.Exit(1)
	}
}

// fillFile does not wait for the disk at each commit: what a power cut spoils
// can be filled again.
func fillFile(ctx context.Context, path, prefix string, parts bench.Parts) error {
	s, err := sqlite.Open(ctx, path, sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		return err
	}
	rules := graph.New(s, graph.Options{})
	if err = rules.Prepare(ctx); err == nil { // as the server does when it starts
		err = fill(ctx, mlmd.New(rules), prefix, parts)
	}
	if closeErr := s.Close(); err == nil {
		err = closeErr
	}
	return err
}

func fill(ctx context.Context, wire *mlmd.Server, prefix string, parts bench.Parts) error {
	types, err := declare(ctx, wire)
	if err != nil {
		return err
	}
	start := time.Now()
	for part := range parts.Count() {
		if _, err := wire.PutLineageSubgraph(ctx, bench.Part(prefix, part, types)); err != nil {
			return err
		}
		done := (part + 1) * bench.PartNodes
		fmt.Fprintf(os.Stderr, "\r%d of %d nodes, %.0f a second ", done, parts.Count()*bench.PartNodes, float64(done)/time.Since(start).Seconds())
	}
	fmt.Fprintln(os.Stderr)
	return nil
}

// declare makes the types that the load over the wire declares.
func declare(ctx context.Context, wire *mlmd.Server) (bench.PartTypes, error) {
	r, err := wire.PutTypes(ctx, bench.MLMDTypes())
	if err != nil {
		return bench.PartTypes{}, err
	}
	return bench.PartTypesOf(r), nil
}
