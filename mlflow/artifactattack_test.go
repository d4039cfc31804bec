package mlflow

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/blob/blobtest"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/tracking"
)

// A target is what an attack on an artifact route aims at.
type target struct {
	run    tracking.Run
	model  tracking.LoggedModel
	upload blob.UploadID
}

// An attempt is one request with a path in it. It goes straight to the handler
// of its route, past all that the server and its mux refuse or clean before.
type attempt struct {
	url, body string
	route     route.Route
	at, model string // the part of the URL that the route's pattern fixes, and the model in it
}

func (b *artifactBench) try(a attempt) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(a.route.Method, "http://pedigree.test"+a.at+a.url, strings.NewReader(a.body))
	path, _, _ := strings.Cut(a.url, "?")
	decoded, err := url.PathUnescape(strings.TrimPrefix(path, "/"))
	if err != nil {
		b.t.Fatal(err)
	}
	r.SetPathValue("path", decoded)
	r.SetPathValue("model_id", a.model)
	w := httptest.NewRecorder()
	a.route.Handler(w, r)
	return w
}

// attempts say how to put a path into a request to each route that takes one,
// by method and pattern without its base. A route that has none here fails the
// tests that walk the table, so that no twin comes in beside them.
var attempts = map[string]func(t target, path string) []attempt{
	"GET /2.0/mlflow-artifacts/artifacts":                            inQuery("path", nil),
	"GET /2.0/mlflow-artifacts/artifacts/{path...}":                  inPath(""),
	"PUT /2.0/mlflow-artifacts/artifacts/{path...}":                  inPath("bytes"),
	"DELETE /2.0/mlflow-artifacts/artifacts/{path...}":               inPath(""),
	"GET /2.0/mlflow-artifacts/presigned/{path...}":                  inPath(""),
	"POST /2.0/mlflow-artifacts/mpu/create/{path...}":                inUpload(`"num_parts":1`),
	"POST /2.0/mlflow-artifacts/mpu/complete/{path...}":              inUpload(`"parts":[{"part_number":1,"etag":"x"}]`),
	"POST /2.0/mlflow-artifacts/mpu/abort/{path...}":                 inUpload(`"x":1`),
	"PUT /2.0/mlflow-artifacts/mpu/part/{path...}":                   inPart,
	"POST /2.0/mlflow/artifacts/presigned-download-url":              inBody,
	"POST /2.0/mlflow/artifacts/presigned-upload-url":                inBody,
	"GET /get-artifact":                                              inQuery("path", ofRun("run_id", "run_uuid")),
	"POST /2.0/mlflow/upload-artifact":                               inQuery("path", ofRun("run_uuid", "run_id")),
	"GET /2.0/mlflow/artifacts/list":                                 inQuery("path", ofRun("run_id", "run_uuid")),
	"GET /2.0/mlflow/logged-models/{model_id}/artifacts/files":       inQuery("artifact_file_path", nil),
	"GET /2.0/mlflow/logged-models/{model_id}/artifacts/directories": inQuery("artifact_directory_path", nil),
	"GET /model-versions/get-artifact":                               inQuery("path", ofVersion),
	"GET /2.0/mlflow/model-versions/get-artifact":                    inQuery("path", ofVersion),
}

func ofRun(names ...string) func(target) []string {
	return func(t target) (queries []string) {
		for _, name := range names {
			queries = append(queries, name+"="+t.run.UID+"&")
		}
		return queries
	}
}

// ofVersion names the version that [artifactBench.version] registers of a run.
func ofVersion(t target) []string { return []string{"name=" + t.run.UID + "&version=1&"} }

// inQuery puts a path into a query parameter, after others.
func inQuery(name string, others func(target) []string) func(target, string) []attempt {
	return func(t target, path string) (all []attempt) {
		fronts := []string{""}
		if others != nil {
			fronts = others(t)
		}
		for _, front := range fronts {
			all = append(all, attempt{url: "?" + front + name + "=" + url.QueryEscape(path), body: "bytes"})
		}
		return all
	}
}

// inPath puts a path at the end of a URL: its slashes as they are, and encoded.
func inPath(body string) func(target, string) []attempt {
	return func(_ target, path string) []attempt {
		return []attempt{{url: "/" + escapeSegments(path), body: body}, {url: "/" + url.PathEscape(path), body: body}}
	}
}

func escapeSegments(path string) string {
	return strings.ReplaceAll(url.PathEscape(path), "%2F", "/")
}

func inPart(t target, path string) []attempt {
	all := inPath("bytes")(t, path)
	for i := range all {
		all[i].url += "?part_number=1&upload_id=" + string(t.upload)
	}
	return all
}

// inUpload puts a path into the URL, and the last name of it into the body.
func inUpload(member string) func(target, string) []attempt {
	return func(t target, path string) []attempt {
		body := func(path string) string {
			return `{"path":` + quoted(path) + `,"upload_id":"` + string(t.upload) + `",` + member + `}`
		}
		all := inPath(body("x"))(t, path)
		if path == "" || strings.HasSuffix(path, "/") && !strings.HasSuffix(path, "//") {
			all = nil // these name a directory, which is what the URL is for
		}
		if name := path[strings.LastIndexAny(path, `/\`)+1:]; badName(name) {
			all = append(all, attempt{url: "/dir", body: body(path)})
		}
		return all
	}
}

// quoted writes text as a JSON string, also where it is none.
func quoted(text string) string {
	if !utf8.ValidString(text) {
		return `"` + text + `"`
	}
	b, _ := json.Marshal(text)
	return string(b)
}

// badName reports whether text is no name for a file. The rest of a client's
// own path is its own affair.
func badName(name string) bool {
	_, err := blob.ParseKey(name)
	return err != nil
}

func inBody(t target, path string) []attempt {
	return []attempt{{body: `{"run_id":"` + t.run.UID + `","path":` + quoted(path) + `}`}}
}

// eachArtifactRoute walks the table: every route that takes bytes or a path
// to them, with the attempts on it.
func eachArtifactRoute(b *artifactBench, t target, paths []string, do func(name, path string, a attempt)) {
	b.t.Helper()
	for _, r := range b.h.artifactRoutes() {
		base := r.Pattern
		for _, prefix := range []string{"/ajax-api", "/api"} {
			base = strings.TrimPrefix(base, prefix)
		}
		make, ok := attempts[r.Method+" "+base]
		if !ok {
			b.t.Errorf("%s %s has no attempts on it", r.Method, r.Pattern)
			continue
		}
		at := strings.TrimSuffix(strings.ReplaceAll(r.Pattern, "{model_id}", t.model.UID), "/{path...}")
		for _, path := range paths {
			for _, a := range make(t, path) {
				a.route, a.at, a.model = r, at, t.model.UID
				do(r.Method+" "+r.Pattern, path, a)
			}
		}
	}
}

func (b *artifactBench) aim() target {
	b.t.Helper()
	id, err := b.files.CreateUpload(b.t.Context(), blobtest.Key(b.t, "dir/x"), 1)
	if err != nil {
		b.t.Fatal(err)
	}
	run := b.run("")
	b.version(run)
	return target{run, b.model("0"), id}
}

// Cases A1 to A4, A8, A9, G1.
func TestNoRouteTakesABadPath(t *testing.T) {
	b := newArtifactBench(t)
	aimed := b.aim()
	b.put(aimed.run.URI, "x", "sentinel")
	b.put(aimed.model.URI, "x", "sentinel")
	b.wire.Allow()
	tried := make(map[string]int)
	eachArtifactRoute(b, aimed, blobtest.BadKeys(), func(name, path string, a attempt) {
		if list := strings.Contains(name, "directories") || strings.HasSuffix(name, "/artifacts") || strings.HasSuffix(name, "/list"); list && isDirectory(path) {
			return
		}
		tried[name]++
		w := b.try(a)
		if w.Code != 400 {
			t.Errorf("%s: %s %q: %d %s", name, a.url, a.body, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "sentinel") || strings.Contains(w.Body.String(), "Presigned") {
			t.Errorf("%s: %s was looked at: %s", name, a.url, w.Body)
		}
	})
	for name, n := range tried {
		if n < 200 {
			t.Errorf("%s was tried only %d times", name, n)
		}
	}
}

// isDirectory reports whether a list may be asked for a path: the root, or a
// directory with a slash at its end.
func isDirectory(path string) bool {
	_, err := blob.ParsePrefix(path)
	return err == nil
}

// A separator that is only one after decoding is read in two ways, even where
// what it separates is harmless.
func TestNoRouteTakesASlashInDisguise(t *testing.T) {
	b := newArtifactBench(t)
	aimed := b.aim()
	b.wire.Allow()
	eachArtifactRoute(b, aimed, []string{"x"}, func(name, _ string, a attempt) {
		if !strings.Contains(name, "{path...}") {
			return
		}
		for _, path := range []string{"dir%2Fx", "dir%2fx", "a/dir%2Fx", "dir%5Cx", "dir%5cx"} {
			a := a
			query := strings.IndexByte(a.url+"?", '?')
			a.url = "/" + path + a.url[query:]
			if w := b.try(a); w.Code != 400 {
				t.Errorf("%s: %s: %d %s", name, a.url, w.Code, w.Body)
			}
		}
	})
}

func TestPathsAreNotRepeatedInErrors(t *testing.T) {
	b := newArtifactBench(t)
	eachArtifactRoute(b, b.aim(), []string{"<script>alert(1)</script>/../x"}, func(name, _ string, a attempt) {
		if w := b.try(a); strings.Contains(w.Body.String(), "script") {
			t.Errorf("%s repeats the path: %s", name, w.Body)
		}
	})
}

// Case A5. The engine's own tests plant many more links.
func TestNoRouteFollowsALink(t *testing.T) {
	b := newArtifactBench(t)
	aimed := b.aim()
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	places := []string{"", b.key(aimed.run.URI, "x"), b.key(aimed.model.URI, "x"), "dir/x"}
	for _, place := range places {
		dir := filepath.Join(b.dir, filepath.Dir(place))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for name, to := range map[string]string{"file": secret, "link": outside, "dangling": filepath.Join(outside, "new"), "slash": outside + "/"} {
			if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	paths := []string{"file", "link", "link/secret", "link/new", "dangling", "dangling/x", "slash", "slash/secret"}
	eachArtifactRoute(b, aimed, paths, func(name, path string, a attempt) {
		creates := strings.Contains(name, "/mpu/create/") // looks at nothing yet; completing it is refused
		w := b.try(a)
		if w.Code < 400 && !creates || strings.Contains(w.Body.String(), "secret") && !strings.Contains(name, "create") {
			t.Errorf("%s: %s: %d %s", name, a.url, w.Code, w.Body)
		}
	})
	if text, err := os.ReadFile(secret); string(text) != "secret" || err != nil {
		t.Errorf("the secret is %q, %v", text, err)
	}
	if names, err := os.ReadDir(outside); len(names) != 1 || err != nil {
		t.Errorf("beside the secret lies %v, %v", names, err)
	}
}

// Case A6.
func TestOneRunIsNoWayIntoAnother(t *testing.T) {
	b := newArtifactBench(t)
	run, other := b.run(""), b.run("")
	b.put(run.URI, "mine", "mine")
	b.put(other.URI, "theirs", "theirs")
	mine := b.key(run.URI, "mine")
	blobtest.Put(t, b.files, strings.TrimSuffix(mine, "/mine")+"-sibling/x", "sibling")
	root := strings.TrimSuffix(mine, "mine")
	b.wire.Allow("Get "+root+"*", "List "+strings.TrimSuffix(root, "/"), "List "+root+"*", "Put "+root+"*")
	for _, path := range []string{b.key(other.URI, "theirs"), "../" + other.UID + "/artifacts/theirs", other.UID, "-sibling/x", "mlflow-artifacts/x"} {
		for _, route := range []string{"/get-artifact?run_id=", "/api/2.0/mlflow/artifacts/list?run_id="} {
			w := b.do("GET", route+run.UID+"&path="+url.QueryEscape(path), "")
			if strings.Contains(w.Body.String(), "theirs\"") || strings.Contains(w.Body.String(), "sibling") || w.Body.String() == "theirs" {
				t.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
		}
	}
	b.wire.Allow("*")
	staging := ".pedigree#staging"
	if _, err := os.Stat(filepath.Join(b.dir, staging)); err != nil {
		t.Fatalf("the staging area is elsewhere: %v", err)
	}
	b.version(run)
	eachArtifactRoute(b, target{run, b.model("0"), "0"}, []string{staging, staging + "/put/x", staging + "/parts"}, func(name, path string, a attempt) {
		if w := b.try(a); w.Code != 400 {
			t.Errorf("%s: %s: %d %s", name, a.url, w.Code, w.Body)
		}
	})
	if l := b.do("GET", storeRoute, "").Body.String(); strings.Contains(l, "staging") {
		t.Errorf("the staging area is listed: %s", l)
	}
}

// Case A7.
func TestRootsAreNotDeleted(t *testing.T) {
	b := newArtifactBench(t)
	run, custom, nested := b.run(""), b.run("mlflow-artifacts:/my/place"), b.run("mlflow-artifacts:/100%25 sure")
	m := b.model("0")
	var sentinels []string
	for _, uri := range []string{run.URI, custom.URI, nested.URI, m.URI} {
		b.put(uri, "keep/me", "sentinel")
		sentinels = append(sentinels, b.key(uri, "keep/me"))
	}
	keys := []string{
		"", "0", "0/" + run.UID, "0/" + run.UID + "/artifacts", "0/models", "0/models/" + m.UID, "0/models/" + m.UID + "/artifacts",
		"my", "my/place", "my/place/" + custom.UID, "my/place/" + custom.UID + "/artifacts",
		"100% sure/" + nested.UID, "100% sure/" + nested.UID + "/artifacts",
	}
	for _, key := range keys {
		for _, base := range []string{"/api", "/ajax-api"} {
			b.wire.Allow()
			b.want("DELETE "+key, b.do("DELETE", base+"/2.0/mlflow-artifacts/artifacts"+escaped(key), ""), 400)
			b.wire.Allow("*")
		}
	}
	for _, key := range sentinels {
		if got := blobtest.Read(t, b.files, key); got != "sentinel" {
			t.Errorf("%s holds %q", key, got)
		}
	}
	for _, key := range sentinels { // what is inside may go
		b.want("DELETE "+key, b.do("DELETE", storeRoute+escaped(strings.TrimSuffix(key, "/me")), ""), 200)
	}
}

// Case A10.
func TestArtifactsAreNeverPages(t *testing.T) {
	b := newArtifactBench(t)
	run, m := b.run(""), b.model("0")
	b.version(run)
	types := map[string]string{
		"x.html": "text/plain", "x.HTML": "text/plain", "x.htm": "text/plain", "x.xhtml": "text/plain", "x.xml": "text/plain", "x.js": "text/plain",
		"x.mjs": "text/plain", "x.css": "text/plain", "x.svg": "application/octet-stream", "x.svgz": "application/octet-stream",
		"x.pdf": "application/octet-stream", "x.mhtml": "application/octet-stream", "x.swf": "application/octet-stream", "x.wasm": "application/octet-stream",
		"x.html.gz": "application/octet-stream", "x": "application/octet-stream", "html": "text/plain", ".html": "text/plain", "x.": "application/octet-stream",
		"x.pkl": "application/octet-stream", "x.png": "image/png", "x.JPG": "image/jpeg", "x.txt": "text/plain", "x.json": "text/plain", "x.yaml": "text/plain",
		"x.csv": "text/plain", "MLmodel": "text/plain", "mlproject": "text/plain",
	}
	for name, want := range types {
		b.put(run.URI, name, "<script>")
		b.put(m.URI, name, "<script>")
		for _, from := range []string{
			storeRoute + escaped(b.key(run.URI, name)),
			"/ajax-api/2.0/mlflow-artifacts/artifacts" + escaped(b.key(run.URI, name)),
			"/get-artifact?run_id=" + run.UID + "&path=" + name,
			"/ajax-api/2.0/mlflow/logged-models/" + m.UID + "/artifacts/files?artifact_file_path=" + name,
			"/model-versions/get-artifact?version=1&name=" + run.UID + "&path=" + name,
			"/ajax-api/2.0/mlflow/model-versions/get-artifact?version=1&name=" + run.UID + "&path=" + name,
		} {
			w := b.do("GET", from, "", "Accept", "text/html")
			h := w.Header()
			disposition, _, err := mime.ParseMediaType(h.Get("Content-Disposition"))
			if w.Code != 200 || h.Get("Content-Type") != want || disposition != "attachment" || err != nil ||
				h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "sandbox; default-src 'none'" ||
				h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
				t.Errorf("%s of %s: %d %v", from, name, w.Code, h)
			}
		}
	}
}

// Case A11.
func TestOddNamesDoNoHarm(t *testing.T) {
	b := newArtifactBench(t)
	run := b.run("")
	names := []string{`a"b`, `a'b`, "<script>alert(1)</script>"[1:8], "<b>", "a&b", "é", "日本語.txt", "a,b=c", "a b", "a%22b", "\u202egnp.exe", "😀", "a`b", "*", "a|b"}
	for _, name := range names {
		b.put(run.URI, name, "x")
		w := b.do("GET", "/get-artifact?run_id="+run.UID+"&path="+url.QueryEscape(name), "")
		header := w.Header().Get("Content-Disposition")
		_, params, err := mime.ParseMediaType(header)
		if w.Code != 200 || err != nil || params["filename"] != name || strings.ContainsFunc(header, func(c rune) bool { return c < ' ' || c > '~' }) {
			t.Errorf("%q: %d %q, %v", name, w.Code, header, err)
		}
	}
	l := decodeInto[fileList](t, b.do("GET", "/api/2.0/mlflow/artifacts/list?run_id="+run.UID, ""))
	var listed []string
	for _, f := range l.Files {
		listed = append(listed, f.Path)
	}
	slices.Sort(names)
	if !slices.Equal(listed, names) {
		t.Errorf("listed %q, want %q", listed, names)
	}
}

// Case A12. That a stalled body ends in such an error is the server's part.
func TestBrokenUploadsLeaveNothing(t *testing.T) {
	b := newArtifactBench(t)
	aimed := b.aim()
	key := b.key(aimed.run.URI, "x")
	b.put(aimed.run.URI, "x", "old")
	if err := b.files.AbortUpload(t.Context(), blobtest.Key(t, "dir/x"), aimed.upload); err != nil {
		t.Fatal(err)
	}
	id, err := b.files.CreateUpload(t.Context(), blobtest.Key(t, key), 1)
	if err != nil {
		t.Fatal(err)
	}
	stalled := pedigree.Hide(pedigree.Invalid, os.ErrDeadlineExceeded, "the request body stalled")
	bodies := map[string]struct {
		text   string
		end    error
		length int64
	}{
		"shorter than declared": {"new", io.EOF, 4},
		"longer than declared":  {"newer", io.EOF, 4},
		"cut":                   {"new", io.ErrUnexpectedEOF, 10},
		"cut while chunked":     {"new", io.ErrUnexpectedEOF, -1},
		"stalled":               {"new", stalled, 10},
		"stalled while chunked": {"new", stalled, -1},
	}
	for _, to := range []string{
		"PUT " + storeRoute + "/" + key, "PUT " + storeRoute + "/new/x",
		"POST /ajax-api/2.0/mlflow/upload-artifact?path=x&run_uuid=" + aimed.run.UID,
		"POST /ajax-api/2.0/mlflow/upload-artifact?path=new&run_uuid=" + aimed.run.UID,
		"PUT " + bytesRoute + "/mpu/part/" + key + "?part_number=1&upload_id=" + string(id),
	} {
		for name, body := range bodies {
			method, url, _ := strings.Cut(to, " ")
			r := httptest.NewRequest(method, url, io.MultiReader(strings.NewReader(body.text), iotest.ErrReader(body.end)))
			r.ContentLength = body.length
			b.want(name+" "+to, b.serve(r), 400)
		}
	}
	if got := blobtest.Read(t, b.files, key); got != "old" {
		t.Errorf("the artifact is %q", got)
	}
	if names := blobtest.Names(t, b.files, ""); !slices.Equal(names, []string{"0/"}) {
		t.Errorf("the store holds %q", names)
	}
	if left, err := os.ReadDir(filepath.Join(b.dir, ".pedigree#staging", "put")); len(left) != 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
	b.want("a part of it", b.do("PUT", storeRoute+"/"+key, "x", "Content-Range", "bytes 0-0/1"), 400)
}

// Case A13.
func TestRanges(t *testing.T) {
	b := newArtifactBench(t)
	blobtest.Put(t, b.files, "digits", "0123456789")
	blobtest.Put(t, b.files, "empty", "")
	tests := []struct {
		header, want, content string
		status                int
	}{
		{"", "0123456789", "", 200},
		{"bytes=0-0", "0", "bytes 0-0/10", 206},
		{"bytes=3-5", "345", "bytes 3-5/10", 206},
		{"bytes=3-", "3456789", "bytes 3-9/10", 206},
		{"bytes=0-", "0123456789", "bytes 0-9/10", 206},
		{"bytes=-3", "789", "bytes 7-9/10", 206},
		{"bytes=-99", "0123456789", "bytes 0-9/10", 206},
		{"bytes=8-99", "89", "bytes 8-9/10", 206},
		{"bytes=8-99999999999999999999999", "89", "bytes 8-9/10", 206},
		{"bytes=0-9223372036854775807", "0123456789", "bytes 0-9/10", 206},
		{"bytes=10-", "", "bytes */10", 416},
		{"bytes=-0", "", "bytes */10", 416},
		{"bytes=5-3", "", "bytes */10", 416},
		{"bytes=5-4", "", "bytes */10", 416},
		{"bytes=0-1,3-4", "", "bytes */10", 416},
		{"bytes=" + strings.Repeat("0-0,", 5000) + "1-1", "", "bytes */10", 416},
		{"bytes=0-0,0-0,0-0", "", "bytes */10", 416},
		{"bytes=99999999999999999999-", "", "bytes */10", 416},
		{"bytes=-99999999999999999999", "0123456789", "bytes 0-9/10", 206},
		{"bytes=--1", "", "bytes */10", 416},
		{"bytes=a-b", "", "bytes */10", 416},
		{"bytes=+1-2", "", "bytes */10", 416},
		{"bytes=", "", "bytes */10", 416},
		{"lines=1-2", "0123456789", "", 200},
	}
	for _, test := range tests {
		w := b.do("GET", storeRoute+"/digits", "", "Range", test.header)
		if w.Code != test.status || w.Header().Get("Content-Range") != test.content || test.status < 400 && w.Body.String() != test.want {
			t.Errorf("%.40q: %d %q %q", test.header, w.Code, w.Header().Get("Content-Range"), w.Body)
		}
		if test.status == 416 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%.40q: no error of the wire: %s", test.header, w.Body)
		}
	}
	if w := b.do("GET", storeRoute+"/empty", "", "Range", "bytes=0-"); w.Code >= 500 || w.Body.Len() > 0 && w.Code < 400 {
		t.Errorf("of nothing: %d %q", w.Code, w.Body)
	}
}

func TestARangeIsOnlyOfTheArtifactThatTheClientKnows(t *testing.T) {
	b := newArtifactBench(t)
	blobtest.Put(t, b.files, "digits", "0123456789")
	w := b.do("GET", storeRoute+"/digits", "")
	tag := w.Header().Get("ETag")
	if w := b.do("GET", storeRoute+"/digits", "", "Range", "bytes=1-2", "If-Range", tag); w.Code != 206 || w.Body.String() != "12" || w.Header().Get("ETag") != tag {
		t.Errorf("the same artifact: %d %s", w.Code, w.Body)
	}
	blobtest.Put(t, b.files, "digits", "abcdefghijk")
	if w := b.do("GET", storeRoute+"/digits", "", "Range", "bytes=1-2", "If-Range", tag); w.Code != 200 || w.Body.String() != "abcdefghijk" {
		t.Errorf("another artifact: %d %s", w.Code, w.Body)
	}
	b.want("an absent one", b.do("GET", storeRoute+"/none", "", "Range", "bytes=1-2", "If-Range", tag), 404)
}

func TestNothingIsAnsweredFromAClientsCopy(t *testing.T) {
	b := newArtifactBench(t)
	blobtest.Put(t, b.files, "x", "bytes")
	tag := b.do("GET", storeRoute+"/x", "").Header().Get("ETag")
	late := time.Now().Add(24 * time.Hour).UTC().Format(http.TimeFormat)
	for name, value := range map[string]string{"If-Modified-Since": late, "If-None-Match": "*", "If-Match": tag} {
		b.want("absent, "+name, b.do("GET", storeRoute+"/none", "", name, value), 404)
		b.want("absent run, "+name, b.do("GET", "/get-artifact?run_id=none&path=x", "", name, value), 404)
		if w := b.do("GET", storeRoute+"/x", "", name, value, "If-None-Match", tag); w.Code != 200 || w.Body.String() != "bytes" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

// Case G2.
func TestLocationsElsewhereAreOnlyLabels(t *testing.T) {
	b := newArtifactBench(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dialled := make(chan struct{})
	go func() {
		if c, err := listener.Accept(); err == nil {
			_ = c.Close()
			close(dialled)
		}
	}()
	host := listener.Addr().String()
	secrets := t.TempDir()
	if err := os.WriteFile(filepath.Join(secrets, "x"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	locations := []string{
		"file://" + secrets, "file:" + secrets, secrets, "file://localhost" + secrets, "./relative", "relative", "",
		"file://" + b.dir, b.dir, "file://" + host + secrets,
		"http://" + host, "https://" + host, "http://" + host + proxyRoute, "ftp://" + host + "/x", "sftp://" + host, "hdfs://" + host, "dbfs:/x", "s3://bucket/x",
		"gs://bucket", "wasbs://c@" + host, "abfss://c@" + host, "runs:/x", "models:/x/1", "viewfs://" + host, "//" + host + "/x",
		"mlflow-artifacts://" + host + "/0", "mlflow-artifacts://" + host, "mlflow-artifacts:0", "mlflow-artifacts:", "MLFLOW-ARTIFACTS:/0", "mlflow-artifacts:/../x", "mlflow-artifacts:/0/../1",
		"mlflow-artifacts:/%2e%2e/x", "mlflow-artifacts:/a%2Fb", "mlflow-artifacts:/a/%252e%252e", "mlflow-artifacts:/x?y", "mlflow-artifacts:/x#y", "mlflow-artifacts:/x;y", "mlflow-artifacts:////x",
		"mlflow-artifacts:/x\\y", "mlflow-artifacts:/x\x01", "mlflow-artifacts:/%23x", "mlflow-artifacts:/.pedigree#staging", "mlflow-artifacts:/.pedigree%23staging",
	}
	for _, location := range locations {
		if location == "mlflow-artifacts:" { // the root of the store, and the operator's to name
			continue
		}
		run, m := b.run(""), b.model("0")
		b.setURI(run.Node, location)
		b.setURI(m.Node, location)
		b.wire.Allow()
		for _, to := range []string{
			"GET /get-artifact?path=x&run_id=" + run.UID,
			"GET /api/2.0/mlflow/artifacts/list?run_id=" + run.UID,
			"GET /ajax-api/2.0/mlflow/artifacts/list?path=x&run_id=" + run.UID,
			"POST /ajax-api/2.0/mlflow/upload-artifact?path=x&run_uuid=" + run.UID,
			"GET /ajax-api/2.0/mlflow/logged-models/" + m.UID + "/artifacts/files?artifact_file_path=x",
			"GET /api/2.0/mlflow/logged-models/" + m.UID + "/artifacts/directories",
			"GET /ajax-api/2.0/mlflow/logged-models/" + m.UID + "/artifacts/directories?artifact_directory_path=x",
		} {
			method, url, _ := strings.Cut(to, " ")
			w := b.do(method, url, "body")
			b.want(location+" "+to, w, 400)
			if strings.Contains(w.Body.String(), "secret") {
				t.Errorf("%s %s leaks", location, to)
			}
		}
	}
	select {
	case <-dialled:
		t.Error("a location was dialled")
	default:
	}
	if text, err := os.ReadFile(filepath.Join(secrets, "x")); string(text) != "secret" || err != nil {
		t.Errorf("the secret is %q, %v", text, err)
	}
}

// Case G4.
func TestIdsInConflictAreRefused(t *testing.T) {
	b := newArtifactBench(t)
	run, other := b.run(""), b.run("")
	for _, r := range []tracking.Run{run, other} {
		b.put(r.URI, "x", r.UID)
	}
	b.wire.Allow()
	for _, ids := range []string{
		"run_id=" + run.UID + "&run_uuid=" + other.UID, "run_uuid=" + run.UID + "&run_id=" + other.UID,
		"run_id=" + run.UID + "&run_id=" + other.UID, "run_uuid=" + run.UID + "&run_uuid=" + other.UID,
		"run_id=" + run.UID + "&runId=" + other.UID,
	} {
		b.want("get", b.do("GET", "/get-artifact?path=x&"+ids, ""), 400)
		b.want("list", b.do("GET", "/api/2.0/mlflow/artifacts/list?"+ids, ""), 400)
		b.want("upload", b.do("POST", "/ajax-api/2.0/mlflow/upload-artifact?path=x&"+ids, "x"), 400)
	}
	b.want("two paths", b.do("GET", "/get-artifact?path=x&path=y&run_id="+run.UID, ""), 400)
	b.want("two upload ids", b.do("PUT", bytesRoute+"/mpu/part/x?upload_id=a&upload_id=b&part_number=1", "x"), 400)
	b.want("a malformed query", b.do("GET", "/get-artifact?path=x;y&run_id="+run.UID, ""), 400)
	b.wire.Allow("*")
	w := b.do("GET", fmt.Sprintf("/get-artifact?path=x&run_id=%s&run_uuid=%s", run.UID, run.UID), "")
	if w.Code != 200 || w.Body.String() != run.UID {
		t.Errorf("the same run twice: %d %s", w.Code, w.Body)
	}
}
