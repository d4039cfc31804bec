package server_test

import (
	"log/slog"
	"net/http"
	"testing"

	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/server"
)

// loose is the fake wire as one that does without loose slashes, beside one that
// does not, below a longer prefix.
func loose(f *fake) http.Handler {
	w := f.wire()
	w.LooseSlashes = true
	strict := route.Wire{
		Name: "strict", Prefixes: []string{"/api/fake/strict"}, Fail: failJSON,
		Routes: []route.Route{{Method: "GET", Pattern: "/api/fake/strict/x", Permission: route.Read, Handler: f.handle}},
	}
	return server.New(server.Options{Wires: []route.Wire{w, strict}, Log: slog.New(slog.DiscardHandler)}).Handler(ourHost)
}

func TestAWireDoesWithoutLooseSlashes(t *testing.T) {
	for target, want := range map[string]string{
		"/api/fake/things/":                 things + " ",
		"/api/fake/things//":                things + " ",
		"/api/fake//things":                 things + " ",
		"/api/fake///things//?a=//b/":       things + " ",
		"/api/fake/types/a%2Fb//things":     "/api/fake/types/{path}/things a/b",
		"/api/fake/types/a%20b//things/":    "/api/fake/types/{path}/things a b",
		"/api/fake/place/s3%3A%2F%2Fb%2F//": "/api/fake/place/{path} s3://b/",
	} {
		f := &fake{}
		wantStatus(t, get(t, loose(f), target), 200)
		if calls := f.calls(); len(calls) != 1 || calls[0] != "GET "+want {
			t.Errorf("%s reached %q, want %q", target, calls, want)
		}
	}
}

// What is left is held to the same rules as any path.
func TestLooseSlashesHideNothing(t *testing.T) {
	for _, target := range []string{
		"//api/fake/things", "/api//fake/things", "/api/fake//../things", "/api/fake//%2e%2e/things", "/api/fake/things//%2f", "/api/fake%2f/things//",
		"/api/fake/types/a%2F%2Fb//things", "/api/fake//things;x/", "/api/fake/strict//x", "/api/fake/strict/x//", "//evil.example/api/fake/things/",
	} {
		f := &fake{}
		w := get(t, loose(f), target)
		wantStatus(t, w, 400)
		if calls := f.calls(); len(calls) > 0 || w.Header().Get("Location") != "" {
			t.Errorf("%s reached %q", target, calls)
		}
	}
	f := &fake{}
	wantStatus(t, get(t, loose(f), "/api/fake//nothing/"), 404)
	wantStatus(t, get(t, loose(f), "/api/fake/"), 404)
	wantStatus(t, get(t, loose(f), "/api/fake/strict/x/"), 404)
}
