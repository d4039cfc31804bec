package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/blob/blobtest"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// shelf keeps files of whatever node.
type shelf struct{ *blob.Files }

func (s shelf) OpenFile(ctx context.Context, of *pedigree.Node, path string) (*blob.Object, error) {
	key, err := blob.ParseKey(of.UID + "/" + path)
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, key, blob.Span{})
}

func openShelf(t *testing.T) (*chain, *blob.Files) {
	t.Helper()
	c := openChain(t)
	records, err := sqlite.Open(c.ctx, filepath.Join(t.TempDir(), "db"), sqlite.Options{})
	c.must(err)
	t.Cleanup(func() { _ = records.Close() })
	c.must(records.Update(c.ctx, c.fill))
	files, err := blob.OpenFiles(t.TempDir(), blob.KeepFree(0))
	c.must(err)
	t.Cleanup(func() { _ = files.Close() })
	h := New(nil, nil)
	h.Lineage, h.Artifacts = lineage.New(records), shelf{files}
	c.mux = http.NewServeMux()
	mount(t, c.mux, h.Wire())
	return c, files
}

func pageOf(ref, path, more string) string {
	return base + "/artifact-page?" + url.Values{"ref": {ref}, "path": {path}}.Encode() + more
}

func TestAPageHasAnOriginOfItsOwnAndNoScriptsUnlessAskedFor(t *testing.T) {
	c, files := openShelf(t)
	blobtest.Put(t, files, "raw/report/a b.html", "<h1>ä</h1><script>alert(1)</script>")
	for _, scripts := range []bool{false, true} {
		more := ""
		if scripts {
			more = "&scripts=true"
		}
		w := c.do("GET", pageOf("s3://b/raw", "report/a b.html", more))
		policy := strings.Split(w.Header().Get("Content-Security-Policy"), "; ")
		if w.Code != 200 || w.Body.String() != "<h1>ä</h1><script>alert(1)</script>" || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		said := map[string]string{}
		for _, d := range policy {
			name, value, _ := strings.Cut(d, " ")
			said[name] = value
		}
		sandbox, sandboxed := said["sandbox"]
		if !sandboxed || said["default-src"] != "'none'" || said["form-action"] != "'none'" || said["frame-ancestors"] != "'self'" {
			t.Errorf("the policy is %q", policy)
		}
		if want := map[bool]string{true: "allow-scripts"}[scripts]; sandbox != want {
			t.Errorf("the sandbox allows %q, want %q", sandbox, want)
		}
		if _, runs := said["script-src"]; runs != scripts {
			t.Errorf("scripts %v: the policy is %q", scripts, policy)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("X-Frame-Options") != "SAMEORIGIN" {
			t.Errorf("headers are %v", w.Header())
		}
	}
}

func TestAPageIsNotShownOnItsOwn(t *testing.T) {
	c, files := openShelf(t)
	blobtest.Put(t, files, "raw/a.html", "<form>password</form>")
	for dest, status := range map[string]int{"document": 403, "iframe": 200, "": 200} {
		r := httptest.NewRequest("GET", "http://pedigree.test"+pageOf("s3://b/raw", "a.html", ""), nil)
		if dest != "" {
			r.Header.Set("Sec-Fetch-Dest", dest)
		}
		w := httptest.NewRecorder()
		if c.mux.ServeHTTP(w, r); w.Code != status || status != 200 && strings.Contains(w.Body.String(), "password") {
			t.Errorf("%s: %d %s", dest, w.Code, w.Body)
		}
	}
}

func TestAPageThatIsNotThereIsAProblem(t *testing.T) {
	c, _ := openShelf(t)
	for _, target := range []string{pageOf("s3://b/raw", "none.html", ""), pageOf("s3://b/other", "none.html", "")} {
		if w := c.do("GET", target); w.Code != 404 || w.Header().Get("Content-Type") != problemType {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	for _, path := range []string{"../x", "a//b", "/etc/passwd", "a\\b"} {
		if w := c.do("GET", pageOf("s3://b/raw", path, "")); w.Code != 400 && w.Code != 404 {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}
