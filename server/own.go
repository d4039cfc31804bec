package server

import (
	"io"
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

const metricsPattern = "/metrics"

// ownWire is what the server itself answers: whether it lives, whether it can
// work, and how much it did.
func (s *Server) ownWire() route.Wire {
	metrics := promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{DisableCompression: true})
	return route.Wire{
		Name: "pedigree",
		Routes: []route.Route{
			{Method: http.MethodGet, Pattern: "/healthz", Permission: route.Public, Handler: healthy},
			{Method: http.MethodGet, Pattern: "/readyz", Permission: route.Public, Handler: s.readiness},
			{Method: http.MethodGet, Pattern: metricsPattern, Permission: route.Manage, Handler: metrics.ServeHTTP},
		},
		Fail: plainFail,
	}
}

// healthy says that the process answers.
func healthy(w http.ResponseWriter, _ *http.Request) { plainText(w, http.StatusOK, "ok\n") }

// readiness says whether requests should be sent here: not while draining, and
// not when the store cannot be read.
func (s *Server) readiness(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		plainText(w, http.StatusServiceUnavailable, "draining\n")
		return
	}
	if s.ready != nil {
		if err := s.ready(r.Context()); err != nil {
			route.Report(w, err)
			plainText(w, http.StatusServiceUnavailable, "not ready\n")
			return
		}
	}
	plainText(w, http.StatusOK, "ready\n")
}

// benchRoute is an operation that does nothing but what every operation does.
func benchRoute() route.Route {
	return route.Route{
		Method: http.MethodPost, Pattern: "/bench/noop", Permission: route.Write, Body: route.JSONBody,
		Handler: func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				plainFail(w, r, err)
				return
			}
			h := w.Header()
			h.Set("Content-Type", "application/json")
			h.Set("Content-Length", "2")
			_, _ = io.WriteString(w, "{}")
		},
	}
}

// statusOf turns a code into the status of an answer in plain text.
var statusOf = map[pedigree.Code]int{
	pedigree.Internal:        http.StatusInternalServerError,
	pedigree.Invalid:         http.StatusBadRequest,
	pedigree.NotFound:        http.StatusNotFound,
	pedigree.AlreadyExists:   http.StatusConflict,
	pedigree.BadState:        http.StatusConflict,
	pedigree.Unauthenticated: http.StatusUnauthorized,
	pedigree.Denied:          http.StatusForbidden,
	pedigree.TooLarge:        http.StatusRequestEntityTooLarge,
	pedigree.Aborted:         http.StatusConflict,
	pedigree.Exhausted:       http.StatusTooManyRequests,
	pedigree.Unavailable:     http.StatusServiceUnavailable,
	pedigree.Unimplemented:   http.StatusMethodNotAllowed,
	pedigree.OutOfRange:      http.StatusBadRequest,
}

// plainFail answers with err where no wire has a form for it.
func plainFail(w http.ResponseWriter, _ *http.Request, err error) {
	route.Report(w, err)
	code := pedigree.CodeOf(err)
	message := "internal error, see the server's log"
	if code != pedigree.Internal {
		message = err.Error()
	}
	plainText(w, statusOf[code], message+"\n")
}

func plainText(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // the client may be gone
}
