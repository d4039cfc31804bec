package pedigree

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

// Carried says that a classification of one node holds for another, too.
type Carried struct {
	Node           NodeID
	Classification ClassificationID
}
