package graph

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A NodePut asks for a node to be made, or changed where it names one. What it
// leaves out is removed by a change, as ML Metadata has it, but the type and
// the name: the one never changes, the other only that of a context.
type NodePut struct {
	Node   Node            // its kind, name, URI, state, external identity and properties; the rest is ignored
	TypeID pedigree.TypeID // counts if HasType

	HasID   bool // change the node Node.ID rather than make one
	HasType bool // required to make a node; in a change it must be the one that stands
	HasName bool // tells an empty name from none

	// Mask limits a change to these paths: "uri", "state" or
	// "last_known_state", "external_id", "name" of a context, "properties",
	// "custom_properties", or one property, as "properties.key". Others are ignored; none means all.
	Mask []string

	IfUpdated       pedigree.Time // refuse a change unless the node was last changed then; NoTime for no such condition
	ForceUpdateTime bool          // move the time of change even where nothing changes
}

// NewPut returns a request for a node of a kind, without preconditions.
func NewPut(kind pedigree.Kind) *NodePut {
	return &NodePut{Node: Node{Node: pedigree.Node{Type: pedigree.Type{Kind: kind}}}, IfUpdated: pedigree.NoTime}
}

// PutNodes makes and changes nodes, all or none, and gives their identities in
// the order asked for.
func (s *Service) PutNodes(ctx context.Context, workspace pedigree.NodeID, puts []*NodePut) ([]pedigree.NodeID, error) {
	if len(puts) == 0 {
		return nil, nil
	}
	if err := checkParts(partsOf(puts)); err != nil {
		return nil, err
	}
	var ids []pedigree.NodeID
	err := s.store.Update(ctx, func(tx store.Tx) error {
		var err error
		ids, err = s.putNodes(ctx, tx, workspace, puts)
		return err
	})
	return ids, err
}

// putNodes is PutNodes inside a transaction.
func (s *Service) putNodes(ctx context.Context, tx store.Tx, workspace pedigree.NodeID, puts []*NodePut) ([]pedigree.NodeID, error) {
	ids := make([]pedigree.NodeID, 0, len(puts))
	w := newNodeWriter(ctx, tx, workspace)
	for _, p := range puts {
		id, err := w.put(p)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// A nodeWriter writes nodes in one transaction and reads each type once.
type nodeWriter struct {
	ctx       context.Context
	tx        store.Tx
	workspace pedigree.NodeID
	types     map[pedigree.TypeID]pedigree.Declaration
}

func newNodeWriter(ctx context.Context, tx store.Tx, workspace pedigree.NodeID) *nodeWriter {
	return &nodeWriter{ctx: ctx, tx: tx, workspace: workspace, types: make(map[pedigree.TypeID]pedigree.Declaration)}
}

func (w *nodeWriter) put(p *NodePut) (pedigree.NodeID, error) {
	if err := givenUp(w.ctx); err != nil {
		return 0, err
	}
	if p.HasID {
		return p.Node.ID, w.change(p)
	}
	return w.create(p)
}

// declaration reads a type; ok is false where there is none.
func (w *nodeWriter) declaration(id pedigree.TypeID) (d pedigree.Declaration, ok bool, err error) {
	if d, ok := w.types[id]; ok {
		return d, true, nil
	}
	all, err := w.tx.Declarations([]pedigree.TypeID{id})
	if err != nil || len(all) == 0 {
		return d, false, err
	}
	w.types[id] = all[0]
	return all[0], true, nil
}
