package atlas

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// readBody reads all of a body, which the server bounds.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if _, known := errors.AsType[*pedigree.Error](err); known {
		return nil, err
	}
	if err != nil {
		return nil, fault.Hide(err, fault.BadRequest, "The request body could not be read")
	}
	return body, nil
}

// decode reads the JSON in a request's body into m, which stays as it is where
// there is none or null.
func decode(r *http.Request, m any) error {
	body, err := readBody(r)
	if err != nil {
		return err
	}
	return decodeText(body, m)
}

func decodeText(text []byte, m any) error {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, m, schema.Reading); err != nil {
		return malformed(err)
	}
	return nil
}

// malformed says what is wrong with a body, and where.
func malformed(err error) error {
	if _, known := errors.AsType[*fault.Error](err); known {
		return err
	}
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
	message := "The request body is no valid JSON for this operation: " + why.Error()
	if where != "" {
		message = "The request body is no valid JSON for this operation at " + quoteShort(string(where)) + ": " + why.Error()
	}
	return fault.New(fault.BadRequest, message)
}

func quoteShort(text string) string {
	const most = 200
	if len(text) > most {
		text = text[:most]
	}
	return strconv.Quote(text)
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

// answer writes the answer of an operation that went well.
func answer(w http.ResponseWriter, m any) error {
	write(w, http.StatusOK, m)
	return nil
}

// done answers an operation that went well and has nothing to say.
func done(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// write writes a message. Those of this package always have a JSON.
func write(w http.ResponseWriter, status int, m any) {
	text, err := json.Marshal(m, schema.Writing)
	if err != nil {
		panic(err)
	}
	header := w.Header()
	header.Set("Content-Type", "application/json;charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // there is nobody left to tell
}
