package server_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/server"
)

func TestRequestIDIsTheClientsIfSane(t *testing.T) {
	f := &fake{}
	h := f.handler()
	made := regexp.MustCompile(`^[0-9a-f]{16}$`)
	for given, kept := range map[string]bool{
		"0af7651916cd43dd8448eb211c80319c": true,
		"req-1_2.3:4":                      true,
		strings.Repeat("x", 64):            true,
		strings.Repeat("x", 65):            false,
		"a b":                              false,
		"é":                                false,
		`"`:                                false,
		"a\nX-Request-Id: b":               false,
		"":                                 false,
	} {
		w := send(t, h, "GET "+things+" HTTP/1.1\nHost: "+ourHost+"\nX-Request-Id: "+given)
		got := w.Header().Get("X-Request-Id")
		if kept && got != given || !kept && !made.MatchString(got) {
			t.Errorf("for %q the id is %q", given, got)
		}
	}
}

// Case H16.
func TestAPanicIsAnErrorInTheWiresFormAndTheNextRequestIsServed(t *testing.T) {
	log, lines := logTo(slog.LevelError)
	f := &fake{hook: func(http.ResponseWriter, *http.Request) { panic(errBroken) }}
	h := f.serve(server.Options{Log: log}).Handler(ourHost)
	w := get(t, h, things)
	wantStatus(t, w, 500)
	if !inWireForm(w) || strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "goroutine") {
		t.Errorf("answer %q", w.Body)
	}
	if id := w.Header().Get("X-Request-Id"); !strings.Contains(lines.String(), id) || !strings.Contains(lines.String(), "goroutine") {
		t.Errorf("log %q lacks the id %s or the stack", lines, id)
	}
	f.hook = nil
	wantStatus(t, get(t, h, things), 200)
}

func TestAPanicAfterTheAnswerBeganCutsTheConnection(t *testing.T) {
	f := &fake{hook: func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		panic("boom")
	}}
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("panic %v, want that which aborts the connection", p)
		}
	}()
	get(t, f.handler(), things)
	t.Error("no panic")
}

func TestTooManyRequestsAtOnceAreTurnedAway(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	f := &fake{hook: func(http.ResponseWriter, *http.Request) {
		inside <- struct{}{}
		<-leave
	}}
	h := f.serve(server.Options{Limits: server.Limits{InFlight: 2}}).Handler(ourHost)
	ended := make(chan int)
	for range 2 {
		go func() {
			w := httptest.NewRecorder()
			r := httptest.NewRequest("GET", things, nil)
			r.Host = ourHost
			h.ServeHTTP(w, r)
			ended <- w.Code
		}()
		<-inside
	}
	w := get(t, h, things)
	wantStatus(t, w, 503)
	if !inWireForm(w) {
		t.Errorf("not in the wire's form: %q", w.Body)
	}
	wantStatus(t, get(t, h, "/healthz"), 200)
	close(leave)
	for range 2 {
		if code := <-ended; code != 200 {
			t.Errorf("a request in time got %d", code)
		}
	}
	go func() { <-inside }()
	wantStatus(t, get(t, h, things), 200)
}

func TestAHandlerThatTakesTooLongIsCancelled(t *testing.T) {
	f := &fake{hook: func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		failJSON(w, r, pedigree.Hide(pedigree.Internal, context.Cause(r.Context()), "cancelled"))
	}}
	h := f.serve(server.Options{Limits: server.Limits{AnswerTime: time.Millisecond}}).Handler(ourHost)
	wantStatus(t, get(t, h, things), 503)
}

func TestAnAnswerThatHasBegunMayTakeItsTime(t *testing.T) {
	f := &fake{hook: func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		select {
		case <-r.Context().Done():
			t.Error("cancelled after the answer began")
		case <-time.After(20 * time.Millisecond):
		}
	}}
	h := f.serve(server.Options{Limits: server.Limits{AnswerTime: 10 * time.Millisecond}}).Handler(ourHost)
	wantStatus(t, get(t, h, things), 200)
}

type deny struct{ seen []route.Permission }

func (d *deny) Authorize(_ *http.Request, need route.Permission) error {
	d.seen = append(d.seen, need)
	return pedigree.Errorf(pedigree.Denied, "you may not")
}

func TestThePermissionOfTheMatchedOperationIsAskedFor(t *testing.T) {
	f, policy := &fake{}, &deny{}
	h := f.serve(server.Options{Policy: policy}).Handler(ourHost)
	wantRefusal(t, f, get(t, h, things), 403)
	wantRefusal(t, f, post(t, h, things+"/create", "not even JSON", "X-Http-Method-Override: GET"), 403)
	wantRefusal(t, f, get(t, h, "/api/fake/version"), 403)
	want := []route.Permission{route.Read, route.Write, route.Public}
	if len(policy.seen) != 3 || policy.seen[0] != want[0] || policy.seen[1] != want[1] || policy.seen[2] != want[2] {
		t.Errorf("asked for %q, want %q", policy.seen, want)
	}
}

func TestLogsNameTheOperationAndKeepSecretsOut(t *testing.T) {
	log, lines := logTo(slog.LevelDebug)
	f := &fake{}
	h := f.serve(server.Options{Log: log}).Handler(ourHost)
	post(t, h, things+"/create?token=SECRET", `{"password":"SECRET"}`, "Authorization: Bearer SECRET", "Cookie: SECRET", "X-Request-Id: id-1")
	get(t, h, "/api/fake/nothing?token=SECRET")
	text := lines.String()
	if strings.Contains(text, "SECRET") {
		t.Errorf("the log holds a secret: %s", text)
	}
	for _, want := range []string{"request=id-1", `operation="POST ` + things + `/create"`, "status=200", "peer=127.0.0.1:40000", "path=/api/fake/nothing"} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %s: %s", want, text)
		}
	}
}

func TestOnlyFailuresOfTheServerAreErrorsInTheLog(t *testing.T) {
	log, lines := logTo(slog.LevelInfo)
	f := &fake{hook: func(w http.ResponseWriter, r *http.Request) { failJSON(w, r, pedigree.Errorf(pedigree.NotFound, "no")) }}
	h := f.serve(server.Options{Log: log}).Handler(ourHost)
	get(t, h, things)
	get(t, h, "/nothing")
	f.hook = func(w http.ResponseWriter, r *http.Request) {
		failJSON(w, r, pedigree.Errorf(pedigree.Unavailable, "later"))
	}
	get(t, h, things)
	if lines.Len() > 0 {
		t.Errorf("logged %s", lines)
	}
	f.hook = func(w http.ResponseWriter, r *http.Request) {
		failJSON(w, r, pedigree.Hide(pedigree.Internal, errBroken, "oh"))
	}
	get(t, h, things)
	if text := lines.String(); !strings.Contains(text, "level=ERROR") || !strings.Contains(text, "on fire") || strings.Count(text, "\n") != 1 {
		t.Errorf("logged %q", text)
	}
}

// hoard is a response writer that notes how it is written to.
type hoard struct {
	*httptest.ResponseRecorder
	largest int
	copies  int
}

func (h *hoard) Write(p []byte) (int, error) {
	h.largest = max(h.largest, len(p))
	return h.ResponseRecorder.Write(p)
}

func (h *hoard) ReadFrom(src io.Reader) (int64, error) {
	h.copies++
	n, err := io.Copy(struct{ io.Writer }{h.ResponseRecorder}, src)
	h.largest = max(h.largest, int(n))
	return n, err
}

func TestLongAnswersGoOutInPieces(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789abcdef"), 3<<16+7)
	for name, hook := range map[string]http.HandlerFunc{
		"in one write": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(content) },
		"as a copy":    func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, onlyReader{bytes.NewReader(content)}) },
		"as a limited copy": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.CopyN(w, onlyReader{bytes.NewReader(content)}, int64(len(content)))
		},
		"as a file by range": func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "f", time.Time{}, bytes.NewReader(content))
		},
	} {
		f := &fake{hook: hook}
		w := &hoard{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequest("GET", things, nil)
		r.Host = ourHost
		f.handler().ServeHTTP(w, r)
		if !bytes.Equal(w.Body.Bytes(), content) {
			t.Errorf("%s: %d bytes of %d arrived, or others", name, w.Body.Len(), len(content))
		}
		if w.largest > 1<<20 {
			t.Errorf("%s: a piece of %d bytes", name, w.largest)
		}
	}
}

type onlyReader struct{ io.Reader }
