package server

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // clients may compress; the limit holds for what comes out
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionv1alpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/tap"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// An rpc is the gRPC side of a server: one table of methods, called in three
// ways.
type rpc struct {
	server  *Server
	native  *grpc.Server       // plain connections; speaks HTTP/2 itself
	inner   *grpc.Server       // calls that net/http hands over, from connections with TLS
	methods map[string]*method // by full name: /service/Method
	unknown *method
	health  *health
}

// What a client may do with a connection. Clients of KFP ping every 30 s or so.
const (
	leastPingTime = 10 * time.Second
	pingTime      = time.Minute // after this long without a word we ask whether the client is there
	pingTimeout   = 20 * time.Second
	idleTime      = 30 * time.Minute // without a call
)

// newRPC registers the services of all wires beside health and reflection.
func newRPC(s *Server, wires []route.Wire) *rpc {
	r := &rpc{server: s, methods: make(map[string]*method)}
	r.unknown = &method{rpc: r, meter: s.metrics.callMeter("none"), permission: route.Public}
	r.native, r.inner = grpc.NewServer(r.options()...), grpc.NewServer(r.options()...)
	r.health = newHealth(s)
	for _, w := range append(wires, r.ownServices()) {
		for _, service := range w.Services {
			r.register(w.Name, service)
		}
	}
	r.health.serves(r.native.GetServiceInfo())
	return r
}

func (r *rpc) options() []grpc.ServerOption {
	l := &r.server.limits
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(l.MessageSize),
		grpc.ForceServerCodecV2(newCodec()),
		grpc.MaxConcurrentStreams(l.Streams),
		grpc.MaxHeaderListSize(uint32(l.HeaderBytes)),
		grpc.ConnectionTimeout(l.HeaderTime),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: leastPingTime, PermitWithoutStream: true}),
		grpc.KeepaliveParams(keepalive.ServerParameters{MaxConnectionIdle: idleTime, Time: pingTime, Timeout: pingTimeout}),
		grpc.NumStreamWorkers(uint32(2 * runtime.GOMAXPROCS(0))), // whose stacks have grown already; beyond them each call has a goroutine of its own
		grpc.UnknownServiceHandler(r.unknown.streamed),
		grpc.InTapHandle(r.bound),
	}
}

// bound limits how long a unary call may take, the time for its message
// included. Streams live as long as their connection.
func (r *rpc) bound(ctx context.Context, info *tap.Info) (context.Context, error) {
	if m := r.methods[info.FullMethodName]; m == nil || m.unary == nil {
		return ctx, nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.server.limits.callTime())
	_ = cancel // ctx ends with its parent, which grpc-go cancels after the call
	return ctx, nil
}

// ownServices are those that every gRPC server has. Tools list and describe all
// others with reflection.
func (r *rpc) ownServices() route.Wire {
	options := reflection.ServerOptions{Services: r.native}
	return route.Wire{Name: "pedigree", Services: []route.Service{
		r.health.service(),
		{
			Desc: &reflectionv1.ServerReflection_ServiceDesc, Implementation: reflection.NewServerV1(options),
			Permissions: map[string]route.Permission{"ServerReflectionInfo": route.Read},
		},
		{
			Desc: &reflectionv1alpha.ServerReflection_ServiceDesc, Implementation: reflection.NewServer(options),
			Permissions: map[string]route.Permission{"ServerReflectionInfo": route.Read},
		},
	}}
}

// register puts the guards around the methods of a service. Those without a
// permission are left out, and so are unknown to clients.
func (r *rpc) register(wire string, service route.Service) {
	declared, left := *service.Desc, maps.Clone(service.Permissions)
	declared.Methods, declared.Streams = nil, nil
	for _, d := range service.Desc.Methods {
		if m := r.method(wire, service, d.MethodName, left); m != nil {
			m.unary = d.Handler
			declared.Methods = append(declared.Methods, grpc.MethodDesc{MethodName: d.MethodName, Handler: m.called})
		}
	}
	for _, d := range service.Desc.Streams {
		if m := r.method(wire, service, d.StreamName, left); m != nil {
			m.stream = d.Handler
			d.Handler = m.streamed
			declared.Streams = append(declared.Streams, d)
		}
	}
	if len(left) > 0 {
		panic(fmt.Sprintf("server: %s: %s has no method %q", wire, declared.ServiceName, slices.Sorted(maps.Keys(left))))
	}
	r.native.RegisterService(&declared, service.Implementation)
	r.inner.RegisterService(&declared, service.Implementation)
}

func (r *rpc) method(wire string, service route.Service, name string, left map[string]route.Permission) *method {
	permission, offered := left[name]
	if !offered {
		return nil
	}
	delete(left, name)
	full := "/" + service.Desc.ServiceName + "/" + name
	switch {
	case permission == "":
		panic(fmt.Sprintf("server: %s: %s declares no permission", wire, full))
	case r.methods[full] != nil:
		panic(fmt.Sprintf("server: %s: %s is declared twice", wire, full))
	}
	r.methods[full] = &method{
		rpc: r, name: full, permission: permission, implementation: service.Implementation,
		meter: r.server.metrics.callMeter(full),
	}
	return r.methods[full]
}

// stop lets calls under way end until ctx does. Streams have been told to end.
func (r *rpc) stop(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		r.native.GracefulStop()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		r.native.Stop()
		return ctx.Err()
	}
}

// isGRPC reports whether a content type is that of gRPC itself, not of
// gRPC-Web.
func isGRPC(contentType string) bool {
	rest, ok := strings.CutPrefix(contentType, "application/grpc")
	return ok && (rest == "" || rest[0] == '+' || rest[0] == ';')
}

var errEnding = pedigree.Errorf(pedigree.Unavailable, "the server ends")
