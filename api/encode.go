package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/pedigree-ml/pedigree"
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
	write(w, http.StatusOK, "application/json", v)
	return nil
}

// moment writes a time in UTC, in milliseconds.
func moment(t pedigree.Time) string {
	return time.UnixMilli(int64(t)).UTC().Format("2006-01-02T15:04:05.000Z")
}

// pageSize reads the parameter limit.
func pageSize(r *http.Request, standard, most int) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, pedigree.Errorf(pedigree.Invalid, "The parameter limit must be a number from 1 to %d", most)
	}
	return n, nil
}
