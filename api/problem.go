package api

import (
	"errors"
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// A Problem is an error as RFC 9457 describes it. Its type is about:blank: what
// it is stands in code, and its status says the same in the words of HTTP.
type Problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"` // the status in words
	Status   int    `json:"status"`
	Detail   string `json:"detail"`             // what is wrong, for a reader
	Instance string `json:"instance,omitempty"` // the path of the request
	Code     string `json:"code"`
	Request  string `json:"request,omitempty"` // under which the server's log tells more
	Part     *Part  `json:"part,omitempty"`    // of the filter, what is wrong, where that is known
}

// A Part is a part of a text, from one character to before another.
type Part struct {
	From int `json:"from"`
	To   int `json:"to"`
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

// problemOf describes err to a client, who learns of an internal error only the
// id under which the log tells the rest.
func problemOf(w http.ResponseWriter, r *http.Request, err error) Problem {
	code := pedigree.CodeOf(err)
	if int(code) >= len(statuses) {
		code = pedigree.Internal
	}
	p := Problem{
		Type: "about:blank", Status: route.StatusOf(w, statuses[code]), Instance: r.URL.EscapedPath(),
		Code: code.String(), Request: w.Header().Get("X-Request-Id"),
	}
	p.Title = http.StatusText(p.Status)
	p.Detail = "The server's log tells more."
	if e, ok := errors.AsType[*pedigree.Error](err); ok && code != pedigree.Internal {
		p.Detail = e.Message
		if e.Part != (pedigree.Span{}) {
			p.Part = &Part{e.Part.From, e.Part.To}
		}
	}
	return p
}

// fail answers with err.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	route.Report(w, err)
	writeProblem(w, problemOf(w, r, err))
}

func writeProblem(w http.ResponseWriter, p Problem) {
	write(w, p.Status, problemType, p)
}

// wrongMethod answers for a path that exists under another method. The server
// has set Allow.
func wrongMethod(w http.ResponseWriter, r *http.Request) {
	p := problemOf(w, r, pedigree.Errorf(pedigree.Unimplemented, "The method is not allowed for this path"))
	p.Status = http.StatusMethodNotAllowed
	p.Title = http.StatusText(p.Status)
	writeProblem(w, p)
}
