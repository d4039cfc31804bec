package server

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A Listener is a socket and what answers on it. One of [Server.Handler] answers
// gRPC too: a plain connection that opens with the preface of HTTP/2 is served
// by gRPC itself, and of the requests that come with TLS those for gRPC are
// handed over.
type Listener struct {
	net.Listener
	Handler http.Handler // of [Server.Handler] or [Server.Operations]
	TLS     *tls.Config  // nil: plain connections
}

// A Drain says how a server ends.
type Drain struct {
	Delay   time.Duration // between turning unready and taking no more requests
	Timeout time.Duration // for requests under way; what is left is cut off
}

// Serve answers on all listeners until ctx ends or one of them fails, and then
// drains: it turns unready, waits, closes the listeners and lets requests under
// way end. It returns nil after a drain that left no request behind. A server
// serves once.
func (s *Server) Serve(ctx context.Context, drain Drain, listeners ...Listener) error {
	var open atomic.Int64
	servers := make([]*http.Server, len(listeners))
	failed := make(chan error, 2*len(listeners))
	for i, l := range listeners {
		servers[i] = s.httpServer(l)
		go func() { failed <- s.serveOn(servers[i], l, &open, failed) }()
	}
	var cause error
	select {
	case <-ctx.Done():
	case cause = <-failed:
	}
	return errors.Join(cause, s.drain(drain, servers))
}

// serveOn answers on one listener until it is closed.
func (s *Server) serveOn(server *http.Server, l Listener, open *atomic.Int64, failed chan<- error) error {
	accepted := &counted{Listener: l.Listener, server: s, open: open}
	if l.TLS != nil {
		return server.ServeTLS(accepted, "", "")
	}
	if g, ok := l.Handler.(*gate); !ok || g.table != s.main {
		return server.Serve(accepted)
	}
	halves := split(accepted, s.limits.HeaderTime)
	go func() {
		if err := s.rpc.native.Serve(halves.http2); err != nil {
			failed <- err
		}
	}()
	return server.Serve(halves.other)
}

func (s *Server) httpServer(on Listener) *http.Server {
	l := &s.limits
	return &http.Server{
		Handler:           on.Handler,
		TLSConfig:         on.TLS,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: int(l.Streams)},
		MaxHeaderBytes:    l.HeaderBytes - readAhead,
		ReadHeaderTimeout: l.HeaderTime,
		IdleTimeout:       l.IdleTime,
		WriteTimeout:      l.AnswerTime + l.StallTime, // renewed by every write of a longer answer
		ErrorLog:          s.connectionLog(),

		DisableGeneralOptionsHandler: true,
	}
}

// readAhead is what net/http allows beyond its limit of header bytes.
const readAhead = 4 << 10

func (s *Server) drain(d Drain, servers []*http.Server) error {
	s.draining.Store(true)
	s.rpc.health.Shutdown()
	for _, server := range servers {
		server.SetKeepAlivesEnabled(false)
	}
	time.Sleep(d.Delay)
	s.endStreams()
	ctx, cancel := context.WithTimeout(context.Background(), d.Timeout)
	defer cancel()
	errs := make([]error, len(servers)+1)
	var wait sync.WaitGroup
	wait.Go(func() { errs[len(servers)] = s.rpc.stop(ctx) })
	for i, server := range servers {
		wait.Go(func() {
			if errs[i] = server.Shutdown(ctx); errs[i] != nil {
				errs[i] = errors.Join(errs[i], server.Close())
			}
		})
	}
	wait.Wait()
	s.rpc.inner.Stop() // its calls were requests of net/http
	return errors.Join(errs...)
}
