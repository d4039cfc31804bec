package lineage

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// Direction says which way a walk goes.
type Direction uint8

// The directions.
const (
	Upstream   Direction = 1                     // to what a node was made of
	Downstream Direction = 2                     // to what was made of it
	Both       Direction = Upstream | Downstream // to its ancestors and to its descendants, not to their other relatives
)

// ParseDirection reads the name of a direction; empty means both.
func ParseDirection(name string) (Direction, error) {
	switch name {
	case "upstream":
		return Upstream, nil
	case "downstream":
		return Downstream, nil
	case "both", "":
		return Both, nil
	}
	return 0, pedigree.Errorf(pedigree.Invalid, "there is no direction %q: upstream, downstream and both are the ones", name)
}

// Bounds on the nodes of one answer.
const (
	DefaultNodes = 100_000   // what a walk gives at most if not told
	MaxNodes     = 5_000_000 // what it may be told
)

// A Query asks for the lineage of some nodes. [NewQuery] makes one without
// limits.
type Query struct {
	Workspace pedigree.NodeID
	Start     []pedigree.NodeID // of any kind; a context stands for what belongs to it
	Direction Direction
	Relatives bool   // with Both: also to the descendants of ancestors, their ancestors and so on, to all that is connected
	Depth     int    // hops at most, from artifact to execution or back; 0 for no limit
	Nodes     int    // nodes given at most; 0 stands for [DefaultNodes]
	Newest    int    // of the executions that read one artifact, and of those that wrote it, follow so many, those that came last; 0 for all
	Show      Filter // give only these; the walk goes on through the others
	Stop      Filter // give these but do not walk past them

	Since, Until pedigree.Time // follow only events from then on, and before then; NoTime for no such limit
	AsOf         pedigree.Time // as the graph was at that moment; NoTime for now
}

// NewQuery asks for all ancestors and descendants of nodes.
func NewQuery(workspace pedigree.NodeID, start ...pedigree.NodeID) *Query {
	return &Query{
		Workspace: workspace, Start: start, Direction: Both,
		Since: pedigree.NoTime, Until: pedigree.NoTime, AsOf: pedigree.NoTime,
	}
}

// A Filter names nodes by kind or by the name of their type. An empty one names
// none, and as [Query.Show] all.
type Filter struct {
	Kinds []pedigree.Kind
	Types []string
}

func (f *Filter) empty() bool { return len(f.Kinds) == 0 && len(f.Types) == 0 }

func (f *Filter) names(t pedigree.Type) bool {
	return slices.Contains(f.Kinds, t.Kind) || slices.Contains(f.Types, t.Name)
}

func (q *Query) check() error {
	switch {
	case len(q.Start) == 0:
		return pedigree.Errorf(pedigree.Invalid, "a lineage needs a node to start from")
	case q.Direction == 0 || q.Direction > Both:
		return pedigree.Errorf(pedigree.Invalid, "a lineage goes upstream, downstream or both")
	case q.Relatives && q.Direction != Both:
		return pedigree.Errorf(pedigree.Invalid, "relatives are in both directions")
	case q.Newest < 0 || q.Newest > 0 && q.timed():
		return pedigree.Errorf(pedigree.Invalid, "the newest executions are followed as of now, and not fewer than none")
	case q.Depth < 0:
		return pedigree.Errorf(pedigree.Invalid, "the depth of a lineage cannot be negative: %d", q.Depth)
	case q.Nodes < 0 || q.Nodes > MaxNodes:
		return pedigree.Errorf(pedigree.Invalid, "a lineage has between 1 and %d nodes, not %d", MaxNodes, q.Nodes)
	}
	return nil
}

// nodes is how many nodes there may be.
func (q *Query) nodes() int {
	if q.Nodes == 0 {
		return DefaultNodes
	}
	return q.Nodes
}

// onward gives the directions in which a walk goes on from what it met on one.
func (q *Query) onward(direction Direction) Direction {
	if q.Relatives {
		return Both
	}
	return direction
}

// timed reports whether the times of events count.
func (q *Query) timed() bool { return q.Since.Set() || q.Until.Set() || q.AsOf.Set() }

// follows reports whether an event of a time is followed. One that has no time
// always is.
func (q *Query) follows(t pedigree.Time) bool {
	return !t.Set() || (!q.Since.Set() || t >= q.Since) && (!q.Until.Set() || t < q.Until) && (!q.AsOf.Set() || t <= q.AsOf)
}

// there reports whether something with these times is seen.
func (q *Query) there(created, deleted pedigree.Time) bool {
	if !q.AsOf.Set() {
		return !deleted.Set()
	}
	return created <= q.AsOf && (!deleted.Set() || deleted > q.AsOf)
}

// sees reports whether a node is part of an answer.
func (q *Query) sees(v *store.Vertex) bool {
	return v.Workspace == q.Workspace && q.there(v.Created, v.Deleted) && v.Type != pedigree.WorkspaceType
}
