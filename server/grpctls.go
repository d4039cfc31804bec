package server

import (
	"net/http"
	"time"

	"google.golang.org/grpc/status"
)

// serveRPC hands a request for gRPC that came with TLS over to grpc-go. What
// speaks HTTP/2 with TLS may be a browser, so the sender is checked first.
func (g *gate) serveRPC(w http.ResponseWriter, r *http.Request) {
	rpc := g.server.rpc
	m := rpc.methods[r.URL.Path]
	if err := g.checkCaller(r); err != nil {
		c := rpc.orUnknown(m).begin(r.Context())
		s, _ := status.FromError(c.end(nil, err))
		h := w.Header()
		h.Set("Content-Type", "application/grpc")
		setStatus(h, s)
		w.WriteHeader(http.StatusOK)
		return
	}
	g.allowTime(m, w)
	rpc.inner.ServeHTTP(w, r)
}

// checkCaller leaves Host alone: clients of gRPC give names of their own choice,
// and a page whose name was made to resolve to this machine has no certificate
// for it.
func (g *gate) checkCaller(r *http.Request) error {
	if err := checkHeaders(r, &g.server.limits); err != nil {
		return err
	}
	return g.server.origins.check(r)
}

// allowTime limits how long a unary call may take, as [rpc.bound] does.
func (g *gate) allowTime(m *method, w http.ResponseWriter) {
	var read, write time.Time
	if m == nil || m.unary != nil {
		read = time.Now().Add(g.server.limits.callTime())
		write = read.Add(g.server.limits.StallTime)
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(read) // every connection of HTTP/2 has both
	_ = control.SetWriteDeadline(write)
}

func (r *rpc) orUnknown(m *method) *method {
	if m == nil {
		return r.unknown
	}
	return m
}
