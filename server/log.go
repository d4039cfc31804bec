package server

import (
	"log"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// maxLogged is the most bytes of one value in a log line.
const maxLogged = 2 << 10

// log writes one line: failures of the server as errors, all else for
// debugging. Bodies, query strings and headers are never part of it.
func (x *exchange) log(took time.Duration) {
	code := x.code()
	level := slog.LevelDebug
	if code >= http.StatusInternalServerError && x.err != nil && pedigree.CodeOf(x.err) == pedigree.Internal {
		level = slog.LevelError
	}
	logger, ctx := x.gate.server.log, x.request.Context()
	if !logger.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("request", x.id[0]),
		slog.String("operation", x.meter.operation),
		slog.Int("status", code),
		slog.Duration("took", took),
		slog.Int64("bytes", x.written),
		slog.String("peer", x.request.RemoteAddr),
	}
	if x.meter == x.gate.server.metrics.none {
		attrs = append(attrs, slog.String("method", cut(x.request.Method, 16)), slog.String("path", cut(x.request.URL.Path, 256)))
	}
	if x.err != nil {
		attrs = append(attrs, slog.String("error", cut(x.err.Error(), maxLogged)))
	}
	logger.LogAttrs(ctx, level, "request", attrs...)
}

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// connectionLog is where net/http says what went wrong below the requests:
// broken handshakes and headers, which are the client's doing.
func (s *Server) connectionLog() *log.Logger {
	return slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)
}
