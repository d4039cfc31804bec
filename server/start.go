package server

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree/route"
)

//go:embed start.html
var startHTML string

var startTemplate = template.Must(template.New("start").Parse(startHTML))

// startPolicy lets the page use its one style sheet, known by its hash, and
// nothing else.
var startPolicy = "default-src 'none'; style-src 'sha256-" + styleHash(startHTML) +
	"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func styleHash(page string) string {
	_, rest, _ := strings.Cut(page, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// startRoute is the page at the root: what this is, and how to point a client
// at it.
func (s *Server) startRoute() route.Route {
	return route.Route{Method: http.MethodGet, Pattern: "/{$}", Permission: route.Read, Handler: s.startPage}
}

func (s *Server) startPage(w http.ResponseWriter, r *http.Request) {
	var page bytes.Buffer
	if err := startTemplate.Execute(&page, map[string]string{"Version": s.version, "Host": r.Host}); err != nil {
		plainFail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", startPolicy)
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	_, _ = w.Write(page.Bytes()) // the client may be gone
}
