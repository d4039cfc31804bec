package graph

import (
	"crypto/rand"
	"encoding/hex"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/identity"
	"github.com/pedigree-ml/pedigree/naming"
)

// create makes a node. That its name and external identity are free is for the
// store to say, which looks anyway.
func (w *nodeWriter) create(p *NodePut) (pedigree.NodeID, error) {
	d, err := w.typeToCreate(p)
	if err != nil {
		return 0, err
	}
	if err := checkDeclared(&d, p.Node.Of(pedigree.Field)); err != nil {
		return 0, pedigree.Errorf(pedigree.CodeOf(err), "Cannot validate properties of type_id: %d. %w", d.ID, err)
	}
	if d.Type.Kind == pedigree.Context && p.Node.Name == "" {
		return 0, pedigree.Errorf(pedigree.Invalid, "Cannot create node for type_id: %d. Context name should not be empty", d.ID)
	}
	n := pedigree.Node{
		Workspace: w.workspace, Home: w.workspace, Type: d.Type, UID: uidOf(p),
		Name: p.Node.Name, State: p.Node.State, URI: identity.Redact(p.Node.URI), External: p.Node.External,
		Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
	p.Node.Properties = carry.WithoutMarks(p.Node.Properties)
	if err := w.tx.CreateNode(&n); err != nil {
		if pedigree.CodeOf(err) == pedigree.AlreadyExists {
			err = pedigree.Errorf(pedigree.AlreadyExists, "Given node already exists: %s", summary(d.ID, p))
		}
		return 0, err
	}
	if err := w.tx.PutProperties(&n, p.Node.Properties...); err != nil || n.URI == "" {
		return n.ID, err
	}
	return n.ID, identity.Settle(w.tx, &n, p.Node.Properties)
}

// typeToCreate finds the type of a node to be made.
func (w *nodeWriter) typeToCreate(p *NodePut) (pedigree.Declaration, error) {
	var none pedigree.Declaration
	if !p.HasType {
		return none, pedigree.Errorf(pedigree.Invalid, "Type id is missing.")
	}
	d, ok, err := w.declaration(p.TypeID)
	switch {
	case err != nil:
		return none, err
	case !ok || d.Type.Kind != p.Node.Type.Kind || internal(d.Type):
		return none, pedigree.Errorf(pedigree.NotFound, "Cannot find type for type_id: %d. No type found for query, type_id: %d", p.TypeID, p.TypeID)
	case foreign(d.Type):
		return none, pedigree.Errorf(pedigree.BadState, "nodes of type %s are made by the clients that this type belongs to", d.Type.Name)
	}
	return d, nil
}

// uidOf gives a new node its public identity: its name, which is unique within
// its type and never changes, or a random one. Contexts can be renamed, and the
// store keeps their names unique by itself.
func uidOf(p *NodePut) string {
	if p.Node.Type.Kind != pedigree.Context && p.HasName {
		return naming.UIDOfName(p.Node.Name)
	}
	var id [16]byte
	rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}

// summary writes what makes a node unique as ML Metadata prints it.
func summary(id pedigree.TypeID, p *NodePut) string {
	text := "type_id: " + strconv.FormatInt(int64(id), 10)
	if p.HasName {
		text += " name: " + strconv.Quote(p.Node.Name)
	}
	if p.Node.External != "" {
		text += " external_id: " + strconv.Quote(p.Node.External)
	}
	return text
}
