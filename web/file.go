package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// index is the document of all pages.
const index = "index.html"

// codings are the compressed forms that stand beside a file, the best first.
var codings = []coding{{"br", ".br"}, {"gzip", ".gz"}}

type coding struct{ name, suffix string }

// A file is one file of the application in every form it is sent in.
type file struct {
	kind  string // Content-Type
	etag  string // of the plain form; each compressed one adds its name
	cache string
	page  bool
	forms map[string][]byte // by coding, "" for none
}

// load reads the built application into memory.
func load(built fs.FS) map[string]*file {
	all := make(map[string]*file)
	err := fs.WalkDir(built, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || packed(name) {
			return err
		}
		f, err := read(built, name)
		all[name] = f
		return err
	})
	if err != nil {
		panic(err) // what is embedded can be read
	}
	return all
}

func packed(name string) bool {
	for _, c := range codings {
		if strings.HasSuffix(name, c.suffix) {
			return true
		}
	}
	return false
}

func read(built fs.FS, name string) (*file, error) {
	plain, err := fs.ReadFile(built, name)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(plain)
	f := &file{
		kind:  kindOf(name),
		etag:  hex.EncodeToString(sum[:12]),
		cache: "no-cache",
		page:  name == index,
		forms: map[string][]byte{"": plain},
	}
	if immutable(name) {
		f.cache = "public, max-age=31536000, immutable"
	}
	for _, c := range codings {
		if body, err := fs.ReadFile(built, name+c.suffix); err == nil {
			f.forms[c.name] = body
		}
	}
	return f, nil
}

// kindOf gives the type of a file by its name. The tables of the machine are not
// asked: they differ.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}

// serve answers with the smallest form that the client takes.
func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	form := f.choose(r.Header.Values("Accept-Encoding"))
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", f.cache)
	h.Add("Vary", "Accept-Encoding")
	h.Set("Etag", `"`+strings.TrimSuffix(f.etag+"-"+form, "-")+`"`)
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", permissions)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if form != "" {
		h.Set("Content-Encoding", form)
		h.Set("Content-Length", strconv.Itoa(len(f.forms[form])))
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.forms[form]))
}

// choose gives the first coding that the client takes and there is a form for.
func (f *file) choose(accepted []string) string {
	taken := strings.ToLower(strings.Join(accepted, ","))
	for _, c := range codings {
		if _, there := f.forms[c.name]; there && takes(taken, c.name) {
			return c.name
		}
	}
	return ""
}

// takes reports whether a list of Accept-Encoding names a coding, not with weight zero.
func takes(list, coding string) bool {
	for _, item := range strings.Split(list, ",") {
		name, weight, weighted := strings.Cut(strings.TrimSpace(item), ";")
		if strings.TrimSpace(name) != coding {
			continue
		}
		value, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
		return !weighted || err != nil || value > 0
	}
	return false
}
