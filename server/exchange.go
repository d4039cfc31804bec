package server

import (
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/pedigree-ml/pedigree/route"
)

// An exchange is one request and its answer: the response writer that handlers
// are given, and what the guards know.
type exchange struct {
	http.ResponseWriter
	gate     *gate
	request  *http.Request
	control  http.ResponseController
	wire     *route.Wire
	meter    *meter
	patience *time.Timer // ends the handler that has not begun to answer
	late     atomic.Bool // set when it has
	aborted  bool        // the answer cannot be completed
	err      error       // as reported by the wire
	start    time.Time
	armed    time.Time // when the deadline for writing was last set
	crowd    int64     // requests in flight when this one came, itself included
	written  int64     // bytes of the answer's body
	status   int       // 0 until the answer begins
	force    int       // status to answer with, whatever the wire would say
	id       [1]string
	body     body
}

// begin opens the exchange.
func begin(g *gate, w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{ResponseWriter: w, gate: g, request: r, start: time.Now()}
	x.control = *http.NewResponseController(w)
	x.armed = x.start
	x.meter = g.server.metrics.none
	x.crowd = g.server.inFlight.Add(1)
	x.id[0] = requestID(r)
	h := w.Header()
	h["X-Request-Id"] = x.id[:]
	setSecurityHeaders(h)
	return x
}

// end closes the exchange, also when the handler panics.
func (x *exchange) end() {
	if p := recover(); p != nil {
		x.recovered(p)
	}
	if x.patience != nil {
		x.patience.Stop()
	}
	x.gate.server.inFlight.Add(-1)
	took := time.Since(x.start)
	x.expectRest(x.start.Add(took))
	x.meter.count(x.code(), took)
	x.log(took)
	if x.aborted {
		panic(http.ErrAbortHandler)
	}
}

// clientGone stands in logs and metrics for the status that nobody read.
const clientGone = 499

func (x *exchange) code() int {
	switch {
	case x.status == 0:
		return http.StatusOK
	case x.status >= http.StatusInternalServerError && x.request.Context().Err() != nil:
		return clientGone
	}
	return x.status
}

// refuse answers with err in the form of the wire.
func (x *exchange) refuse(w *route.Wire, err error) {
	if s, ok := errors.AsType[*statusError](err); ok {
		x.force = s.status
		err = s.err
	}
	if w == nil || w.Fail == nil {
		plainFail(x, x.request, err)
		return
	}
	w.Fail(x, x.request, err)
}

// wait gives the handler some time from now on to begin its answer.
func (x *exchange) wait(d time.Duration) {
	if x.patience != nil && x.status == 0 {
		x.patience.Reset(d)
	}
}

// Unwrap gives the server's own writer, for [http.ResponseController].
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// Report keeps the error behind an answer for the log.
func (x *exchange) Report(err error) { x.err = err }

// StatusFor gives the status of an answer to which the wire gives the one said.
func (x *exchange) StatusFor(said int) int {
	switch {
	case x.force != 0 && said >= http.StatusBadRequest:
		return x.force
	case said >= http.StatusInternalServerError && x.late.Load():
		return http.StatusServiceUnavailable
	}
	return said
}

// WriteHeader begins the answer.
func (x *exchange) WriteHeader(status int) {
	status = x.StatusFor(status)
	if x.status == 0 && status >= http.StatusOK {
		x.answering(status)
	}
	x.ResponseWriter.WriteHeader(status)
}

func (x *exchange) answering(status int) {
	x.status = status
	if x.patience != nil {
		x.patience.Stop()
	}
}

// Write writes some of the answer's body, in pieces so that the client has the
// time of a stall to take each.
func (x *exchange) Write(p []byte) (int, error) {
	if x.status == 0 {
		x.answering(http.StatusOK)
	}
	var total int
	for {
		part := p[:min(len(p), piece)]
		x.expectProgress(time.Now())
		n, err := x.ResponseWriter.Write(part)
		total += n
		if p = p[len(part):]; err != nil || len(p) == 0 {
			x.written += int64(total)
			return total, err
		}
	}
}

// ReadFrom copies src to the answer, by the kernel where src is a file, in
// pieces so that each has the time of a stall.
func (x *exchange) ReadFrom(src io.Reader) (int64, error) {
	if x.status == 0 {
		x.answering(http.StatusOK)
	}
	var total int64
	for {
		x.expectProgress(time.Now())
		n, more, err := x.copyPiece(src)
		total += n
		x.written += n
		if err != nil || !more {
			return total, err
		}
	}
}

// piece is copied to a client within one stall time: 35 KB/s at least.
const piece = 1 << 20

// copyPiece unpacks the one limit that [io.CopyN] puts around a file, since the
// kernel's copy sees a file through one limit only.
func (x *exchange) copyPiece(src io.Reader) (n int64, more bool, err error) {
	outer, limited := src.(*io.LimitedReader)
	if !limited {
		n, err = io.Copy(x.ResponseWriter, &io.LimitedReader{R: src, N: piece})
		return n, n == piece, err
	}
	inner := &io.LimitedReader{R: outer.R, N: min(outer.N, piece)}
	n, err = io.Copy(x.ResponseWriter, inner)
	outer.N -= n
	return n, n == piece && outer.N > 0, err
}

// expectProgress gives the client the time of a stall from now on. The server's
// write timeout covers what is answered at once, so most answers need no call.
func (x *exchange) expectProgress(now time.Time) {
	if limits := &x.gate.server.limits; now.Sub(x.armed) > limits.rearm() {
		x.armed = now
		_ = x.control.SetWriteDeadline(now.Add(limits.StallTime)) // not every test has a connection
	}
}

// expectRest gives the client time for what happens after the handler: the
// server reads what is left of the body, within reason, and then flushes the
// answer.
func (x *exchange) expectRest(now time.Time) {
	if x.request.ContentLength == 0 || x.body.ended {
		x.expectProgress(now)
		return
	}
	x.body.exchange = x
	x.body.expectProgress()
	_ = x.control.SetWriteDeadline(now.Add(2 * x.gate.server.limits.StallTime)) // not every test has a connection
}

// Flush sends what is buffered.
func (x *exchange) Flush() { _ = x.FlushError() }

// FlushError sends what is buffered.
func (x *exchange) FlushError() error {
	if x.status == 0 {
		x.answering(http.StatusOK)
	}
	x.expectProgress(time.Now())
	return x.control.Flush()
}
