package mlflowui_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/mlflowui"
	"github.com/pedigree-ml/pedigree/route"
)

// install makes what an installed MLflow looks like, with a secret beside the
// pages and links to it among them.
func install(t *testing.T) (pkg string) {
	t.Helper()
	pkg = t.TempDir()
	build := filepath.Join(pkg, "server", "js", "build")
	for name, text := range map[string]string{
		filepath.Join(build, "index.html"):                "<!doctype html>",
		filepath.Join(build, "static", "js", "main.1.js"): "run()",
		filepath.Join(pkg, "server", "secret.txt"):        "kept beside",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../../secret.txt", filepath.Join(build, "link.txt")); err != nil {
		t.Fatal(err)
	}
	return pkg
}

// serve mounts the pages over a wire that answers with the pattern it was
// called by.
func serve(t *testing.T) http.Handler {
	t.Helper()
	pages, err := mlflowui.Open(install(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pages.Close() })
	say := func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.Pattern)) }
	miss := func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no "+r.URL.Path, http.StatusNotImplemented)
	}
	var routes []route.Route
	for _, pattern := range []string{"/graphql", "/get-artifact", "/ajax-api/2.0/mlflow/runs/{id}", "/api/2.0/mlflow/runs/{id}", "/health"} {
		routes = append(routes, route.Route{Method: "GET", Pattern: pattern, Permission: route.Read, Handler: say})
	}
	wire := pages.Wire(route.Wire{Name: "mlflow", Routes: routes, NotFound: miss, WrongMethod: miss})
	mux := http.NewServeMux()
	for _, r := range wire.Routes {
		if r.Permission != route.Read {
			t.Errorf("%s asks for %q", r.Pattern, r.Permission)
		}
		mux.HandleFunc(r.Method+" "+r.Pattern, r.Handler)
	}
	mux.HandleFunc("/", wire.NotFound)
	return mux
}

func TestPagesAndWhatTheyCall(t *testing.T) {
	site := serve(t)
	for _, c := range []struct {
		path   string
		status int
		body   string
	}{
		{"/mlflow-ui", 301, ""},
		{"/mlflow-ui/", 200, "<!doctype html>"},
		{"/mlflow-ui/static-files/static/js/main.1.js", 200, "run()"},
		{"/mlflow-ui/static-files/none.js", 404, "404 page not found\n"},
		{"/mlflow-ui/static-files/static", 404, "404 page not found\n"},
		{"/mlflow-ui/static-files/link.txt", 404, "404 page not found\n"},
		{"/mlflow-ui/graphql", 200, "GET /mlflow-ui/graphql"},
		{"/mlflow-ui/get-artifact", 200, "GET /mlflow-ui/get-artifact"},
		{"/mlflow-ui/ajax-api/2.0/mlflow/runs/7", 200, "GET /mlflow-ui/ajax-api/2.0/mlflow/runs/{id}"},
		{"/mlflow-ui/api/2.0/mlflow/runs/7", 501, "no /api/2.0/mlflow/runs/7\n"},
		{"/mlflow-ui/health", 501, "no /health\n"},
	} {
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequest("GET", c.path, nil))
		if w.Code != c.status || c.status != 301 && w.Body.String() != c.body {
			t.Errorf("%s: status %d, %q", c.path, w.Code, w.Body)
		}
	}
}

func TestNothingOutsideThePagesIsServed(t *testing.T) {
	site := serve(t)
	for _, name := range []string{"../secret.txt", "..%2fsecret.txt", "%2e%2e/%2e%2e/secret.txt", "/etc/passwd", "..%2f..%2f..%2f..%2fetc%2fpasswd", "a%00b", "link.txt"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/mlflow-ui/static-files/x", nil)
		r.URL.Path, r.URL.RawPath = "/mlflow-ui/static-files/"+name, ""
		site.ServeHTTP(w, r)
		if w.Code == http.StatusOK || strings.Contains(w.Body.String(), "kept beside") {
			t.Errorf("%s: status %d, %q", name, w.Code, w.Body)
		}
	}
}

func TestPagesRunOnlyWhatThisServerSends(t *testing.T) {
	w := httptest.NewRecorder()
	serve(t).ServeHTTP(w, httptest.NewRequest("GET", "/mlflow-ui/", nil))
	policy := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"script-src 'self';", "connect-src 'self';", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q lacks %q", policy, want)
		}
	}
}

func TestOpenSaysWhatItWants(t *testing.T) {
	if pages, err := mlflowui.Open(filepath.Join(install(t), "server", "js", "build")); err != nil {
		t.Error(err)
	} else if err := pages.Close(); err != nil {
		t.Error(err)
	}
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		if _, err := mlflowui.Open(dir); err == nil || !strings.Contains(err.Error(), "holds no pages of MLflow") {
			t.Errorf("%s: %v", dir, err)
		}
	}
}
