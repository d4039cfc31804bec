// Command fillstore fills a Pedigree store with runs, far faster than over the
// wire but with what the wire would have written: every run goes through the
// rules of package tracking, many runs to a commit.
//
//	fillstore -db pedigree-data/pedigree.db -runs 1000000
//
// It prints the identity of the experiment that holds the runs. No server may
// have the store open.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/bench"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/tracking"
)

func main() {
	path := flag.String("db", "", "database file; made if there is none")
	root := flag.String("artifact-root", "mlflow-artifacts:/", "where the experiment keeps its artifacts")
	name := flag.String("experiment", "filled", "name of the experiment to make")
	runs := flag.Int("runs", 10000, "runs to make")
	metrics := flag.Int("metrics", 20, "metrics of each run, at least 2")
	params := flag.Int("params", 5, "params of each run, at least 5")
	perCommit := flag.Int("per-commit", 5000, "runs written in one commit")
	flag.Parse()
	if *path == "" || *metrics < 2 || *params < 5 || *perCommit < 1 {
		flag.Usage()
		os.Exit(2)
	}
	f := filling{root: *root, name: *name, runs: *runs, metrics: *metrics, params: *params, perCommit: *perCommit}
	id, err := f.fillFile(context.Background(), *path)
	if err != nil {
		fmt.Fprintln(os.Stderr, "fillstore:", err)
		os.Exit(1)
	}
	fmt.Println(id)
}

// A filling says what to write.
type filling struct {
	root      string // artifact root
	name      string // of the experiment
	runs      int
	metrics   int // of each run
	params    int // likewise
	perCommit int // runs
}

func (f filling) fillFile(ctx context.Context, path string) (string, error) {
	s, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return "", err
	}
	id, err := f.fill(ctx, s)
	if closeErr := s.Close(); err == nil {
		err = closeErr
	}
	return id, err
}

// fill makes the experiment and its runs and returns its UID.
func (f filling) fill(ctx context.Context, s store.Store) (string, error) {
	rules := tracking.New(s, f.root)
	if err := rules.Prepare(ctx); err != nil { // as the server does when it starts
		return "", err
	}
	id, err := rules.CreateExperiment(ctx, pedigree.DefaultWorkspace, f.name, "", nil)
	if err != nil {
		return "", err
	}
	start := time.Now()
	for from := 0; from < f.runs; from += f.perCommit {
		to := min(from+f.perCommit, f.runs)
		err := s.Update(ctx, func(tx store.Tx) error {
			return f.fillRuns(ctx, tracking.New(bench.Within{Tx: tx}, f.root), id, from, to)
		})
		if err != nil {
			return "", err
		}
		fmt.Fprintf(os.Stderr, "\r%d of %d runs, %.0f a second ", to, f.runs, float64(to)/time.Since(start).Seconds())
	}
	fmt.Fprintln(os.Stderr)
	return id, nil
}

func (f filling) fillRuns(ctx context.Context, rules *tracking.Service, experiment string, from, to int) error {
	for i := from; i < to; i++ {
		run, err := rules.CreateRun(ctx, pedigree.DefaultWorkspace, f.draft(experiment, i))
		if err != nil {
			return err
		}
		for _, batch := range f.batches(i) {
			if err := rules.LogBatch(ctx, pedigree.DefaultWorkspace, run.UID, batch); err != nil {
				return err
			}
		}
	}
	return nil
}
