package server_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/server"
)

// Case H1.
func TestHostMustBeOurs(t *testing.T) {
	for host, ok := range map[string]bool{
		"127.0.0.1:5000":           true,
		"localhost:5000":           true,
		"LocalHost:5000":           true,
		"[::1]:5000":               true,
		"evil.example":             false,
		"evil.example:5000":        false,
		"localhost:5001":           false,
		"localhost":                false,
		"127.0.0.1":                false,
		"localhost:5000@evil":      false,
		"user@localhost:5000":      false,
		"localhost.evil.example":   false,
		"127.0.0.1.evil.test:5000": false,
		"localhost.:5000":          false,
		"10.0.0.1:5000":            false,
		"192.168.0.1:5000":         false,
		"0.0.0.0:5000":             false,
		"[::]:5000":                false,
		"":                         false,
	} {
		f := &fake{}
		h := f.handler()
		for _, request := range []string{
			"GET " + things + " HTTP/1.1\nHost: " + host,
			"PUT /api/fake/files/a HTTP/1.1\nContent-Length: 0\nHost: " + host,
			"GET /api/fake/nothing HTTP/1.1\nHost: " + host,
		} {
			w := send(t, h, request)
			switch {
			case !ok && (w.Code != 403 || !inWireForm(w)):
				t.Errorf("Host %q: %d %q, want a refusal", host, w.Code, w.Body)
			case ok && w.Code == 403:
				t.Errorf("Host %q is refused", host)
			}
		}
		if calls := f.calls(); !ok && len(calls) > 0 {
			t.Errorf("Host %q reached %q", host, calls)
		}
		if w := send(t, h, "GET /metrics HTTP/1.1\nHost: "+host); (w.Code == 200) != ok {
			t.Errorf("Host %q: /metrics answers %d", host, w.Code)
		}
	}
}

func TestAMissingHostIsRefused(t *testing.T) {
	f := &fake{}
	wantRefusal(t, f, send(t, f.handler(), "GET "+things+" HTTP/1.0"), 403)
}

func TestHealthAndVersionAnswerUnderAnyHost(t *testing.T) {
	f := &fake{}
	h := f.handler()
	for _, path := range []string{"/healthz", "/readyz", "/api/fake/version"} {
		wantStatus(t, send(t, h, "GET "+path+" HTTP/1.1\nHost: probe.example"), 200)
	}
}

func TestAllowedHosts(t *testing.T) {
	f := &fake{}
	s := f.serve(server.Options{Hosts: []string{"ml.example", "Exact.example:8443", "*.inner.example", "fd00::7"}})
	h := s.Handler("127.0.0.1:80")
	for host, ok := range map[string]bool{
		"ml.example":              true,
		"ML.example:5000":         true,
		"exact.example:8443":      true,
		"exact.example":           false,
		"exact.example:80":        false,
		"a.inner.example":         true,
		"a.b.inner.example:1":     true,
		"inner.example":           false,
		".inner.example":          false,
		"evil@x.inner.example":    false,
		"evilinner.example":       false,
		"[fd00::7]:5000":          true,
		"localhost":               true,
		"localhost:80":            true,
		"ml.example.evil.example": false,
	} {
		if w := send(t, h, "GET "+things+" HTTP/1.1\nHost: "+host); (w.Code == 200) != ok {
			t.Errorf("Host %q: %d", host, w.Code)
		}
	}
	any := f.serve(server.Options{Hosts: []string{"*"}}).Handler(ourHost)
	wantStatus(t, send(t, any, "GET "+things+" HTTP/1.1\nHost: whatever.example"), 200)
}

func TestOnAllInterfacesTheAddressOfTheConnectionIsAHost(t *testing.T) {
	f := &fake{}
	for _, addr := range []string{"0.0.0.0:5000", "[::]:5000", ":5000"} {
		h := f.serve(server.Options{}).Handler(addr)
		for host, ok := range map[string]bool{"10.1.2.3:5000": true, "10.1.2.4:5000": false, "10.1.2.3:5001": false, "evil.example:5000": false} {
			r := httptest.NewRequest("GET", things, nil)
			r.Host = host
			local := &net.TCPAddr{IP: net.ParseIP("10.1.2.3"), Port: 5000}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(local))))
			if (w.Code == 200) != ok {
				t.Errorf("on %s, Host %q: %d", addr, host, w.Code)
			}
		}
	}
}

// Case H2.
func TestPagesOfOtherSitesChangeNothing(t *testing.T) {
	refused := []string{
		"Origin: http://evil.example",
		"Origin: null",
		"Origin: http://127.0.0.1:8080",
		"Origin: https://localhost:5000",
		"Origin: http://127.0.0.1:5000.evil.example",
		"Sec-Fetch-Site: cross-site",
		"Sec-Fetch-Site: same-site",
		"Sec-Fetch-Site: cross-site\nOrigin: http://127.0.0.1:5000",
		"Sec-Fetch-Site: same-origin\nSec-Fetch-Mode: no-cors",
		"Sec-Fetch-Mode: no-cors",
	}
	for _, headers := range refused {
		for _, start := range []string{
			"POST " + things + "/create", "PATCH " + things + "/update", "DELETE " + things + "/delete", "PUT /api/fake/files/a",
		} {
			f := &fake{}
			w := send(t, f.handler(), start+" HTTP/1.1\nHost: "+ourHost+"\nContent-Type: application/json\nContent-Length: 2\n"+headers+"\n\n{}")
			wantRefusal(t, f, w, 403)
		}
	}
}

func TestOurOwnPagesAndOtherProgramsPass(t *testing.T) {
	for _, headers := range []string{
		"User-Agent: mlflow-python-client",
		"Origin: http://127.0.0.1:5000",
		"Sec-Fetch-Site: same-origin\nOrigin: http://127.0.0.1:5000\nSec-Fetch-Mode: cors",
		"Sec-Fetch-Site: none",
	} {
		f := &fake{}
		wantStatus(t, post(t, f.handler(), things+"/create", "{}", headers), 200)
	}
}

// Case H4.
func TestNoAnswerInvitesOtherOrigins(t *testing.T) {
	f := &fake{}
	h := f.handler()
	preflight := "\nHost: " + ourHost + "\nOrigin: http://evil.example\nAccess-Control-Request-Method: POST\nAccess-Control-Request-Headers: content-type"
	for _, request := range []string{
		"OPTIONS " + things + "/create HTTP/1.1" + preflight,
		"OPTIONS /api/fake/files/a HTTP/1.1" + preflight,
		"OPTIONS / HTTP/1.1" + preflight,
		"GET " + things + " HTTP/1.1\nHost: " + ourHost + "\nOrigin: http://evil.example",
	} {
		w := send(t, h, request)
		if strings.HasPrefix(request, "OPTIONS") && w.Code < 400 {
			t.Errorf("%q is granted with %d", request, w.Code)
		}
		for name := range w.Header() {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%q is answered with %s", request, name)
			}
		}
	}
}

// Case H10.
func TestEveryAnswerForbidsSniffingFramesAndScripts(t *testing.T) {
	f := &fake{hook: func(w http.ResponseWriter, r *http.Request) { panic("boom") }}
	h := f.handler()
	for _, target := range []string{"/", "/healthz", "/metrics", "/nothing", things, "/api/fake/nothing", "/api//x", "/api/fake/version"} {
		w := get(t, h, target)
		for name, want := range map[string]string{
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q", target, name, got)
			}
		}
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: Content-Security-Policy is %q", target, csp)
		}
		if w.Header().Get("Content-Type") == "" {
			t.Errorf("%s: no Content-Type", target)
		}
	}
}
