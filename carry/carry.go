// Package carry is the rules of where classifications hold besides where somebody
// put them. A classification that propagates is carried to all that is made from
// its node: along what executions read and wrote, whatever wire told of it, along
// what is derived and what is one, as package lineage knows it, and along
// relationships that say so. It is carried through no node in the bin, and along no
// tie that blocks it.
//
// What follows from that is written down, so that a search need not walk: [Service.Run]
// follows what is written to the store and keeps the notes true. They may be behind
// by a moment. Who reads is not: where the notes may lack something of a
// classification, its way is walked at once, in the transaction of the reader, so that
// every answer is what the graph says at that moment. A crash loses nothing, since
// what is still to be noted is known from the feed and from the store's own list.
package carry

import (
	"cmp"
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A Service keeps the notes of one store.
type Service struct{ store store.Store }

// New returns a service on s.
func New(s store.Store) *Service { return &Service{store: s} }

// workspace is that of all classifications, until there are more.
const workspace = pedigree.DefaultWorkspace

// exist reports whether there is any classification.
func exist(r store.Reader) (bool, error) {
	some, err := r.ClassificationsOf(workspace, nil, 0, 1)
	return len(some) > 0, err
}

// A nodeSet is nodes.
type nodeSet map[pedigree.NodeID]struct{}

func (s nodeSet) add(id pedigree.NodeID) bool {
	if _, in := s[id]; in {
		return false
	}
	s[id] = struct{}{}
	return true
}

func (s nodeSet) has(id pedigree.NodeID) bool {
	_, in := s[id]
	return in
}

// sorted gives the keys of a map in order.
func sorted[K cmp.Ordered, V any, M ~map[K]V](m M) []K { return slices.Sorted(maps.Keys(m)) }

// A classSet is classifications.
type classSet map[pedigree.ClassificationID]struct{}

func (s classSet) has(id pedigree.ClassificationID) bool {
	_, in := s[id]
	return in
}
