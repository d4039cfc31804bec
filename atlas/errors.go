package atlas

import (
	"errors"
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/route"
)

// codeForms says how errors look that name no reason, such as those of the
// server's guards, by their code.
var codeForms = [...]errorCode{
	pedigree.Internal:        errorCodes[fault.InternalError],
	pedigree.Invalid:         errorCodes[fault.BadRequest],
	pedigree.NotFound:        errorCodes[fault.InstanceNotFound],
	pedigree.AlreadyExists:   errorCodes[fault.InstanceAlreadyExists],
	pedigree.BadState:        errorCodes[fault.BadRequest],
	pedigree.Unauthenticated: {http.StatusUnauthorized, "ATLAS-401-00-001"},
	pedigree.Denied:          errorCodes[fault.UnauthorizedAccess],
	pedigree.TooLarge:        {http.StatusRequestEntityTooLarge, errorCodes[fault.BadRequest].code},
	pedigree.Aborted:         {http.StatusConflict, errorCodes[fault.InstanceAlreadyExists].code},
	pedigree.Exhausted:       {http.StatusTooManyRequests, errorCodes[fault.BadRequest].code},
	pedigree.Unavailable:     {http.StatusServiceUnavailable, errorCodes[fault.InternalError].code},
	pedigree.Unimplemented:   {http.StatusNotImplemented, errorCodes[fault.BadRequest].code},
	pedigree.OutOfRange:      errorCodes[fault.BadRequest],
}

// A failure is an error's body.
type failure struct {
	Code    string `json:"errorCode"`
	Message string `json:"errorMessage"`
}

// A v1Failure is that of version 1.
type v1Failure struct {
	Error string `json:"error"`
}

// formOf gives the status and code of an error, and what a client may read of it.
func formOf(w http.ResponseWriter, err error) (errorCode, string) {
	if e, ok := errors.AsType[*fault.Error](err); ok && int(e.Reason) < len(errorCodes) {
		return errorCodes[e.Reason], e.Message
	}
	code := pedigree.CodeOf(err)
	if int(code) >= len(codeForms) {
		code = pedigree.Internal
	}
	if e, ok := errors.AsType[*pedigree.Error](err); ok && code != pedigree.Internal {
		return codeForms[code], e.Message
	}
	message := "Internal server error; the server's log tells more"
	if id := w.Header().Get("X-Request-Id"); id != "" {
		message += " under request " + id
	}
	return codeForms[pedigree.Internal], message
}

// fail answers with err in the form of the version that the path is of.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	route.Report(w, err)
	form, message := formOf(w, err)
	if form.status == http.StatusNoContent {
		w.WriteHeader(form.status)
		return
	}
	if isV1(r.URL.Path) {
		if fault.Is(err, fault.InstanceCrudInvalidParams) {
			form.status = http.StatusBadRequest // version 1 never had the odd 404
		}
		write(w, form.status, v1Failure{message})
		return
	}
	write(w, form.status, failure{form.code, message})
}

// isV1 tells paths of version 1 from the others. Those of administration are of
// both and have the errors of version 2.
func isV1(path string) bool {
	rest, ok := strings.CutPrefix(path, base+"/")
	first, _, _ := strings.Cut(rest, "/")
	switch first {
	case "entities", "types", "discovery", "lineage":
		return ok
	}
	return false
}

// notFound answers for a path that the protocol does not have.
func notFound(w http.ResponseWriter, r *http.Request) {
	fail(w, r, pedigree.Errorf(pedigree.NotFound, "There is no operation %s %s", r.Method, r.URL.Path))
}

// wrongMethod answers for a path that exists under another method. The server
// has set Allow.
func wrongMethod(w http.ResponseWriter, r *http.Request) {
	fail(w, r, fault.New(fault.MethodNotAllowed, r.Method, r.URL.Path))
}
