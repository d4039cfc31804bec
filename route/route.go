// Package route is the form of the one table of everything that can be called.
// Each wire declares its operations with the permission they need; the server
// mounts them behind the same guards. Tests walk the table, so an operation
// that is not in it does not exist.
package route

import "net/http"

// Permission is what a caller must hold for an operation. There is no default:
// an operation that declares none cannot be mounted.
type Permission string

// The permissions, from the least to the most.
const (
	Public Permission = "public" // anyone, also before signing in: health and version
	Read   Permission = "read"   // see records and artifacts
	Write  Permission = "write"  // add and change
	Delete Permission = "delete" // put in the bin, remove for ever
	Manage Permission = "manage" // what concerns the whole server
)

// Body says what an operation accepts as its request body.
type Body uint8

// The sorts of body.
const (
	NoBody    Body = iota // none is read
	JSONBody              // application/json, required when there is a body
	BytesBody             // any content, streamed to its destination
)

// A Route is one operation.
type Route struct {
	Method     string // GET also answers HEAD
	Pattern    string // path in the syntax of http.ServeMux, without method or host
	Permission Permission
	Body       Body
	MaxBody    int64 // bytes; 0 stands for the server's limit on JSON, -1 for none
	Gzip       bool  // the body may come compressed; MaxBody bounds it in both forms

	// SlashInNames lets a wildcard of one segment hold slashes, written as %2F:
	// the names of some protocols do. Elsewhere the server refuses that escape,
	// and here still what would be a dot or empty segment once it is decoded.
	SlashInNames bool

	// URLInNames is the same and lets escaped slashes stand at either end and
	// side by side too: whole URLs are names in some protocols.
	URLInNames bool

	// Stream says that the answer goes on until the client leaves. It is no
	// request under way for the limit on those and for the end of the server,
	// which ends the context of such a request at once; the handler has to bound
	// how many there are, and to write something at least every 15 s.
	Stream bool

	Handler http.HandlerFunc
}

// A Wire is one protocol: its operations and its way to say no.
type Wire struct {
	Name     string
	Routes   []Route
	Services []Service

	// Prefixes are the paths whose unknown parts the wire answers for.
	Prefixes []string

	// LooseSlashes says that paths below Prefixes mean what they mean without the
	// slashes at their end and those that stand side by side: the server takes
	// them out before it looks for an operation. Elsewhere it refuses them.
	LooseSlashes bool

	// Fail writes err in the form of the wire. The guards before a handler use
	// it too, so a body that is too large is refused in the client's language.
	Fail func(w http.ResponseWriter, r *http.Request, err error)

	// NotFound and WrongMethod answer for paths below Prefixes that no route
	// matches.
	NotFound, WrongMethod http.HandlerFunc
}
