package store

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// A TextReader serves searches across types and wires. It is part of [Reader];
// the words of a search are part of a [query.Selection].
type TextReader interface {
	// NodesAfter gives nodes of all kinds and workspaces, in the bin or not, by
	// ID, from after the given one, at most limit.
	NodesAfter(after pedigree.NodeID, limit int) ([]pedigree.Node, error)

	// Tally counts the nodes of a selection by type and state, whatever its
	// order and page. It looks at no more than limit nodes and reports whether
	// there are more.
	Tally(q *query.Selection, limit int) (counts []Count, more bool, err error)
}

// A TextTx keeps the words that nodes are found by. It is part of [Tx].
type TextTx interface {
	// SetText says by which words a node is found, in place of what was said
	// before: letters of either case and with or without accents are one. Empty
	// text finds nothing. It goes when the node is purged.
	SetText(node pedigree.NodeID, text string) error
}

// A Count says how many nodes have a type and a state.
type Count struct {
	Type  pedigree.Type
	State string
	Nodes int64
}
