// Package sqlstore keeps the graph in a SQL database. It holds all SQL, once;
// an engine adds a connector, a dialect and the meaning of its errors.
//
// Writes go through one goroutine that gathers those waiting into a single
// commit. Reads run beside it on snapshots, each on a connection of its own.
package sqlstore

import (
	"context"
	"errors"
	"sync"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A Store is a [store.Store] on a SQL database.
type Store struct {
	engine  Engine
	clock   pedigree.Clock
	names   *names
	crowds  crowds
	columns *columns
	writer  *writer
	readers *readers

	condenser *condenser

	changing sync.Mutex
	changed  chan struct{} // closed and made anew by announce
}

var _ store.Store = (*Store)(nil)

// Open brings the schema up to date and starts the store. The clock gives the
// time that transactions begin at.
func Open(ctx context.Context, e Engine, clock pedigree.Clock) (*Store, error) {
	if err := migrate(ctx, e); err != nil {
		return nil, err
	}
	c, err := newConn(ctx, e)
	if err != nil {
		return nil, classify(e, err)
	}
	k, err := newCheckpointer(ctx, e)
	if err != nil {
		return nil, errors.Join(classify(e, err), c.close())
	}
	newest, err := (&tx{conn: c}).oneInt(nodeNewest)
	if err != nil {
		return nil, errors.Join(classify(e, err), k.close(), c.close())
	}
	if e.Writer != nil {
		if err := e.Writer(c.raw); err != nil {
			return nil, errors.Join(classify(e, err), k.close(), c.close())
		}
	}
	s := &Store{engine: e, clock: clock, names: newNames(), changed: make(chan struct{}), readers: newReaders(e.Readers), columns: newColumns(&e)}
	s.condenser = newCondenser(s, pedigree.NodeID(newest))
	s.writer = newWriter(s, c, k)
	return s, nil
}

// View implements [store.Store].
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) (err error) {
	c, err := s.reader(ctx)
	if err != nil {
		return err
	}
	defer s.readers.put(c)
	if _, err := c.exec(background, s.engine.Dialect.Begin); err != nil {
		return classify(s.engine, err)
	}
	defer func() {
		if _, end := c.exec(background, "ROLLBACK"); end != nil && err == nil {
			err = classify(s.engine, end)
		}
	}()
	return classify(s.engine, fn(&tx{ctx: ctx, conn: c, store: s, now: s.clock()}))
}

// reader waits for an idle connection.
func (s *Store) reader(ctx context.Context) (*conn, error) {
	c, err := s.readers.take(ctx)
	if c != nil || err != nil {
		return c, err
	}
	c, err = newConn(ctx, s.engine)
	for _, q := range s.engine.ReadOnly {
		if err == nil {
			_, err = c.exec(ctx, q)
		}
	}
	if err != nil {
		s.readers.put(nil)
		return nil, classify(s.engine, err)
	}
	return c, nil
}

// Update implements [store.Store].
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	return s.writer.do(ctx, fn)
}

// Changed implements [store.Store].
func (s *Store) Changed() <-chan struct{} {
	s.changing.Lock()
	defer s.changing.Unlock()
	return s.changed
}

// announce tells those who wait that something was committed.
func (s *Store) announce() {
	s.changing.Lock()
	defer s.changing.Unlock()
	close(s.changed)
	s.changed = make(chan struct{})
}

// Check implements [store.Store].
func (s *Store) Check(ctx context.Context) error {
	c, err := s.reader(ctx)
	if err != nil {
		return err
	}
	defer s.readers.put(c)
	for _, q := range s.engine.Dialect.CheckStatements {
		r, err := c.query(ctx, q)
		if err != nil {
			return classify(s.engine, err)
		}
		var damage string
		for r.next() {
			if t := r.text(0); t != "ok" && damage == "" {
				damage = t
			}
		}
		if err := r.close(); err != nil {
			return classify(s.engine, err)
		}
		if damage != "" {
			return pedigree.Hide(pedigree.Internal, errors.New(damage), "the database is damaged")
		}
	}
	return nil
}

// Close implements [store.Store].
func (s *Store) Close() error {
	err := errors.Join(s.condenser.close(), s.writer.close())
	return errors.Join(err, s.readers.close())
}

var background = context.Background()

// errStopping is the answer of a store that was closed.
var errStopping = pedigree.Errorf(pedigree.Unavailable, "the server is stopping")

func unavailable(cause error) error {
	return pedigree.Hide(pedigree.Unavailable, cause, "the request was given up before it was done")
}

// classify gives an error of the database its meaning and hides its words.
// Errors that have a code already pass.
func classify(e Engine, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*pedigree.Error](err); ok {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return unavailable(err)
	}
	switch e.Classify(err) {
	case UniqueError:
		return pedigree.Hide(pedigree.AlreadyExists, err, "it exists already")
	case DamageError:
		return pedigree.Hide(pedigree.Internal, err, "the database is damaged")
	case DiskFullError:
		return pedigree.Hide(pedigree.Exhausted, err, "the disk is full")
	case BusyError:
		return pedigree.Hide(pedigree.Aborted, err, "the database is busy; try again")
	}
	return pedigree.Hide(pedigree.Internal, err, "the database failed")
}
