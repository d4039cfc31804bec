package openlineage

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// encode writes a value as one line of JSON. Values are structs of this package,
// which always have one.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// write answers with a value as JSON.
func write(w http.ResponseWriter, status int, v any) {
	text := encode(v)
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(text)))
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(text) // there is nobody left to tell
}

// answer writes the answer of an operation that went well.
func answer(w http.ResponseWriter, v any) error {
	write(w, http.StatusOK, v)
	return nil
}
