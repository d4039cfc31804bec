package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/api"
	"github.com/pedigree-ml/pedigree/atlas"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/comment"
	"github.com/pedigree-ml/pedigree/digest"
	"github.com/pedigree-ml/pedigree/dossier"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/jobs"
	"github.com/pedigree-ml/pedigree/kfmd"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/mlflow"
	"github.com/pedigree-ml/pedigree/mlflowui"
	"github.com/pedigree-ml/pedigree/mlmd"
	"github.com/pedigree-ml/pedigree/notice"
	"github.com/pedigree-ml/pedigree/openlineage"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/search"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/store/sqlstore"
	"github.com/pedigree-ml/pedigree/tracking"
	"github.com/pedigree-ml/pedigree/watch"
	"github.com/pedigree-ml/pedigree/web"
	"github.com/pedigree-ml/pedigree/webhook"
)

// engineFlags say how data is kept.
type engineFlags struct {
	Durability          sqlite.Durability `help:"What an acknowledged write survives: full (a power cut) or normal (a crash of the server)." enum:"full,normal" default:"full"`
	StrictEvents        bool              `name:"mlmd-strict-events" help:"Refuse an ML Metadata event that is recorded already, as its newer servers do, rather than leave it as it is."`
	AtlasModels         string            `help:"Directory of further models of the catalog, JSON files with definitions of types as Apache Atlas has them." placeholder:"DIR"`
	DefaultArtifactRoot string            `help:"Where new experiments keep artifacts: the server itself (${default}, if not given) or a local directory." default:"mlflow-artifacts:/" placeholder:"URI"`
}

// An engine is the data and the rules over it, opened.
type engine struct {
	dir       *dataDir
	store     *sqlstore.Store
	rules     *tracking.Service
	graph     *graph.Service
	jobs      *jobs.Service
	types     *schema.Service
	sender    *openlineage.Sender // nil where nobody is told
	models    *registry.Service
	digests   *digest.Service
	webhooks  *webhook.Service
	search    *search.Service
	watches   *watch.Service
	carry     *carry.Service
	catalog   atlas.Services
	notices   *notice.Sender // nil where no broker is told
	mark      schema.Mark    // of the store
	artifacts *mlflow.Artifacts
	files     []*blob.Files
	closers   []func() error // in order of opening

	mlflowPages *mlflowui.Pages // nil where nobody wants them
}

// open claims the data directory and opens everything in it. What was opened
// before an error is closed again.
func open(ctx context.Context, d dataFlags, f engineFlags) (e *engine, err error) {
	e = &engine{}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.close())
		}
	}()
	if e.dir, err = d.claim(); err != nil {
		return e, err
	}
	e.closers = append(e.closers, e.dir.release)
	if e.store, err = sqlite.Open(ctx, d.database(), sqlite.Options{Durability: f.Durability}); err != nil {
		return e, unopened(d.database(), err)
	}
	e.closers = append(e.closers, e.store.Close)
	files, err := e.openFiles(d.artifacts())
	if err != nil {
		return e, err
	}
	root, err := absoluteRoot(f.DefaultArtifactRoot)
	if err != nil {
		return e, err
	}
	e.artifacts = mlflow.NewArtifacts(files)
	if err := e.artifacts.Configure(root, e.openFiles); err != nil {
		return e, err
	}
	e.rules = tracking.New(e.store, root)
	if err := e.openWebhooks(); err != nil {
		return e, err
	}
	e.graph = graph.New(e.store, graph.Options{StrictEvents: f.StrictEvents})
	e.jobs = jobs.New(e.store)
	if err := e.openTypes(ctx, f.AtlasModels); err != nil {
		return e, err
	}
	e.prepareCatalog(d.imports())
	e.search, e.watches, e.carry = search.New(e.store), watch.New(e.store), carry.New(e.store)
	e.models = registry.New(e.store, e.webhooks)
	e.digests = digest.New(e.store, e.artifacts)
	e.models.DigestWith(e.digests)
	if err := e.store.View(ctx, e.readMark); err != nil {
		return e, err
	}
	if err := e.rules.Prepare(ctx); err != nil {
		return e, err
	}
	return e, e.graph.Prepare(ctx)
}

// absoluteRoot makes a local artifact root mean the same to clients, which run
// elsewhere, as to the server.
func absoluteRoot(root string) (string, error) {
	if root == "" || strings.Contains(root, ":") || filepath.IsAbs(root) {
		return root, nil
	}
	return filepath.Abs(root)
}

// openFiles opens a directory that holds artifact files and nothing else:
// whatever lies in it, clients can read and replace.
func (e *engine) openFiles(dir string) (blob.Store, error) {
	inside, err := holds(dir, e.dir.Data)
	if err != nil {
		return nil, err
	}
	if inside {
		return nil, fmt.Errorf("the artifact directory %s holds the data directory %s, so clients could replace the database; choose another", dir, e.dir.Data)
	}
	files, err := blob.OpenFiles(dir)
	if err != nil {
		return nil, fmt.Errorf("the artifact directory %s cannot be used (%s); make it writable or choose another with --artifacts", dir, explain(err))
	}
	e.files = append(e.files, files)
	e.closers = append(e.closers, files.Close)
	return files, nil
}

// holds reports whether inner is outer or lies below it.
func holds(outer, inner string) (bool, error) {
	paths := []string{outer, inner}
	for i, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			return false, err
		}
		if real, err := filepath.EvalSymlinks(abs); err == nil {
			abs = real
		}
		paths[i] = abs
	}
	rel, err := filepath.Rel(paths[0], paths[1])
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)), nil
}

// close closes everything, the last opened first.
func (e *engine) close() error {
	var errs []error
	for i := len(e.closers) - 1; i >= 0; i-- {
		errs = append(errs, e.closers[i]())
	}
	e.closers = nil
	return errors.Join(errs...)
}

// mlflow gives the wire over the rules.
func (e *engine) mlflow() *mlflow.Handler {
	h := mlflow.New(e.rules, e.models, e.artifacts)
	h.Webhooks = e.webhooks
	return h
}

// mlmd gives the wire of ML Metadata over the rules.
func (e *engine) mlmd() *mlmd.Server { return mlmd.New(e.graph) }

// kfmd gives the older wire of Kubeflow Metadata over the rules.
func (e *engine) kfmd() *kfmd.Handler { return kfmd.New(e.graph) }

// openlineage gives the wire of OpenLineage and Marquez over the rules.
func (e *engine) openlineage() *openlineage.Handler { return openlineage.New(e.jobs) }

// readMark reads what tells the store from others.
func (e *engine) readMark(r store.Reader) error {
	mark, err := r.Mark()
	e.mark = schema.Mark(mark)
	return err
}

// openTypes opens the definitions of the catalog, with further models where dir is
// given: those have to fit from the start.
func (e *engine) openTypes(ctx context.Context, dir string) error {
	if dir == "" {
		e.types = schema.New(e.store)
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("--atlas-models: %w", err)
	}
	e.closers = append(e.closers, root.Close)
	e.types = schema.New(e.store, root.FS())
	if err := e.types.Check(ctx); err != nil {
		return fmt.Errorf("--atlas-models: %w", err)
	}
	return nil
}

// native gives the server's own wire over the rules.
func (e *engine) native() *api.Handler {
	h := api.New(e.models, e.digests)
	h.Webhooks, h.Graph, h.Search, h.Lineage, h.Watches = e.webhooks, e.graph, e.search, lineage.New(e.store), e.watches
	h.Runs, h.Comments, h.Classes = e.rules, comment.New(e.store), e.carry
	h.Mark = e.mark
	h.Artifacts, h.Dossiers = e.mlflow(), dossier.New(e.store, h.Lineage)
	return h
}

// wires are all protocols that the server speaks, and the pages for people.
func (e *engine) wires() []route.Wire {
	mlflow := e.mlflow().Wire()
	all := []route.Wire{mlflow, e.mlmd().Wire(), e.kfmd().Wire(), e.openlineage().Wire(), e.atlas().Wire(), e.native().Wire(), web.Wire()}
	if e.mlflowPages != nil {
		all = append(all, e.mlflowPages.Wire(mlflow))
	}
	return all
}

// openMLflowPages opens the pages of an installed MLflow, if dir is given.
func (e *engine) openMLflowPages(dir string) (err error) {
	if dir == "" {
		return nil
	}
	if e.mlflowPages, err = mlflowui.Open(dir); err != nil {
		return fmt.Errorf("--mlflow-ui: %w", err)
	}
	e.closers = append(e.closers, e.mlflowPages.Close)
	return nil
}

// collectors give metrics of what is beside the requests.
func (e *engine) collectors() []prometheus.Collector {
	return []prometheus.Collector{prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "pedigree_watchers", Help: "Clients that watch what happens to nodes.",
	}, func() float64 { return float64(e.watches.Watching()) })}
}

// readable reports whether the store answers.
func (e *engine) readable(ctx context.Context) error {
	return e.store.View(ctx, func(r store.Reader) error {
		_, err := r.Nodes([]pedigree.NodeID{pedigree.DefaultWorkspace})
		return err
	})
}

// unopened says what to do about a database that does not open.
func unopened(path string, err error) error {
	return fmt.Errorf("the database %s cannot be opened: %s", path, explain(err))
}
