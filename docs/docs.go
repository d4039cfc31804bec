// Package docs holds the documents that the server gives to its clients, beside
// those for people.
package docs

import _ "embed" // the document is a file beside this one

// OpenAPI describes the server's own protocol, /api/pedigree/v1, in OpenAPI 3.1.
// It is generated from the declarations in package api.
//
//go:embed openapi.json
var OpenAPI []byte
