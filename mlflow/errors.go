package mlflow

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// An errorForm is how one code looks on the wire.
type errorForm struct {
	status int
	code   string // error_code, by which clients choose what to raise
	class  string // error_class; upstream has none for some codes, and then no sqlstate either
	state  string // sqlstate
}

// What upstream says of mistakes of a client and of failures of its own.
const (
	clientState = "KAM00"
	systemState = "XXM00"
)

// errorForms has one row per code. Clients retry by the status, so an error
// that stays has none that they retry: upstream's 500 for a wrong state is a
// 400 here.
var errorForms = [...]errorForm{
	pedigree.Internal:        {http.StatusInternalServerError, "INTERNAL_ERROR", "CLIENT_INTERNAL_ERROR", systemState},
	pedigree.Invalid:         {http.StatusBadRequest, "INVALID_PARAMETER_VALUE", "INVALID_PARAMETER_VALUE", clientState},
	pedigree.NotFound:        {http.StatusNotFound, "RESOURCE_DOES_NOT_EXIST", "RESOURCE_NOT_FOUND", clientState},
	pedigree.AlreadyExists:   {http.StatusBadRequest, "RESOURCE_ALREADY_EXISTS", "RESOURCE_ALREADY_EXISTS", clientState},
	pedigree.BadState:        {http.StatusBadRequest, "INVALID_STATE", "CLIENT_INTERNAL_ERROR", systemState},
	pedigree.Unauthenticated: {http.StatusUnauthorized, "UNAUTHENTICATED", "", ""},
	pedigree.Denied:          {http.StatusForbidden, "PERMISSION_DENIED", "PERMISSION_DENIED", clientState},
	pedigree.TooLarge:        {http.StatusRequestEntityTooLarge, "INVALID_PARAMETER_VALUE", "INVALID_PARAMETER_VALUE", clientState},
	pedigree.Aborted:         {http.StatusConflict, "ABORTED", "", ""},
	pedigree.Exhausted:       {http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "", ""},
	pedigree.Unavailable:     {http.StatusServiceUnavailable, "TEMPORARILY_UNAVAILABLE", "CLIENT_INTERNAL_ERROR", systemState},
	pedigree.Unimplemented:   {http.StatusNotImplemented, "NOT_IMPLEMENTED", "", ""},
	pedigree.OutOfRange:      {http.StatusBadRequest, "INVALID_PARAMETER_VALUE", "INVALID_PARAMETER_VALUE", clientState},
}

// formOf gives the form of an error.
func formOf(err error) errorForm {
	if code := pedigree.CodeOf(err); int(code) < len(errorForms) {
		return errorForms[code]
	}
	return errorForms[pedigree.Internal]
}

// fail answers with err in MLflow's form. Of an internal error the client
// learns only the id under which the log tells the rest.
func (h *Handler) fail(w http.ResponseWriter, _ *http.Request, err error) {
	route.Report(w, err)
	form := formOf(err)
	writeError(w, form, publicMessage(w, form, err))
}

// publicMessage is what the client may read of err.
func publicMessage(w http.ResponseWriter, form errorForm, err error) string {
	if form.status != http.StatusInternalServerError {
		if e, ok := errors.AsType[*pedigree.Error](err); ok {
			return e.Message
		}
	}
	if id := w.Header().Get("X-Request-Id"); id != "" {
		return "Internal error. The server's log tells more under request " + id + "."
	}
	return "Internal error. The server's log tells more."
}

// writeError writes one error body.
func writeError(w http.ResponseWriter, form errorForm, message string) {
	b := textMember([]byte{'{'}, "error_code", form.code)
	b = textMember(b, "message", message)
	b = textIfAny(b, "sqlstate", form.state)
	b = append(textIfAny(b, "error_class", form.class), '}')
	header := w.Header()
	header["Content-Type"] = jsonType
	header["Content-Length"] = []string{strconv.Itoa(len(b))}
	w.WriteHeader(form.status)
	_, _ = w.Write(b) // there is nobody left to tell
}

const notFoundPage = `<!doctype html>
<html lang=en>
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>
`

const wrongMethodPage = `<!doctype html>
<html lang=en>
<title>405 Method Not Allowed</title>
<h1>Method Not Allowed</h1>
<p>The method is not allowed for the requested URL.</p>
`

// wrongMethod answers for a path that MLflow has under another method. The
// server has set Allow.
func wrongMethod(w http.ResponseWriter, _ *http.Request) {
	writeHTML(w, http.StatusMethodNotAllowed, wrongMethodPage)
}

func writeHTML(w http.ResponseWriter, status int, page string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(page)) // there is nobody left to tell
}
