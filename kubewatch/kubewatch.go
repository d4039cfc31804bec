// Package kubewatch records the objects of a Kubernetes cluster as artifacts
// and keeps them up to date: what Kubeflow Metadata's resource watcher did, and
// changes and deletions too. It reads the cluster by the list and watch protocol
// of the Kubernetes API and writes by ML Metadata's, like any client, so it runs
// wherever both are reached.
package kubewatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// DefaultWorkspace is what Kubeflow Metadata's watcher called its workspace.
const DefaultWorkspace = "resource_watcher"

// Options say what is watched and how it is recorded.
type Options struct {
	Resources []Resource
	Namespace string // only its objects; empty for those of all namespaces and of none
	Workspace string // groups the artifacts; empty stands for DefaultWorkspace

	// ClusterID tells clusters apart in one store: what is recorded under
	// another is left alone. Letters, digits and . _ : / - only. Empty stands for
	// [Cluster.Identity] or, where that must not be read, the cluster's URL.
	ClusterID string

	PageSize   int           // objects asked for at once; 0 stands for 500
	WatchFor   time.Duration // how long one watch may last; 0 stands for 5 minutes
	LogEvery   time.Duration // how often to log what was done; 0 stands for a minute
	Backoff    Backoff       // before trying again
	Log        *slog.Logger
	onFollowed func(Resource) // tests: called when a resource is listed and about to be watched
}

var identifier = regexp.MustCompile(`^[A-Za-z0-9._:/\[\]-]+$`)

// withDefaults fills in what was left out and refuses what cannot be.
func (o Options) withDefaults() (Options, error) {
	if len(o.Resources) == 0 {
		return o, errors.New("no resource was chosen")
	}
	seen := make(map[string]Resource)
	for _, r := range o.Resources {
		key := r.Group + "/" + r.Plural
		if other, twice := seen[key]; twice {
			return o, fmt.Errorf("%v and %v are the same objects; watch one of them", other, r)
		}
		seen[key] = r
	}
	if o.ClusterID != "" && !identifier.MatchString(o.ClusterID) {
		return o, fmt.Errorf("%q cannot identify a cluster: want letters, digits and . _ : / -", o.ClusterID)
	}
	if o.Workspace == "" {
		o.Workspace = DefaultWorkspace
	}
	if o.PageSize == 0 {
		o.PageSize = 500
	}
	if o.WatchFor == 0 {
		o.WatchFor = 5 * time.Minute
	}
	if o.LogEvery == 0 {
		o.LogEvery = time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Backoff = o.Backoff.withDefaults()
	return o, nil
}

// Run watches until ctx ends, which is no error, and lives through failures of
// the cluster and of the server. It gives up at once if the options cannot be, or
// if the server refuses to keep such artifacts.
func Run(ctx context.Context, cluster *Cluster, client mlmdpb.MetadataStoreServiceClient, o Options) error {
	o, err := o.withDefaults()
	if err != nil {
		return err
	}
	if o.ClusterID == "" {
		o.ClusterID = identify(ctx, cluster, o)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	failures := make(chan error, len(o.Resources))
	for _, r := range o.Resources {
		f := newFollower(cluster, client, r, o)
		running.Go(func() {
			if err := f.run(ctx); err != nil {
				failures <- fmt.Errorf("%v: %w", r, err)
				cancel(err)
			}
		})
	}
	running.Wait()
	select {
	case err := <-failures:
		return err
	default:
		return nil
	}
}

// identify finds what tells the cluster from others, however long that takes: an
// identity that changes from start to start would hide deletions.
func identify(ctx context.Context, cluster *Cluster, o Options) string {
	for failures := 1; ; failures++ {
		id, err := cluster.Identity(ctx)
		if err == nil {
			return id
		}
		refused, ok := errors.AsType[*StatusError](err)
		if ok && (refused.Code == http.StatusForbidden || refused.Code == http.StatusNotFound) || ctx.Err() != nil {
			o.Log.Warn("the cluster is told from others by its URL, since its identity cannot be read", "url", cluster.Server(), "error", err)
			return cluster.Server()
		}
		wait := o.Backoff.after(failures)
		o.Log.Warn("the cluster is asked again", "after", wait, "failures", failures, "error", err)
		pause(ctx, wait)
	}
}
