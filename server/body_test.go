package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/server"
)

const markup = "<script>alert(1)</script>"

// Case H3.
func TestJSONOperationsDemandJSON(t *testing.T) {
	for _, start := range []string{"POST " + things + "/create", "PATCH " + things + "/update", "DELETE " + things + "/delete"} {
		for _, header := range []string{
			"Content-Type: text/plain",
			"Content-Type: text/plain; application/json",
			"Content-Type: application/x-www-form-urlencoded",
			"Content-Type: multipart/form-data; boundary=x",
			"Content-Type: application/jsonx",
			"Content-Type: " + markup,
			"Content-Type: application/json\nContent-Type: text/plain",
			"Content-Type:",
			"X-None: 1",
		} {
			f := &fake{}
			w := send(t, f.handler(), start+" HTTP/1.1\nHost: "+ourHost+"\nContent-Length: 2\n"+header+"\n\n{}")
			wantRefusal(t, f, w, 415)
			if strings.Contains(w.Body.String(), "alert") {
				t.Errorf("the type is echoed: %q", w.Body)
			}
		}
	}
}

func TestJSONMayNameItsCharset(t *testing.T) {
	for _, kind := range []string{"application/json", "application/json; charset=utf-8", "Application/JSON ;x=y"} {
		f := &fake{}
		wantStatus(t, send(t, f.handler(), "POST "+things+"/create HTTP/1.1\nHost: "+ourHost+"\nContent-Length: 2\nContent-Type: "+kind+"\n\n{}"), 200)
	}
}

func TestNoBodyNeedsNoType(t *testing.T) {
	f := &fake{}
	wantStatus(t, send(t, f.handler(), "POST "+things+"/create HTTP/1.1\nHost: "+ourHost+"\nContent-Length: 0"), 200)
}

func TestFilesMayHaveAnyType(t *testing.T) {
	for _, header := range []string{"X-None: 1", "Content-Type: text/html", "Content-Type: application/octet-stream"} {
		f := &fake{}
		wantStatus(t, send(t, f.handler(), "PUT /api/fake/files/a HTTP/1.1\nHost: "+ourHost+"\nContent-Length: 3\n"+header+"\n\nabc"), 200)
		if f.body != "abc" {
			t.Errorf("body %q", f.body)
		}
	}
}

// Case E10.
func TestCompressedBodiesAreRefused(t *testing.T) {
	for _, encoding := range []string{"gzip", "deflate", "br", "zstd", "identity, gzip", "x"} {
		f := &fake{}
		wantRefusal(t, f, post(t, f.handler(), things+"/create", "{}", "Content-Encoding: "+encoding), 415)
	}
	f := &fake{}
	wantStatus(t, post(t, f.handler(), things+"/create", "{}", "Content-Encoding: identity"), 200)
}

func TestABodyThatSaysItIsTooLargeIsRefusedUnread(t *testing.T) {
	f := &fake{}
	h := f.serve(server.Options{Limits: server.Limits{JSONBytes: 10}}).Handler(ourHost)
	wantRefusal(t, f, post(t, h, things+"/create", strings.Repeat(" ", 11)), 413)
	wantStatus(t, post(t, h, things+"/create", strings.Repeat(" ", 10)), 200)
}

func TestABodyThatTurnsOutTooLargeEndsInTheError(t *testing.T) {
	f := &fake{}
	h := f.serve(server.Options{Limits: server.Limits{JSONBytes: 10}}).Handler(ourHost)
	chunked := func(n int) string {
		return "POST " + things + "/create HTTP/1.1\nHost: " + ourHost + "\nContent-Type: application/json\nTransfer-Encoding: chunked\n\n" +
			strings.Repeat("1\r\n \r\n", n) + "0\r\n\r\n"
	}
	w := send(t, h, chunked(11))
	wantStatus(t, w, 413)
	if !inWireForm(w) {
		t.Errorf("not in the wire's form: %q", w.Body)
	}
	wantStatus(t, send(t, h, chunked(10)), 200)
}

func TestARouteMayTakeMoreOrAnyNumberOfBytes(t *testing.T) {
	f := &fake{}
	h := f.handler()
	wantStatus(t, post(t, h, things+"/create", strings.Repeat(" ", 4<<20+1)), 413)
	wantStatus(t, post(t, h, things+"/large", strings.Repeat(" ", 4<<20+1)), 200)
	wantStatus(t, post(t, h, things+"/large", strings.Repeat(" ", 8<<20+1)), 413)
	wantStatus(t, send(t, h, "PUT /api/fake/files/a HTTP/1.1\nHost: "+ourHost+"\nContent-Length: 9000000\n\n"+strings.Repeat("x", 9_000_000)), 200)
}

func TestABodyThatBreaksOffIsTheClientsFault(t *testing.T) {
	f := &fake{}
	w := send(t, f.handler(), "PUT /api/fake/files/a HTTP/1.1\nHost: "+ourHost+"\nContent-Length: 100\n\nshort")
	wantStatus(t, w, 400)
	if !inWireForm(w) || strings.Contains(w.Body.String(), "EOF") {
		t.Errorf("answer %q", w.Body)
	}
}

func TestAnOperationWithoutBodyNeverSeesOne(t *testing.T) {
	f := &fake{}
	wantStatus(t, send(t, f.handler(), "GET "+things+" HTTP/1.1\nHost: "+ourHost+"\nContent-Length: 5\n\nhello"), 200)
	if f.body != "" {
		t.Errorf("the handler read %q", f.body)
	}
}

func TestRefusalsTellNothingOfTheRequest(t *testing.T) {
	f := &fake{}
	h := f.handler()
	hostile := "/?q=" + escaped(markup)
	for _, request := range []string{
		"GET " + things + hostile + " HTTP/1.1\nHost: " + ourHost + "\nX-Request-Id: " + markup,
		"GET /api/fake/" + escaped(markup) + " HTTP/1.1\nHost: " + ourHost,
		"GET /" + escaped(markup) + " HTTP/1.1\nHost: " + ourHost,
		"GET " + things + " HTTP/1.1\nHost: " + "alert(1).example",
		"POST " + things + "/create HTTP/1.1\nHost: " + ourHost + "\nContent-Length: 2\nContent-Type: " + markup + "\n\n{}",
		"POST " + things + "/create HTTP/1.1\nHost: " + ourHost + "\nOrigin: http://" + markup + "\nContent-Length: 0",
		"alert(1) " + things + " HTTP/1.1\nHost: " + ourHost,
	} {
		if strings.HasPrefix(request, "alert") {
			request = strings.Replace(request, "alert(1)", "alert", 1)
		}
		w := send(t, h, request)
		if w.Code < 400 || strings.Contains(w.Body.String(), "alert") || strings.Contains(w.Header().Get("X-Request-Id"), "script") {
			t.Errorf("%q is answered %d %q %v", request, w.Code, w.Body, w.Header())
		}
	}
}

func escaped(s string) string {
	return strings.NewReplacer("<", "%3C", ">", "%3E", "/", "").Replace(s)
}

// Case H6.
func TestHeadersThatSpeakForTheClientAreDropped(t *testing.T) {
	dropped := []string{
		"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-User", "X-Real-Ip", "X-Original-Url",
		"X-Rewrite-Url", "X-Http-Method-Override", "X-Remote-User", "Remote-User", "Kubeflow-Userid", "X-Auth-Request-Email", "Via",
	}
	var lines []string
	for _, name := range dropped {
		lines = append(lines, strings.ToLower(name)+": DELETE", strings.ToUpper(name)+": evil.example")
	}
	lines = append(lines, "X-MLFLOW-WORKSPACE: kept", "User-Agent: kept")
	f := &fake{}
	wantStatus(t, post(t, f.handler(), things+"/create", "{}", lines...), 200)
	if got := f.calls(); len(got) != 1 || got[0] != "POST "+things+"/create " {
		t.Errorf("called %q", got)
	}
	for _, name := range dropped {
		if got := f.header[http.CanonicalHeaderKey(name)]; got != nil {
			t.Errorf("%s arrived as %q", name, got)
		}
	}
	if f.header.Get("X-Mlflow-Workspace") != "kept" || f.header.Get("User-Agent") != "kept" {
		t.Errorf("headers of the wire are gone: %v", f.header)
	}
}

// Case H8, of what is counted; that of what takes time is in serve_test.go.
func TestHeadersAndQueryAreBounded(t *testing.T) {
	f := &fake{}
	h := f.handler()
	start := "GET " + things + " HTTP/1.1\nHost: " + ourHost
	wantRefusal(t, f, send(t, h, start+strings.Repeat("\nA: b", 201)), 431)
	wantRefusal(t, f, send(t, h, start+strings.Repeat("\nCookie: c="+strings.Repeat("x", 1<<10), 17)), 431)
	wantRefusal(t, f, get(t, h, things+"?a"+strings.Repeat("&a", 1024)), 400)
	wantStatus(t, get(t, h, things+"?a"+strings.Repeat("&a", 1023)), 200)
	wantStatus(t, send(t, h, start+strings.Repeat("\nA: b", 200)), 200)
}
