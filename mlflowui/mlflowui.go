// Package mlflowui serves the pages of an installed MLflow, for those who want
// to keep them. Nothing of them is in this program: the operator names the
// directory in which they lie.
package mlflowui

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"

	"github.com/pedigree-ml/pedigree/route"
)

// Prefix is where the pages are served. They call the server by addresses
// relative to their own, so what they call is served below it too.
const Prefix = "/mlflow-ui"

// index is the one document of all pages.
const index = "index.html"

// built is where the pages lie in the package that MLflow's wheel installs.
const built = "server/js/build"

// Pages are the files of an installed MLflow.
type Pages struct{ root *os.Root }

// Open opens the directory that holds the pages: mlflow/server/js/build of an
// installed MLflow, or the directory mlflow around it. Links that lead out of
// the directory are not followed.
func Open(dir string) (*Pages, error) {
	for _, at := range []string{dir, path.Join(dir, built)} {
		root, err := os.OpenRoot(at)
		if err != nil {
			continue
		}
		if info, err := root.Stat(index); err == nil && info.Mode().IsRegular() {
			return &Pages{root}, nil
		}
		if err := root.Close(); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%s holds no pages of MLflow; give the directory mlflow/%s of an installed MLflow 2 or 3, whose place this tells: "+
		`python -c "import mlflow, os; print(os.path.dirname(mlflow.__file__))"`, dir, built)
}

// Close closes the directory.
func (p *Pages) Close() error { return p.root.Close() }

// called are the beginnings of the addresses that the pages call.
var called = []string{"/ajax-api/", "/graphql", "/get-artifact", "/model-versions/get-artifact"}

// Wire gives the pages, their files, and what they call of the given wire, which
// is MLflow's.
func (p *Pages) Wire(mlflow route.Wire) route.Wire {
	w := route.Wire{
		Name:        "mlflow-ui",
		Prefixes:    []string{Prefix},
		Fail:        mlflow.Fail,
		NotFound:    below(mlflow.NotFound),
		WrongMethod: below(mlflow.WrongMethod),
		Routes: []route.Route{
			{Method: http.MethodGet, Pattern: Prefix, Permission: route.Read, Handler: http.RedirectHandler(Prefix+"/", http.StatusMovedPermanently).ServeHTTP},
			{Method: http.MethodGet, Pattern: Prefix + "/{$}", Permission: route.Read, Handler: p.page},
			{Method: http.MethodGet, Pattern: Prefix + "/static-files/{file...}", Permission: route.Read, Handler: p.file},
		},
	}
	for _, r := range mlflow.Routes {
		for _, prefix := range called {
			if strings.HasPrefix(r.Pattern, prefix) {
				r.Pattern = Prefix + r.Pattern
				w.Routes = append(w.Routes, r)
				break
			}
		}
	}
	return w
}

// below lets a handler see the address as if the prefix were not there.
func below(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		seen := *r
		seen.URL = &url.URL{Path: strings.TrimPrefix(r.URL.Path, Prefix), RawQuery: r.URL.RawQuery}
		next(w, &seen)
	}
}

// policy lets the pages load their own files and call this server alone: no
// scripts in the page itself, and nothing is told to others. They make styles as
// they run, show artifacts from memory, and run PDFs and editors in workers.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data: blob:; " +
	"media-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; manifest-src 'self'; frame-src 'self' blob:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"

func (p *Pages) page(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	p.send(w, r, index)
}

func (p *Pages) file(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	p.send(w, r, r.PathValue("file"))
}

func (p *Pages) send(w http.ResponseWriter, r *http.Request, name string) {
	f, info, err := p.open(name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			route.Report(w, err)
		}
		w.Header().Del("Cache-Control")
		http.NotFound(w, r)
		return
	}
	defer func() { _ = f.Close() }() // it was only read
	if kind := kinds[path.Ext(name)]; kind != "" {
		w.Header().Set("Content-Type", kind)
	} else {
		w.Header().Set("Content-Type", "application/octet-stream")
	}
	http.ServeContent(w, r, "", info.ModTime(), f)
}

// open opens a regular file.
func (p *Pages) open(name string) (*os.File, os.FileInfo, error) {
	f, err := p.root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		_ = f.Close() // it was only read
		return nil, nil, err
	}
	return f, info, nil
}

// kinds are the types of the files that a build has. The tables of the machine
// are not asked: they differ.
var kinds = map[string]string{
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".mjs":   "text/javascript; charset=utf-8",
	".css":   "text/css; charset=utf-8",
	".json":  "application/json",
	".map":   "application/json",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".gif":   "image/gif",
	".jpg":   "image/jpeg",
	".webp":  "image/webp",
	".ico":   "image/x-icon",
	".woff":  "font/woff",
	".woff2": "font/woff2",
	".ttf":   "font/ttf",
	".wasm":  "application/wasm",
	".mp4":   "video/mp4",
}
