package pedigree

import (
	"slices"
	"strconv"
)

// ClassificationID is the number of a classification inside one store.
type ClassificationID int64

// A Classification says that a node is of a class, such as one that holds personal
// data. There is one of each name on a node. It is carried on to what is made from
// the node, unless told otherwise; see [Carried].
type Classification struct {
	ID         ClassificationID // assigned by the store; never given again
	Workspace  NodeID
	Node       NodeID
	Type       string // name of the definition
	Attributes string // JSON object; empty for none
	Validity   string // JSON list of periods, as its wire writes it; empty for ever

	Propagate      bool // whether it is carried on
	RemoveOnDelete bool // whether what it was carried to loses it when Node is put in the bin
	NotByLineage   bool // not carried along inputs and outputs
	NotByHierarchy bool // not carried along other relationships

	CreatedBy string
	UpdatedBy string
	Created   Time // set by the store's clock
	Updated   Time
}

// Source is the name of a classification with the node that it is of, where a
// relationship or event says what does not pass. No name of a definition has a "#".
func (c *Classification) Source() string {
	return c.Type + "#" + strconv.FormatInt(int64(c.Node), 10)
}

// BlockedBy reports whether it is among what is blocked: its name, which stands for
// those of all nodes, or its source.
func (c *Classification) BlockedBy(blocked []string) bool {
	return slices.Contains(blocked, c.Type) || len(blocked) > 0 && slices.Contains(blocked, c.Source())
}

// Carried says that a classification of one node holds for another, too.
type Carried struct {
	Node           NodeID
	Classification ClassificationID
}
