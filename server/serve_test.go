package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/server"
)

// A running server, and how to stop it.
type running struct {
	addr  string
	stop  func()
	ended chan error
}

// run serves the fake wire on a real socket until the test ends.
func (f *fake) run(t *testing.T, limits server.Limits, drain server.Drain) *running {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := f.serve(server.Options{Limits: limits})
	ctx, stop := context.WithCancel(t.Context())
	r := &running{addr: l.Addr().String(), stop: stop, ended: make(chan error, 1)}
	go func() {
		r.ended <- s.Serve(ctx, drain, server.Listener{Listener: l, Handler: s.Handler(l.Addr().String())})
		close(r.ended)
	}()
	t.Cleanup(func() { stop(); <-r.ended })
	return r
}

func (r *running) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// request gives a request in raw text, its Host set.
func (r *running) request(line string, headers ...string) string {
	return line + " HTTP/1.1\r\nHost: " + r.addr + "\r\n" + strings.Join(append(headers, ""), "\r\n") + "\r\n"
}

// ask sends raw text and reads one answer with its body.
func ask(t *testing.T, c net.Conn, raw string) (int, string) {
	t.Helper()
	if _, err := io.WriteString(c, raw); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// wantCut waits until the server closes the connection.
func wantCut(t *testing.T, c net.Conn) {
	t.Helper()
	_, err := io.Copy(io.Discard, c)
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		t.Error("the connection stays open")
	}
}

func TestMalformedRequestsNeverReachAnOperation(t *testing.T) {
	f := &fake{}
	r := f.run(t, server.Limits{}, server.Drain{})
	for name, raw := range map[string]string{
		"two Hosts":             "GET " + things + " HTTP/1.1\r\nHost: " + r.addr + "\r\nHost: evil.example\r\n\r\n",
		"no Host":               "GET " + things + " HTTP/1.1\r\n\r\n",
		"an absolute target":    "GET http://" + r.addr + things + " HTTP/1.1\r\nHost: " + r.addr + "\r\n\r\n",
		"a target off its Host": "GET http://evil.example" + things + " HTTP/1.1\r\nHost: " + r.addr + "\r\n\r\n",
		"a tunnel":              "CONNECT " + r.addr + " HTTP/1.1\r\nHost: " + r.addr + "\r\n\r\n",
		"a broken escape":       r.request("GET /api/fake/%zz"),
		"a broken header":       r.request("GET "+things, "A\x00: b"),
		"two lengths":           r.request("POST "+things+"/create", "Content-Length: 2", "Content-Length: 3") + "{}",
		"large headers":         r.request("GET "+things, "A: "+strings.Repeat("x", 64<<10)),
		"a long line":           r.request("GET " + things + "?" + strings.Repeat("x", 64<<10)),
	} {
		if status, _ := ask(t, r.dial(t), raw); status < 400 || status >= 500 {
			t.Errorf("%s: status %d", name, status)
		}
	}
	if calls := f.calls(); len(calls) > 0 {
		t.Errorf("reached %q", calls)
	}
}

func TestHeadersBelowTheLimitPass(t *testing.T) {
	f := &fake{}
	r := f.run(t, server.Limits{}, server.Drain{})
	if status, body := ask(t, r.dial(t), r.request("GET "+things, "A: "+strings.Repeat("x", 60<<10))); status != 200 {
		t.Errorf("status %d %s", status, body)
	}
}

// Case H8, of what takes time.
func TestConnectionsThatStallAreCut(t *testing.T) {
	limits := server.Limits{HeaderTime: 500 * time.Millisecond, IdleTime: 100 * time.Millisecond, StallTime: 100 * time.Millisecond}
	f := &fake{}
	r := f.run(t, limits, server.Drain{})
	t.Run("in the headers", func(t *testing.T) {
		c := r.dial(t)
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: ")
		wantCut(t, c)
	})
	t.Run("between requests", func(t *testing.T) {
		c := r.dial(t)
		ask(t, c, r.request("GET "+things))
		wantCut(t, c)
	})
	t.Run("before the first request", func(t *testing.T) { wantCut(t, r.dial(t)) })
	t.Run("in a body that is read", func(t *testing.T) {
		c := r.dial(t)
		status, body := ask(t, c, r.request("PUT /api/fake/files/a", "Content-Length: 100")+"some")
		if status != 400 || !strings.Contains(body, "stalled") {
			t.Errorf("answer %d %q", status, body)
		}
		wantCut(t, c)
	})
	t.Run("in a body that nobody reads", func(t *testing.T) {
		c := r.dial(t)
		io.WriteString(c, r.request("POST "+things+"/create", "Content-Length: 100", "Content-Type: text/plain")+"some")
		wantCut(t, c)
	})
}

func TestAClientThatDoesNotReadIsCut(t *testing.T) {
	failed := make(chan error, 1)
	f := &fake{hook: func(w http.ResponseWriter, _ *http.Request) {
		block := make([]byte, 1<<20)
		for {
			if _, err := w.Write(block); err != nil {
				failed <- err
				return
			}
		}
	}}
	r := f.run(t, server.Limits{StallTime: 50 * time.Millisecond, AnswerTime: 50 * time.Millisecond}, server.Drain{})
	c := r.dial(t)
	io.WriteString(c, r.request("GET "+things))
	select {
	case <-failed:
	case <-time.After(20 * time.Second):
		t.Error("the server waits for ever")
	}
}

func TestASlowUploadThatProgressesPasses(t *testing.T) {
	f := &fake{hook: func(http.ResponseWriter, *http.Request) {}} // its answer is what the server makes of none
	r := f.run(t, server.Limits{StallTime: 200 * time.Millisecond, AnswerTime: time.Millisecond}, server.Drain{})
	c := r.dial(t)
	fmt.Fprint(c, r.request("PUT /api/fake/files/a", "Content-Length: 40"))
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 39 {
		<-tick.C
		io.WriteString(c, "x")
	}
	if status, body := ask(t, c, "x"); status != 200 {
		t.Errorf("status %d %s", status, body)
	}
}

func TestASlowDownloadThatProgressesPasses(t *testing.T) {
	block := make([]byte, 8<<10)
	f := &fake{hook: func(w http.ResponseWriter, _ *http.Request) {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for range 80 {
			<-tick.C
			if _, err := w.Write(block); err != nil {
				t.Errorf("cut with %v", err)
				return
			}
		}
	}}
	r := f.run(t, server.Limits{StallTime: 200 * time.Millisecond, AnswerTime: 50 * time.Millisecond}, server.Drain{})
	if status, body := ask(t, r.dial(t), r.request("GET "+things)); status != 200 || len(body) != 80*len(block) {
		t.Errorf("status %d with %d bytes", status, len(body))
	}
}

func TestAClientThatLeavesIsNoFailureOfTheServer(t *testing.T) {
	inside := make(chan struct{})
	f := &fake{hook: func(w http.ResponseWriter, r *http.Request) {
		close(inside)
		<-r.Context().Done()
		failJSON(w, r, pedigree.Hide(pedigree.Internal, r.Context().Err(), "cancelled"))
	}}
	r := f.run(t, server.Limits{}, server.Drain{})
	c := r.dial(t)
	io.WriteString(c, r.request("GET "+things))
	<-inside
	c.Close()
	for deadline := time.Now().Add(20 * time.Second); ; {
		_, text := ask(t, r.dial(t), r.request("GET /metrics"))
		if strings.Contains(text, `code="499",operation="GET `+things+`"} 1`) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not counted as such: %s", text)
		}
	}
}

func TestAHandlerMayOutliveTheTimeOfAStall(t *testing.T) {
	f := &fake{hook: func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
			t.Error("cancelled while the handler worked")
		case <-time.After(60 * time.Millisecond):
		}
	}}
	r := f.run(t, server.Limits{StallTime: 20 * time.Millisecond}, server.Drain{})
	if status, _ := ask(t, r.dial(t), r.request("POST "+things+"/create", "Content-Type: application/json", "Content-Length: 2")+"{}"); status != 200 {
		t.Errorf("status %d", status)
	}
}

func TestConnectionsBeyondTheLimitAreClosedAtOnce(t *testing.T) {
	f := &fake{}
	r := f.run(t, server.Limits{Connections: 2}, server.Drain{})
	first, second := r.dial(t), r.dial(t)
	ask(t, first, r.request("GET "+things))
	ask(t, second, r.request("GET "+things))
	third := r.dial(t)
	third.SetDeadline(time.Now().Add(5 * time.Second)) // less than a silent connection has
	wantCut(t, third)
	if status, _ := ask(t, first, r.request("GET "+things)); status != 200 {
		t.Errorf("a connection within the limit got %d", status)
	}
	first.Close()
	second.Close()
	deadline := time.Now().Add(20 * time.Second)
	for !r.answers() {
		if time.Now().After(deadline) {
			t.Fatal("connections that closed still count")
		}
	}
}

// trickle sends a body of JSON, a byte at a time, as long as the server takes it.
func (r *running) trickle(t *testing.T, c net.Conn, bytes int) {
	t.Helper()
	fmt.Fprint(c, r.request("POST "+things+"/create", "Content-Type: application/json", "Content-Length: "+itoa(bytes)))
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range bytes {
		<-tick.C
		if _, err := io.WriteString(c, " "); err != nil {
			return
		}
	}
}

func TestJSONThatProgressesSlowlyPasses(t *testing.T) {
	f := &fake{hook: func(_ http.ResponseWriter, r *http.Request) {
		if r.Context().Err() != nil {
			t.Error("cancelled while the body came in")
		}
	}}
	r := f.run(t, server.Limits{AnswerTime: 20 * time.Millisecond, StallTime: time.Second}, server.Drain{})
	c := r.dial(t)
	r.trickle(t, c, 20)
	if status, body := ask(t, c, ""); status != 200 {
		t.Errorf("status %d %s", status, body)
	}
}

func TestJSONMustBeThereInItsTime(t *testing.T) {
	f := &fake{hook: func(http.ResponseWriter, *http.Request) { t.Error("the body was taken for whole") }}
	r := f.run(t, server.Limits{JSONTime: 50 * time.Millisecond, StallTime: time.Minute}, server.Drain{Timeout: time.Second})
	c := r.dial(t)
	r.trickle(t, c, 1000)
	wantCut(t, c)
}

// answers reports whether a fresh connection gets an answer.
func (r *running) answers() bool {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + r.addr + "/healthz")
	if err != nil {
		return false
	}
	answer.Body.Close()
	return true
}

func TestStoppingLetsRequestsUnderWayEnd(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	f := &fake{hook: func(http.ResponseWriter, *http.Request) { inside <- struct{}{}; <-leave }}
	r := f.run(t, server.Limits{}, server.Drain{Timeout: 20 * time.Second})
	c, idle := r.dial(t), r.dial(t)
	ask(t, idle, r.request("GET /healthz"))
	io.WriteString(c, r.request("GET "+things))
	<-inside
	r.stop()
	wantCut(t, idle)
	close(leave)
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || answer.StatusCode != 200 || !answer.Close {
		t.Errorf("answer %v, %v; want 200 that closes the connection", answer, err)
	}
	if err := <-r.ended; err != nil {
		t.Errorf("Serve ended with %v", err)
	}
	if _, err := net.Dial("tcp", r.addr); err == nil {
		t.Error("the listener is still open")
	}
}

func TestStoppingTurnsUnreadyBeforeItCloses(t *testing.T) {
	f := &fake{}
	r := f.run(t, server.Limits{}, server.Drain{Delay: 500 * time.Millisecond, Timeout: time.Second})
	if status, _ := ask(t, r.dial(t), r.request("GET /readyz")); status != 200 {
		t.Errorf("before: status %d", status)
	}
	r.stop()
	for deadline := time.Now().Add(20 * time.Second); ; {
		status, _ := ask(t, r.dial(t), r.request("GET /readyz"))
		if status == 503 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("never unready")
		}
	}
	c := r.dial(t)
	io.WriteString(c, r.request("GET "+things))
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || answer.StatusCode != 200 || !answer.Close {
		t.Errorf("while unready: %v, %v; want 200 that closes the connection", answer, err)
	}
}

func TestStoppingCutsWhatDoesNotEnd(t *testing.T) {
	inside := make(chan struct{})
	f := &fake{hook: func(_ http.ResponseWriter, r *http.Request) { close(inside); <-r.Context().Done() }}
	r := f.run(t, server.Limits{}, server.Drain{Timeout: 10 * time.Millisecond})
	c := r.dial(t)
	io.WriteString(c, r.request("GET "+things))
	<-inside
	r.stop()
	if err := <-r.ended; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Serve ended with %v", err)
	}
	wantCut(t, c)
}

func TestServeEndsWhenAListenerFails(t *testing.T) {
	f := &fake{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	s := f.serve(server.Options{})
	if err := s.Serve(t.Context(), server.Drain{}, server.Listener{Listener: l, Handler: s.Handler(ourHost)}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve ended with %v", err)
	}
}
