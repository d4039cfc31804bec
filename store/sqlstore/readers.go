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
	free    chan struct{} // a token for each connection that can be taken
	closing chan struct{} // closed when no more are given out
	closed  sync.Once

	mu   sync.Mutex
	idle []*conn // nil stands for one that is not open
}

func newReaders(n int) *readers {
	r := &readers{free: make(chan struct{}, n), closing: make(chan struct{}), idle: make([]*conn, n)}
	for range n {
		r.free <- struct{}{}
	}
	return r
}

// take waits for a connection; nil for one to be opened.
func (r *readers) take(ctx context.Context) (*conn, error) {
	select {
	case <-r.closing:
		return nil, errStopping
	default:
	}
	select {
	case <-r.free:
	case <-r.closing:
		return nil, errStopping
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

// close waits until all connections are given back and closes them. It may be
// called more than once.
func (r *readers) close() (err error) {
	r.closed.Do(func() {
		close(r.closing)
		for range cap(r.free) {
			<-r.free
		}
		for _, c := range r.idle {
			if c != nil {
				err = errors.Join(err, c.close())
			}
		}
	})
	return err
}
