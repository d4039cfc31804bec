package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/server"
)

func empty(http.ResponseWriter, *http.Request) {}

func TestNewPanicsOn(t *testing.T) {
	good := route.Route{Method: "GET", Pattern: "/a", Permission: route.Read, Handler: empty}
	change := func(f func(*route.Route)) route.Route { r := good; f(&r); return r }
	for name, routes := range map[string][]route.Route{
		"an operation without permission":  {change(func(r *route.Route) { r.Permission = "" })},
		"an operation without method":      {change(func(r *route.Route) { r.Method = "" })},
		"an operation without handler":     {change(func(r *route.Route) { r.Handler = nil })},
		"a pattern that names a host":      {change(func(r *route.Route) { r.Pattern = "example.com/a" })},
		"an operation declared twice":      {good, good},
		"an operation that takes our name": {change(func(r *route.Route) { r.Pattern = "/healthz" })},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			server.New(server.Options{Wires: []route.Wire{{Name: "w", Routes: routes}}})
		})
	}
}

func TestRoutesListsEverythingThatCanBeCalled(t *testing.T) {
	f := &fake{}
	var names []string
	for _, r := range f.serve(server.Options{BenchEndpoint: true}).Routes() {
		if r.Permission == "" {
			t.Errorf("%s %s has no permission", r.Method, r.Pattern)
		}
		names = append(names, r.Method+" "+r.Pattern)
	}
	for _, want := range []string{"GET /healthz", "GET /readyz", "GET /metrics", "POST /bench/noop", "POST " + things + "/create"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is missing from %q", want, names)
		}
	}
}

func TestUnknownPathsAreAnsweredByTheWireWhosePrefixFits(t *testing.T) {
	f := &fake{}
	h := f.handler()
	for _, path := range []string{"/api/fake", "/api/fake/", "/api/fake/nothing", things + "/", things + "/a/b", "/api/fake/files"} {
		wantRefusal(t, f, get(t, h, path), 404)
	}
	for _, path := range []string{"/nothing", "/api", "/api/fakes/things", "/API/fake/things"} {
		w := get(t, h, path)
		wantStatus(t, w, 404)
		if got := w.Header().Get("Content-Type"); got != "text/plain; charset=utf-8" || inWireForm(w) {
			t.Errorf("%s: %s %q, want plain text", path, got, w.Body)
		}
	}
}

func TestWrongMethodsLearnTheRightOnes(t *testing.T) {
	f := &fake{}
	h := f.handler()
	for _, c := range []struct{ method, path, allow string }{
		{"POST", things, "GET, HEAD"},
		{"GET", "/api/fake/files/a/b", ""},
		{"TRACE", things, "GET, HEAD"},
		{"OPTIONS", "/api/fake/files/a/b", "GET, HEAD, PUT"},
		{"PUT", things + "/create", "GET, HEAD, POST"},
		{"BREW", things + "/create", "GET, HEAD, POST"},
		{"DELETE", "/healthz", "GET, HEAD"},
	} {
		w := send(t, h, c.method+" "+c.path+" HTTP/1.1\nHost: "+ourHost)
		if c.allow == "" {
			wantStatus(t, w, 200)
			continue
		}
		wantStatus(t, w, 405)
		if got := w.Header().Get("Allow"); got != c.allow {
			t.Errorf("%s %s: Allow %q, want %q", c.method, c.path, got, c.allow)
		}
	}
}

func TestAnotherMethodOfASpecialPathFindsTheGeneralOne(t *testing.T) {
	f := &fake{}
	wantStatus(t, get(t, f.handler(), things+"/create"), 200)
	if got := f.calls(); len(got) != 1 || !strings.HasPrefix(got[0], "GET "+things+"/{id}") {
		t.Errorf("called %q", got)
	}
}
