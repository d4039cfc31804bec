package kfmd

import (
	"errors"
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// An errorForm is how one code looks on the wire: the status that grpc-gateway
// gives to a code of gRPC, and that code.
type errorForm struct{ status, code int }

// errorForms has one row per code.
var errorForms = [...]errorForm{
	pedigree.Internal:        {http.StatusInternalServerError, 13},
	pedigree.Invalid:         {http.StatusBadRequest, 3},
	pedigree.NotFound:        {http.StatusNotFound, 5},
	pedigree.AlreadyExists:   {http.StatusConflict, 6},
	pedigree.BadState:        {http.StatusBadRequest, 9},
	pedigree.Unauthenticated: {http.StatusUnauthorized, 16},
	pedigree.Denied:          {http.StatusForbidden, 7},
	pedigree.TooLarge:        {http.StatusRequestEntityTooLarge, 3},
	pedigree.Aborted:         {http.StatusConflict, 10},
	pedigree.Exhausted:       {http.StatusTooManyRequests, 8},
	pedigree.Unavailable:     {http.StatusServiceUnavailable, 14},
	pedigree.Unimplemented:   {http.StatusNotImplemented, 12},
	pedigree.OutOfRange:      {http.StatusBadRequest, 11},
}

// unknown is the form of an error of which the metadata-service says no more.
var unknown = errorForm{http.StatusInternalServerError, 2}

// A failure is an error's body.
type failure struct {
	Error   string `json:"error"`
	Message string `json:"message"` // the same
	Code    int    `json:"code"`
}

// fail answers with err. Of an internal error the client learns only the id
// under which the log tells the rest.
func fail(w http.ResponseWriter, _ *http.Request, err error) {
	route.Report(w, err)
	code := pedigree.CodeOf(err)
	if int(code) >= len(errorForms) {
		code = pedigree.Internal
	}
	message := "internal error; the server's log tells more"
	if id := w.Header().Get("X-Request-Id"); id != "" {
		message += " under request " + id
	}
	if e, ok := errors.AsType[*pedigree.Error](err); ok && code != pedigree.Internal {
		message = e.Message
	}
	write(w, errorForms[code].status, failure{message, message, errorForms[code].code})
}

// notOffered answers for what the metadata-service has paths for and never did.
func notOffered(operation string) call {
	message := "not implemented error: " + operation
	return func(w http.ResponseWriter, _ *http.Request) error {
		write(w, unknown.status, failure{message, message, unknown.code})
		return nil
	}
}

// notFound answers for a path that the protocol does not have.
func notFound(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
}

// wrongMethod answers for a path that exists under another method. The server
// has set Allow.
func wrongMethod(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
}
