package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree/route"
)

// A table finds the operation of a request. Only what is in it can be called.
type table struct {
	mux      *http.ServeMux
	wires    []*route.Wire
	fallback *route.Wire // answers where no prefix fits: the server itself
	routes   []route.Route
	methods  []string // every method in use, for the Allow header
}

// newTable mounts wires, of which the first answers where no prefix fits.
func newTable(s *Server, wires []route.Wire) *table {
	t := &table{mux: http.NewServeMux(), fallback: &wires[0]}
	taken := make(map[string]bool)
	for i := range wires {
		w := &wires[i]
		t.wires = append(t.wires, w)
		for _, r := range w.Routes {
			t.mount(s, w, r, taken)
		}
	}
	t.mountMisses(taken)
	return t
}

func (t *table) mount(s *Server, w *route.Wire, r route.Route, taken map[string]bool) {
	name := r.Method + " " + r.Pattern
	switch {
	case r.Permission == "":
		panic(fmt.Sprintf("server: %s: %s declares no permission", w.Name, name))
	case r.Method == "" || !strings.HasPrefix(r.Pattern, "/"):
		panic(fmt.Sprintf("server: %s: %q needs a method and a path", w.Name, name))
	case r.Handler == nil:
		panic(fmt.Sprintf("server: %s: %s has no handler", w.Name, name))
	case taken[name]:
		panic(fmt.Sprintf("server: %s: %s is declared twice", w.Name, name))
	}
	taken[name] = true
	t.mux.Handle(name, &operation{server: s, wire: w, route: r, meter: s.metrics.meter(name)})
	t.routes = append(t.routes, r)
	if !slices.Contains(t.methods, r.Method) {
		t.methods = append(t.methods, r.Method)
	}
}

// mountMisses mounts what answers where no operation does. A pattern that ends
// in "/{rest...}" would make the mux redirect the path without its last slash;
// that path is a miss like any other.
func (t *table) mountMisses(taken map[string]bool) {
	miss := &miss{t}
	t.mux.Handle("/", miss)
	for _, r := range t.routes {
		parent, _, multi := strings.Cut(r.Pattern, "...}")
		if !multi && !strings.HasSuffix(r.Pattern, "/") {
			continue
		}
		parent = parent[:strings.LastIndexByte(parent, '/')]
		name := r.Method + " " + parent
		if parent != "" && !taken[name] {
			taken[name] = true
			t.mux.Handle(name, miss)
		}
	}
}

// nameSlashes says which escaped slashes the operation that a request is for
// takes. The mux matches a path before it decodes it, segment by segment.
func (t *table) nameSlashes(r *http.Request) nameSlashes {
	h, _ := t.mux.Handler(r)
	switch o, ok := h.(*operation); {
	case ok && o.route.URLInNames:
		return anySlashes
	case ok && o.route.SlashInNames:
		return innerSlashes
	}
	return noSlashes
}

// looseSlashes reports whether a request has slashes that its wire does without.
// What it asks is the path as it came, so that no escape stands for a prefix.
func (t *table) looseSlashes(r *http.Request) bool {
	raw, _, _ := strings.Cut(r.RequestURI, "?")
	if !strings.HasSuffix(raw, "/") && !strings.Contains(raw, "//") {
		return false
	}
	return t.wireFor(raw).LooseSlashes
}

// wireFor gives the wire with the longest prefix that the path lies under.
func (t *table) wireFor(path string) *route.Wire {
	best, longest := t.fallback, -1
	for _, w := range t.wires {
		for _, prefix := range w.Prefixes {
			prefix = strings.TrimSuffix(prefix, "/")
			if len(prefix) > longest && under(path, prefix) {
				best, longest = w, len(prefix)
			}
		}
	}
	return best
}

func under(path, prefix string) bool {
	rest, ok := strings.CutPrefix(path, prefix)
	return ok && (rest == "" || rest[0] == '/')
}

// allowed gives the methods under which the path is an operation.
func (t *table) allowed(u *url.URL) []string {
	var methods []string
	for _, method := range t.methods {
		h, _ := t.mux.Handler(&http.Request{Method: method, URL: u})
		if _, ok := h.(*operation); !ok {
			continue
		}
		methods = append(methods, method)
		if method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

func without(routes []route.Route, pattern string) []route.Route {
	return slices.DeleteFunc(slices.Clone(routes), func(r route.Route) bool { return r.Pattern == pattern })
}
