package server_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// Case H5: no spelling of a path reaches another operation than its own.
func TestAmbiguousPathsAreRefusedBeforeRouting(t *testing.T) {
	for _, target := range []string{
		"//api/fake/things",
		"/api//fake/things",
		"/api/fake/things//",
		"/api/fake/./things",
		"/api/fake/../fake/things",
		"/api/fake/nothing/../things",
		"/api/fake/things/.",
		"/api/fake/things/..",
		"/api/fake/%2e/things",
		"/api/fake/%2e%2E/fake/things",
		"/api/fake/.%2e/fake/things",
		"/api/fake/things;x",
		"/api/fake;x=1/things",
		"/healthz/..;/api/fake/things",
		"/api%2ffake/things",
		"/api/fake%2Fthings",
		"/api/fake/things%5c",
		"/api/fake\\things",
		"/api/fake/files/a%2fb",
		"/api/fake/files/%2e%2e/b",
		"/api/fake/files/a/%2E%2e%2fb",
		"/api/fake/files/a%00b",
		"/api/fake/files/../../things",
		"http://127.0.0.1:5000/api/fake/things",
		"http://evil.example/api/fake/things",
	} {
		f := &fake{}
		w := get(t, f.handler(), target)
		wantStatus(t, w, 400)
		if calls := f.calls(); len(calls) > 0 {
			t.Errorf("%s reached %q", target, calls)
		}
	}
}

// Some protocols have names with slashes.
func TestAnEscapedSlashReachesOnlyOperationsThatTakeIt(t *testing.T) {
	for target, want := range map[string]string{
		"/api/fake/types/a/things":              "a",
		"/api/fake/types/a%2Fb%2fc/things":      "a/b/c",
		"/api/fake/types/a%252Fb/things":        "a%2Fb",
		"/api/fake/types/a%2Fthings/things":     "a/things",
		"/api/fake/types/a%2F..b/things":        "a/..b",
		"/api/fake/types/a%20b%2Fc/things?x=%2": "a b/c",
	} {
		f := &fake{}
		wantStatus(t, get(t, f.handler(), target), 200)
		if calls := f.calls(); len(calls) != 1 || calls[0] != "GET /api/fake/types/{path}/things "+want {
			t.Errorf("%s reached %q, want %q", target, calls, want)
		}
	}
	for _, target := range []string{
		"/api/fake/types/a%2F..%2Fb/things",
		"/api/fake/types/%2e%2e%2Fb/things",
		"/api/fake/types/a%2F%2e/things",
		"/api/fake/types/a%2F%2Fb/things",
		"/api/fake/types/%2Fa/things",
		"/api/fake/types/a%2F/things",
		"/api/fake/types/a%2Fb%5c/things",
		"/api/fake/types/a%2Fb%00/things",
		"/api/fake/types%2Fa/things",
		"/api/fake/types/a%2Fthings",
		"/api/fake%2Ftypes/a/things",
		"/api/fake/types/a%2Fb/things/",
		"/api/fake/type/a%2Fb%2F",
	} {
		f := &fake{}
		wantStatus(t, get(t, f.handler(), target), 400)
		if calls := f.calls(); len(calls) > 0 {
			t.Errorf("%s reached %q", target, calls)
		}
	}
}

func TestURLsAreNamesWhereTheOperationTakesThem(t *testing.T) {
	for target, want := range map[string]string{
		"/api/fake/places/s3%3A%2F%2Fb/things":      "places/{path}/things s3://b",
		"/api/fake/places/file%3a%2f%2f%2fd/things": "places/{path}/things file:///d",
		"/api/fake/places/%2Fd%2F/things":           "places/{path}/things /d/",
		"/api/fake/place/%2Fd%2Fthings%2F":          "place/{path} /d/things/",
	} {
		f := &fake{}
		wantStatus(t, get(t, f.handler(), target), 200)
		if calls := f.calls(); len(calls) != 1 || calls[0] != "GET /api/fake/"+want {
			t.Errorf("%s reached %q, want %q", target, calls, want)
		}
	}
	for _, target := range []string{
		"/api/fake/place/a%2F..%2Fb", "/api/fake/place/%2E%2E", "/api/fake/place/%2F%2e%2F", "/api/fake/place//b", "/api/fake/place%2Fb",
		"/api/fake/place/a%2F%5Cb", "/api/fake/place/a%2F%00", "/api/fake/places/a%2F/things/",
	} {
		f := &fake{}
		wantStatus(t, get(t, f.handler(), target), 400)
		if calls := f.calls(); len(calls) > 0 {
			t.Errorf("%s reached %q", target, calls)
		}
	}
}

func TestAConnectionIsNoTarget(t *testing.T) {
	f := &fake{}
	wantStatus(t, send(t, f.handler(), "CONNECT evil.example:443 HTTP/1.1\nHost: evil.example:443"), 400)
	wantStatus(t, send(t, f.handler(), "OPTIONS * HTTP/1.1\nHost: "+ourHost), 400)
}

func TestHarmlessNamesReachTheirOperationDecodedOnce(t *testing.T) {
	for target, want := range map[string]string{
		"/api/fake/files/a%20b":            "a b",
		"/api/fake/files/100%25":           "100%",
		"/api/fake/files/a%252e%252e":      "a%2e%2e", // for the key parser to refuse
		"/api/fake/files/..a/b..":          "..a/b..",
		"/api/fake/files/d/%C3%A9.txt":     "d/é.txt",
		"/api/fake/files/a%23b":            "a#b", // likewise
		"/api/fake/files/.hidden/x":        ".hidden/x",
		"/api/fake/files/x?path=..%2f..%2": "x",
	} {
		f := &fake{}
		wantStatus(t, get(t, f.handler(), target), 200)
		if calls := f.calls(); len(calls) != 1 || calls[0] != "GET /api/fake/files/{path...} "+want {
			t.Errorf("%s reached %q, want %q", target, calls, want)
		}
	}
}

// Case H9.
func TestNoPathIsEverRedirected(t *testing.T) {
	f := &fake{}
	h := f.handler()
	for _, target := range []string{
		"/api/fake", "/api/fake/files", "/api", "/api/fake/things/", "//evil.example/%2e%2e", "/\\evil.example", "/healthz/", "/metrics/",
		"/api/fake/files/", "/evil.example", "/.", "/..", "/%2f%2fevil.example", "/@evil.example",
	} {
		for _, method := range []string{"GET", "HEAD", "PUT", "POST", "OPTIONS"} {
			w := send(t, h, method+" "+target+" HTTP/1.1\nHost: "+ourHost+"\nContent-Length: 0")
			if w.Code >= 300 && w.Code < 400 || w.Header().Get("Location") != "" {
				t.Errorf("%s %s is redirected with %d to %q", method, target, w.Code, w.Header().Get("Location"))
			}
		}
	}
}

// FuzzTarget holds the guard against what a mux would make of the same path:
// one that passes must be clean, decoded or not.
func FuzzTarget(f *testing.F) {
	for _, seed := range []string{"/a/b", "/a/../b", "/a%2e", "//", "/a;b", "/%", "/a/%2e%2e/b", "/\xff"} {
		f.Add(seed)
	}
	wire := &fake{}
	h := wire.handler()
	f.Fuzz(func(t *testing.T, target string) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, &http.Request{Method: "GET", URL: u, RequestURI: target, Host: ourHost, Header: http.Header{}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody})
		if w.Code >= 300 && w.Code < 400 {
			t.Fatalf("%q is redirected", target)
		}
		if w.Code != 200 {
			return
		}
		for segment := range strings.SplitSeq(u.Path[1:], "/") {
			if segment == "." || segment == ".." || segment == "" && u.Path != "/" && !strings.HasSuffix(u.Path, "/") && !strings.HasPrefix(u.Path, "/api/fake/place") {
				t.Fatalf("%q passed with segment %q", target, segment)
			}
		}
	})
}
