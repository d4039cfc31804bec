package search

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// Nodes gives nodes of a workspace, in the bin or not, with all that is known of
// each, in the order asked for; unknown ones are left out.
func (s *Service) Nodes(ctx context.Context, workspace pedigree.NodeID, ids []pedigree.NodeID) (nodes []pedigree.Node, facts []pedigree.Facts, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		if nodes, err = r.Nodes(ids); err != nil {
			return err
		}
		nodes = slices.DeleteFunc(nodes, func(n pedigree.Node) bool { return n.Workspace != workspace })
		found := make([]pedigree.NodeID, len(nodes))
		for i := range nodes {
			found[i] = nodes[i].ID
		}
		facts, err = r.Facts(found)
		return err
	})
	return nodes, facts, err
}
