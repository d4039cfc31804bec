package server

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// A method is one row of the table of gRPC calls with all that its guards need.
// Either unary or stream is set.
type method struct {
	rpc            *rpc
	name           string // /service/Method
	permission     route.Permission
	implementation any
	unary          grpc.MethodHandler
	stream         grpc.StreamHandler
	meter          *meter
}

// called takes a unary call through the guards. Its message is read after them.
func (m *method) called(_ any, ctx context.Context, read func(any) error, _ grpc.UnaryServerInterceptor) (answer any, err error) {
	c := m.begin(ctx)
	defer func() { err = c.end(recover(), err) }()
	crowd := m.rpc.server.inFlight.Add(1)
	defer m.rpc.server.inFlight.Add(-1)
	if err := c.admit(crowd); err != nil {
		return nil, err
	}
	return m.answer(ctx, legible(read))
}

// answer reads the message and has it handled.
func (m *method) answer(ctx context.Context, read func(any) error) (any, error) {
	return m.unary(m.implementation, ctx, read, m.rpc.patient)
}

// patient gives a handler, which has its message, some time to answer.
func (r *rpc) patient(ctx context.Context, message any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	within, cancel := context.WithTimeoutCause(ctx, r.server.limits.AnswerTime, errSlowAnswer)
	defer cancel()
	answer, err := handle(within, message)
	if err == nil || within.Err() == nil || pedigree.CodeOf(err) != pedigree.Internal {
		return answer, err
	}
	return nil, context.Cause(within) // whatever failed, failed because of that
}

// streamed takes a stream through the guards. It ends when the server does.
func (m *method) streamed(_ any, s grpc.ServerStream) (err error) {
	c := m.begin(s.Context())
	defer func() { err = c.end(recover(), err) }()
	if m.stream == nil {
		name, _ := grpc.MethodFromServerStream(s)
		return pedigree.Errorf(pedigree.Unimplemented, "this server has no call %s", cut(name, 256))
	}
	if err := c.admit(0); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- c.converse(s) }()
	select {
	case err = <-done:
	case <-m.rpc.server.streams.Done():
		err = errEnding // the handler meets the end of its stream
	}
	return err
}

// converse runs the handler of a stream in a goroutine of its own, where a
// panic must be met.
func (c *call) converse(s grpc.ServerStream) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = c.recovered(p)
		}
	}()
	return c.method.stream(c.method.implementation, s)
}

// A call is one call of a method and what the guards know of it.
type call struct {
	method *method
	ctx    context.Context
	start  time.Time
	id     string
}

// begin opens a call and tells the client its id.
func (m *method) begin(ctx context.Context) *call {
	c := &call{method: m, ctx: ctx, start: time.Now()}
	if given := metadata.ValueFromIncomingContext(ctx, "x-request-id"); len(given) == 1 && isSaneID(given[0]) {
		c.id = given[0]
	} else {
		c.id = randomID()
	}
	_ = grpc.SetHeader(ctx, metadata.MD{"x-request-id": {c.id}}) // fails only after headers were sent
	return c
}

// admit runs the guards that need no message. A web page can neither choose the
// first bytes of a connection nor speak gRPC without asking, so Host and Origin
// are for the ways that pages have.
func (c *call) admit(crowd int64) error {
	server := c.method.rpc.server
	if c.method.permission != route.Public && crowd > server.limits.InFlight {
		return pedigree.Errorf(pedigree.Unavailable, "too many requests at once, try again later")
	}
	return server.policy.Authorize(c.request(), c.method.permission)
}

// request shows the call to the policy in the form that it knows.
func (c *call) request() *http.Request {
	md, _ := metadata.FromIncomingContext(c.ctx)
	header := make(http.Header, len(md))
	r := &http.Request{
		Method: http.MethodPost, URL: &url.URL{Path: c.method.name}, RequestURI: c.method.name, Pattern: c.method.name,
		Proto: "HTTP/2.0", ProtoMajor: 2, Header: header, Body: http.NoBody, RemoteAddr: c.peer(),
	}
	for key, values := range md {
		if key[0] == ':' {
			if key == ":authority" && len(values) == 1 {
				r.Host = values[0]
			}
			continue
		}
		if name := http.CanonicalHeaderKey(key); !speaksForClient(name) {
			header[name] = values
		}
	}
	if p, ok := peer.FromContext(c.ctx); ok {
		if secured, ok := p.AuthInfo.(credentials.TLSInfo); ok {
			r.TLS = &secured.State
		}
	}
	return r.WithContext(c.ctx)
}

func (c *call) peer() string {
	if p, ok := peer.FromContext(c.ctx); ok && p.Addr != nil {
		return p.Addr.String()
	}
	return ""
}

// end closes the call, also when the handler panicked, and gives the status
// for the client.
func (c *call) end(panicked any, err error) error {
	if panicked != nil {
		err = c.recovered(panicked)
	}
	s := GRPCStatus(err, c.id)
	took := time.Since(c.start)
	c.method.meter.count(int(s.Code()), took)
	c.log(s, err, took)
	return s.Err()
}

func (c *call) recovered(p any) error {
	c.method.rpc.server.log.LogAttrs(c.ctx, slog.LevelError, "panic in a handler",
		slog.String("request", c.id),
		slog.String("operation", c.method.meter.operation),
		slog.Any("panic", p),
		slog.String("stack", cut(string(debug.Stack()), maxStack)))
	return pedigree.Errorf(pedigree.Internal, "a defect of the server")
}

// log writes one line, as for a request of HTTP.
func (c *call) log(s *status.Status, err error, took time.Duration) {
	level := slog.LevelDebug
	if s.Code() == codes.Internal {
		level = slog.LevelError
	}
	logger := c.method.rpc.server.log
	if !logger.Enabled(c.ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("request", c.id),
		slog.String("operation", c.method.meter.operation),
		slog.String("status", s.Code().String()),
		slog.Duration("took", took),
		slog.String("peer", c.peer()),
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", cut(err.Error(), maxLogged)))
	}
	logger.LogAttrs(c.ctx, level, "call", attrs...)
}

// A textAddr is an address as net/http gives it.
type textAddr string

var _ net.Addr = textAddr("")

// Network is of no interest to those who read the address.
func (textAddr) Network() string { return "tcp" }

// String gives "ip:port".
func (a textAddr) String() string { return string(a) }
