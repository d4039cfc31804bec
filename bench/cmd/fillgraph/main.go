// Command fillgraph makes a Pedigree store with a graph to walk lineage in, far
// faster than over the wire but with what the wire would have written: each part
// of [bench.Parts] goes through the handler and the rules of ML Metadata, one to
// a commit; or, with -copy, only the first does, and the others are copies of its
// rows.
//
//	fillgraph -db pedigree-data/pedigree.db -nodes 10000000 -prefix large -copy
//
// No server may have the store open.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/pedigree-ml/pedigree/bench"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

func main() {
	path := flag.String("db", "", "database file, which must not be there yet")
	nodes := flag.Int("nodes", 100_000, "nodes of the graph")
	prefix := flag.String("prefix", "filled", "what all names begin with")
	copied := flag.Bool("copy", false, "make one part by the rules and copy its rows")
	flag.Parse()
	if *path == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := makeFile(context.Background(), *path, *prefix, bench.Parts{Nodes: *nodes}, *copied); err != nil {
		fmt.Fprintln(os.Stderr, "fillgraph:", err)
		os.Exit(1)
	}
}

// makeFile makes the store.
func makeFile(ctx context.Context, path, prefix string, parts bench.Parts, copied bool) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already", path)
	}
	if !copied {
		return fillFile(ctx, path, prefix, parts)
	}
	if err := fillFile(ctx, path, prefix, bench.Parts{}); err != nil {
		return err
	}
	return copyParts(ctx, path, prefix, parts.Count())
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
