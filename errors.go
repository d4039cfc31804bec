package pedigree

import (
	"errors"
	"fmt"
)

// Code classes an error by what a client can do about it. One table per wire
// turns it into that wire's status, code and body.
type Code uint8

// The codes.
const (
	Internal        Code = iota // a defect of ours; the message is for the log only
	Invalid                     // the request can never succeed as it stands
	NotFound                    // what it names does not exist
	AlreadyExists               // what it would make exists
	BadState                    // what it names is in a state that forbids it
	Unauthenticated             // who are you
	Denied                      // you may not
	TooLarge                    // a limit of bytes
	Aborted                     // lost a race; try again
	Exhausted                   // a quota or rate
	Unavailable                 // not now; try again later
	Unimplemented               // known, but not offered
	OutOfRange                  // an index into a list of the request points past its end
)

var codeNames = [...]string{
	Internal: "internal", Invalid: "invalid", NotFound: "not found", AlreadyExists: "already exists",
	BadState: "bad state", Unauthenticated: "unauthenticated", Denied: "denied", TooLarge: "too large",
	Aborted: "aborted", Exhausted: "exhausted", Unavailable: "unavailable", Unimplemented: "unimplemented",
	OutOfRange: "out of range",
}

// String names the code in lower case.
func (c Code) String() string {
	if int(c) < len(codeNames) {
		return codeNames[c]
	}
	return "unknown"
}

// An Error is what every rule and engine returns. Message is written for the
// client; Cause is for the log and never leaves the process.
type Error struct {
	Code    Code
	Message string
	Cause   error
	Part    Span // what is wrong of the text that the client sent; empty where that is not known
}

// A Span is a part of a text, from one character to before another.
type Span struct{ From, To int }

// Errorf makes an error of the given code. A %w in the format becomes its cause.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), Cause: errors.Unwrap(err)}
}

// Hide wraps cause so that only the message reaches a client.
func Hide(code Code, cause error, message string) *Error {
	return &Error{Code: code, Message: message, Cause: cause}
}

// Error gives the message and, for logs, the hidden cause.
func (e *Error) Error() string {
	if e.Cause != nil && e.Code == Internal {
		return e.Message + ": " + e.Cause.Error()
	}
	return e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf returns the code of err: that of the outermost [Error] in its chain,
// and Internal where there is none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}
