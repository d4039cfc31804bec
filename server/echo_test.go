package server_test

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/server"
)

// An echo is a gRPC service that does what a test tells it.
type echo struct {
	calls atomic.Int64
	hook  func(context.Context, []byte) ([]byte, error) // instead of the message itself
}

type echoServer interface {
	say(context.Context, *wrapperspb.BytesValue) (*wrapperspb.BytesValue, error)
}

func (e *echo) say(ctx context.Context, in *wrapperspb.BytesValue) (*wrapperspb.BytesValue, error) {
	e.calls.Add(1)
	if e.hook == nil {
		return in, nil
	}
	out, err := e.hook(ctx, in.Value)
	return wrapperspb.Bytes(out), err
}

// sayHandler is what protoc-gen-go-grpc makes of a method.
func sayHandler(srv any, ctx context.Context, read func(any) error, around grpc.UnaryServerInterceptor) (any, error) {
	in := new(wrapperspb.BytesValue)
	if err := read(in); err != nil {
		return nil, err
	}
	handle := func(ctx context.Context, in any) (any, error) {
		return srv.(echoServer).say(ctx, in.(*wrapperspb.BytesValue))
	}
	return around(ctx, in, &grpc.UnaryServerInfo{Server: srv, FullMethod: sayMethod}, handle)
}

const sayMethod = "/test.Echo/Say"

func (e *echo) wire() route.Wire {
	desc := &grpc.ServiceDesc{
		ServiceName: "test.Echo", HandlerType: (*echoServer)(nil), Metadata: "test.proto",
		Methods: []grpc.MethodDesc{{MethodName: "Say", Handler: sayHandler}, {MethodName: "Hidden", Handler: sayHandler}},
	}
	return route.Wire{Name: "echo", Services: []route.Service{
		{Desc: desc, Implementation: e, Permissions: map[string]route.Permission{"Say": route.Write}},
	}}
}

// run serves the echo on a real socket until the test ends.
func (e *echo) run(t testing.TB, o server.Options, secured *tls.Config) *running {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.Wires = append(o.Wires, e.wire())
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := server.New(o)
	ctx, stop := context.WithCancel(context.Background())
	r := &running{addr: l.Addr().String(), stop: stop, ended: make(chan error, 1)}
	go func() {
		on := server.Listener{Listener: l, Handler: s.Handler(l.Addr().String()), TLS: secured}
		r.ended <- s.Serve(ctx, server.Drain{Timeout: 5 * time.Second}, on)
		close(r.ended)
	}()
	t.Cleanup(func() { stop(); <-r.ended })
	return r
}

// client connects as gRPC clients do.
func (r *running) client(t testing.TB, how ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	if len(how) == 0 {
		how = append(how, grpc.WithTransportCredentials(insecure.NewCredentials()))
	}
	c, err := grpc.NewClient("passthrough:///"+r.addr, how...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// say sends a message and gives the answer.
func say(t testing.TB, c *grpc.ClientConn, message []byte, o ...grpc.CallOption) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return sayWithin(ctx, c, message, o...)
}

func sayWithin(ctx context.Context, c *grpc.ClientConn, message []byte, o ...grpc.CallOption) ([]byte, error) {
	out := new(wrapperspb.BytesValue)
	err := c.Invoke(ctx, sayMethod, wrapperspb.Bytes(message), out, o...)
	return out.Value, err
}

// secured serves the echo with TLS and gives what clients trust.
func (e *echo) secured(t testing.TB, o server.Options) (*running, *tls.Config) {
	t.Helper()
	certificate, key, trust := server.SelfSigned(t)
	config, err := server.TLSFiles(certificate, key, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return e.run(t, o, config), trust
}

// ways are the ways in which a gRPC client reaches a server.
func (e *echo) ways(t *testing.T, o server.Options, check func(t *testing.T, c *grpc.ClientConn)) {
	t.Run("plain", func(t *testing.T) { check(t, e.run(t, o, nil).client(t)) })
	t.Run("TLS", func(t *testing.T) {
		r, trust := e.secured(t, o)
		check(t, r.client(t, grpc.WithTransportCredentials(credentials.NewTLS(trust))))
	})
}

func errorOf(code pedigree.Code) error { return pedigree.Hide(code, errBroken, "the message") }

func withHeader(ctx context.Context, pairs ...string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, pairs...)
}

// reach serves the echo and connects a client to it.
func (e *echo) reach(t *testing.T, secured bool) (*running, *grpc.ClientConn) {
	t.Helper()
	if !secured {
		r := e.run(t, server.Options{}, nil)
		return r, r.client(t)
	}
	r, trust := e.secured(t, server.Options{})
	return r, r.client(t, grpc.WithTransportCredentials(credentials.NewTLS(trust)))
}

// safeLog gives a logger and what it wrote, for several goroutines.
func safeLog(level slog.Level) (*slog.Logger, func() string) {
	b := &safeBuffer{}
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: level})), b.String
}

type safeBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
