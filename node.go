package pedigree

// Kind says which of the three sorts of thing a node is. The numbers are
// stored and never change.
type Kind uint8

// The three kinds of node.
const (
	Artifact  Kind = 1 // a thing: data set, model, file, table
	Execution Kind = 2 // something that happened: run, step, trial
	Context   Kind = 3 // a grouping: experiment, registered model, workspace
)

// String names the kind in lower case.
func (k Kind) String() string {
	switch k {
	case Artifact:
		return "artifact"
	case Execution:
		return "execution"
	case Context:
		return "context"
	}
	return "unknown"
}

// NodeID is the identity of a node inside one store. It is small, so that rows
// and indexes are; wires show a node's UID instead.
type NodeID int64

// DefaultWorkspace is the node that every store is born with: the workspace
// named "default", root of everything that names no other.
const DefaultWorkspace NodeID = 1

// A Node is one vertex of the graph.
type Node struct {
	ID        NodeID // assigned by the store
	Workspace NodeID // isolation: a node is visible in its workspace only
	Home      NodeID // the one context it was made in; a workspace is its own home
	Type      Type
	TypeID    TypeID // of Type; assigned by the store

	UID     string // public identity, unique within workspace and type, never changed
	Name    string // label; unique within workspace and type for contexts only
	Version string // what distinguishes states of one thing: a digest, a version number
	State   string // life cycle as its wire names it, such as RUNNING
	Owner   string // who made it, as its wire says
	URI     string // where its content is; text that the server never opens

	External string // what another system knows it by; unique within workspace and kind, empty for none

	Created Time // set by the store's clock
	Updated Time
	Started Time // executions; NoTime elsewhere
	Ended   Time // executions that have ended
	Deleted Time // when it was put in the bin; NoTime while it lives
}

// Live reports whether the node is not in the bin.
func (n *Node) Live() bool { return n.Deleted == NoTime }
