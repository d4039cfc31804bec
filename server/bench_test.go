package server_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree/server"
)

// sink is a response writer that costs nothing, so that what is measured is the
// guards.
type sink struct{ header http.Header }

func (s *sink) SetReadDeadline(time.Time) error { return nil }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(int)             {}

// BenchmarkEmptyHandler measures all guards around an operation that reads its
// body and answers {}: their share of every request.
func BenchmarkEmptyHandler(b *testing.B) {
	s := server.New(server.Options{BenchEndpoint: true, Log: slog.New(slog.DiscardHandler)})
	h := s.Handler("127.0.0.1:5000")
	r := httptest.NewRequest("POST", "http://127.0.0.1:5000/bench/noop", nil)
	r.RequestURI = "/bench/noop"
	r.URL.Host = ""
	r.ContentLength = 2
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "mlflow-python-client/3.12.0")
	r.Header.Set("Accept", "*/*")
	r.Header.Set("Accept-Encoding", "gzip, deflate")
	b.ReportAllocs()
	for b.Loop() {
		r.Body = io.NopCloser(strings.NewReader("{}"))
		w := &sink{header: make(http.Header)}
		h.ServeHTTP(w, r)
	}
}
