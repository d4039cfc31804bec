package catalog

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/schema"
)

// typeOf gives the type of a node of any protocol.
func (v *View) typeOf(n *pedigree.Node) (*schema.EntityType, error) {
	if t := v.types.OfNode(n.Type); t != nil {
		return t, nil
	}
	return v.service.types.TypeOf(v.reader, n)
}

// TypeOf gives the type of a node of any protocol.
func (v *View) TypeOf(n *pedigree.Node) (*schema.EntityType, error) { return v.typeOf(n) }

// refuseForeign refuses a change of what another protocol says of its nodes.
func refuseForeign(typeName string) error {
	return pedigree.Errorf(pedigree.BadState, "entities of type %s are written by the clients of another protocol, which alone can change or delete what they said;"+
		" here they can be classified, labelled, given terms and business metadata, and referred to", typeName)
}

// foreignValue reads an attribute of a node of another protocol.
func foreignValue(l *loaded, f *schema.Field) any {
	value, err := f.Type.Normalize(f.Place.ValueAt(&l.Node, &l.facts, l.guid))
	if err != nil {
		return nil // the other protocol takes values that the type has no word for
	}
	return value
}

// lookupForeign finds a node of another protocol by its unique attributes.
func (v *View) lookupForeign(t *schema.EntityType, values map[string]any) (*pedigree.Node, error) {
	name, _ := values["qualifiedName"].(string)
	id, ok := v.mark.NodeID(name)
	if !ok {
		return nil, nil
	}
	nodes, err := v.reader.Nodes([]pedigree.NodeID{id})
	if err != nil || len(nodes) == 0 || !nodes[0].Live() {
		return nil, err
	}
	of, err := v.typeOf(&nodes[0])
	if err != nil || !of.IsA(t.Name()) {
		return nil, err
	}
	return &nodes[0], nil
}
