// Package graph is the rules of the graph as such: what types may declare, what
// nodes, events and contexts may say, and how to walk from one to the next. It
// knows no wire and no SQL. What other wires wrote is seen here under names of
// its own, see [Node].
//
// Every call names the workspace it works in. Errors are [pedigree.Error]
// values whose messages are fit for a client; where ML Metadata's clients look
// at the words, they are ML Metadata's.
package graph

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A Service applies the rules to one store.
type Service struct {
	store   store.Store
	options Options
}

// Options say what differs between installations.
type Options struct {
	StrictEvents bool // refuse an event that is there already, rather than leave it as it is
	MaxEdges     int  // events in one lineage; 0 stands for 500,000
}

// maxEdges bounds what one request can make the server hold in memory.
func (o Options) maxEdges() int {
	if o.MaxEdges > 0 {
		return o.MaxEdges
	}
	return 500_000
}

// givenUp is the error of a request that nobody waits for any more. Work that
// may be long looks for it, writes above all: while one goes on, all others
// wait.
func givenUp(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return pedigree.Hide(pedigree.Unavailable, err, "the request was given up before it was done, and nothing of it is kept:"+
			" it took too long or its client left; ask for less at once")
	}
	return nil
}

// New returns a service on s.
func New(s store.Store, o Options) *Service { return &Service{store: s, options: o} }

// A Node is a node with what is known of it. What ML Metadata has no space for
// stands in [pedigree.Custom] under a qualified key: a run's param lr is
// "params.lr", the latest point of its metric rmse is "metrics.rmse".
type Node struct {
	pedigree.Node
	Properties []pedigree.Property // in the spaces Field and Custom, by space and key
}

// Of returns the properties of one space.
func (n *Node) Of(space pedigree.Space) []pedigree.Property {
	f := pedigree.Facts{Properties: n.Properties}
	return f.Of(space)
}
