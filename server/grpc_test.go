package server_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionv1alpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/server"
)

func wantCode(t *testing.T, err error, code codes.Code) {
	t.Helper()
	if status.Code(err) != code {
		t.Errorf("status %v, want %v", err, code)
	}
}

func TestCallsAreAnswered(t *testing.T) {
	e := &echo{}
	e.ways(t, server.Options{}, func(t *testing.T, c *grpc.ClientConn) {
		var header metadata.MD
		got, err := say(t, c, []byte("hello"), grpc.Header(&header))
		if err != nil || string(got) != "hello" {
			t.Errorf("answer %q, %v", got, err)
		}
		if id := header.Get("x-request-id"); len(id) != 1 || len(id[0]) != 16 {
			t.Errorf("request id %q", id)
		}
		if got, err := say(t, c, []byte("packed"), grpc.UseCompressor(gzip.Name)); err != nil || string(got) != "packed" {
			t.Errorf("compressed: answer %q, %v", got, err)
		}
	})
}

func TestAMessageOfAnotherTypeIsTheClientsFault(t *testing.T) {
	e := &echo{}
	e.ways(t, server.Options{}, func(t *testing.T, c *grpc.ClientConn) {
		err := c.Invoke(t.Context(), sayMethod, []byte("\x0a\xff"), new([]byte), grpc.ForceCodec(bytesCodec{}))
		wantCode(t, err, codes.InvalidArgument)
		if m := status.Convert(err).Message(); m != "the message is not of the type that the call takes" {
			t.Errorf("the client reads %q", m)
		}
	})
	if n := e.calls.Load(); n != 0 {
		t.Errorf("%d calls reached the handler", n)
	}
}

// bytesCodec sends bytes as they are.
type bytesCodec struct{}

// Marshal gives the bytes of a message.
func (bytesCodec) Marshal(v any) ([]byte, error) { return v.([]byte), nil }

// Unmarshal keeps the bytes of an answer.
func (bytesCodec) Unmarshal(b []byte, v any) error { *v.(*[]byte) = slices.Clone(b); return nil }

// Name is that of the codec that servers expect.
func (bytesCodec) Name() string { return "proto" }

func TestWhatIsNotInTheTableIsUnknown(t *testing.T) {
	e := &echo{}
	e.ways(t, server.Options{}, func(t *testing.T, c *grpc.ClientConn) {
		for _, name := range []string{"/test.Echo/Hidden", "/test.Echo/None", "/test.None/Say", "/test.Echo/say"} {
			err := c.Invoke(t.Context(), name, &wrapperspb.BytesValue{}, &wrapperspb.BytesValue{})
			wantCode(t, err, codes.Unimplemented)
		}
	})
	if n := e.calls.Load(); n != 0 {
		t.Errorf("%d calls reached the handler", n)
	}
}

func TestATableThatIsWrongDoesNotStart(t *testing.T) {
	for name, change := range map[string]func(*route.Service){
		"no permission":     func(s *route.Service) { s.Permissions["Say"] = "" },
		"an unknown method": func(s *route.Service) { s.Permissions["Nothing"] = route.Read },
	} {
		w := (&echo{}).wire()
		change(&w.Services[0])
		wantPanic(t, name, func() { server.New(server.Options{Wires: []route.Wire{w}}) })
	}
	twice := (&echo{}).wire()
	wantPanic(t, "a service twice", func() { server.New(server.Options{Wires: []route.Wire{twice, twice}}) })
}

func wantPanic(t *testing.T, name string, do func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", name)
		}
	}()
	do()
}

func TestEveryCodeHasItsStatus(t *testing.T) {
	want := map[pedigree.Code]codes.Code{
		pedigree.Internal: codes.Internal, pedigree.Invalid: codes.InvalidArgument, pedigree.NotFound: codes.NotFound,
		pedigree.AlreadyExists: codes.AlreadyExists, pedigree.BadState: codes.FailedPrecondition,
		pedigree.Unauthenticated: codes.Unauthenticated, pedigree.Denied: codes.PermissionDenied,
		pedigree.TooLarge: codes.ResourceExhausted, pedigree.Aborted: codes.Aborted, pedigree.Exhausted: codes.ResourceExhausted,
		pedigree.Unavailable: codes.Unavailable, pedigree.Unimplemented: codes.Unimplemented, pedigree.OutOfRange: codes.OutOfRange,
	}
	for code := pedigree.Code(0); code.String() != "unknown"; code++ {
		s := server.GRPCStatus(errorOf(code), "r1")
		if expected, ok := want[code]; !ok || s.Code() != expected {
			t.Errorf("%s: %v", code, s)
		}
		if (s.Message() == "the message") == (code == pedigree.Internal) || strings.Contains(s.Message(), "disk") {
			t.Errorf("%s: message %q", code, s.Message())
		}
	}
	for err, code := range map[error]codes.Code{
		nil: codes.OK, errBroken: codes.Internal, context.Canceled: codes.Canceled, context.DeadlineExceeded: codes.DeadlineExceeded,
		status.Error(codes.DataLoss, "x"): codes.DataLoss,
	} {
		if s := server.GRPCStatus(err, "r1"); s.Code() != code || strings.Contains(s.Message(), "disk") {
			t.Errorf("%v: %v", err, s)
		}
	}
}

func TestFailuresOfACallStayInside(t *testing.T) {
	for name, hook := range map[string]func(context.Context, []byte) ([]byte, error){
		"a panic":            func(context.Context, []byte) ([]byte, error) { panic("the disk is on fire") },
		"an error":           func(context.Context, []byte) ([]byte, error) { return nil, errBroken },
		"an internal defect": func(context.Context, []byte) ([]byte, error) { return nil, errorOf(pedigree.Internal) },
	} {
		t.Run(name, func(t *testing.T) {
			log, lines := safeLog(slog.LevelError)
			e := &echo{hook: hook}
			r := e.run(t, server.Options{Log: log}, nil)
			c := r.client(t)
			_, err := sayWithin(withHeader(t.Context(), "x-request-id", "mine-7"), c, nil)
			wantCode(t, err, codes.Internal)
			if m := status.Convert(err).Message(); strings.Contains(m, "disk") || !strings.Contains(m, "mine-7") {
				t.Errorf("the client reads %q", m)
			}
			_, err = say(t, c, nil) // the process and the connection live
			wantCode(t, err, codes.Internal)
			r.stop()
			<-r.ended
			if text := lines(); !strings.Contains(text, "disk is on fire") || !strings.Contains(text, "mine-7") || !strings.Contains(text, sayMethod) {
				t.Errorf("the log says %q", text)
			}
		})
	}
}

// A guard refuses some calls and keeps what it saw.
type guard struct {
	mu   sync.Mutex
	seen []*http.Request
	err  error
}

func (g *guard) Authorize(r *http.Request, need route.Permission) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen = append(g.seen, r)
	if need == route.Public {
		return nil
	}
	return g.err
}

func TestThePolicyIsAskedBeforeTheMessageIsRead(t *testing.T) {
	g := &guard{err: pedigree.Errorf(pedigree.Denied, "you may not")}
	e := &echo{}
	e.ways(t, server.Options{Policy: g}, func(t *testing.T, c *grpc.ClientConn) {
		g.seen = nil
		ctx := withHeader(t.Context(), "authorization", "Bearer x", "x-forwarded-for", "10.0.0.1", "kubeflow-userid", "root")
		_, err := sayWithin(ctx, c, nil)
		wantCode(t, err, codes.PermissionDenied)
		if len(g.seen) != 1 {
			t.Fatalf("asked %d times", len(g.seen))
		}
		r := g.seen[0]
		if r.Header.Get("Authorization") != "Bearer x" || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Kubeflow-Userid") != "" {
			t.Errorf("headers %v", r.Header)
		}
		if r.URL.Path != sayMethod || !strings.HasPrefix(r.RemoteAddr, "127.0.0.1:") || r.Host != c.Target()[len("passthrough:///"):] {
			t.Errorf("path %s, peer %s, host %s", r.URL.Path, r.RemoteAddr, r.Host)
		}
		if _, err := grpc_health_v1.NewHealthClient(c).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{}); err != nil {
			t.Errorf("health: %v", err)
		}
		stream, err := reflectionv1.NewServerReflectionClient(c).ServerReflectionInfo(t.Context())
		if err == nil {
			_, err = stream.Recv()
		}
		wantCode(t, err, codes.PermissionDenied)
	})
	if n := e.calls.Load(); n != 0 {
		t.Errorf("%d calls reached the handler", n)
	}
}

func TestLargeMessages(t *testing.T) {
	e := &echo{}
	e.ways(t, server.Options{Limits: server.Limits{MessageSize: 1 << 20}}, func(t *testing.T, c *grpc.ClientConn) {
		got, err := say(t, c, make([]byte, 1<<20-8))
		if err != nil || len(got) != 1<<20-8 {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		for _, compressed := range [][]grpc.CallOption{nil, {grpc.UseCompressor(gzip.Name)}} {
			_, err = say(t, c, make([]byte, 1<<20+1), compressed...)
			wantCode(t, err, codes.ResourceExhausted)
		}
	})
	t.Run("an answer has no limit", func(t *testing.T) {
		e := &echo{hook: func(context.Context, []byte) ([]byte, error) { return make([]byte, 12<<20), nil }}
		e.ways(t, server.Options{}, func(t *testing.T, c *grpc.ClientConn) {
			got, err := say(t, c, nil, grpc.MaxCallRecvMsgSize(16<<20))
			if err != nil || len(got) != 12<<20 {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	})
}

func TestDeadlineAndCancelReachTheHandler(t *testing.T) {
	began, ended := make(chan struct{}, 1), make(chan error, 1)
	e := &echo{hook: func(ctx context.Context, _ []byte) ([]byte, error) {
		began <- struct{}{}
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}}
	e.ways(t, server.Options{}, func(t *testing.T, c *grpc.ClientConn) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := sayWithin(ctx, c, nil)
		wantCode(t, err, codes.DeadlineExceeded)
		<-began
		<-ended
		ctx, cancel = context.WithCancel(t.Context())
		go func() { <-began; cancel() }()
		_, err = sayWithin(ctx, c, nil)
		wantCode(t, err, codes.Canceled)
		<-ended
	})
}

func TestAHandlerThatIsTooSlowIsEnded(t *testing.T) {
	e := &echo{hook: func(ctx context.Context, _ []byte) ([]byte, error) {
		<-ctx.Done()
		return nil, pedigree.Hide(pedigree.Internal, ctx.Err(), "reading failed")
	}}
	e.ways(t, server.Options{Limits: server.Limits{AnswerTime: 50 * time.Millisecond}}, func(t *testing.T, c *grpc.ClientConn) {
		_, err := say(t, c, nil)
		wantCode(t, err, codes.Unavailable)
	})
}

func TestAMessageThatStallsIsGivenUp(t *testing.T) {
	e := &echo{}
	limits := server.Limits{JSONTime: 200 * time.Millisecond, AnswerTime: 50 * time.Millisecond}
	e.ways(t, server.Options{Limits: limits}, func(t *testing.T, c *grpc.ClientConn) {
		s, err := c.NewStream(t.Context(), &grpc.StreamDesc{ClientStreams: true}, sayMethod) // sends no message
		if err != nil {
			t.Fatal(err)
		}
		if err := s.RecvMsg(&wrapperspb.BytesValue{}); err == nil {
			t.Error("an answer to nothing")
		}
	})
	if n := e.calls.Load(); n != 0 {
		t.Errorf("%d calls reached the handler", n)
	}
}

func TestCallsBeyondTheLimitAreTurnedAway(t *testing.T) {
	began, goOn := make(chan struct{}), make(chan struct{})
	e := &echo{hook: func(context.Context, []byte) ([]byte, error) { began <- struct{}{}; <-goOn; return nil, nil }}
	c := e.run(t, server.Options{Limits: server.Limits{InFlight: 1}}, nil).client(t)
	first := make(chan error, 1)
	go func() { _, err := sayWithin(context.Background(), c, nil); first <- err }()
	<-began
	_, err := say(t, c, nil)
	wantCode(t, err, codes.Unavailable)
	if _, err := grpc_health_v1.NewHealthClient(c).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{}); err != nil {
		t.Errorf("health: %v", err)
	}
	close(goOn)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func TestReflectionListsTheServices(t *testing.T) {
	want := []string{"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "test.Echo"}
	e := &echo{}
	e.ways(t, server.Options{}, func(t *testing.T, c *grpc.ClientConn) {
		stream, err := reflectionv1.NewServerReflectionClient(c).ServerReflectionInfo(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := stream.Send(&reflectionv1.ServerReflectionRequest{MessageRequest: &reflectionv1.ServerReflectionRequest_ListServices{}}); err != nil {
			t.Fatal(err)
		}
		answer, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range answer.GetListServicesResponse().GetService() {
			names = append(names, s.GetName())
		}
		if !slices.Equal(names, want) {
			t.Errorf("services %q", names)
		}
		checkOldReflection(t, c)
	})
}

func checkOldReflection(t *testing.T, c grpc.ClientConnInterface) {
	t.Helper()
	old, err := reflectionv1alpha.NewServerReflectionClient(c).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ask := &reflectionv1alpha.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: "grpc.health.v1.Health"}
	if err := old.Send(&reflectionv1alpha.ServerReflectionRequest{MessageRequest: ask}); err != nil {
		t.Fatal(err)
	}
	if answer, err := old.Recv(); err != nil || len(answer.GetFileDescriptorResponse().GetFileDescriptorProto()) == 0 {
		t.Errorf("descriptor %v, %v", answer, err)
	}
}

func TestHealthSaysWhatReadySays(t *testing.T) {
	var broken error
	e := &echo{}
	c := e.run(t, server.Options{Ready: func(context.Context) error { return broken }}, nil).client(t)
	health := grpc_health_v1.NewHealthClient(c)
	for _, service := range []string{"", "test.Echo"} {
		broken = nil
		answer, err := health.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: service})
		if err != nil || answer.Status != grpc_health_v1.HealthCheckResponse_SERVING {
			t.Errorf("%q: %v, %v", service, answer, err)
		}
		broken = errBroken
		answer, err = health.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: service})
		if err != nil || answer.Status != grpc_health_v1.HealthCheckResponse_NOT_SERVING {
			t.Errorf("%q, broken: %v, %v", service, answer, err)
		}
	}
	_, err := health.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: "test.None"})
	wantCode(t, err, codes.NotFound)
}

func TestStoppingLetsCallsUnderWayEndAndEndsStreams(t *testing.T) {
	began, goOn := make(chan struct{}), make(chan struct{})
	e := &echo{hook: func(_ context.Context, in []byte) ([]byte, error) { close(began); <-goOn; return in, nil }}
	for _, secured := range []bool{false, true} {
		t.Run(map[bool]string{false: "plain", true: "TLS"}[secured], func(t *testing.T) {
			began, goOn = make(chan struct{}), make(chan struct{})
			r, c := e.reach(t, secured)
			watch, err := grpc_health_v1.NewHealthClient(c).Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{})
			if err != nil {
				t.Fatal(err)
			}
			if first, err := watch.Recv(); err != nil || first.Status != grpc_health_v1.HealthCheckResponse_SERVING {
				t.Fatalf("watching: %v, %v", first, err)
			}
			answered := make(chan error, 1)
			go func() { _, err := sayWithin(context.Background(), c, nil); answered <- err }()
			<-began
			r.stop()
			for err == nil {
				_, err = watch.Recv() // NOT_SERVING, and the end
			}
			close(goOn)
			if err := <-answered; err != nil {
				t.Errorf("the call under way: %v", err)
			}
			if err := <-r.ended; err != nil {
				t.Errorf("the server: %v", err)
			}
		})
	}
}

func TestMetricsCountCalls(t *testing.T) {
	e := &echo{}
	r := e.run(t, server.Options{}, nil)
	c := r.client(t)
	if _, err := say(t, c, nil); err != nil {
		t.Fatal(err)
	}
	_ = c.Invoke(t.Context(), "/test.Echo/None", &wrapperspb.BytesValue{}, &wrapperspb.BytesValue{})
	_, text := ask(t, r.dial(t), r.request("GET /metrics", "Connection: close"))
	for _, line := range []string{
		`pedigree_grpc_calls_total{code="OK",method="/test.Echo/Say"} 1`,
		`pedigree_grpc_calls_total{code="Unimplemented",method="none"} 1`,
		`pedigree_grpc_call_duration_seconds_count{method="/test.Echo/Say"} 1`,
		`pedigree_http_connections 2`,
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no line %q", line)
		}
	}
}

func TestCallsAreLoggedLikeRequests(t *testing.T) {
	log, lines := safeLog(slog.LevelDebug)
	e := &echo{hook: func(context.Context, []byte) ([]byte, error) { return nil, errorOf(pedigree.NotFound) }}
	r := e.run(t, server.Options{Log: log}, nil)
	_, err := sayWithin(withHeader(t.Context(), "x-request-id", "mine-8", "authorization", "Bearer secret"), r.client(t), []byte("private"))
	wantCode(t, err, codes.NotFound)
	r.stop()
	<-r.ended
	text := lines()
	for _, part := range []string{"msg=call", "request=mine-8", "operation=" + sayMethod, "status=NotFound", "took=", "peer=127.0.0.1:"} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in %q", part, text)
		}
	}
	if strings.Contains(text, "secret") || strings.Contains(text, "private") {
		t.Errorf("the log tells %q", text)
	}
}

func TestCancelledCallsAreNoFailureOfTheServer(t *testing.T) {
	log, lines := safeLog(slog.LevelError)
	began := make(chan struct{})
	e := &echo{hook: func(ctx context.Context, _ []byte) ([]byte, error) {
		close(began)
		<-ctx.Done()
		return nil, pedigree.Hide(pedigree.Internal, errors.New("interrupted"), "reading failed")
	}}
	r := e.run(t, server.Options{Log: log}, nil)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-began; cancel() }()
	_, err := sayWithin(ctx, r.client(t), nil)
	wantCode(t, err, codes.Canceled)
	r.stop()
	<-r.ended
	if text := lines(); text != "" {
		t.Errorf("the log says %q", text)
	}
}
