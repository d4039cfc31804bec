package store

import "github.com/pedigree-ml/pedigree"

// A LineageReader reads what lineage is walked by, in pages and no more of each
// node than a walk needs. It is part of [Reader].
type LineageReader interface {
	// LinkPage gives one page of the events of artifacts or executions in one
	// direction, by node and then the node at the other end; and where the next
	// page starts, nil after the last. Ends in the bin are given too.
	LinkPage(q *LinkQuery) ([]Link, *LinkPlace, error)

	// NewestLinks gives the events of one artifact in one direction, those of the
	// executions that came last first, at most limit.
	NewestLinks(artifact pedigree.NodeID, direction pedigree.Direction, limit int) ([]Link, error)

	// Vertices gives what a walk needs of nodes, in the order asked for;
	// unknown ones are left out.
	Vertices(ids []pedigree.NodeID) ([]Vertex, error)

	// SharedLocations gives the locations of nodes at which another node is or
	// was, in the order asked for, those of each node by location.
	SharedLocations(nodes []pedigree.NodeID) ([]NodeLocation, error)

	// PlacesFrom gives what is or was at a location by node, from after the
	// given one, at most limit.
	PlacesFrom(location pedigree.LocationID, after pedigree.NodeID, limit int) ([]pedigree.Place, error)

	// Unlocated gives artifacts of any workspace that are nowhere, by ID, among
	// the limit numbers after the given one; and the last number looked at, which
	// is that of the newest node at most, or 0 where no node comes after.
	Unlocated(after pedigree.NodeID, limit int) ([]pedigree.Node, pedigree.NodeID, error)
}

// A LinkQuery asks for a page of events.
type LinkQuery struct {
	Kind      pedigree.Kind     // of Nodes: artifacts or executions
	Nodes     []pedigree.NodeID // ascending, each once
	Direction pedigree.Direction
	Detail    bool       // read the ID and the time of each event too, which costs more
	After     *LinkPlace // nil for the first page
	Limit     int
}

// A LinkPlace is where a page of events ended.
type LinkPlace struct {
	Node, Other pedigree.NodeID
	Given       int // events between these two that were given already
}

// A Link is an event as a walk sees it.
type Link struct {
	Node  pedigree.NodeID // that was asked for
	Other pedigree.NodeID // at the other end

	// Only where asked for:
	Event int64 // its ID
	Time  pedigree.Time
}

// A Vertex is a node as a walk sees it.
type Vertex struct {
	ID        pedigree.NodeID
	Workspace pedigree.NodeID
	Type      pedigree.Type
	Name      string
	UID       string
	Version   string
	URI       string
	Created   pedigree.Time
	Deleted   pedigree.Time
}

// A NodeLocation says where a node is.
type NodeLocation struct {
	Node     pedigree.NodeID
	Location pedigree.LocationID
}
