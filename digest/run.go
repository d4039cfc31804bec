package digest

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
)

// retryEvery is how often versions are looked for unasked: those that an error
// has left undone.
const retryEvery = time.Minute

// Run digests versions until ctx ends: those that were left over when the
// server ended, and those that are registered meanwhile. Files are listed and
// read by two goroutines, so that a version with much to read does not keep
// others from being listed while their files are what was registered.
func (s *Service) Run(ctx context.Context, log *slog.Logger) {
	listed := make(chan struct{}, 1)
	var both sync.WaitGroup
	both.Go(func() { repeat(ctx, log, listed, func() error { return s.each(ctx, Computing, s.readAll) }) })
	both.Go(func() {
		repeat(ctx, log, s.wake, func() error {
			defer notify(listed)
			return s.each(ctx, Waiting, s.listAll)
		})
	})
	both.Wait()
}

// repeat calls fn at once, when it is woken, and now and then, until ctx ends.
func repeat(ctx context.Context, log *slog.Logger, wake <-chan struct{}, fn func() error) {
	tick := time.NewTicker(retryEvery)
	defer tick.Stop()
	for {
		if err := fn(); err != nil && ctx.Err() == nil {
			log.Error("model versions could not be digested", "error", reveal(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-wake:
		}
	}
}

// notify wakes who waits for a channel of one, and does not wait itself.
func notify(to chan<- struct{}) {
	select {
	case to <- struct{}{}:
	default: // it will look anyhow
	}
}

// reveal gives an error with what is hidden from clients.
func reveal(err error) string {
	text := err.Error()
	if e, ok := errors.AsType[*pedigree.Error](err); ok && e.Cause != nil && e.Code != pedigree.Internal {
		text += ": " + e.Cause.Error()
	}
	return text
}

// CatchUp digests all versions that wait for it, and returns when it has. An
// error with one does not keep the others from it.
func (s *Service) CatchUp(ctx context.Context) error {
	return errors.Join(s.each(ctx, Waiting, s.listAll), s.each(ctx, Computing, s.readAll))
}

// each calls fn with pages of the versions in a state.
func (s *Service) each(ctx context.Context, state State, fn func(context.Context, []registry.Version) error) error {
	q := query.Query{
		Workspace: pedigree.DefaultWorkspace, Type: pedigree.ModelVersionType, Homes: []pedigree.NodeID{pedigree.DefaultWorkspace},
		Where: query.Compare{Field: query.Property{Space: pedigree.Field, Key: stateField}, Op: query.Eq, Value: query.Value{Text: string(state)}},
		Limit: 100,
	}
	var errs error
	for {
		versions, next, err := s.find(ctx, &q)
		if err == nil {
			err = fn(ctx, versions)
		}
		errs = errors.Join(errs, err)
		if next == nil || ctx.Err() != nil {
			return errs
		}
		q.After = next
	}
}

func (s *Service) find(ctx context.Context, q *query.Query) (versions []registry.Version, next query.Cursor, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		versions = versions[:0]
		var nodes []pedigree.Node
		if nodes, next, err = r.Find(q); err != nil {
			return err
		}
		for _, n := range nodes {
			v, err := registry.Describe(r, n)
			if err != nil {
				return err
			}
			versions = append(versions, v)
		}
		return nil
	})
	return versions, next, err
}
