package server_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/server"
)

const streaming = "/api/fake/stream"

// A stream is a wire whose only answer goes on until its context ends.
type stream struct {
	begun chan struct{}
	cause chan error
}

func newStream() *stream { return &stream{make(chan struct{}), make(chan error, 1)} }

func (s *stream) wire() route.Wire {
	return route.Wire{Name: "stream", Routes: []route.Route{
		{Method: "GET", Pattern: streaming, Permission: route.Read, Stream: true, Handler: s.handle},
	}}
}

func (s *stream) handle(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, "begun")
	_ = http.NewResponseController(w).Flush()
	s.begun <- struct{}{}
	<-r.Context().Done()
	s.cause <- context.Cause(r.Context())
}

func TestStoppingEndsStreamsAtOnceAndProperly(t *testing.T) {
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(proto, func(t *testing.T) {
			s := newStream()
			r, trust := (&echo{}).secured(t, server.Options{Wires: []route.Wire{s.wire()}})
			transport := &http.Transport{TLSClientConfig: trust.Clone(), ForceAttemptHTTP2: proto == "HTTP/2.0"}
			defer transport.CloseIdleConnections()
			client := http.Client{Transport: transport}
			go func() { <-s.begun; r.stop() }()
			answer, err := client.Get("https://" + r.addr + streaming)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if text, err := io.ReadAll(answer.Body); string(text) != "begun" || err != nil || answer.Proto != proto {
				t.Errorf("by %s the client read %q and %v", answer.Proto, text, err)
			}
			if err := <-s.cause; pedigree.CodeOf(err) != pedigree.Unavailable {
				t.Errorf("the handler was ended by %v", err)
			}
			if err := <-r.ended; err != nil {
				t.Errorf("the server ended with %v, so it waited for the stream until it gave up", err)
			}
		})
	}
}

func TestStreamsAreNoRequestsInFlight(t *testing.T) {
	s := newStream()
	f := &fake{}
	h := f.serve(server.Options{Wires: []route.Wire{s.wire()}, Limits: server.Limits{InFlight: 1}}).Handler(ourHost)
	ctx, leave := context.WithCancel(t.Context())
	ended := make(chan struct{})
	for range 3 {
		go func() {
			r := httptest.NewRequest("GET", streaming, nil).WithContext(ctx)
			r.Host = ourHost
			h.ServeHTTP(httptest.NewRecorder(), r)
			ended <- struct{}{}
		}()
		<-s.begun
	}
	wantStatus(t, get(t, h, things), 200)
	leave()
	for range 3 {
		<-s.cause
		<-ended
	}
	f.hook = func(w http.ResponseWriter, _ *http.Request) {
		if got := get(t, h, things); got.Code != 503 {
			t.Errorf("beside a request under way another gets %d: those streams are still counted", got.Code)
		}
	}
	wantStatus(t, get(t, h, things), 200)
}
