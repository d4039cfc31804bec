// Package lineage is the rules of what was made from what: across all wires,
// over events, over what is derived without a known execution, and through
// artifacts that several tools wrote of under names of their own. It walks from
// any node to what made it and what depends on it, and says which nodes it took
// for one and why. It knows no wire and no SQL.
//
// An answer speaks of the graph as it is found on the way: it holds no lock and
// no snapshot while its reader takes its time, so what is written meanwhile may
// be part of it or not. Nodes in the bin are neither given nor walked through,
// unless the question is about a moment at which they were not there.
//
// Every call names the workspace it works in. Errors are [pedigree.Error]
// values whose messages are fit for a client.
package lineage

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A Service applies the rules to one store.
type Service struct{ store store.Store }

// New returns a service on s.
func New(s store.Store) *Service { return &Service{store: s} }

// A Node is a node as lineage shows it.
type Node struct {
	store.Vertex
	Depth int // hops from where the walk started; what is joined is as far as what it is joined to
}

// Kind says what sort of thing the node is.
func (n *Node) Kind() pedigree.Kind { return n.Type.Kind }

// An EdgeKind says what ties the two ends of an edge.
type EdgeKind uint8

// The kinds of edges. All point from what came first to what was made of it.
const (
	EdgeInput   EdgeKind = iota + 1 // an artifact and the execution that read it
	EdgeOutput                      // an execution and the artifact that it wrote
	EdgeDerived                     // two nodes of which one was made from the other, no execution is known
	EdgeVersion                     // an artifact without version that was written, and a version seen at its place before it was written again
	EdgeMember                      // a context and what belongs to it; only from contexts that a walk starts at
)

var edgeNames = [...]string{EdgeInput: "input", EdgeOutput: "output", EdgeDerived: "derived", EdgeVersion: "version", EdgeMember: "member"}

// String names the kind in lower case.
func (k EdgeKind) String() string { return edgeNames[k] }

// An Edge ties two nodes.
type Edge struct {
	From, To pedigree.NodeID
	Kind     EdgeKind
}

// A Reason says why two nodes are taken for one.
type Reason uint8

// The reasons.
const (
	ByVersion  Reason = iota + 1 // same location, same version
	ByLocation                   // same location, neither names a version and no version is known
	Undated                      // same location; one names no version and counts as the one that was current at its time
	ByHand                       // somebody says so
)

var reasonNames = [...]string{ByVersion: "version", ByLocation: "location", Undated: "undated", ByHand: "hand"}

// String names the reason in lower case.
func (r Reason) String() string { return reasonNames[r] }

// A Tie says why two nodes are one vertex.
type Tie struct {
	A, B    pedigree.NodeID
	Why     Reason
	URI     string // the location that they share; empty if by hand
	Alias   bool   // one of them says that it is elsewhere, and that place means this one
	Version string // of the location, where one is known
	Actor   string // who joined them by hand
	Note    string // why, as the actor says
}

// A Join is nodes that are one vertex: the same thing, under several names.
type Join struct {
	Nodes []pedigree.NodeID // by identity
	Ties  []Tie             // enough to connect them all
}

// A Part is some of a lineage. An edge comes after its two ends, in the same
// part or a later one; a join in the part of its last node.
type Part struct {
	Nodes  []Node
	Edges  []Edge
	Joined []Join
}

func (p *Part) empty() bool { return len(p.Nodes) == 0 && len(p.Edges) == 0 && len(p.Joined) == 0 }

func (p *Part) add(other *Part) {
	p.Nodes = append(p.Nodes, other.Nodes...)
	p.Edges = append(p.Edges, other.Edges...)
	p.Joined = append(p.Joined, other.Joined...)
}

// A Summary says how a walk ended.
type Summary struct {
	Nodes     int      // given
	Edges     int      // given
	Depth     int      // of the farthest node
	Truncated bool     // there is more than the limits let through
	Crowded   []string // locations of so much that nothing was joined by them
}

// A Graph is a whole lineage in memory.
type Graph struct {
	Part
	Summary Summary
}
