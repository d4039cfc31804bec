package sqlstore

import "context"

// A checkpointer moves what was committed from the log of the database to its
// place, on a connection of its own: done within a commit, as SQLite does of
// itself, all who write wait until thousands of pages are on the disk.
//
// Where writers never rest it is always a little behind. The engine therefore
// lets the writer do the rest once the log is long, so that it starts over.
type checkpointer struct {
	conn  *conn
	sql   string
	every int64 // pages

	asked int64         // pages the writer had written when it last woke the goroutine
	wake  chan struct{} // holds one call at most
	done  chan struct{} // closed when the goroutine has ended
}

// newCheckpointer gives nil where the database needs none.
func newCheckpointer(ctx context.Context, e Engine) (*checkpointer, error) {
	if e.Checkpoint == "" {
		return nil, nil
	}
	c, err := newConn(ctx, e)
	if err != nil {
		return nil, err
	}
	k := &checkpointer{conn: c, sql: e.Checkpoint, every: e.CheckpointEvery, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go k.run()
	return k, nil
}

func (k *checkpointer) run() {
	defer close(k.done)
	for range k.wake {
		// What fails leaves everything in the log, where it is as safe. If the
		// disk fails or is full, the writer meets it as well and reports it.
		_, _ = k.conn.exec(background, k.sql)
	}
}

// committed is called by the writer after each commit on its connection.
func (k *checkpointer) committed(c *conn) {
	if k == nil {
		return
	}
	written := c.raw.(PageCounter).PagesWritten()
	if written-k.asked < k.every {
		return
	}
	k.asked = written
	select {
	case k.wake <- struct{}{}:
	default: // it has not yet begun what it was asked for before
	}
}

// close waits for what is under way. The writer must have ended.
func (k *checkpointer) close() error {
	if k == nil {
		return nil
	}
	close(k.wake)
	<-k.done
	return k.conn.close()
}
