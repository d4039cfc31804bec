package graph

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/store"
)

// onlyVisible keeps the nodes of a kind that clients of a workspace may see:
// none in the bin and none of the server's own.
func onlyVisible(nodes []pedigree.Node, workspace pedigree.NodeID, kind pedigree.Kind) []pedigree.Node {
	return slices.DeleteFunc(nodes, func(n pedigree.Node) bool {
		return n.Type.Kind != kind || n.Workspace != workspace || !n.Live() || internal(n.Type)
	})
}

// ownSpaces are where all facts of nodes stand that are not foreign. To ask for
// these alone spares the look for series, which only foreign nodes have.
var ownSpaces = []pedigree.Space{pedigree.Field, pedigree.Custom}

// describe adds to nodes what is known of them, with one question to the store
// however many they are, or two if some are foreign.
func describe(r store.Reader, nodes []pedigree.Node) ([]Node, error) {
	if len(nodes) == 0 {
		return nil, nil
	}
	ids := make([]pedigree.NodeID, len(nodes))
	spaces := ownSpaces
	for i := range nodes {
		if ids[i] = nodes[i].ID; foreign(nodes[i].Type) {
			spaces = nil
		}
	}
	facts, err := r.Facts(ids, spaces...)
	if err != nil {
		return nil, err
	}
	if err := carry.Mark(r, ids, facts, pedigree.Custom); err != nil {
		return nil, err
	}
	described := make([]Node, len(nodes))
	for i := range nodes {
		described[i] = Node{Node: nodes[i], Properties: seen(&facts[i])}
		if foreign(nodes[i].Type) {
			described[i].translate()
		}
	}
	return described, nil
}

// seen gives facts as properties in the spaces Field and Custom, sorted.
func seen(f *pedigree.Facts) []pedigree.Property {
	all := make([]pedigree.Property, 0, len(f.Properties)+len(f.Metrics))
	for _, p := range f.Properties {
		if p.Space != pedigree.Field && p.Space != pedigree.Custom {
			p.Key, p.Space = pedigree.QualifiedKey(p.Space, p.Key), pedigree.Custom
		}
		all = append(all, p)
	}
	for _, m := range f.Metrics {
		all = append(all, pedigree.Property{
			Space: pedigree.Custom, Form: pedigree.Double, Key: pedigree.QualifiedKey(pedigree.Metric, m.Key), Number: m.Value,
		})
	}
	slices.SortFunc(all, byKey)
	return all
}

// translate hides of a node of another wire what only that wire understands.
func (n *Node) translate() {
	if n.External == "" {
		n.External = n.UID
	}
	n.Properties = slices.DeleteFunc(n.Properties, func(p pedigree.Property) bool { return !shown(n.Type, &p) })
}
