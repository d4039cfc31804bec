// Package server puts the wires behind one set of guards and serves them over
// HTTP. Whatever all operations have in common happens here, in one order, for
// every route of every wire; a handler behind the guards may rely on all of it.
//
// The way of a request:
//
//	request id, security headers, clock      exchange.go
//	recovery from a panic                    recover.go
//	form of the path                         target.go
//	match of the operation                   table.go
//	requests in flight                       guards.go
//	size: headers, query, declared body      headers.go, body.go
//	Host, then Origin                        host.go, origin.go
//	permission                               package auth
//	content type and encoding                body.go
//	time to answer, handler                  guards.go
//	count, time, log                         metrics.go, log.go
package server

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pedigree-ml/pedigree/auth"
	"github.com/pedigree-ml/pedigree/route"
)

// Options say what a server serves and for whom. The zero value of every field
// but Wires is usable.
type Options struct {
	Wires   []route.Wire
	Version string       // shown in the metrics
	Log     *slog.Logger // nil: the default logger
	Policy  auth.Policy  // nil: everyone is the local user

	// Hosts are names, beside those of loopback and of the listener's own
	// address, by which clients may call the server: "name" (any port),
	// "name:port", "*.domain" or "*".
	Hosts []string

	// Origins are the sites, beside the server itself, whose pages may call it:
	// "scheme://host" or "scheme://host:port". [CheckOrigin] tells whether one
	// is fit; New panics on one that is not.
	Origins []string

	// Ready tells whether requests can be answered; nil: always.
	Ready func(context.Context) error

	Limits     Limits
	Collectors []prometheus.Collector // beside those of the server itself

	// HideMetrics keeps /metrics off the listeners of Handler; it is then only
	// on those of Operations.
	HideMetrics bool

	// BenchEndpoint adds POST /bench/noop, which reads its body and answers
	// {}: the floor against which operations are measured.
	BenchEndpoint bool
}

// A Server is the wires behind the guards. It is made once and serves any
// number of listeners.
type Server struct {
	log      *slog.Logger
	policy   auth.Policy
	version  string
	hosts    []string
	ready    func(context.Context) error
	limits   Limits
	origins  *origins
	rpc      *rpc
	metrics  *metrics
	main     *table // what clients call
	ops      *table // health and metrics alone
	draining atomic.Bool
	inFlight atomic.Int64

	streams    context.Context // done when streams are to end
	endStreams context.CancelFunc
}

// New builds the table of operations. It panics on one that declares no
// permission, is declared twice or has no handler: such a server must not start.
func New(o Options) *Server {
	s := &Server{
		log:     o.Log,
		policy:  o.Policy,
		version: o.Version,
		hosts:   o.Hosts,
		ready:   o.Ready,
		limits:  o.Limits.orDefaults(),
		origins: newOrigins(o.Origins),
	}
	s.streams, s.endStreams = context.WithCancel(context.Background())
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.policy == nil {
		s.policy = auth.LocalUser{}
	}
	s.metrics = newMetrics(s, o.Collectors)
	own := s.ownWire()
	operations := own
	if o.HideMetrics {
		own.Routes = without(own.Routes, metricsPattern)
	}
	if o.BenchEndpoint {
		own.Routes = append(own.Routes, benchRoute())
	}
	s.rpc = newRPC(s, o.Wires)
	s.main = newTable(s, append([]route.Wire{own, s.rpc.webWire()}, o.Wires...))
	s.ops = newTable(s, []route.Wire{operations})
	return s
}

// Routes lists every operation that clients can call, those of the server
// itself included.
func (s *Server) Routes() []route.Route { return s.main.routes }

// Handler answers clients on a listener with the given address, whose port
// is part of the Host that they must send.
func (s *Server) Handler(addr string) http.Handler {
	return &gate{server: s, table: s.main, hosts: newHosts(addr, s.hosts)}
}

// Operations answers health and metrics alone, for a listener that clients
// do not reach.
func (s *Server) Operations(addr string) http.Handler {
	return &gate{server: s, table: s.ops, hosts: newHosts(addr, s.hosts)}
}
