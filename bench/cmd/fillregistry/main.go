// Command fillregistry fills a Pedigree store with registered models and their
// versions, far faster than over the wire but with what the wire would have
// written: everything goes through the rules of package registry, many models
// to a commit.
//
//	fillregistry -db pedigree-data/pedigree.db -models 100000 -versions 10
//
// No server may have the store open.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/bench"
	"github.com/pedigree-ml/pedigree/digest"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/tracking"
)

func main() {
	path := flag.String("db", "", "database file; made if there is none")
	from := flag.Int("from", 0, "first model to register, to go on with a fill that was cut off")
	models := flag.Int("models", 10000, "models to register, those before -from included")
	versions := flag.Int("versions", 10, "versions of each, at least 1")
	perCommit := flag.Int("per-commit", 50, "models written in one commit, which are all last changed at the same moment")
	flag.Parse()
	if *path == "" || *versions < 1 || *perCommit < 1 {
		flag.Usage()
		os.Exit(2)
	}
	f := filling{from: *from, models: *models, versions: *versions, perCommit: *perCommit}
	if err := f.fillFile(context.Background(), *path); err != nil {
		fmt.Fprintln(os.Stderr, "fillregistry:", err)
		os.Exit(1)
	}
}

// A filling says what to write.
type filling struct {
	from      int
	models    int
	versions  int // of each model
	perCommit int // models
}

// fillFile does not wait for the disk at each commit: what a power cut spoils
// can be filled again.
func (f filling) fillFile(ctx context.Context, path string) error {
	s, err := sqlite.Open(ctx, path, sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		return err
	}
	err = f.fill(ctx, s)
	if closeErr := s.Close(); err == nil {
		err = closeErr
	}
	return err
}

func (f filling) fill(ctx context.Context, s store.Store) error {
	if err := tracking.New(s, "").Prepare(ctx); err != nil { // as the server does when it starts
		return err
	}
	start := time.Now()
	for from := f.from; from < f.models; from += f.perCommit {
		to := min(from+f.perCommit, f.models)
		err := s.Update(ctx, func(tx store.Tx) error { return f.fillModels(ctx, rulesOn(tx), from, to) })
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "\r%d of %d models, %.0f a second ", to, f.models, float64(to-f.from)/time.Since(start).Seconds())
	}
	fmt.Fprintln(os.Stderr)
	return nil
}

// rulesOn gives the rules as a server has them that serves no artifacts of the
// versions, inside a transaction.
func rulesOn(tx store.Tx) *registry.Service {
	s := bench.Within{Tx: tx}
	rules := registry.New(s, nil)
	rules.DigestWith(digest.New(s, elsewhere{}))
	return rules
}

func (f filling) fillModels(ctx context.Context, rules *registry.Service, from, to int) error {
	for i := from; i < to; i++ {
		if err := f.fillModel(ctx, rules, i); err != nil {
			return err
		}
	}
	return nil
}

func (f filling) fillModel(ctx context.Context, rules *registry.Service, i int) error {
	model, err := rules.CreateModel(ctx, pedigree.DefaultWorkspace, modelDraft(i))
	if err != nil {
		return err
	}
	last := ""
	for k := range f.versions {
		version, err := rules.CreateVersion(ctx, pedigree.DefaultWorkspace, versionDraft(i, k))
		if err != nil {
			return err
		}
		last = version.Version
	}
	return rules.SetAlias(ctx, pedigree.DefaultWorkspace, model.Name, bench.RegistryAlias, last)
}
