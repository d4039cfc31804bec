package sqlstore

import (
	"context"
	"errors"
	"sync"
)

// readers are the connections for reading, those that nobody uses. The one used
// last is taken first: it has pages and statements at hand, and while few read
// at a time the others are not even opened.
type readers struct {
	free chan struct{} // a token for each connection that can be taken

	mu   sync.Mutex
	idle []*conn // nil stands for one that is not open
}

func newReaders(n int) *readers {
	r := &readers{free: make(chan struct{}, n), idle: make([]*conn, n)}
	for range n {
		r.free <- struct{}{}
	}
	return r
}

// take waits for a connection; nil for one to be opened.
func (r *readers) take(ctx context.Context) (*conn, error) {
	select {
	case <-r.free:
	case <-ctx.Done():
		return nil, unavailable(ctx.Err())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.idle[len(r.idle)-1]
	r.idle = r.idle[:len(r.idle)-1]
	return c, nil
}

// put gives a connection back.
func (r *readers) put(c *conn) {
	r.mu.Lock()
	r.idle = append(r.idle, c)
	r.mu.Unlock()
	r.free <- struct{}{}
}

// close waits for all connections and closes them.
func (r *readers) close() (err error) {
	for range cap(r.free) {
		c, _ := r.take(background)
		if c != nil {
			err = errors.Join(err, c.close())
		}
	}
	return err
}
