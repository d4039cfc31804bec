package web

import (
	"io/fs"
	"net/http"
	"path"

	"github.com/pedigree-ml/pedigree/route"
)

// pages are the addresses at which the application has a page; each answers
// with the same document, so that what is in the address bar can be opened again.
// Any other address stays unknown. src/routes.ts is their other half; a test
// holds both together.
var pages = []string{
	"/{$}",
	"/experiments",
	"/experiments/{experiment}",
	"/runs/{run}",
	"/models",
	"/models/{model}",
	"/models/{model}/versions/{version}",
	"/models/{model}/diff/{pair}",
	"/nodes/{node}",
	"/artifacts",
	"/executions",
	"/contexts",
	"/audit",
	"/lineage",
	"/catalog",
	"/catalog/entities/{guid}",
	"/catalog/types",
	"/catalog/types/{type}",
	"/catalog/classifications",
	"/catalog/classifications/{classification}",
	"/catalog/glossary",
	"/catalog/search",
	"/compare",
}

// policy lets the application load and call this server and nothing else.
// Neither scripts nor styles may stand in the page itself.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self'; frame-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"

// permissions takes from the page what it has no use for.
const permissions = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"

// Wire gives the operations of the interface: its pages and the files they load.
func Wire() route.Wire { return wire(files()) }

func wire(built fs.FS) route.Wire {
	w := route.Wire{Name: "web"}
	get := func(pattern string, f *file) {
		w.Routes = append(w.Routes, route.Route{Method: http.MethodGet, Pattern: pattern, Permission: route.Read, SlashInNames: f.page, Handler: f.serve})
	}
	for name, f := range load(built) {
		if name != index {
			get("/"+name, f)
			continue
		}
		for _, pattern := range pages {
			get(pattern, f)
		}
	}
	return w
}

// immutable reports whether a file has the hash of its content in its name.
func immutable(name string) bool { return path.Dir(name) == "assets" }
