package openlineage

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/jobs"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// A fixture is the wire over a real store, without the guards of the server.
type fixture struct {
	*testing.T
	http.Handler
}

// now is the time of the first look at the clock of a fixture, in milliseconds;
// each look is one later.
const now = 1_780_000_000_000

func open(t *testing.T) *fixture { return openAt(t, now) }

func openAt(t *testing.T, clock pedigree.Time) *fixture {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{
		Durability: sqlite.Normal,
		Clock:      func() pedigree.Time { clock++; return clock },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	mux := http.NewServeMux()
	for _, r := range New(jobs.New(s)).Wire().Routes {
		mux.HandleFunc(r.Method+" "+r.Pattern, r.Handler)
	}
	return &fixture{t, mux}
}

func (f *fixture) call(method, target, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequest(method, target, strings.NewReader(body)))
	return w
}

// want calls and checks the status and, where text is not empty, the body.
func (f *fixture) want(method, target, body string, status int, text string) {
	f.Helper()
	w := f.call(method, target, body)
	if got := strings.TrimSpace(w.Body.String()); w.Code != status || text != "" && got != text {
		f.Errorf("%s %s: %d %s\nwant %d %s", method, target, w.Code, got, status, text)
	}
}
