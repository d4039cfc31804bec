package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/server"
)

// The tests here walk the real table of operations, so that a new one is held
// to the same rules from its first day.

const host = "127.0.0.1:5000"

// A site is the real server over a data directory of the test's own.
type site struct {
	http.Handler
	engine *engine
	routes []route.Route
	asked  *policy
}

// A policy notes which operation a request was taken for, and refuses all when
// told to.
type policy struct {
	patterns []string
	refuse   bool
}

func (p *policy) Authorize(r *http.Request, _ route.Permission) error {
	p.patterns = append(p.patterns, r.Pattern)
	if p.refuse {
		return pedigree.Errorf(pedigree.Denied, "you may not")
	}
	return nil
}

func newSite(t *testing.T) *site {
	t.Helper()
	e, err := open(t.Context(), dataFlags{Data: filepath.Join(t.TempDir(), "data")}, engineFlags{DefaultArtifactRoot: "mlflow-artifacts:/"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.close(); err != nil {
			t.Error(err)
		}
	})
	asked := &policy{}
	log := slog.New(slog.DiscardHandler)
	s := server.New(server.Options{Wires: e.wires(), Log: log, Policy: asked, BenchEndpoint: true})
	return &site{s.Handler(host), e, s.Routes(), asked}
}

// call sends a request with a body and headers ("Name: value"); Host is ours
// unless a header says otherwise.
func (s *site) call(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.RequestURI, r.Host = target, host
	r.Header.Set("Content-Type", "application/json")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// path fills the wildcards of a pattern.
func path(r route.Route) string {
	if r.Pattern == "/{$}" {
		return "/"
	}
	segments := strings.Split(r.Pattern, "/")
	for i, s := range segments {
		switch {
		case strings.HasSuffix(s, "...}"):
			segments[i] = "x1/x2" // where another pattern has one segment
		case strings.HasPrefix(s, "{"):
			segments[i] = "x1"
		}
	}
	return strings.Join(segments, "/")
}

func unsafe(method string) bool { return method != "GET" && method != "HEAD" && method != "OPTIONS" }

// each runs a check for every operation of a site.
func (s *site) each(t *testing.T, check func(t *testing.T, r route.Route)) {
	t.Helper()
	if len(s.routes) < 50 {
		t.Fatalf("the table has %d operations only", len(s.routes))
	}
	for _, r := range s.routes {
		t.Run(r.Method+" "+r.Pattern, func(t *testing.T) { check(t, r) })
	}
}

func want(t *testing.T, w *httptest.ResponseRecorder, status ...int) {
	t.Helper()
	if !slices.Contains(status, w.Code) {
		t.Errorf("status %d, want %v; answer %.200q", w.Code, status, w.Body)
	}
}

func TestEveryOperationChecksTheHost(t *testing.T) {
	s := newSite(t)
	s.each(t, func(t *testing.T, r route.Route) {
		for _, foreign := range []string{"evil.example", "evil.example:5000", "127.0.0.1:5001", "10.0.0.1:5000", ""} {
			w := s.call(r.Method, path(r), "", "Host: "+foreign)
			if r.Permission == route.Public {
				if w.Code == 403 {
					t.Errorf("Host %q is refused by a public operation", foreign)
				}
				continue
			}
			want(t, w, 403)
		}
	})
}

func TestOnlyHealthAndVersionArePublic(t *testing.T) {
	public := []string{"/health", "/healthz", "/readyz", "/version"}
	newSite(t).each(t, func(t *testing.T, r route.Route) {
		if r.Pattern == "/grpc.health.v1.Health/Check" {
			return // gRPC has POST alone
		}
		if r.Permission == route.Public && (unsafe(r.Method) || !slices.Contains(public, r.Pattern)) {
			t.Error("is public")
		}
	})
}

func TestEveryChangeChecksTheOrigin(t *testing.T) {
	s := newSite(t)
	s.each(t, func(t *testing.T, r route.Route) {
		if !unsafe(r.Method) {
			if r.Permission == route.Write || r.Permission == route.Delete {
				t.Errorf("%s needs %s: a safe method that is no reading", r.Method, r.Permission)
			}
			return
		}
		for _, header := range []string{"Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors"} {
			want(t, s.call(r.Method, path(r), "{}", header), 403)
		}
	})
}

func TestEveryJSONOperationDemandsJSON(t *testing.T) {
	s := newSite(t)
	s.each(t, func(t *testing.T, r route.Route) {
		if r.Body != route.JSONBody {
			return
		}
		for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", ""} {
			w := s.call(r.Method, path(r), `{"<script>": 1}`, "Content-Type: "+kind)
			want(t, w, 415)
			if strings.Contains(w.Body.String(), "script") {
				t.Errorf("echoes %q", w.Body)
			}
		}
	})
}

func TestEveryOperationWithABodyBoundsIt(t *testing.T) {
	s := newSite(t)
	s.each(t, func(t *testing.T, r route.Route) {
		if r.Body == route.NoBody || r.Body == route.BytesBody && r.MaxBody < 0 {
			return
		}
		limit := r.MaxBody
		if limit == 0 {
			limit = 4 << 20
		}
		want(t, s.sized(r, limit+1, strings.NewReader("{}")), 413, 400)
		if r.Body == route.JSONBody {
			if limit < 0 || limit > 32<<20 {
				t.Errorf("takes %d bytes of JSON", limit)
			}
			text := &counted{Reader: io.MultiReader(strings.NewReader(`{"a": "`), io.LimitReader(endless{}, limit), strings.NewReader(`"}`))}
			w := s.sized(r, -1, text)
			if w.Code == 404 && text.n == 0 {
				return // nothing is there, and nobody looked at the body
			}
			want(t, w, 413, 400)
		}
	})
}

// sized sends a body that declares a size, -1 for none.
func (s *site) sized(r route.Route, declared int64, body io.Reader) *httptest.ResponseRecorder {
	q := httptest.NewRequest(r.Method, path(r), io.NopCloser(body))
	q.Host, q.ContentLength = host, declared
	q.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, q)
	return w
}

// counted counts what is read.
type counted struct {
	io.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestEveryOperationRefusesCompressionThatItDoesNotTake(t *testing.T) {
	s := newSite(t)
	s.each(t, func(t *testing.T, r route.Route) {
		if r.Body == route.NoBody {
			return
		}
		want(t, s.call(r.Method, path(r), "{}", "Content-Encoding: br"), 415)
		want(t, s.call(r.Method, path(r), "{}", "Content-Encoding: gzip, gzip"), 415)
		if r.Gzip { // what comes out of it is bounded
			want(t, s.call(r.Method, path(r), "{}", "Content-Encoding: gzip"), 400)
		} else {
			want(t, s.call(r.Method, path(r), "{}", "Content-Encoding: gzip"), 415)
		}
	})
}

// Case H5: no spelling of a path is taken for another operation.
func TestNoSpellingOfAPathReachesAnotherOperation(t *testing.T) {
	s := newSite(t)
	s.asked.refuse = true
	s.each(t, func(t *testing.T, r route.Route) {
		clean := path(r)
		want(t, s.call(r.Method, clean, ""), 403)
		if clean == "/" {
			return
		}
		first, rest, _ := strings.Cut(clean[1:], "/")
		spellings := []string{
			"/" + clean,
			strings.Replace(clean[1:], "/", "//", 1) + "//",
			"/." + clean,
			"/.." + clean,
			"/a/.." + clean,
			"/%2e%2e" + clean,
			clean + "/..",
			clean + "/.",
			clean + ";x=1",
			"/" + first + ";x/" + rest,
			clean + "%2f",
			"/" + first + "%2f" + rest,
			clean + "%5c..",
			clean + "\\",
			clean + "%00",
			"http://" + host + clean,
			"http://evil.example" + clean,
			strings.ToUpper(clean),
			clean + "/",
			"/static" + clean,
			"/health/.." + clean,
		}
		for _, target := range spellings {
			s.asked.patterns = nil
			if !strings.HasPrefix(target, "/") && !strings.HasPrefix(target, "http") {
				target = "/" + target
			}
			w := s.raw(r.Method, target)
			for _, taken := range s.asked.patterns {
				if taken != r.Method+" "+r.Pattern && !strings.HasSuffix(taken, "...}") {
					t.Errorf("%s is taken for %s", target, taken)
				}
			}
			if w.Code < 400 || w.Code >= 500 {
				t.Errorf("%s is answered with %d", target, w.Code)
			}
		}
	})
}

// raw sends a target that the standard library would not build.
func (s *site) raw(method, target string) *httptest.ResponseRecorder {
	text := method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n"
	r, err := readRequest(text)
	w := httptest.NewRecorder()
	if err != nil {
		w.Code = http.StatusBadRequest // as the server answers
		return w
	}
	s.ServeHTTP(w, r)
	return w
}

// Case H6.
func TestHeadersOfProxiesChangeNothing(t *testing.T) {
	s := newSite(t)
	s.asked.refuse = true
	s.each(t, func(t *testing.T, r route.Route) {
		s.asked.patterns = nil
		want(t, s.call(r.Method, path(r), "", "X-HTTP-Method-Override: DELETE", "X-Original-URL: /health", "X-Rewrite-URL: /health",
			"X-Forwarded-Host: evil.example", "X-Forwarded-User: admin", "Remote-User: admin", "Forwarded: host=evil.example"), 403)
		if got := s.asked.patterns; len(got) != 1 || got[0] != r.Method+" "+r.Pattern {
			t.Errorf("taken for %q", got)
		}
		if r.Permission != route.Public {
			want(t, s.call(r.Method, path(r), "", "Host: evil.example", "X-Forwarded-Host: "+host), 403)
		}
	})
}

// Case G5, as far as there are permissions: the two names of one operation need
// the same.
func TestTwinsNeedTheSamePermission(t *testing.T) {
	s := newSite(t)
	need := make(map[string]route.Permission)
	for _, r := range s.routes {
		need[r.Method+" "+r.Pattern] = r.Permission
	}
	twins := 0
	for name, permission := range need {
		method, pattern, _ := strings.Cut(name, " ")
		for _, prefix := range []string{"/ajax-api/", "/api/"} {
			twin, ok := need[method+" "+strings.Replace(pattern, "/api/", prefix, 1)]
			if ok && strings.HasPrefix(pattern, "/api/") {
				twins++
				if twin != permission {
					t.Errorf("%s needs %s, its twin under %s %s", name, permission, prefix, twin)
				}
			}
		}
	}
	if twins < 20 {
		t.Errorf("found %d twins only", twins)
	}
}

// notOffered reports whether an operation is one that Kubeflow Metadata refuses
// with 500 in every case.
func notOffered(r route.Route) bool {
	return r.Method == "DELETE" && strings.HasPrefix(r.Pattern, "/api/v1alpha1/")
}

// Case H7.
func TestErrorsTellNothingOfTheInside(t *testing.T) {
	s := newSite(t)
	const markup = `<script>alert(1)</script>'\"--;`
	text, err := json.Marshal(markup)
	if err != nil {
		t.Fatal(err)
	}
	fields := []string{"experiment_id", "experiment_ids", "name", "run_id", "run_uuid", "run_ids", "model_id", "key", "value", "path", "filter", "order_by", "page_token", "metrics", "tags", "start_time", "max_results", "artifact_location"}
	body, query := "{", "?x=1"
	for _, f := range fields {
		body += fmt.Sprintf("%q: %s,", f, text)
		query += "&" + f + "=" + url.QueryEscape(markup)
	}
	body += `"last": 1}`
	inside := []string{"goroutine", ".go:", "SELECT", "sqlite", "SQL", "panic", filepath.Dir(s.engine.dir.Data), "/root", os.Getenv("PATH")}
	s.each(t, func(t *testing.T, r route.Route) {
		for _, sent := range []string{body, "{", `{"x": "\ud800"}`, strings.Repeat("[", 10_000), `"` + markup + `"`} {
			w := s.call(r.Method, path(r)+query, sent)
			if w.Code < 400 {
				continue
			}
			kind := w.Header().Get("Content-Type")
			inert := slices.ContainsFunc([]string{"application/json", "application/problem+json", "text/plain"}, func(k string) bool { return strings.HasPrefix(kind, k) })
			if !inert || w.Header().Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("answers %d as %s, X-Content-Type-Options %q", w.Code, kind, w.Header().Get("X-Content-Type-Options"))
			}
			if w.Code == 500 && !notOffered(r) {
				t.Errorf("%.60q is answered with %s", sent, w.Body)
			}
			for _, word := range inside {
				if strings.Contains(w.Body.String(), word) {
					t.Errorf("answer holds %q: %s", word, w.Body)
				}
			}
		}
	})
}

// Case H12.
func TestReadingChangesNothing(t *testing.T) {
	s := newSite(t)
	s.fill(t)
	before := s.fingerprint(t)
	for _, r := range s.routes {
		for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
			for _, query := range []string{"", "?experiment_id=1", "?run_id=x1&run_uuid=x1&path=a.txt&metric_key=m", "?name=x1&version=1"} {
				s.glance(t, method, path(r)+query)
			}
		}
	}
	if after := s.fingerprint(t); after != before {
		t.Error("the data is not what it was")
	}
	want(t, s.call("POST", "/api/2.0/mlflow/experiments/set-experiment-tag", `{"experiment_id": "1", "key": "k", "value": "v"}`), 200)
	if s.fingerprint(t) == before {
		t.Error("the fingerprint does not see a change")
	}
}

// glance sends a request and leaves when the answer has begun: some never end.
func (s *site) glance(t *testing.T, method, target string) {
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	r := httptest.NewRequest(method, target, nil).WithContext(ctx)
	r.RequestURI, r.Host = target, host
	s.ServeHTTP(glancing{httptest.NewRecorder(), leave}, r)
}

type glancing struct {
	*httptest.ResponseRecorder
	leave func()
}

func (g glancing) Write(p []byte) (int, error) {
	g.leave()
	return g.ResponseRecorder.Write(p)
}

// fill stores a record and an artifact.
func (s *site) fill(t *testing.T) {
	t.Helper()
	want(t, s.call("POST", "/api/2.0/mlflow/experiments/create", `{"name": "x1"}`), 200)
	want(t, s.call("POST", "/api/2.0/mlflow/runs/create", `{"experiment_id": "1"}`), 200)
	want(t, s.call("PUT", "/api/2.0/mlflow-artifacts/artifacts/1/a.txt", "bytes"), 200)
}

// fingerprint sums up every row of the database and every file of the artifacts.
func (s *site) fingerprint(t *testing.T) string {
	t.Helper()
	sum := sha256.New()
	db, err := sql.Open("sqlite", s.engine.dir.database())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, table := range rows(t, db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") {
		fmt.Fprintln(sum, table, rows(t, db, "SELECT * FROM "+table))
	}
	err = filepath.WalkDir(s.engine.dir.artifacts(), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		fmt.Fprintln(sum, name, len(text), sha256.Sum256(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// rows gives the rows of a query as text.
func rows(t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	found, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for found.Next() {
		if err := found.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.Trim(fmt.Sprint(values...), "[]"))
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func readRequest(text string) (*http.Request, error) {
	return http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
}
