// Package webhook is the rules of webhooks: who is told of which changes, where
// that may be, and how it is made sure that they hear of each at least once.
//
// A change and the wish to tell of it are stored in one transaction, so neither
// is there without the other, whatever happens to the server. A sender works
// through what waits, beside the requests, which it never holds up.
//
// Secrets go in and never come out: not in an answer, an error or the log.
package webhook

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/egress"
	"github.com/pedigree-ml/pedigree/store"
)

// A Service applies the rules to one store. It is a [registry.Outbox].
type Service struct {
	// Client calls receivers. It is set before the first request comes.
	Client Client

	// Log takes what goes wrong with deliveries. It is set before the first
	// request comes.
	Log *slog.Logger

	store  store.Store
	key    *Key
	nudges chan struct{} // holds one when something may wait
	tests  chan struct{} // holds one for each test under way

	complained atomic.Int64 // when the log was last told of a delivery dropped, in ms
}

// A Client calls receivers. [egress.Client] is the one that the server has.
type Client interface {
	Schemes() []string
	Check(url string) error
	Post(ctx context.Context, url string, header http.Header, body []byte) (egress.Answer, error)
}

// New returns a service on s that seals secrets with key and calls public
// addresses only.
func New(s store.Store, key *Key) *Service {
	return &Service{
		Client: egress.New(egress.Options{}),
		Log:    slog.Default(),
		store:  s,
		key:    key,
		nudges: make(chan struct{}, 1),
		tests:  make(chan struct{}, maxTests),
	}
}

// A Draft is a webhook to be made.
type Draft struct {
	Name        string
	Description string
	URL         string
	Events      []Event
	Secret      string // the key of signatures; empty for none
	Disabled    bool   // made, but told nothing for now
}

// A Change says what to change about a webhook; nil leaves a thing as it is.
type Change struct {
	Name        *string
	Description *string
	URL         *string
	Events      []Event
	Secret      *string // empty: no more signatures
	Active      *bool   // false drops what waits
}

// A Page is one page of webhooks, and the token of the next, empty at the end.
type Page struct {
	Items []pedigree.Webhook
	Next  string
}
