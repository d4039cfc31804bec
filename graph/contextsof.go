package graph

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// ContextsOf gives the contexts of a node of a kind, by arrival: none where
// there is no such node.
func (s *Service) ContextsOf(ctx context.Context, workspace pedigree.NodeID, kind pedigree.Kind, id pedigree.NodeID) ([]Node, error) {
	all, err := s.ContextsOfEach(ctx, workspace, kind, []pedigree.NodeID{id})
	return all[id], err
}

// ContextsOfEach does the same for several nodes. Nodes without contexts have
// no entry.
func (s *Service) ContextsOfEach(ctx context.Context, workspace pedigree.NodeID, kind pedigree.Kind, ids []pedigree.NodeID) (
	all map[pedigree.NodeID][]Node, err error,
) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.store.View(ctx, func(r store.Reader) error {
		all, err = contextsOfEach(r, workspace, kind, distinct(ids))
		return err
	})
	return all, err
}

func contextsOfEach(r store.Reader, workspace pedigree.NodeID, kind pedigree.Kind, ids []pedigree.NodeID) (map[pedigree.NodeID][]Node, error) {
	nodes, err := r.Nodes(ids)
	if err != nil {
		return nil, err
	}
	var visible []pedigree.NodeID
	for _, n := range onlyVisible(nodes, workspace, kind) {
		visible = append(visible, n.ID)
	}
	if len(visible) == 0 {
		return nil, nil
	}
	members, err := r.Contexts(visible)
	if err != nil {
		return nil, err
	}
	var wanted []pedigree.NodeID
	for _, m := range members {
		wanted = append(wanted, m.Context)
	}
	contexts, err := visibleNodes(r, workspace, pedigree.Context, wanted)
	if err != nil {
		return nil, err
	}
	byID := make(map[pedigree.NodeID]Node, len(contexts))
	for _, c := range contexts {
		byID[c.ID] = c
	}
	all := make(map[pedigree.NodeID][]Node)
	for _, m := range members {
		if c, ok := byID[m.Context]; ok {
			all[m.Node] = append(all[m.Node], c)
		}
	}
	return all, nil
}

// Children gives the contexts that are members of contexts, by arrival.
// Contexts without children have no entry.
func (s *Service) Children(ctx context.Context, workspace pedigree.NodeID, parents []pedigree.NodeID) (all map[pedigree.NodeID][]Node, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		all = make(map[pedigree.NodeID][]Node, len(parents))
		for _, parent := range distinct(parents) {
			children, _, err := listWithin(r, parent, &query.Selection{Workspace: workspace, Kind: pedigree.Context, By: query.Arrival})
			if err != nil {
				return err
			}
			if len(children) > 0 {
				all[parent] = children
			}
		}
		return nil
	})
	return all, err
}
