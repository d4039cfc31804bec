// Package registry is the rules of registered models and their versions: what
// each may be called, where a version may come from, which stage and aliases it
// has, and what its history keeps. It knows no wire and no SQL.
//
// Every call names the workspace it works in. Errors are [pedigree.Error]
// values whose messages are fit for a client; where MLflow's clients look at
// the words, they are MLflow's.
package registry

import (
	"os"
	"path/filepath"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// A Service applies the rules to one store.
type Service struct {
	store     store.Store
	outbox    Outbox
	digests   Digests
	directory string // where relative local sources start; with slashes
}

// New returns a service on s that puts what others may want to hear of into
// outbox. A nil outbox tells nobody.
func New(s store.Store, outbox Outbox) *Service {
	directory, err := os.Getwd()
	if err != nil {
		directory = "" // then relative sources are inside nothing
	}
	return &Service{store: s, outbox: outbox, directory: filepath.ToSlash(directory)}
}

// A Model is a registered model: a context that versions belong to. Its UID
// never changes, its Name is unique among models that are not deleted.
type Model struct {
	pedigree.Node
	Description string
	Tags        []pedigree.Property
	Aliases     []Alias   // by name
	Latest      []Version // the latest version of each stage that has one, by number
}

// An Alias is a name that a model gives to one of its versions.
type Alias struct {
	Name    string
	Version string // its number
}

// A Version is one version of a registered model: an artifact. Name is that of
// its model, Version its number, State its status (READY,
// PENDING_REGISTRATION or FAILED_REGISTRATION) and URI its source, as the
// client wrote it.
type Version struct {
	pedigree.Node
	Description     string
	Stage           string // None, Staging, Production or Archived
	RunID           string // the run it came from, as the client says; or empty
	RunLink         string
	ModelID         string // the logged model that it is, or empty
	StorageLocation string // where a source of the scheme models: leads; else empty
	StatusMessage   string
	CopiedFrom      string // the source of the version it is a copy of, or empty
	Tags            []pedigree.Property
	Aliases         []string // in order; not filled in by searches, nor in [Model].Latest
}

// Location is where the bytes of the version are.
func (v *Version) Location() string {
	if v.StorageLocation != "" {
		return v.StorageLocation
	}
	return v.URI
}

// A Search asks for a page of models or versions.
type Search struct {
	Where     query.Expr
	Order     []query.Order
	Max       int    // nodes per page
	PageToken string // from the page before, or empty
}

// A Page is one page of a search, and the token of the next, empty at the end.
type Page[T any] struct {
	Items []T
	Next  string
}

// An Outbox takes what others may want to hear of. Enqueue is called inside the
// transaction of the change itself, so that one is not kept without the other;
// the transaction may run more than once, and an error undoes it.
type Outbox interface {
	Enqueue(tx store.Tx, workspace pedigree.NodeID, e Event) error
}

// An Event is one change that others may want to hear of, in the words of
// MLflow's webhooks.
type Event struct {
	Entity string // such as "MODEL_VERSION"
	Action string // "CREATED", "SET" or "DELETED"
	Data   map[string]any
}

// What an [Event] can be about, and what can have happened to it.
const (
	EntityModel            = "REGISTERED_MODEL"
	EntityVersion          = "MODEL_VERSION"
	EntityVersionTag       = "MODEL_VERSION_TAG"
	EntityVersionAlias     = "MODEL_VERSION_ALIAS"
	EntityPrompt           = "PROMPT"
	EntityPromptVersion    = "PROMPT_VERSION"
	EntityPromptTag        = "PROMPT_TAG"
	EntityPromptVersionTag = "PROMPT_VERSION_TAG"
	EntityPromptAlias      = "PROMPT_ALIAS"

	ActionCreated = "CREATED"
	ActionSet     = "SET"
	ActionDeleted = "DELETED"
)
