package catalog

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/query"
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
	value, err := f.Type.Normalize(f.Place.ValueAt(&l.Node, &l.facts))
	if err != nil {
		return nil // the other protocol takes values that the type has no word for
	}
	return value
}

// lookupForeign finds the node outside the bin that has a qualified name and is of a
// type whose nodes another protocol writes: the given one or one that descends from it.
func (v *View) lookupForeign(t *schema.EntityType, values map[string]any) (*pedigree.Node, error) {
	name, _ := values["qualifiedName"].(string)
	if name == "" {
		return nil, nil
	}
	for _, other := range t.Others {
		if n, err := v.Named(other, name); err != nil || n != nil && n.Live() {
			return n, err
		}
	}
	return nil, nil
}

// Named finds the node, in the bin or not, of a type of another protocol that has a
// qualified name; nil where there is none.
func (v *View) Named(t *schema.EntityType, name string) (*pedigree.Node, error) {
	spelled := t.Field("qualifiedName").Place.Spelled
	rest, ok := strings.CutPrefix(name, spelled.Prefix)
	if !ok {
		return nil, nil
	}
	n, err := v.spelledOut(spelled, rest)
	switch {
	case pedigree.CodeOf(err) == pedigree.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	}
	if got, ok := spelled.Of(&n); !ok || got != name || n.Workspace != v.workspace {
		return nil, nil
	}
	return &n, nil
}

// spelledOut finds the one node that can be called so; NotFound where there is none.
func (v *View) spelledOut(s query.Spelled, rest string) (pedigree.Node, error) {
	switch s.By {
	case query.ByQualified:
		uid, _ := naming.Unshow(rest)
		return v.reader.Node(v.workspace, s.Type, uid)
	case query.ByName:
		return v.reader.NodeNamed(v.workspace, s.Type, rest)
	case query.ByNameAndVersion:
		return v.versionNamed(s.Type, rest)
	case query.ByNameOrNumber:
		name, marked := strings.CutPrefix(rest, "#")
		switch {
		case marked && !strings.HasPrefix(name, "#"):
			return v.numbered(name)
		case s.Type.Kind == pedigree.Context:
			return v.reader.NodeNamed(v.workspace, s.Type, name)
		}
		return v.reader.Node(v.workspace, s.Type, naming.UIDOfName(name))
	}
	return v.reader.Node(v.workspace, s.Type, rest)
}

// versionNamed finds a node by its name and, after the last slash, its version.
func (v *View) versionNamed(t pedigree.Type, text string) (pedigree.Node, error) {
	slash := strings.LastIndexByte(text, '/')
	if slash < 0 {
		return pedigree.Node{}, errNone
	}
	name, version := text[:slash], naming.UnescapeVersion(text[slash+1:])
	if t == pedigree.DatasetType {
		return v.reader.Node(v.workspace, t, naming.UIDOfDataset(name, version))
	}
	model, err := v.reader.NodeNamed(v.workspace, pedigree.RegisteredModelType, name)
	if err != nil {
		return model, err
	}
	return v.reader.Node(v.workspace, t, naming.UIDOfVersion(model.UID, version))
}

// numbered finds a node by its number.
func (v *View) numbered(text string) (pedigree.Node, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return pedigree.Node{}, errNone // no number
	}
	nodes, err := v.reader.Nodes([]pedigree.NodeID{pedigree.NodeID(id)})
	if err != nil || len(nodes) == 0 {
		return pedigree.Node{}, cmp.Or(err, errNone)
	}
	return nodes[0], nil
}

// errNone says that there is no such node; it is for no client.
var errNone error = pedigree.Errorf(pedigree.NotFound, "no node is called so")
