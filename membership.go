package pedigree

// A Membership says that a node belongs to a context: an artifact or execution
// of a pipeline run, a version of a model, a context within another.
type Membership struct {
	Context NodeID
	Node    NodeID
}
