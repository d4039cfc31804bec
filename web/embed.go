package web

import (
	"embed"
	"io/fs"
)

// dist is what `make web` builds. It is committed: a plain go build needs no Node.
//
//go:embed all:dist
var dist embed.FS

// files gives the built application.
func files() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is embedded by its name above
	}
	return sub
}
