package graph

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/identity"
)

// change changes a node so that it looks as p says, within its mask. Where it
// looks so already, its time of change stays.
func (w *nodeWriter) change(p *NodePut) error {
	before, err := w.toChange(p)
	if err != nil {
		return err
	}
	m := newMask(p.Mask, before.Type.Kind)
	after := m.apply(before, p)
	if m.name && after.Name == "" {
		return pedigree.Errorf(pedigree.Invalid, "Context name should not be empty")
	}
	if foreign(before.Type) {
		if err := refuseForeign(before, after); err != nil {
			return err
		}
	} else if err := w.checkChanged(before, p, m); err != nil {
		return err
	}
	return w.write(before, after, p)
}

// toChange reads the node as it stands and checks what p presumes of it.
func (w *nodeWriter) toChange(p *NodePut) (*Node, error) {
	nodes, err := w.tx.Nodes([]pedigree.NodeID{p.Node.ID})
	if err != nil {
		return nil, err
	}
	kind := p.Node.Type.Kind
	if nodes = onlyVisible(nodes, w.workspace, kind); len(nodes) == 0 {
		return nil, pedigree.Errorf(pedigree.Invalid, "Cannot find the given id %d", p.Node.ID)
	}
	n := &nodes[0]
	if p.IfUpdated != pedigree.NoTime && p.IfUpdated != n.Updated {
		return nil, pedigree.Errorf(pedigree.BadState, "`abort_if_latest_updated_time_changed` is set, and the stored %s with id = %d"+
			" has a different last_update_time_since_epoch: %d from the one in the given %s: %d", kind, n.ID, n.Updated, kind, p.IfUpdated)
	}
	if p.HasType && p.TypeID != n.TypeID {
		return nil, pedigree.Errorf(pedigree.Invalid, "Given type_id %d is different from the one known before: %d", p.TypeID, n.TypeID)
	}
	described, err := describe(w.tx, nodes)
	if err != nil {
		return nil, err
	}
	return &described[0], nil
}

// checkChanged refuses values in p, within its mask, that the type does not
// declare.
func (w *nodeWriter) checkChanged(before *Node, p *NodePut, m *mask) error {
	given := slices.DeleteFunc(slices.Clone(p.Node.Of(pedigree.Field)), func(f pedigree.Property) bool {
		return !m.covers(f.Space, f.Key)
	})
	if len(given) == 0 {
		return nil
	}
	d, _, err := w.declaration(before.TypeID)
	if err != nil {
		return err
	}
	return checkDeclared(&d, given)
}

// write stores the difference between two states of a node.
func (w *nodeWriter) write(before, after *Node, p *NodePut) error {
	d := compare(before, after)
	if d.nothing() && !p.ForceUpdateTime {
		return nil
	}
	n := after.Node
	if foreign(n.Type) && n.External == n.UID { // shown so, not stored
		n.External = ""
	}
	if err := w.tx.UpdateNode(&n); err != nil {
		if pedigree.CodeOf(err) == pedigree.AlreadyExists {
			err = pedigree.Errorf(pedigree.AlreadyExists, "Given node already exists: %s", summary(n.TypeID, p))
		}
		return err
	}
	for _, r := range d.removed {
		if _, err := w.tx.DeleteProperty(&n, r.Space, r.Key); err != nil {
			return err
		}
	}
	if err := w.tx.PutProperties(&n, d.put...); err != nil || !moved(before, after) {
		return err
	}
	return identity.Resettle(w.tx, &n, after.Properties)
}

// moved reports whether an artifact is elsewhere than it was. Those of other
// wires never are: their rules say where they are.
func moved(before, after *Node) bool {
	return after.Type.Kind == pedigree.Artifact && !foreign(after.Type) &&
		(before.URI != after.URI || identity.VersionOf(&before.Node, before.Properties) != identity.VersionOf(&after.Node, after.Properties))
}
