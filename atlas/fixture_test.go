package atlas

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/census"
	"github.com/pedigree-ml/pedigree/discovery"
	"github.com/pedigree-ml/pedigree/glossary"
	"github.com/pedigree-ml/pedigree/notice"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/server"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/transfer"
)

// A fixture is the wire over a real and empty store, behind the server's guards.
type fixture struct {
	http.Handler
	Services
	t testing.TB
}

func open(t testing.TB) *fixture {
	t.Helper()
	records, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = records.Close() })
	f := &fixture{t: t, Services: Services{Types: schema.New(records)}}
	f.Entities = catalog.New(records, f.Types)
	f.Discovery = discovery.New(f.Entities)
	f.Glossaries, f.Transfers = glossary.New(f.Entities), transfer.New(records, f.Types, f.Entities, t.TempDir())
	f.Notices, f.Census, f.Version = notice.New(records, f.Entities), census.New(records, f.Types), "1.2.3"
	s := server.New(server.Options{Wires: []route.Wire{New(f.Services).Wire()}, Log: slog.New(slog.DiscardHandler)})
	f.Handler = s.Handler("127.0.0.1:5000")
	return f
}

// call sends a request as clients of the protocol do, the path below the base, and
// gives status and body of the answer.
func (f *fixture) call(method, path, body string) (int, string) {
	r := httptest.NewRequest(method, base+path, strings.NewReader(body))
	r.Host = "127.0.0.1:5000"
	r.Header.Set("Content-Type", "application/json; charset=UTF-8")
	r.SetBasicAuth("admin", "admin")
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// do is call for a request that goes well; it reads the answer into m unless that
// is nil.
func (f *fixture) do(method, path, body string, m any) {
	f.t.Helper()
	status, text := f.call(method, path, body)
	if status/100 != 2 {
		f.t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	if m == nil {
		return
	}
	if err := json.Unmarshal([]byte(text), m); err != nil {
		f.t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
}

// refused is call for a request that does not: it wants a status, a code and words
// of the message.
func (f *fixture) refused(method, path, body string, status int, code, words string) {
	f.t.Helper()
	got, text := f.call(method, path, body)
	var e failure
	if err := json.Unmarshal([]byte(text), &e); err != nil || got != status || e.Code != code || !strings.Contains(e.Message, words) {
		f.t.Errorf("%s %s: %d %s, want %d %s %q", method, path, got, text, status, code, words)
	}
}
