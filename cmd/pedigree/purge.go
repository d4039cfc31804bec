package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/identity"
)

// gcCmd removes what was deleted, for ever.
type gcCmd struct {
	dataFlags
	engineFlags

	OlderThan span `help:"Remove what was deleted this long ago, such as 30d or 12h; 0 for all of it." required:"" placeholder:"TIME"`
}

// Run removes and says how much.
func (c *gcCmd) Run(s streams) (err error) {
	ctx := context.Background()
	e, err := open(ctx, c.dataFlags, c.engineFlags)
	if err != nil {
		return err
	}
	defer func() {
		if closing := e.close(); err == nil {
			err = closing
		}
	}()
	n, err := e.purge(ctx, time.Duration(c.OlderThan))
	if err != nil {
		return fmt.Errorf("removed %d records, then: %w", n, err)
	}
	_, err = fmt.Fprintf(s.out, "removed %d records that were deleted more than %s ago, with their artifacts\n", n, time.Duration(c.OlderThan))
	return err
}

// purgePage is how many records are looked at between two looks at the clock.
const purgePage = 1000

// purge removes all records that were deleted an age ago, with their artifacts.
func (e *engine) purge(ctx context.Context, age time.Duration) (total int, err error) {
	before := pedigree.SystemClock() - pedigree.Time(age.Milliseconds())
	for {
		n, err := e.rules.Purge(ctx, before, purgePage, func(uri string) error { return e.removeArtifacts(ctx, uri) })
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
}

// removeArtifacts removes all artifacts at a location, and what is known of
// their bytes.
func (e *engine) removeArtifacts(ctx context.Context, uri string) error {
	if err := e.artifacts.Remove(ctx, uri); err != nil {
		return err
	}
	s, dir, err := e.artifacts.Find(uri)
	if err != nil || !e.artifacts.Owns(s) || dir.IsRoot() {
		return nil //nolint:nilerr // such a location is a label
	}
	return e.rules.ForgetObjects(ctx, pedigree.DefaultWorkspace, dir.String())
}

// sweepEvery is how often the server looks for what has to go.
const sweepEvery = time.Hour

// background does what needs no request until ctx ends: it removes what was
// deleted a retention ago (0: never) and uploads that nobody completed, digests
// model versions, calls webhooks, keeps the index of words and finds places for
// artifacts that have none. The channel is closed when it has ended.
func (e *engine) background(ctx context.Context, retention time.Duration, log *slog.Logger) <-chan struct{} {
	ended := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() { e.sweepOften(ctx, retention, log) })
	work.Go(func() { e.digests.Run(ctx, log) })
	work.Go(func() { e.webhooks.Run(ctx) })
	work.Go(func() { e.search.Run(ctx, log) })
	work.Go(func() { e.carry.Run(ctx, log) })
	work.Go(func() { e.catalog.Entities.FollowCarried(ctx, log) })
	work.Go(func() { e.watches.Run(ctx, log) })
	if e.sender != nil {
		work.Go(func() { e.sender.Run(ctx) })
	}
	work.Go(func() { e.catalog.Transfers.Run(ctx, log) })
	work.Go(func() { e.catalog.Census.Run(ctx, pedigree.DefaultWorkspace, log) })
	if e.notices != nil {
		work.Go(func() { e.notices.Run(ctx) })
	}
	work.Go(func() { identity.SettleAll(ctx, e.store, log) })
	go func() {
		defer close(ended)
		work.Wait()
	}()
	return ended
}

func (e *engine) sweepOften(ctx context.Context, retention time.Duration, log *slog.Logger) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		e.sweep(ctx, retention, log)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (e *engine) sweep(ctx context.Context, retention time.Duration, log *slog.Logger) {
	for _, files := range e.files {
		if err := files.Sweep(ctx); err != nil && ctx.Err() == nil {
			log.Error("abandoned uploads could not be removed", "error", explain(err))
		}
	}
	if retention == 0 {
		return
	}
	n, err := e.purge(ctx, retention)
	if n > 0 {
		log.Info("removed what was deleted long ago", "records", n)
	}
	if err != nil && ctx.Err() == nil {
		log.Error("what was deleted long ago could not be removed", "error", explain(err))
	}
}
