// Package web serves the web interface: one application of static files, built
// from src/ into dist/ and embedded, so that the server needs nothing beside
// itself. The application talks to the server by its documented protocols
// alone, as any other client does; no rule lives here.
package web
