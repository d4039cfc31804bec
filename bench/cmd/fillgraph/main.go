// Command fillgraph makes a Pedigree store with a graph to walk lineage in, far
// faster than over the wire but with what the wire would have written: each part
// of [bench.Parts] goes through the handler and the rules of ML Metadata, one to
// a commit; or, with -copy, only the first does, and the others are copies of its
// rows. With -more a fan and a long chain are made before them.
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
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

func main() {
	path := flag.String("db", "", "database file, which must not be there yet")
	nodes := flag.Int("nodes", 100_000, "nodes of the graph")
	prefix := flag.String("prefix", "filled", "what all names begin with")
	copied := flag.Bool("copy", false, "make one part by the rules and copy its rows")
	more := flag.Bool("more", false, "make pipelines whose steps join what six have made, and before them a data set that 100,000 runs read and a chain of 10,000 hops")
	flag.Parse()
	if *path == "" {
		flag.Usage()
		os.Exit(2)
	}
	f := filling{prefix: *prefix, parts: bench.Parts{Nodes: *nodes, Shape: bench.Chains}, copied: *copied}
	if *more {
		f.parts.Shape, f.first = bench.Pipelines, []bench.Shape{bench.Fan, bench.LongChain}
	}
	if err := f.file(context.Background(), *path); err != nil {
		fmt.Fprintln(os.Stderr, "fillgraph:", err)
		os.Exit(1)
	}
}

// A filling says what to make.
type filling struct {
	prefix string
	first  []bench.Shape // one part of each
	parts  bench.Parts
	copied bool
}

// file makes the store.
func (f *filling) file(ctx context.Context, path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already", path)
	}
	if !f.copied {
		return f.byRules(ctx, path, f.parts.Count())
	}
	if err := f.byRules(ctx, path, 1); err != nil {
		return err
	}
	return f.copyParts(ctx, path)
}

// byRules makes what comes first and some parts. It does not wait for the disk
// at each commit: what a power cut spoils can be filled again.
func (f *filling) byRules(ctx context.Context, path string, parts int) error {
	s, err := sqlite.Open(ctx, path, sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		return err
	}
	rules := graph.New(s, graph.Options{})
	if err = rules.Prepare(ctx); err == nil { // as the server does when it starts
		err = f.fill(ctx, mlmd.New(rules), parts)
	}
	if closeErr := s.Close(); err == nil {
		err = closeErr
	}
	return err
}

func (f *filling) fill(ctx context.Context, wire *mlmd.Server, parts int) error {
	types, err := declare(ctx, wire)
	if err != nil {
		return err
	}
	put := func(r *mlmdpb.PutLineageSubgraphRequest) (*mlmdpb.PutLineageSubgraphResponse, error) {
		return wire.PutLineageSubgraph(ctx, r)
	}
	for i, shape := range f.first {
		fmt.Fprintf(os.Stderr, "a part of %d nodes\n", shape.Nodes())
		if err := shape.Make(bench.FirstName(f.prefix, i), 0, types, put); err != nil {
			return err
		}
	}
	start := time.Now()
	for part := range parts {
		if err := f.parts.Shape.Make(f.prefix, part, types, put); err != nil {
			return err
		}
		done := (part + 1) * f.parts.Shape.Nodes()
		fmt.Fprintf(os.Stderr, "\r%d of %d nodes, %.0f a second ", done, parts*f.parts.Shape.Nodes(), float64(done)/time.Since(start).Seconds())
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
