// Command fillseries fills a Pedigree store with long series, one metric of each
// of many runs, through the rules of package tracking as log-batch does.
//
//	fillseries -db pedigree-data/pedigree.db -runs 100 -points 1000000
//
// It prints the identity of the experiment that holds the runs. No server may
// have the store open.
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
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
	runs := flag.Int("runs", 100, "runs to make")
	points := flag.Int("points", 1_000_000, "points of the metric loss of each run")
	flag.Parse()
	if *path == "" || *runs < 1 || *points < 1 {
		flag.Usage()
		os.Exit(2)
	}
	id, err := fillFile(context.Background(), *path, *runs, *points)
	if err != nil {
		fmt.Fprintln(os.Stderr, "fillseries:", err)
		os.Exit(1)
	}
	fmt.Println(id)
}

func fillFile(ctx context.Context, path string, runs, points int) (string, error) {
	s, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return "", err
	}
	id, err := fill(ctx, s, runs, points)
	if err == nil {
		err = s.Condense(ctx)
	}
	if closeErr := s.Close(); err == nil {
		err = closeErr
	}
	return id, err
}

const (
	root      = "mlflow-artifacts:/"
	perBatch  = 1000 // what a client sends at once at most
	perCommit = 20   // batches
)

// fill makes the experiment and its runs and returns its UID.
func fill(ctx context.Context, s store.Store, runs, points int) (string, error) {
	rules := tracking.New(s, root)
	if err := rules.Prepare(ctx); err != nil { // as the server does when it starts
		return "", err
	}
	id, err := rules.CreateExperiment(ctx, pedigree.DefaultWorkspace, "long series", "", nil)
	if err != nil {
		return "", err
	}
	begun := time.Now()
	for i := range runs {
		started := pedigree.Time(1_700_000_000_000 + int64(i)*3_600_000)
		run, err := rules.CreateRun(ctx, pedigree.DefaultWorkspace, tracking.RunDraft{Experiment: id, Name: fmt.Sprintf("long-%03d", i), Started: started})
		if err != nil {
			return "", err
		}
		c := curve{random: *rand.NewPCG(uint64(i), 1), started: started, level: 1 + float64(i)/float64(runs)}
		for c.step < int64(points) {
			var next curve
			err := s.Update(ctx, func(tx store.Tx) error {
				next = c // the closure may run again
				within := tracking.New(bench.Within{Tx: tx}, root)
				for range perCommit {
					if err := within.LogBatch(ctx, pedigree.DefaultWorkspace, run.UID, tracking.Batch{Metrics: next.batch(points)}); err != nil {
						return err
					}
				}
				return nil
			})
			c = next
			if err != nil {
				return "", err
			}
		}
		fmt.Fprintf(os.Stderr, "\r%d of %d runs, %.0f points a second ", i+1, runs, float64(i+1)*float64(points)/time.Since(begun).Seconds())
	}
	fmt.Fprintln(os.Stderr)
	return id, nil
}

// A curve falls as losses do, with noise and a rare spike.
type curve struct {
	random  rand.PCG
	started pedigree.Time
	level   float64
	step    int64
}

func (c *curve) batch(points int) []tracking.Measurement {
	batch := make([]tracking.Measurement, min(perBatch, points-int(c.step)))
	random := rand.New(&c.random)
	for i := range batch {
		v := c.level*math.Exp(-float64(c.step)/float64(points)*4) + 0.02*random.NormFloat64()
		if random.IntN(100_000) == 0 {
			v += c.level
		}
		batch[i] = tracking.Measurement{Point: pedigree.Point{Key: "loss", Value: v, Step: c.step, Time: c.started + pedigree.Time(c.step*20)}}
		c.step++
	}
	return batch
}
