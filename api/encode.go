package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// The types of content that the wire speaks.
const (
	jsonType    = "application/json"
	linesType   = "application/x-ndjson" // a JSON value on each line
	eventsType  = "text/event-stream"
	pageType    = "text/html; charset=utf-8"
	csvType     = "text/csv"
	problemType = "application/problem+json"
)

// encode writes a value as one line of JSON. Values are structs of this package,
// which always have a JSON.
func encode(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func write(w http.ResponseWriter, status int, contentType string, v any) {
	text := encode(v)
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(len(text)))
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(text) // there is nobody left to tell
}

// answer writes the answer of an operation that went well.
func answer(w http.ResponseWriter, v any) error {
	write(w, http.StatusOK, jsonType, v)
	return nil
}

// moment writes a time in UTC, in milliseconds.
func moment(t pedigree.Time) string {
	return time.UnixMilli(int64(t)).UTC().Format("2006-01-02T15:04:05.000Z")
}
