package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
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

// Buffers that answers are made in, kept up to a size that most fit in.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const keptBuffer = 4 << 20

// encoded calls use with a value as one line of JSON, which it must not keep.
// Values are structs of this package, which always have a JSON.
func encoded(v any, use func(line []byte)) {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	if a, ok := v.(*LineageAnswer); ok {
		b.Write(append(a.appendJSON(b.AvailableBuffer()), '\n'))
	} else {
		encoder := json.NewEncoder(b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(v); err != nil {
			panic(err)
		}
	}
	use(b.Bytes())
	if b.Cap() <= keptBuffer {
		buffers.Put(b)
	}
}

// send writes a value as one line of JSON.
func send(w io.Writer, v any) (err error) {
	encoded(v, func(line []byte) { _, err = w.Write(line) })
	return err
}

func write(w http.ResponseWriter, status int, contentType string, v any) {
	encoded(v, func(line []byte) {
		header := w.Header()
		header.Set("Content-Type", contentType)
		header.Set("Content-Length", strconv.Itoa(len(line)))
		header.Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_, _ = w.Write(line) // there is nobody left to tell
	})
}

// answer writes the answer of an operation that went well.
func answer(w http.ResponseWriter, v any) error {
	write(w, http.StatusOK, jsonType, v)
	return nil
}

// moment writes a time in UTC, in milliseconds.
func moment(t pedigree.Time) string {
	at := time.UnixMilli(int64(t)).UTC()
	b := at.AppendFormat(make([]byte, 0, 32), time.RFC3339) // which package time writes faster than other forms
	ms := at.Nanosecond() / int(time.Millisecond)
	b = append(b[:len(b)-1], '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10), 'Z')
	return string(b)
}
