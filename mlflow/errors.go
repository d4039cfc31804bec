package mlflow

import (
	"log/slog"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/pedigree-ml/pedigree"
)

// An errorForm is how one code looks on the wire.
type errorForm struct {
	status int
	code   string // error_code, by which clients choose what to raise
	class  string // error_class
}

// errorForms has one row per code. Clients choose their exception by the code
// and retry by the status.
var errorForms = map[pedigree.Code]errorForm{
	pedigree.Internal:        {http.StatusInternalServerError, "INTERNAL_ERROR", "INTERNAL_ERROR"},
	pedigree.Invalid:         {http.StatusBadRequest, "INVALID_PARAMETER_VALUE", "INVALID_PARAMETER_VALUE"},
	pedigree.NotFound:        {http.StatusNotFound, "RESOURCE_DOES_NOT_EXIST", "RESOURCE_NOT_FOUND"},
	pedigree.AlreadyExists:   {http.StatusBadRequest, "RESOURCE_ALREADY_EXISTS", "RESOURCE_ALREADY_EXISTS"},
	pedigree.BadState:        {http.StatusInternalServerError, "INVALID_STATE", "INVALID_STATE"},
	pedigree.Unauthenticated: {http.StatusUnauthorized, "UNAUTHENTICATED", "UNAUTHENTICATED"},
	pedigree.Denied:          {http.StatusForbidden, "PERMISSION_DENIED", "PERMISSION_DENIED"},
	pedigree.TooLarge:        {http.StatusRequestEntityTooLarge, "INVALID_PARAMETER_VALUE", "INVALID_PARAMETER_VALUE"},
	pedigree.Aborted:         {http.StatusConflict, "ABORTED", "ABORTED"},
	pedigree.Exhausted:       {http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "RESOURCE_EXHAUSTED"},
	pedigree.Unavailable:     {http.StatusServiceUnavailable, "TEMPORARILY_UNAVAILABLE", "TEMPORARILY_UNAVAILABLE"},
	pedigree.Unimplemented:   {http.StatusNotImplemented, "NOT_IMPLEMENTED", "NOT_IMPLEMENTED"},
}

// sqlState is the same for every error of the wire.
const sqlState = "KAM00"

// fail answers with err in MLflow's form. Of an internal error the client
// learns only the id under which the log tells the rest.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	code := pedigree.CodeOf(err)
	form := errorForms[code]
	message := err.Error()
	if code == pedigree.Internal {
		id := w.Header().Get("X-Request-Id")
		h.log.LogAttrs(r.Context(), slog.LevelError, "request failed",
			slog.String("request", id), slog.String("path", r.URL.Path), slog.Any("error", err))
		message = "Internal error, see the server's log"
		if id != "" {
			message += " for request " + id
		}
	}
	writeError(w, form, message)
}

// writeError writes one error body.
func writeError(w http.ResponseWriter, form errorForm, message string) {
	b := append([]byte(nil), `{"error_code": `...)
	b = appendString(b, form.code)
	b = append(b, `, "message": `...)
	b = appendString(b, message)
	b = append(b, `, "sqlstate": "`+sqlState+`", "error_class": `...)
	b = appendString(b, form.class)
	b = append(b, '}')
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(form.status)
	w.Write(b)
}

// appendString appends s as a JSON string. Bytes that are not UTF-8 become
// replacement characters.
func appendString(b []byte, s string) []byte {
	b, err := jsontext.AppendQuote(b, s)
	_ = err // only says that a byte was replaced
	return b
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

// notFound answers for a path that MLflow does not have.
func notFound(w http.ResponseWriter, _ *http.Request) {
	writePage(w, http.StatusNotFound, notFoundPage)
}

// wrongMethod answers for a path that MLflow has under another method. The
// server has set Allow.
func wrongMethod(w http.ResponseWriter, _ *http.Request) {
	writePage(w, http.StatusMethodNotAllowed, wrongMethodPage)
}

func writePage(w http.ResponseWriter, status int, page string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(status)
	w.Write([]byte(page))
}
