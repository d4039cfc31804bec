package query

import "github.com/pedigree-ml/pedigree"

// A Selection asks for the nodes of one kind, whatever their types and homes, a
// page at a time. Nodes in the bin are not seen, nor workspaces.
type Selection struct {
	Workspace pedigree.NodeID
	Kind      pedigree.Kind
	Types     []pedigree.TypeID // only nodes of these; empty for any type
	Within    []pedigree.NodeID // only members of one of these contexts, home included; nil for any
	Around    []pedigree.NodeID // only contexts that one of these nodes belongs to, home included; nil for any
	Text      string            // only nodes in whose text all of these words are found, the last may be a beginning; empty for any. See store.TextTx
	Where     Scalar            // keeps nodes for which it is true, neither false nor null; nil keeps all
	By        Attr              // Arrival, Created or Updated; ties go by arrival, in the same direction
	Desc      bool
	Limit     int    // nodes per page; at least 1
	After     *Place // where the last page ended; nil starts at the beginning
}

// A Place is where a page of a selection ended: the last node and its sort key,
// which is a time, or 0 when the order is by arrival.
type Place struct {
	Key pedigree.Time
	ID  pedigree.NodeID
}
