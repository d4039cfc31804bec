// Package fault says what can be wrong with a request to the catalog, in the
// words that clients of catalogs know. A rule names the [Reason]; a wire decides
// which number and status go with it.
package fault

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// An Error is a reason and what it is about. [errors.As] finds it as a
// *[pedigree.Error] too, so that who knows nothing of catalogs can answer with it.
type Error struct {
	Reason  Reason
	Message string // for the client
	Cause   error  // for the log; nil where there is none
}

// New makes an error. args take the places of the numbers in the reason's text.
func New(r Reason, args ...any) *Error { return &Error{Reason: r, Message: r.say(args)} }

// Hide is [New] with a cause that only the log learns.
func Hide(cause error, r Reason, args ...any) *Error {
	return &Error{Reason: r, Message: r.say(args), Cause: cause}
}

// Is reports whether the outermost fault in err's chain has one of the reasons.
func Is(err error, reasons ...Reason) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	for _, r := range reasons {
		if e.Reason == r {
			return true
		}
	}
	return false
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// As makes the error one of the vocabulary.
func (e *Error) As(target any) bool {
	p, ok := target.(**pedigree.Error)
	if ok {
		*p = &pedigree.Error{Code: e.Reason.Code(), Message: e.Message, Cause: e.Cause}
	}
	return ok
}

// Code classes a reason by what a client can do about it.
func (r Reason) Code() pedigree.Code {
	if int(r) < len(reasons) {
		return reasons[r].code
	}
	return pedigree.Internal
}

// say puts arguments into the text of a reason. A number without an argument
// stays as it is, so that a caller's mistake shows.
func (r Reason) say(args []any) string {
	if int(r) >= len(reasons) {
		return "unknown reason " + strconv.Itoa(int(r))
	}
	text := reasons[r].text
	if len(args) == 0 {
		return text
	}
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", fmt.Sprint(a))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
