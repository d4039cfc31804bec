package server_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/server"
)

const (
	ourHost = "127.0.0.1:5000"
	things  = "/api/fake/things"
)

// A fake is a wire that notes what reaches its handlers.
type fake struct {
	mu     sync.Mutex
	called []string // method, pattern and decoded rest of the path
	body   string   // of the last request
	header http.Header
	hook   http.HandlerFunc // runs instead of an empty answer
}

func (f *fake) wire() route.Wire {
	return route.Wire{
		Name: "fake",
		Routes: []route.Route{
			{Method: "GET", Pattern: things, Permission: route.Read, Handler: f.handle},
			{Method: "GET", Pattern: things + "/{id}", Permission: route.Read, Handler: f.handle},
			{Method: "POST", Pattern: things + "/create", Permission: route.Write, Body: route.JSONBody, Handler: f.handle},
			{Method: "PATCH", Pattern: things + "/update", Permission: route.Write, Body: route.JSONBody, Handler: f.handle},
			{Method: "POST", Pattern: things + "/large", Permission: route.Write, Body: route.JSONBody, MaxBody: 8 << 20, Handler: f.handle},
			{Method: "POST", Pattern: "/api/fake/packed", Permission: route.Write, Body: route.JSONBody, MaxBody: 1000, Gzip: true, Handler: f.handle},
			{Method: "DELETE", Pattern: things + "/delete", Permission: route.Delete, Body: route.JSONBody, Handler: f.handle},
			{Method: "PUT", Pattern: "/api/fake/files/{path...}", Permission: route.Write, Body: route.BytesBody, MaxBody: -1, Handler: f.handle},
			{Method: "GET", Pattern: "/api/fake/files/{path...}", Permission: route.Read, Handler: f.handle},
			{Method: "GET", Pattern: "/api/fake/types/{path}/things", Permission: route.Read, SlashInNames: true, Handler: f.handle},
			{Method: "GET", Pattern: "/api/fake/type/{path}", Permission: route.Read, SlashInNames: true, Handler: f.handle},
			{Method: "GET", Pattern: "/api/fake/places/{path}/things", Permission: route.Read, URLInNames: true, Handler: f.handle},
			{Method: "GET", Pattern: "/api/fake/place/{path}", Permission: route.Read, URLInNames: true, Handler: f.handle},
			{Method: "GET", Pattern: "/api/fake/version", Permission: route.Public, Handler: f.handle},
		},
		Prefixes: []string{"/api/fake/"},
		Fail:     failJSON,
		NotFound: func(w http.ResponseWriter, r *http.Request) {
			failJSON(w, r, pedigree.Errorf(pedigree.NotFound, "none"))
		},
		WrongMethod: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) },
	}
}

func (f *fake) handle(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	f.mu.Lock()
	f.called = append(f.called, r.Pattern+" "+r.PathValue("path"))
	f.body, f.header = string(body), r.Header.Clone()
	hook := f.hook
	f.mu.Unlock()
	switch {
	case err != nil:
		failJSON(w, r, err)
	case hook != nil:
		hook(w, r)
	default:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "{}")
	}
}

func (f *fake) calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.called
}

var fakeStatus = map[pedigree.Code]int{
	pedigree.Internal: 500, pedigree.Invalid: 400, pedigree.NotFound: 404, pedigree.Denied: 403,
	pedigree.TooLarge: 413, pedigree.Unavailable: 503, pedigree.Unimplemented: 405,
}

func failJSON(w http.ResponseWriter, _ *http.Request, err error) {
	route.Report(w, err)
	text, _ := json.Marshal(map[string]string{"fake_error": err.Error()})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(fakeStatus[pedigree.CodeOf(err)])
	_, _ = w.Write(text)
}

// serve mounts the fake wire on a server with options.
func (f *fake) serve(o server.Options) *server.Server {
	o.Wires = append(o.Wires, f.wire())
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return server.New(o)
}

// handler is the fake wire on a server with nothing special.
func (f *fake) handler() http.Handler { return f.serve(server.Options{}).Handler(ourHost) }

// send parses a request as the server would, lines ending in \n, and answers it.
func send(t *testing.T, h http.Handler, raw string) *httptest.ResponseRecorder {
	t.Helper()
	head, body, _ := strings.Cut(raw, "\n\n")
	text := strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + body
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		t.Fatalf("%q is no request: %v", head, err)
	}
	r.RemoteAddr = "127.0.0.1:40000"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// get asks for a target in the simplest words.
func get(t *testing.T, h http.Handler, target string) *httptest.ResponseRecorder {
	t.Helper()
	return send(t, h, "GET "+target+" HTTP/1.1\nHost: "+ourHost)
}

// post sends JSON in the simplest words, with further header lines.
func post(t *testing.T, h http.Handler, target, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	lines := append([]string{
		"POST " + target + " HTTP/1.1", "Host: " + ourHost, "Content-Type: application/json",
		"Content-Length: " + itoa(len(body)),
	}, headers...)
	return send(t, h, strings.Join(lines, "\n")+"\n\n"+body)
}

func itoa(n int) string {
	text, _ := json.Marshal(n)
	return string(text)
}

// inWireForm reports whether an answer is an error of the fake wire.
func inWireForm(w *httptest.ResponseRecorder) bool {
	var form struct {
		Error *string `json:"fake_error"`
	}
	return json.Unmarshal(w.Body.Bytes(), &form) == nil && form.Error != nil
}

func wantStatus(t *testing.T, w *httptest.ResponseRecorder, status int) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d; body %q", w.Code, status, w.Body)
	}
}

func wantRefusal(t *testing.T, f *fake, w *httptest.ResponseRecorder, status int) {
	t.Helper()
	wantStatus(t, w, status)
	if !inWireForm(w) {
		t.Errorf("not in the wire's form: %q", w.Body)
	}
	if calls := f.calls(); len(calls) > 0 {
		t.Errorf("reached handlers %q", calls)
	}
}

var errBroken = errors.New("the disk is on fire at /secret/path")

// logTo gives a logger into a buffer.
func logTo(level slog.Level) (*slog.Logger, *bytes.Buffer) {
	var b bytes.Buffer
	return slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: level})), &b
}
