package kubewatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// A follower brings the records of one resource up to date and keeps them so.
type follower struct {
	cluster *Cluster
	options Options
	log     *slog.Logger
	keeper  *keeper

	version  string // of the cluster up to which all is recorded; empty asks for a list
	failures int    // in a row
	moved    bool   // the turn under way got something, or lasted
	logged   time.Time
}

func newFollower(cluster *Cluster, client mlmdpb.MetadataStoreServiceClient, r Resource, o Options) *follower {
	log := o.Log.With("resource", r.String())
	return &follower{
		cluster: cluster, options: o, log: log, logged: time.Now(),
		keeper: &keeper{
			resource: r, namespace: o.Namespace, workspace: o.Workspace, clusterID: o.ClusterID,
			caller: caller{client, o.Backoff, log},
		},
	}
}

// refusal is an error of the server that no repetition mends.
type refusal struct{ error }

// run follows until ctx ends, or the server refuses what everything rests on.
func (f *follower) run(ctx context.Context) error {
	for {
		err := f.turn(ctx)
		switch refused, ok := errors.AsType[refusal](err); {
		case isOver(ctx):
			f.report("stopped")
			return nil
		case ok:
			return refused.error
		}
		if wait := f.wait(err); wait > 0 {
			pause(ctx, wait)
		}
	}
}

func isOver(ctx context.Context) bool { return ctx.Err() != nil }

// turn lists if need be and watches once.
func (f *follower) turn(ctx context.Context) error {
	f.moved = false
	if f.version == "" {
		if err := f.relist(ctx); err != nil {
			return err
		}
	}
	if f.options.onFollowed != nil {
		f.options.onFollowed(f.keeper.resource)
	}
	return f.watch(ctx)
}

// wait says how long to wait after a turn, and tells why.
func (f *follower) wait(err error) time.Duration {
	if isGone(err) {
		f.version = ""
		f.log.Info("the cluster has forgotten the version reached, so everything is listed again", "error", err)
	}
	if f.moved {
		f.failures = 0
		if err == nil {
			return 0
		}
	}
	f.failures++
	wait := f.options.Backoff.after(f.failures)
	if refused, ok := errors.AsType[*StatusError](err); ok {
		wait = max(wait, refused.RetryAfter)
	}
	if err != nil && !isGone(err) {
		f.log.Warn("the cluster is asked again", "after", wait, "failures", f.failures, "error", err)
	}
	return wait
}

// relist brings the records up to date with a list of everything: new, changed
// and vanished objects.
func (f *follower) relist(ctx context.Context) error {
	seen := make(map[string]bool)
	version, err := f.cluster.list(ctx, f.keeper.resource, f.options.Namespace, f.options.PageSize, func(p *page) error {
		if err := f.begin(ctx, p.Kind); err != nil {
			return err
		}
		objects, err := parseObjects(p.Items)
		if err != nil {
			return err
		}
		for _, o := range objects {
			seen[o.Metadata.UID] = true
		}
		return f.keeper.keep(ctx, objects)
	})
	if err != nil {
		return err
	}
	if err := f.keeper.dropUnseen(ctx, seen); err != nil {
		return err
	}
	f.version = version
	f.report("listed")
	return nil
}

// begin prepares the records once the kind is known, and thus the type.
func (f *follower) begin(ctx context.Context, listKind string) error {
	if f.keeper.records != nil {
		return nil
	}
	if err := f.keeper.resource.learnKind(listKind); err != nil {
		return err
	}
	if err := f.keeper.prepare(ctx); err != nil {
		return refusal{fmt.Errorf("the server does not keep these artifacts: %w", err)}
	}
	return f.keeper.attributeAll(ctx)
}

func parseObjects(items []json.RawMessage) ([]*object, error) {
	objects := make([]*object, 0, len(items))
	for _, raw := range items {
		o, err := parseObject(raw)
		if err != nil {
			return nil, err
		}
		objects = append(objects, o)
	}
	return objects, nil
}

// maxChanges is how many changes may wait to be recorded, and how many are
// recorded at once.
const maxChanges = 256

// watch records changes until the watch ends.
func (f *follower) watch(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began := time.Now()
	changes := make(chan *change, maxChanges)
	ended := make(chan error, 1)
	go func() {
		ended <- f.cluster.watch(ctx, f.keeper.resource, f.options.Namespace, f.version, f.options.WatchFor, changes)
	}()
	var failed error
	for first := range changes {
		if failed == nil {
			if failed = f.apply(ctx, drain(first, changes)); failed != nil {
				cancel()
			}
		}
	}
	if time.Since(began) > f.options.Backoff.Max {
		f.moved = true
	}
	return errors.Join(failed, <-ended)
}

// drain adds to a change what already waits behind it.
func drain(first *change, changes <-chan *change) []*change {
	all := []*change{first}
	for len(all) < maxChanges {
		select {
		case next, ok := <-changes:
			if !ok {
				return all
			}
			all = append(all, next)
		default:
			return all
		}
	}
	return all
}

// apply records changes, of each object the last, and moves the version on.
func (f *follower) apply(ctx context.Context, changes []*change) error {
	last := make(map[string]*change)
	for _, c := range changes {
		if !c.bookmark {
			last[c.object.Metadata.UID] = c
		}
	}
	var kept, dropped []*object
	for _, c := range changes {
		switch {
		case c != last[c.object.Metadata.UID]: // a bookmark, or overtaken
		case c.deleted:
			dropped = append(dropped, c.object)
		default:
			kept = append(kept, c.object)
		}
	}
	if err := f.keeper.keep(ctx, kept); err != nil {
		return err
	}
	if err := f.keeper.drop(ctx, dropped); err != nil {
		return err
	}
	f.version = changes[len(changes)-1].object.Metadata.ResourceVersion
	f.moved = true
	if time.Since(f.logged) > f.options.LogEvery {
		f.report("watching")
	}
	return nil
}

// report logs what was done since the last time.
func (f *follower) report(state string) {
	c := f.keeper.counts
	f.log.Info("objects are recorded", "state", state, "living", len(f.keeper.records), "created", c.created, "updated", c.updated, "deleted", c.deleted,
		"refused", c.refused, "version", f.version)
	f.keeper.counts, f.logged = counts{}, time.Now()
}
