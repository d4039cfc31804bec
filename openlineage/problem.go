package openlineage

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// A problem is an error as Marquez writes it.
type problem struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// invalid is an event that is JSON and lacks what it must have, or says what
// cannot be. Marquez answers 422 for it, with a list.
type invalid struct{ problems []string }

func (e *invalid) Error() string { return strings.Join(e.problems, "; ") }

// Unwrap gives the error that the other wires would make of it.
func (e *invalid) Unwrap() error { return pedigree.Errorf(pedigree.Invalid, "%s", e.Error()) }

// malformed is the error of a body that is no event at all.
func malformed(message string) error { return pedigree.Errorf(pedigree.Invalid, "%s", message) }

func quote(text string) string {
	if len(text) > 100 {
		text = text[:100]
	}
	return strconv.Quote(text)
}

var statuses = [...]int{
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
	pedigree.Unimplemented:   http.StatusNotImplemented,
	pedigree.OutOfRange:      http.StatusBadRequest,
}

// statusOf gives the status of an error, and what a client may read of it.
func statusOf(err error) (status int, message string) {
	code := pedigree.CodeOf(err)
	if int(code) >= len(statuses) {
		code = pedigree.Internal
	}
	message = "The server's log tells more."
	if e, ok := errors.AsType[*pedigree.Error](err); ok && code != pedigree.Internal {
		message = e.Message
	}
	return statuses[code], message
}

// fail answers with err.
func fail(w http.ResponseWriter, _ *http.Request, err error) {
	route.Report(w, err)
	if list, ok := errors.AsType[*invalid](err); ok {
		write(w, http.StatusUnprocessableEntity, struct {
			Errors []string `json:"errors"`
		}{list.problems})
		return
	}
	status, message := statusOf(err)
	write(w, status, problem{status, message})
}

func notFound(w http.ResponseWriter, r *http.Request) {
	fail(w, r, pedigree.Errorf(pedigree.NotFound, "HTTP 404 Not Found"))
}

// wrongMethod answers for a path that exists under another method. The server
// has set Allow.
func wrongMethod(w http.ResponseWriter, _ *http.Request) {
	write(w, http.StatusMethodNotAllowed, problem{http.StatusMethodNotAllowed, "HTTP 405 Method Not Allowed"})
}
