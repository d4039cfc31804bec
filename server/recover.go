package server

import (
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/pedigree-ml/pedigree"
)

// recovered answers for a handler that panicked and lets the process live. An
// answer that has begun cannot be taken back: its connection is cut, so that
// the client does not take a part for the whole.
func (x *exchange) recovered(p any) {
	if p == http.ErrAbortHandler {
		x.aborted = true
		return
	}
	x.gate.server.log.LogAttrs(x.request.Context(), slog.LevelError, "panic in a handler",
		slog.String("request", x.id[0]),
		slog.String("operation", x.meter.operation),
		slog.Any("panic", p),
		slog.String("stack", cut(string(debug.Stack()), maxStack)))
	if x.status != 0 {
		x.aborted = true
		return
	}
	x.refuse(x.wire, pedigree.Errorf(pedigree.Internal, "a defect of the server"))
}

const maxStack = 8 << 10
