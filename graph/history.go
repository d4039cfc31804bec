package graph

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// Changes gives what was done to the nodes of a workspace, newest first, from
// before the line with the given ID (0: from the newest), at most limit lines.
// The lines of nodes that are gone stay.
func (s *Service) Changes(ctx context.Context, workspace pedigree.NodeID, before int64, limit int) (lines []pedigree.Change, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		lines, err = r.ChangesBefore(workspace, before, limit)
		return err
	})
	return lines, err
}

// History gives what was done to one node, oldest first, from after the line
// with the given ID (0: from the start), at most limit lines.
func (s *Service) History(ctx context.Context, workspace, node pedigree.NodeID, after int64, limit int) (lines []pedigree.Change, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		lines, err = r.Changes(node, after, limit)
		return err
	})
	return slices.DeleteFunc(lines, func(c pedigree.Change) bool { return c.Workspace != workspace }), err
}
