package server

import (
	"net/http"
	"path"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// A gate is the way into a server on one listener.
type gate struct {
	server *Server
	table  *table
	hosts  *hosts
}

// ServeHTTP takes one request through the guards.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor == 2 && g.table == g.server.main && isGRPC(r.Header.Get("Content-Type")) {
		g.serveRPC(w, r)
		return
	}
	x := begin(g, w, r)
	defer x.end()
	if g.table.looseSlashes(r) {
		r = withoutLooseSlashes(r)
	}
	if err := checkTarget(r, g.table.nameSlashes); err != nil {
		// Only the words of the refusal hang on this path, so it may be cleaned.
		x.refuse(g.table.wireFor(path.Clean(r.URL.Path)), err)
		return
	}
	g.table.mux.ServeHTTP(x, r)
}

// A miss answers for paths that are no operation.
type miss struct{ table *table }

// ServeHTTP answers in the form of the wire whose prefix fits, once the caller
// has shown to be no web page of another site.
func (m *miss) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := w.(*exchange)
	wire := m.table.wireFor(r.URL.Path)
	x.wire = wire
	if err := x.checkSender(r); err != nil {
		x.refuse(wire, err)
		return
	}
	if r.Method == http.MethodOptions && x.gate.offersWeb(r.URL.Path) && x.gate.server.origins.preflight(x, r) {
		return
	}
	methods := m.table.allowed(r.URL)
	if len(methods) == 0 {
		answerOr(wire.NotFound, pedigree.NotFound, "no such path")(w, r)
		return
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	answerOr(wire.WrongMethod, pedigree.Unimplemented, "the method is not allowed for this path")(w, r)
}

// answerOr gives the wire's own answer, or else a plain one.
func answerOr(own http.HandlerFunc, code pedigree.Code, message string) http.HandlerFunc {
	if own != nil {
		return own
	}
	return func(w http.ResponseWriter, r *http.Request) {
		plainFail(w, r, pedigree.Errorf(code, "%s", message))
	}
}
