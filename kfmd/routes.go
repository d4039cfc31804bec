package kfmd

import (
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// A collection is one of the two sorts of node that the protocol has, with the
// words that paths, messages and errors use for it.
type collection struct {
	*Handler
	kind  pedigree.Kind
	one   string // as member of an answer
	many  string
	title string
}

func (h *Handler) collections() []*collection {
	return []*collection{
		{h, pedigree.Artifact, "artifact", "artifacts", "Artifact"},
		{h, pedigree.Execution, "execution", "executions", "Execution"},
	}
}

// types is what paths and answers call the types of a collection.
func (c *collection) types() string { return c.one + "_types" }

// A call answers a request, or says why not.
type call func(http.ResponseWriter, *http.Request) error

// An operation is one row of the table of the wire.
type operation struct {
	method     string
	path       string
	permission route.Permission
	call       call
}

// operations are those of one collection. Names of types hold slashes, which
// clients send escaped or plain: a name in one segment leaves no doubt where it
// ends and goes first, the paths that end in "..." take all others.
func (c *collection) operations() []operation {
	types, named := "/"+c.types(), "/"+c.types()+"/{name}"
	deleteType, deleteNode := notOffered("Delete"+c.title+"Type"), notOffered("Delete"+c.title)
	return []operation{
		{"POST", types, route.Write, c.createType},
		{"PATCH", types, route.Write, c.updateType},
		{"GET", types, route.Read, c.listTypes},
		{"GET", named, route.Read, c.getType},
		{"DELETE", named, route.Delete, deleteType},

		{"POST", named + "/" + c.many, route.Write, c.create},
		{"GET", named + "/" + c.many, route.Read, c.list},
		{"GET", named + "/" + c.many + "/{id}", route.Read, c.get},
		{"DELETE", named + "/" + c.many + "/{id}", route.Delete, deleteNode},
		{"GET", "/" + c.many, route.Read, c.listAll},

		{"POST", types + "/{path...}", route.Write, c.plain(targets{nodes: c.create})},
		{"GET", types + "/{path...}", route.Read, c.plain(targets{typ: c.getType, nodes: c.list, node: c.get})},
		{"DELETE", types + "/{path...}", route.Delete, c.plain(targets{typ: deleteType, node: deleteNode})},

		{"GET", "/events/" + c.many + "/{id}", route.Read, c.listEvents},
	}
}

// routes are the operations as the server mounts them.
func (h *Handler) routes() []route.Route {
	operations := []operation{{"POST", "/events", route.Write, h.createEvent}}
	for _, c := range h.collections() {
		operations = append(operations, c.operations()...)
	}
	routes := make([]route.Route, 0, len(operations))
	for _, o := range operations {
		body := route.NoBody
		if o.method == http.MethodPost || o.method == http.MethodPatch {
			body = route.JSONBody
		}
		routes = append(routes, route.Route{
			Method: o.method, Pattern: base + o.path, Permission: o.permission, Body: body,
			SlashInNames: strings.Contains(o.path, "{name}"), Handler: handle(o.call),
		})
	}
	return routes
}

// handle turns the error of a call into an answer.
func handle(c call) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := c(w, r); err != nil {
			fail(w, r, err)
		}
	}
}

// targets are the calls for what a path with plain slashes may stand for; nil
// for what it may not.
type targets struct{ typ, nodes, node call }

// plain takes a path below the types apart from its end, where names of types
// cannot be mistaken for more than they are.
func (c *collection) plain(t targets) call {
	return func(w http.ResponseWriter, r *http.Request) error {
		name, id, to := r.PathValue("path"), "", t.typ
		if parent, last := cut(name); last == c.many && t.nodes != nil {
			name, to = parent, t.nodes
		} else if above, middle := cut(parent); middle == c.many && above != "" && t.node != nil {
			name, id, to = above, last, t.node
		}
		if to == nil {
			notFound(w, r)
			return nil
		}
		r.SetPathValue("name", name)
		r.SetPathValue("id", id)
		return to(w, r)
	}
}

// cut splits a path before its last segment.
func cut(path string) (parent, last string) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], path[i+1:]
}
