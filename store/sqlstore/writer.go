package sqlstore

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/pedigree-ml/pedigree/store"
)

// maxGroup bounds the writes that share one commit, so that the first of them
// does not wait for all the others.
const maxGroup = 128

// maxPatience bounds how long the first of a group waits for others.
const maxPatience = time.Millisecond

// writer is the only one who writes. Writes that arrive while a commit is
// under way form the next group: one transaction, one sync to disk.
//
// A group has no savepoints. Nearly every write that fails does so before it
// has changed anything; the rare one that fails later undoes the group, and
// the others run again without it. That costs less than two statements and a
// copy of each changed page for every write that succeeds.
type writer struct {
	store *Store
	conn  *conn
	moves *checkpointer
	queue chan *write
	done  chan struct{} // closed when the goroutine has ended

	crowd    int           // how many writes shared the last commit, or would have
	patience time.Duration // how long to wait for that many

	mu     sync.RWMutex // held for reading while sending to queue
	closed bool
}

// write is one call of Update on its way.
type write struct {
	ctx    context.Context
	fn     func(store.Tx) error
	err    error
	panick any
	ended  chan struct{}
}

func newWriter(s *Store, c *conn, k *checkpointer) *writer {
	w := &writer{store: s, conn: c, moves: k, queue: make(chan *write, maxGroup), done: make(chan struct{})}
	go w.run()
	return w
}

// do queues fn and waits until it is durable or undone.
func (w *writer) do(ctx context.Context, fn func(store.Tx) error) error {
	job := &write{ctx: ctx, fn: fn, ended: make(chan struct{})}
	if err := w.send(job); err != nil {
		return err
	}
	<-job.ended
	if job.panick != nil {
		panic(job.panick)
	}
	return job.err
}

func (w *writer) send(job *write) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errStopping
	}
	select {
	case w.queue <- job:
		return nil
	case <-job.ctx.Done():
		return unavailable(job.ctx.Err())
	}
}

func (w *writer) close() error {
	w.mu.Lock()
	already := w.closed
	w.closed = true
	w.mu.Unlock()
	if !already {
		close(w.queue)
	}
	<-w.done
	if already {
		return nil
	}
	return errors.Join(w.moves.close(), w.conn.close())
}

func (w *writer) run() {
	defer close(w.done)
	group := make([]*write, 0, maxGroup)
	for job := range w.queue {
		group = w.gather(append(group[:0], job))
		begun := time.Now()
		w.commit(group)
		w.crowd, w.patience = len(group), min(time.Since(begun)/4, maxPatience)
		for _, job := range group {
			close(job.ended)
		}
	}
}

// gather adds to the group what is waiting already. Where others shared the last
// commit they were answered together and are soon back: it waits a little for as
// many, or they would form two groups that wait for each other's sync.
func (w *writer) gather(group []*write) []*write {
	var late <-chan time.Time
	for len(group) < maxGroup {
		select {
		case job, ok := <-w.queue:
			if !ok {
				return group
			}
			group = append(group, job)
			continue
		default:
		}
		if len(group) >= w.crowd {
			return group
		}
		if late == nil {
			late = time.After(w.patience)
		}
		select {
		case job, ok := <-w.queue:
			if !ok {
				return group
			}
			group = append(group, job)
		case <-late:
			return group
		}
	}
	return group
}

// commit runs the group in one transaction. A job that fails after it has
// written takes the transaction with it; the rest then starts afresh.
func (w *writer) commit(group []*write) {
	rest := group
	for len(rest) > 0 {
		spoiled, err := w.attempt(rest)
		rest = unsettled(rest)
		if err != nil {
			for _, job := range rest {
				job.err = err
			}
		}
		if err != nil || !spoiled {
			return
		}
	}
}

// attempt runs jobs and commits. It reports whether one of them spoiled the
// transaction; an error concerns all of them.
func (w *writer) attempt(jobs []*write) (spoiled bool, err error) {
	if _, err := w.conn.exec(background, w.conn.dialect.BeginWrite); err != nil {
		return false, classify(w.store.engine, err)
	}
	now := w.store.clock()
	fresh := w.store.names.draft()
	wrote, touches := false, false
	var grown []growth
	for _, job := range jobs {
		t := &tx{ctx: job.ctx, conn: w.conn, store: w.store, now: now, fresh: fresh}
		job.run(t)
		if job.failed() && t.wrote {
			w.rollback()
			return true, nil
		}
		grown = append(grown, t.grown...)
		wrote, touches = wrote || t.wrote, touches || len(t.touches) > 0
	}
	if !wrote {
		w.rollback()
		return false, nil
	}
	if _, err := w.conn.exec(background, "COMMIT"); err != nil {
		w.rollback()
		return false, classify(w.store.engine, err)
	}
	w.moves.committed(w.conn)
	w.store.names.keep(fresh)
	w.store.condenser.grew(grown)
	if touches {
		w.store.announce()
	}
	return false, nil
}

// rollback undoes the transaction. It may have ended already, when the
// database gave it up; that is no error.
func (w *writer) rollback() { _, _ = w.conn.exec(background, "ROLLBACK") }

func (j *write) failed() bool { return j.err != nil || j.panick != nil }

// run calls the closure and keeps its outcome, so that one that panics does so
// in the goroutine that brought it.
func (j *write) run(t *tx) {
	defer func() { j.panick = recover() }()
	if j.err = j.ctx.Err(); j.err != nil {
		j.err = unavailable(j.err)
		return
	}
	err := j.fn(t)
	if err == nil {
		err = t.writeFeed()
	}
	if err == nil {
		err = t.writeCounts()
	}
	j.err = classify(t.store.engine, err)
}

// unsettled leaves out the jobs that have failed: their answer stands.
func unsettled(jobs []*write) []*write {
	rest := make([]*write, 0, len(jobs))
	for _, j := range jobs {
		if !j.failed() {
			rest = append(rest, j)
		}
	}
	return rest
}
