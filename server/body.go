package server

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

var errBodyTooLarge = pedigree.Errorf(pedigree.TooLarge, "the request body is too large")

// checkDeclaredSize refuses a body that says of itself that it is too large.
func checkDeclaredSize(r *http.Request, limit int64) error {
	if limit >= 0 && r.ContentLength > limit {
		return errBodyTooLarge
	}
	return nil
}

// admitBody checks what kind of body the request brings and puts the limits of
// bytes and time around it. An operation that takes none never sees one.
func (x *exchange) admitBody(r *http.Request, kind route.Body, limit int64, compressed bool) error {
	if r.ContentLength == 0 || r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	if kind == route.NoBody {
		r.Body = http.NoBody
		return nil
	}
	encoding := r.Header["Content-Encoding"]
	compressed = compressed && packed(encoding)
	if len(encoding) > 0 && !plain(encoding) && !compressed {
		return withStatus(http.StatusUnsupportedMediaType, "compressed request bodies are not supported")
	}
	if kind == route.JSONBody && !isJSON(r.Header["Content-Type"]) {
		return withStatus(http.StatusUnsupportedMediaType, "the request body must be of type application/json")
	}
	x.body = body{exchange: x, from: r.Body, left: limit, unlimited: limit < 0}
	if kind == route.JSONBody {
		x.body.until = x.start.Add(x.gate.server.limits.JSONTime)
	}
	r.Body = &x.body
	if compressed {
		unpack(r, limit)
	}
	return nil
}

func plain(encodings []string) bool {
	for _, e := range encodings {
		if e != "" && !strings.EqualFold(e, "identity") {
			return false
		}
	}
	return true
}

// isJSON reports whether the one content type is JSON. A page of another site
// cannot send that type without asking first.
func isJSON(types []string) bool {
	if len(types) != 1 {
		return false
	}
	if types[0] == "application/json" {
		return true
	}
	media, _, _ := strings.Cut(types[0], ";")
	return strings.EqualFold(strings.TrimSpace(media), "application/json")
}

// A body is a request body that ends in a *pedigree.Error when it is too
// large, stalls or breaks off, so that a handler can pass the error on.
type body struct {
	exchange  *exchange
	from      io.ReadCloser
	left      int64
	unlimited bool
	ended     bool      // nothing is left to read
	armed     time.Time // when the deadline of the connection was last set
	until     time.Time // when all of it must be there; zero for no such time
}

// Read reads some of the body.
func (b *body) Read(p []byte) (int, error) {
	if !b.unlimited && int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	b.expectProgress()
	n, err := b.from.Read(p)
	if !b.unlimited {
		if b.left -= int64(n); b.left < 0 {
			return 0, errBodyTooLarge
		}
	}
	if err == io.EOF {
		b.release()
		return n, err
	}
	return n, bodyError(err)
}

// Close reads what is left, within reason, so that the connection can serve
// another request.
func (b *body) Close() error {
	if b.ended {
		return nil
	}
	b.expectProgress()
	err := b.from.Close()
	b.release()
	return err
}

// expectProgress gives the client the time of a stall from now on, and the
// handler as much more. The server itself lifts the deadline when the body has
// been read.
func (b *body) expectProgress() {
	x, now := b.exchange, time.Now()
	limits := &x.gate.server.limits
	if now.Sub(b.armed) <= limits.rearm() {
		return
	}
	b.armed = now
	deadline := now.Add(limits.StallTime)
	if !b.until.IsZero() && b.until.Before(deadline) {
		deadline = b.until
	}
	_ = x.control.SetReadDeadline(deadline) // not every test has a connection
	x.wait(limits.StallTime + limits.AnswerTime)
}

// release ends the watch over the body. The handler's own time starts now.
func (b *body) release() {
	b.ended = true
	b.exchange.wait(b.exchange.gate.server.limits.AnswerTime)
}

func bodyError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return pedigree.Hide(pedigree.Invalid, err, "the request body stalled")
	}
	return pedigree.Hide(pedigree.Invalid, err, "the request body broke off")
}
