// Package auth says who calls and what they may do. Permissions are declared
// per operation in the route table; the server asks a [Policy] once for each
// request, after its size is known to be bounded and before any of it is read.
package auth

import (
	"net/http"

	"github.com/pedigree-ml/pedigree/route"
)

// A Policy decides whether the sender of a request may call an operation.
type Policy interface {
	// Authorize returns nil when the caller holds the permission, and a
	// *pedigree.Error with code Unauthenticated or Denied when not. It reads
	// headers only, never the body.
	Authorize(r *http.Request, need route.Permission) error
}

// LocalUser is the policy of a server that has no accounts: everyone who
// reaches it is its one user and may do all. It is fit for loopback, where the
// checks of Host and Origin keep web pages from acting as that user.
type LocalUser struct{}

// Authorize lets everyone do everything.
func (LocalUser) Authorize(*http.Request, route.Permission) error { return nil }
