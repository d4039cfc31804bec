package graph

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/identity"
)

// A mask says which parts of a node a change may touch.
type mask struct {
	uri, state, external, name bool
	spaces                     map[pedigree.Space]bool            // whole spaces
	keys                       map[pedigree.Space]map[string]bool // single properties
}

// newMask reads paths for a node of a kind. A part that nodes of this kind do
// not have in ML Metadata is outside of every mask.
func newMask(paths []string, kind pedigree.Kind) *mask {
	if len(paths) == 0 {
		paths = []string{"uri", "state", "last_known_state", "external_id", "name", "properties", "custom_properties"}
	}
	m := &mask{spaces: map[pedigree.Space]bool{}, keys: map[pedigree.Space]map[string]bool{}}
	for _, path := range paths {
		switch {
		case path == "uri" && kind == pedigree.Artifact:
			m.uri = true
		case path == "state" && kind == pedigree.Artifact, path == "last_known_state" && kind == pedigree.Execution:
			m.state = true
		case path == "name" && kind == pedigree.Context:
			m.name = true
		case path == "external_id":
			m.external = true
		default:
			m.addProperties(path)
		}
	}
	return m
}

func (m *mask) addProperties(path string) {
	name, key, one := strings.Cut(path, ".")
	space, ok := map[string]pedigree.Space{"properties": pedigree.Field, "custom_properties": pedigree.Custom}[name]
	switch {
	case !ok:
	case !one:
		m.spaces[space] = true
	case m.keys[space] == nil:
		m.keys[space] = map[string]bool{key: true}
	default:
		m.keys[space][key] = true
	}
}

// covers reports whether a property lies within the mask. What shows a
// classification lies in none: it is no property.
func (m *mask) covers(space pedigree.Space, key string) bool {
	return (m.spaces[space] || m.keys[space][key]) && !carry.IsMark(key)
}

// apply gives the node as it is to look.
func (m *mask) apply(before *Node, p *NodePut) *Node {
	after := &Node{Node: before.Node}
	if m.uri {
		after.URI = identity.Redact(p.Node.URI)
	}
	if m.state && p.Node.State != State(&before.Node) {
		after.State = p.Node.State
	}
	if m.external {
		after.External = p.Node.External
	}
	if m.name {
		after.Name = p.Node.Name
	}
	for _, property := range before.Properties {
		if !m.covers(property.Space, property.Key) {
			after.Properties = append(after.Properties, property)
		}
	}
	for _, property := range p.Node.Properties {
		if m.covers(property.Space, property.Key) {
			after.Properties = append(after.Properties, property)
		}
	}
	slices.SortFunc(after.Properties, byKey)
	return after
}
