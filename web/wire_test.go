package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/web"
)

func handler(t *testing.T) http.Handler {
	t.Helper()
	mux := http.NewServeMux()
	for _, r := range web.Wire().Routes {
		mux.HandleFunc(r.Method+" "+r.Pattern, r.Handler)
	}
	return mux
}

func get(t *testing.T, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	handler(t).ServeHTTP(w, r)
	return w
}

// assets lists what the document loads.
func assets(t *testing.T) []string {
	t.Helper()
	page := get(t, "/").Body.String()
	var paths []string
	for _, m := range regexp.MustCompile(`(?:src|href)="(/[^"]*)"`).FindAllStringSubmatch(page, -1) {
		paths = append(paths, m[1])
	}
	if len(paths) < 3 {
		t.Fatalf("the document loads %q", paths)
	}
	return paths
}

func TestEveryPageIsTheSameDocument(t *testing.T) {
	home := get(t, "/").Body.String()
	for _, path := range []string{"/experiments", "/experiments/0", "/runs/abc", "/models", "/models/a%20b", "/models/a%20b/versions/3?file=MLmodel", "/models/a/diff/1..2", "/nodes/7", "/nodes/runs:%2Fabc?form=list", "/artifacts?q=x", "/executions", "/contexts", "/audit?what=stage", "/lineage?from=1&to=2", "/catalog?type=DataSet", "/catalog/types/hive_table", "/catalog/classifications/a%20b", "/catalog/glossary", "/catalog/search?dsl=x"} {
		w := get(t, path)
		if w.Code != 200 || w.Body.String() != home || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
	}
}

func TestWhatIsNoPageIsUnknown(t *testing.T) {
	for _, path := range []string{"/nothing", "/experiments/", "/experiments/0/x", "/runs", "/nodes", "/nodes/", "/nodes/7/x", "/api", "/api/2.0/mlflow/nothing", "/assets", "/assets/", "/assets/nothing.js", "/index.html", "/index.html.br", "/theme.js.gz"} {
		if w := get(t, path); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestTheDocumentLoadsWhatIsThere(t *testing.T) {
	for _, path := range assets(t) {
		if w := get(t, path); w.Code != 200 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestThePolicyAllowsNothingInThePageItself(t *testing.T) {
	w := get(t, "/")
	csp := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:", "media-src 'self'", "frame-src 'self'",
		"frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'", "form-action 'none'",
	} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy %q lacks %s", csp, want)
		}
	}
	if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
		t.Errorf("the policy is %q", csp)
	}
	if regexp.MustCompile(`(?i)<style|<script>|<script type="module">|\son\w+=|\sstyle=|https?://[^H]`).MatchString(w.Body.String()) {
		t.Errorf("the document holds what the policy forbids: %s", w.Body)
	}
}

func TestOnlyNamesWithAHashAreKeptForEver(t *testing.T) {
	hashed := regexp.MustCompile(`^/assets/.+-[A-Za-z0-9_-]{8}\.(js|css)$`)
	for _, path := range append(assets(t), "/") {
		got := get(t, path).Header().Get("Cache-Control")
		want := "no-cache"
		if hashed.MatchString(path) {
			want = "public, max-age=31536000, immutable"
		}
		if got != want {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
	}
}

func TestAFileThatIsKnownIsNotSentAgain(t *testing.T) {
	for _, coding := range []string{"identity", "gzip", "br"} {
		first := get(t, "/", "Accept-Encoding: "+coding)
		again := get(t, "/", "Accept-Encoding: "+coding, "If-None-Match: "+first.Header().Get("Etag"))
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s: %d with %d bytes", coding, again.Code, again.Body.Len())
		}
		if other := get(t, "/", "If-None-Match: \"other\""); other.Code != 200 {
			t.Errorf("%s: another tag gives %d", coding, other.Code)
		}
	}
}

func TestFilesComeInTheFormThatTheClientTakes(t *testing.T) {
	for accepted, want := range map[string]string{
		"":                         "",
		"identity":                 "",
		"gzip":                     "gzip",
		"gzip, deflate, br, zstd":  "br",
		"br;q=0, gzip;q=0.5":       "gzip",
		"BR":                       "br",
		"gzip;q=0":                 "",
		"brotli, x-gzip":           "",
		"gzip;q=1.0, identity;q=0": "gzip",
	} {
		w := get(t, "/", "Accept-Encoding: "+accepted)
		if got := w.Header().Get("Content-Encoding"); got != want || w.Code != 200 {
			t.Errorf("Accept-Encoding %q: %d in %q, want %q", accepted, w.Code, got, want)
		}
		if w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: Vary %q", accepted, w.Header().Get("Vary"))
		}
	}
}

func TestTheCompressedFormIsTheFile(t *testing.T) {
	for _, path := range append(assets(t), "/") {
		packed := get(t, path, "Accept-Encoding: gzip")
		r, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		plain, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(plain, get(t, path).Body.Bytes()) {
			t.Errorf("%s: the gzip form is another file (%v)", path, err)
		}
	}
}

// The application and the server must name the same pages.
func TestTheServerAnswersAtEveryPageOfTheApplication(t *testing.T) {
	source, err := os.ReadFile(filepath.Join("src", "routes.ts"))
	if err != nil {
		t.Fatal(err)
	}
	var theirs, ours []string
	for _, m := range regexp.MustCompile(`\[/\^(.*)\$/, `).FindAllStringSubmatch(string(source), -1) {
		theirs = append(theirs, strings.NewReplacer(`\/`, "/", `([^/]+)`, "{}").Replace(m[1]))
	}
	wildcard := regexp.MustCompile(`\{\w+\}`)
	for _, r := range web.Wire().Routes {
		if isPage(r) {
			ours = append(ours, wildcard.ReplaceAllString(strings.TrimSuffix(r.Pattern, "{$}"), "{}"))
		}
	}
	slices.Sort(theirs)
	slices.Sort(ours)
	if !slices.Equal(theirs, ours) {
		t.Errorf("the application has %q, the server %q", theirs, ours)
	}
}

func isPage(r route.Route) bool {
	return !strings.Contains(r.Pattern, ".")
}
