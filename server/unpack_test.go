package server_test

import (
	"bytes"
	"compress/gzip"
	"net/http/httptest"
	"strings"
	"testing"
)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestBodiesComeCompressedWhereTheOperationTakesThem(t *testing.T) {
	whole := gzipped(t, `{"a":1}`)
	for name, c := range map[string]struct {
		path, encoding, body string
		status               int
		words                string
	}{
		"compressed":                    {"/api/fake/packed", "gzip", whole, 200, `{"a":1}`},
		"in other letters":              {"/api/fake/packed", "GZIP", whole, 200, `{"a":1}`},
		"plain":                         {"/api/fake/packed", "", `{"a":1}`, 200, `{"a":1}`},
		"where it is not taken":         {"/api/fake/things/create", "gzip", whole, 415, "compressed"},
		"by something else":             {"/api/fake/packed", "br", whole, 415, "compressed"},
		"twice":                         {"/api/fake/packed", "gzip, gzip", whole, 415, "compressed"},
		"not at all":                    {"/api/fake/packed", "gzip", `{"a":1}`, 400, "not valid gzip"},
		"cut off":                       {"/api/fake/packed", "gzip", whole[:len(whole)-4], 400, "not valid gzip"},
		"small and becoming too large":  {"/api/fake/packed", "gzip", gzipped(t, strings.Repeat(" ", 2000)), 413, "too large"},
		"empty, but for the compressed": {"/api/fake/packed", "gzip", gzipped(t, ""), 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{}
			r := httptest.NewRequest("POST", c.path, strings.NewReader(c.body))
			r.RequestURI, r.Host = c.path, ourHost
			r.Header.Set("Content-Type", "application/json")
			if c.encoding != "" {
				r.Header.Set("Content-Encoding", c.encoding)
			}
			w := httptest.NewRecorder()
			f.handler().ServeHTTP(w, r)
			said := w.Body.String()
			if w.Code == 200 {
				said = f.body
			}
			if w.Code != c.status || !strings.Contains(said, c.words) {
				t.Errorf("%d %s, want %d with %q", w.Code, said, c.status, c.words)
			}
		})
	}
}
