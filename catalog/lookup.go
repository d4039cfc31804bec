package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// assigned reports whether a guid names an entity for ever, rather than in one
// request only.
func assigned(guid string) bool { return guid != "" && guid[0] != '-' }

// GUID gives the guid of a node of any protocol.
func (v *View) GUID(n *pedigree.Node) string {
	if isOurs(n.Type) {
		return n.UID
	}
	return schema.NodeGUID(v.mark, n.ID)
}

// isOurs tells nodes that came through the catalog from those of other protocols.
func isOurs(t pedigree.Type) bool { return t.Protocol() == pedigree.ProtocolAtlas }

// NodesByGUID finds the nodes of guids, in the bin or not, by guid. Unknown ones
// are left out.
func (v *View) NodesByGUID(guids []string) (map[string]*pedigree.Node, error) {
	found := make(map[string]*pedigree.Node, len(guids))
	var ours []string
	var others []pedigree.NodeID
	for _, guid := range guids {
		if id, ok := v.mark.NodeID(guid); ok {
			others = append(others, id)
		} else if assigned(guid) {
			ours = append(ours, guid)
		}
	}
	for _, kind := range []pedigree.Kind{pedigree.Artifact, pedigree.Execution, pedigree.Context} {
		if len(ours) == len(found) {
			break
		}
		nodes, err := v.reader.NodesExternal(v.workspace, kind, ours)
		if err != nil {
			return nil, err
		}
		for i := range nodes {
			if isOurs(nodes[i].Type) {
				found[nodes[i].UID] = &nodes[i]
			}
		}
	}
	if len(others) == 0 {
		return found, nil
	}
	nodes, err := v.reader.Nodes(others)
	for i := range nodes {
		if n := &nodes[i]; n.Workspace == v.workspace && !isOurs(n.Type) {
			found[v.GUID(n)] = n
		}
	}
	return found, err
}

// NodeByGUID finds the node of a guid, in the bin or not.
func (v *View) NodeByGUID(guid string) (*pedigree.Node, error) {
	found, err := v.NodesByGUID([]string{guid})
	if err != nil {
		return nil, err
	}
	if n := found[guid]; n != nil {
		return n, nil
	}
	return nil, fault.New(fault.InstanceGUIDNotFound, guid)
}

// Lookup finds the node outside the bin that has one of the given values of its
// unique attributes and is of the type or of one that descends from it; nil where
// there is none. Other attributes do not count.
func (v *View) Lookup(t *schema.EntityType, values map[string]any) (*pedigree.Node, error) {
	for _, f := range t.Unique() {
		given, err := f.Type.Normalize(values[f.Def.Name])
		if err != nil || given == nil {
			continue
		}
		n, err := v.uniqueNode(t, uniqueKey(f), uniqueText(given))
		if n != nil || err != nil {
			return n, err
		}
	}
	return v.lookupForeign(t, values)
}

// uniqueNode finds the node that holds a value of a unique attribute, among a type
// and those that descend from it: one of the type itself comes first.
func (v *View) uniqueNode(t *schema.EntityType, key, value string) (*pedigree.Node, error) {
	nodes, err := v.reader.UniqueNodes(v.workspace, key, value)
	if err != nil {
		return nil, err
	}
	var found *pedigree.Node
	for i := range nodes {
		name := strings.TrimPrefix(nodes[i].Type.Name, pedigree.AtlasPrefix)
		if name == t.Def.Name {
			return &nodes[i], nil
		}
		if of := v.types.Entity(name); found == nil && of != nil && of.IsA(t.Def.Name) {
			found = &nodes[i]
		}
	}
	return found, nil
}

// uniqueText writes a value as unique values are compared.
func uniqueText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return fmt.Sprint(value)
}

// uniqueKey names a unique attribute in the store: by the type that declares it, so
// that one search covers all that descend from it.
func uniqueKey(f *schema.Field) string { return f.Owner + "." + f.Def.Name }

// LookupExact is Lookup where only unique attributes may be given and something
// must be found.
func (v *View) LookupExact(typeName string, values map[string]any) (*pedigree.Node, error) {
	t, err := v.entityType(typeName)
	if err != nil {
		return nil, err
	}
	if err := checkUnique(t, values); err != nil {
		return nil, err
	}
	n, err := v.Lookup(t, values)
	if n == nil && err == nil {
		err = notFoundBy(typeName, values)
	}
	return n, err
}

func checkUnique(t *schema.EntityType, values map[string]any) error {
	if len(values) == 0 {
		return fault.New(fault.AttributeUniqueInvalid, t.Def.Name, "")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if f := t.Field(name); f == nil || !f.Def.Unique {
			return fault.New(fault.AttributeUniqueInvalid, t.Def.Name, name)
		}
	}
	return nil
}

func notFoundBy(typeName string, values map[string]any) error {
	return fault.New(fault.InstanceByUniqueAttributeNotFound, typeName, javaMap(values, "="))
}

// javaMap writes a map as clients know it from messages.
func javaMap(values map[string]any, between string) string {
	parts := make([]string, 0, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		parts = append(parts, key+between+fmt.Sprint(values[key]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// showID writes a reference as clients know it from messages.
func showID(o *ObjectID) string {
	guid, typeName := "null", "null"
	if o.GUID != "" {
		guid = o.GUID
	}
	if o.Type != "" {
		typeName = o.Type
	}
	return "AtlasObjectId{guid='" + guid + "', typeName='" + typeName + "', uniqueAttributes=" + javaMap(o.Unique, ":") + "}"
}

// entityType gives a type by name.
func (v *View) entityType(name string) (*schema.EntityType, error) {
	if t := v.types.Entity(name); t != nil {
		return t, nil
	}
	return nil, fault.New(fault.TypeNameInvalid, "ENTITY", name)
}

// Resolve finds the node that a reference means, in the bin or not where it names a
// guid. Where there is none the error is that of a request for it.
func (v *View) Resolve(id *ObjectID) (*pedigree.Node, error) {
	switch {
	case assigned(id.GUID):
		return v.NodeByGUID(id.GUID)
	case id.GUID != "" || id.Type == "" || len(id.Unique) == 0:
		return nil, fault.New(fault.InvalidObjectID, showID(id))
	}
	return v.LookupExact(id.Type, id.Unique)
}
