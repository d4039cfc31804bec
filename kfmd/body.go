package kfmd

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/pedigree-ml/pedigree"
)

// decode reads the message in a request's body; nil where there is none.
func decode[M any](r *http.Request) (*M, error) {
	body, err := io.ReadAll(r.Body) // which the server bounds
	if _, known := errors.AsType[*pedigree.Error](err); known {
		return nil, err
	}
	if err != nil {
		return nil, pedigree.Hide(pedigree.Invalid, err, "the request body could not be read")
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	var m *M
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, malformed(err)
	}
	return m, nil
}

// malformed says what is wrong with a body, and where.
func malformed(err error) error {
	var where jsontext.Pointer
	why := err
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		where, why = e.JSONPointer, e.Err
		if why == nil {
			why = errors.New("there can be no " + kindOf(e.JSONKind))
		}
	} else if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		where, why = e.JSONPointer, e.Err
	}
	if where == "" {
		return pedigree.Errorf(pedigree.Invalid, "the request body is wrong: %v", why)
	}
	return pedigree.Errorf(pedigree.Invalid, "the request body is wrong at %.200q: %v", string(where), why)
}

func kindOf(k jsontext.Kind) string {
	switch k {
	case '{':
		return "object"
	case '[':
		return "list"
	}
	return k.String()
}

// answer writes the message of an operation that went well.
func answer(w http.ResponseWriter, m any) error {
	write(w, http.StatusOK, m)
	return nil
}

// write writes a message. Those of this package always have a JSON; text that is
// no Unicode, which only other protocols can store, is written with marks in the
// place of what is wrong.
func write(w http.ResponseWriter, status int, m any) {
	text, err := json.Marshal(m, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		panic(err)
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // there is nobody left to tell
}
