// Package atlas is the protocol of Apache Atlas: its REST operations of version
// 2 and those of version 1 that clients still call, JSON below /api/atlas. It
// decodes, calls the rules and encodes; it holds no rule of its own.
package atlas

import (
	"net/http"
	"os"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/census"
	"github.com/pedigree-ml/pedigree/discovery"
	"github.com/pedigree-ml/pedigree/glossary"
	"github.com/pedigree-ml/pedigree/notice"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/transfer"
)

// base is what all paths begin with, v2 what those of version 2 do.
const (
	base = "/api/atlas"
	v2   = "/v2"
)

// Services are the rules that the wire calls.
type Services struct {
	Types      *schema.Service
	Entities   *catalog.Service
	Glossaries *glossary.Service
	Discovery  *discovery.Service
	Transfers  *transfer.Service
	Notices    *notice.Service
	Census     *census.Service

	Version   string   // of this server
	ImportDir *os.Root // where archives may lie that requests name; nil for nowhere
}

// A Handler answers requests of the protocol. Its operations are those of
// [Handler.Wire].
type Handler struct {
	Services
	timings timings
}

// New returns a handler that calls the given rules. What it hides from clients
// it hands to the log of whoever serves it; see [route.Report].
func New(s Services) *Handler { return &Handler{Services: s} }

// Wire is the protocol as the server mounts it.
func (h *Handler) Wire() route.Wire {
	return route.Wire{
		Name:         "atlas",
		Routes:       h.routes(),
		Prefixes:     []string{base},
		LooseSlashes: true, // clients put paths together of parts that bring slashes of their own
		Fail:         fail,
		NotFound:     notFound,
		WrongMethod:  wrongMethod,
	}
}

// operations are all rows of the wire's table, each group in the file of its name.
func (h *Handler) operations() []operation {
	return slices.Concat(
		h.typeRoutes(),
		h.v1TypeRoutes(),
		h.entityRoutes(),
		h.entityNoteRoutes(),
		h.relationshipRoutes(),
		h.glossaryRoutes(),
		h.adminRoutes(),
		h.transferRoutes(),
		h.notificationRoutes(),
		h.businessTableRoutes(),
		h.v1EntityRoutes(),
		h.searchRoutes(),
		h.v1SearchRoutes(),
		h.lineageRoutes(),
		h.v1LineageRoutes(),
	)
}

// A call answers a request, or says why not.
type call func(http.ResponseWriter, *http.Request) error

// An operation is one row of the table of the wire. Its path lies below [base].
type operation struct {
	method     string
	path       string
	permission route.Permission
	call       call
	body       route.Body // where it is not that of its method: none for GET, else JSON
	noBody     bool       // none is read, whatever the method
	maxBody    int64      // bytes, if not [maxJSON]
	stream     bool       // see [route.Route]
}

// maxJSON bounds a body of JSON: clients write thousands of entities in one.
const maxJSON = 32 << 20

func (o operation) route() route.Route {
	r := route.Route{
		Method: o.method, Pattern: base + o.path, Permission: o.permission,
		Body: o.body, MaxBody: o.maxBody, Stream: o.stream, Handler: o.handle,
	}
	if o.body == route.NoBody && !o.noBody && o.method != http.MethodGet {
		r.Body = route.JSONBody
	}
	if o.maxBody == 0 {
		r.MaxBody = maxJSON
	}
	return r
}

func (h *Handler) routes() []route.Route {
	var routes []route.Route
	for _, o := range h.operations() {
		r := o.route()
		if name := timedAs[o.method+" "+o.path]; name != "" {
			r.Handler = h.timings.of(name, r.Handler)
		}
		routes = append(routes, r)
	}
	return routes
}

// handle makes the sender the actor and turns the error of a call into an answer.
func (o operation) handle(w http.ResponseWriter, r *http.Request) {
	err := o.checkLengths(r)
	if err == nil {
		err = o.call(w, withUser(r))
	}
	if err != nil {
		fail(w, r, err)
	}
}

// withUser names who sends a request, as basic authentication says it: the server
// has decided already that the sender may.
func withUser(r *http.Request) *http.Request {
	name, _, ok := r.BasicAuth()
	if !ok || name == "" {
		return r
	}
	a := pedigree.ActorOf(r.Context())
	a.Name = name
	return r.WithContext(pedigree.WithActor(r.Context(), a))
}

// byLast picks a call by the last segment of a path, which the pattern names
// {last}. The mux takes two patterns of which each is the more special in another
// segment for a mistake: the one whose last segment is fixed goes by this.
func byLast(calls map[string]call) call {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, ok := calls[r.PathValue("last")]
		if !ok {
			notFound(w, r)
			return nil
		}
		return c(w, r)
	}
}
