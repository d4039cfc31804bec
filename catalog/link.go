package catalog

import (
	"slices"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/schema"
)

// The relationships that events are shown as: of both the first end is the process.
const (
	InputsRelationship  = "dataset_process_inputs"
	OutputsRelationship = "process_dataset_outputs"
)

// Keys of event tags that hold what a relationship says beyond an event.
const (
	tagAttributes = "atlas.attributes" // JSON object
	tagCreatedBy  = "atlas.createdBy"
	tagUpdatedBy  = "atlas.updatedBy"
	tagUpdated    = "atlas.updateTime" // milliseconds
	tagVersion    = "atlas.version"
)

// A link is a relationship, a bare reference or an event: whatever ties two nodes.
type link struct {
	pedigree.Relationship
	event *pedigree.Event          // that it is; nil for the others
	def   *schema.RelationshipType // nil for a bare reference
}

// other gives the node at the other end, and the end (1 or 2) at which n stands.
// Where both ends are one node that is the first.
func (l *link) other(n pedigree.NodeID) (other pedigree.NodeID, end int) {
	if l.End1 == n {
		return l.End2, 1
	}
	return l.End1, 2
}

// live reports whether neither end has let go.
func (l *link) live() bool { return l.Deleted == pedigree.NoTime }

// owns reports whether the node at an end owns that at the other.
func (l *link) owns(end int) bool {
	return l.def != nil && l.def.Def.Kind == schema.Composition && l.def.End(end).Container
}

// ofEvent shows an event as a relationship.
func (v *View) ofEvent(e *pedigree.Event) link {
	name, passes := InputsRelationship, pedigree.PassBack
	if e.Direction == pedigree.Output {
		name, passes = OutputsRelationship, pedigree.PassForward
	}
	l := link{event: e, def: v.types.Relationship(name), Relationship: pedigree.Relationship{
		Workspace: v.workspace, UID: schema.RelationGUID(v.mark, e.ID), Type: name,
		End1: e.Execution, End2: e.Artifact, Passes: passes, Place: e.ID,
		Created: e.Time, Updated: e.Time, Deleted: pedigree.NoTime,
	}}
	for _, t := range e.Tags {
		switch t.Key {
		case tagAttributes:
			l.Attributes = t.Value
		case tagCreatedBy:
			l.CreatedBy = t.Value
		case tagUpdatedBy:
			l.UpdatedBy = t.Value
		case tagUpdated:
			if ms, err := strconv.ParseInt(t.Value, 10, 64); err == nil {
				l.Updated = pedigree.Time(ms)
			}
		case tagVersion:
			l.Version, _ = strconv.ParseInt(t.Value, 10, 64)
		}
	}
	return l
}

// passageAs reads how classifications pass along an event, whose forward is the way
// of what is made, as a relationship does, whose forward is from its first end to
// its second; and the other way round.
func passageAs(p pedigree.Passage, d pedigree.Direction) pedigree.Passage {
	if d == pedigree.Output {
		return p
	}
	return p&pedigree.PassForward<<1 | p&pedigree.PassBack>>1
}

// passages by the names that clients know.
var passageNames = [...]string{
	pedigree.PassNone: "NONE", pedigree.PassForward: "ONE_TO_TWO", pedigree.PassBack: "TWO_TO_ONE", pedigree.PassBoth: "BOTH",
}

func passageOf(name string) pedigree.Passage {
	if i := slices.Index(passageNames[:], name); i > 0 {
		return pedigree.Passage(i)
	}
	return pedigree.PassNone
}

// links gives what ties nodes to others, by node: relationships and bare
// references in the order of their arrival, then events. What ties two of the
// nodes stands at both.
func (v *View) links(nodes []pedigree.Node) (map[pedigree.NodeID][]*link, error) {
	ids := make([]pedigree.NodeID, len(nodes))
	byKind := make(map[pedigree.Kind][]pedigree.NodeID)
	wanted := make(map[pedigree.NodeID]bool, len(nodes))
	for i := range nodes {
		n := &nodes[i]
		ids[i] = n.ID
		wanted[n.ID] = true
		byKind[n.Type.Kind] = append(byKind[n.Type.Kind], n.ID)
	}
	all := make(map[pedigree.NodeID][]*link, len(nodes))
	add := func(l *link) {
		if wanted[l.End1] {
			all[l.End1] = append(all[l.End1], l)
		}
		if wanted[l.End2] && l.End2 != l.End1 {
			all[l.End2] = append(all[l.End2], l)
		}
	}
	rows, err := v.reader.Relationships(ids)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		add(&link{Relationship: rows[i], def: v.types.Relationship(rows[i].Type)})
	}
	seen := make(map[int64]bool)
	for _, kind := range []pedigree.Kind{pedigree.Execution, pedigree.Artifact} {
		if len(byKind[kind]) == 0 {
			continue
		}
		events, err := v.reader.Links(kind, byKind[kind])
		if err != nil {
			return nil, err
		}
		for i := range events {
			if e := &events[i]; !seen[e.ID] && e.Role != pedigree.RoleInternal {
				seen[e.ID] = true
				l := v.ofEvent(e)
				add(&l)
			}
		}
	}
	return all, nil
}
