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

	// Sample gives what nodes are counted by, of the newest nodes of a selection,
	// whatever its order and page: at most limit. It reports whether there are
	// more.
	Sample(q *query.Selection, limit int) (nodes []Sampled, more bool, err error)

	// KeysUsed counts in how many of some nodes, each named once, each key of a
	// space is: the most frequent first, then those used first, at most limit. It
	// reports whether there are more.
	KeysUsed(nodes []pedigree.NodeID, space pedigree.Space, limit int) (keys []KeyCount, more bool, err error)

	// Tally counts the nodes of a selection by type and state, whatever its
	// order and page. It looks at no more than limit nodes and reports whether
	// there are more.
	Tally(q *query.Selection, limit int) (counts []Count, more bool, err error)

	// WordsLike gives the words that are like a pattern, in small letters and
	// without accents, among all that nodes are found by: * stands for any letters,
	// ? for one. It gives at most limit and reports whether there are more.
	WordsLike(pattern string, limit int) (words []string, more bool, err error)
}

// A TextTx keeps the words that nodes are found by. It is part of [Tx].
type TextTx interface {
	// SetText says by which words a node is found, in place of what was said
	// before: letters of either case and with or without accents are one. Empty
	// text finds nothing. It goes when the node is purged.
	SetText(node pedigree.NodeID, text string) error
}

// Sampled is what a node is counted by.
type Sampled struct {
	ID      pedigree.NodeID
	Type    pedigree.Type
	State   string
	Owner   string
	Created pedigree.Time
}

// A KeyCount says how many nodes have a key.
type KeyCount struct {
	Key   string
	Nodes int64
}

// A Count says how many nodes have a type and a state.
type Count struct {
	Type  pedigree.Type
	State string
	Nodes int64
}
