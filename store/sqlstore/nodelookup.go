package sqlstore

import (
	"cmp"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

func (t *tx) NodesExternal(workspace pedigree.NodeID, kind pedigree.Kind, external []string) ([]pedigree.Node, error) {
	var all []pedigree.Node
	err := batches(external, func(_ string, args []any) error {
		nodes, err := t.allNodes(t.conn.query(background, nodesExternalOf(len(args)), append([]any{workspace, kind}, args...)...))
		all = append(all, nodes...)
		return err
	})
	return all, err
}

func nodesExternalOf(n int) string {
	return "SELECT " + nodeColumns + " FROM node n WHERE n.workspace = ? AND n.kind = ? AND n.external IN (" + placeholders(n) + ")"
}

func (t *tx) NodesAt(workspace pedigree.NodeID, uris []string) ([]pedigree.Node, error) {
	var all []pedigree.Node
	err := batches(uris, func(_ string, args []any) error {
		nodes, err := t.allNodes(t.conn.query(background, t.store.engine.Dialect.nodesAt(len(args)), append([]any{workspace}, args...)...))
		all = append(all, nodes...)
		return err
	})
	slices.SortFunc(all, func(a, b pedigree.Node) int { return cmp.Compare(a.ID, b.ID) })
	return all, err
}

// nodesAt names its index: the database would rather walk all artifacts.
func (d Dialect) nodesAt(n int) string {
	return "SELECT " + nodeColumns + " FROM node n" + d.UseIndex("node_uri") + " WHERE n.workspace = ? AND n.kind = 1 AND n.uri <> '' AND n.uri IN (" +
		placeholders(n) + ")"
}
