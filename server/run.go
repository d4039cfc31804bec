package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A Listener is a socket and what answers on it.
type Listener struct {
	net.Listener
	Handler http.Handler // of [Server.Handler] or [Server.Operations]
}

// A Drain says how a server ends.
type Drain struct {
	Delay   time.Duration // between turning unready and taking no more requests
	Timeout time.Duration // for requests under way; what is left is cut off
}

// Serve answers on all listeners until ctx ends or one of them fails, and then
// drains: it turns unready, waits, closes the listeners and lets requests under
// way end. It returns nil after a drain that left no request behind.
func (s *Server) Serve(ctx context.Context, drain Drain, listeners ...Listener) error {
	var open atomic.Int64
	servers := make([]*http.Server, len(listeners))
	failed := make(chan error, len(listeners))
	for i, l := range listeners {
		servers[i] = s.httpServer(l.Handler, &open)
		go func() { failed <- servers[i].Serve(l.Listener) }()
	}
	var cause error
	select {
	case <-ctx.Done():
	case cause = <-failed:
	}
	return errors.Join(cause, s.drain(drain, servers))
}

func (s *Server) httpServer(h http.Handler, open *atomic.Int64) *http.Server {
	l := &s.limits
	return &http.Server{
		Handler:           h,
		MaxHeaderBytes:    l.HeaderBytes - readAhead,
		ReadHeaderTimeout: l.HeaderTime,
		IdleTimeout:       l.IdleTime,
		WriteTimeout:      l.AnswerTime + l.StallTime, // renewed by every write of a longer answer
		ErrorLog:          s.connectionLog(),
		ConnState:         func(c net.Conn, state http.ConnState) { s.watch(c, state, open) },

		DisableGeneralOptionsHandler: true,
	}
}

// readAhead is what net/http allows beyond its limit of header bytes.
const readAhead = 4 << 10

// watch counts connections and closes those beyond the limit at once: the
// client learns it now rather than when others leave.
func (s *Server) watch(c net.Conn, state http.ConnState, open *atomic.Int64) {
	switch state {
	case http.StateNew:
		s.metrics.connections.Inc()
		if open.Add(1) > s.limits.Connections {
			s.metrics.turnedAway.Inc()
			_ = c.Close() // the serving goroutine meets the error and counts it down
		}
	case http.StateClosed:
		s.metrics.connections.Dec()
		open.Add(-1)
	}
}

func (s *Server) drain(d Drain, servers []*http.Server) error {
	s.draining.Store(true)
	for _, server := range servers {
		server.SetKeepAlivesEnabled(false)
	}
	time.Sleep(d.Delay)
	ctx, cancel := context.WithTimeout(context.Background(), d.Timeout)
	defer cancel()
	errs := make([]error, len(servers))
	var wait sync.WaitGroup
	for i, server := range servers {
		wait.Go(func() {
			if errs[i] = server.Shutdown(ctx); errs[i] != nil {
				errs[i] = errors.Join(errs[i], server.Close())
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}
