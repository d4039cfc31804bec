package graph

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// everything is how many nodes are read at a time where a client sets no limit.
const everything = 1000

// List answers a selection: one page and where the next starts, nil after the
// last. A limit of 0 asks for all pages at once.
func (s *Service) List(ctx context.Context, q *query.Selection) (nodes []Node, next *query.Place, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		nodes, next, err = list(r, q)
		return err
	})
	return nodes, next, err
}

// ListWithin does the same among the members of a context.
func (s *Service) ListWithin(ctx context.Context, parent pedigree.NodeID, q *query.Selection) (nodes []Node, next *query.Place, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		nodes, next, err = listWithin(r, parent, q)
		return err
	})
	return nodes, next, err
}

func listWithin(r store.Reader, parent pedigree.NodeID, q *query.Selection) ([]Node, *query.Place, error) {
	nodes, err := r.Nodes([]pedigree.NodeID{parent})
	if err != nil || len(onlyVisible(nodes, q.Workspace, pedigree.Context)) == 0 {
		return nil, nil, err
	}
	within := *q
	within.Within = []pedigree.NodeID{parent}
	return list(r, &within)
}

// selected answers a selection that may ask for what is shown of classifications.
func selected(r store.Reader, q *query.Selection) (nodes []pedigree.Node, next *query.Place, err error) {
	s := *q
	if s.Where, err = carry.SearchedIn(r, q.Where); err != nil {
		return nil, nil, err
	}
	return r.Select(&s)
}

func list(r store.Reader, q *query.Selection) (all []Node, next *query.Place, err error) {
	page := *q
	if q.Limit == 0 {
		page.Limit = everything
	}
	for {
		var nodes []pedigree.Node
		if nodes, next, err = selected(r, &page); err != nil {
			return nil, nil, err
		}
		described, err := describe(r, onlyVisible(nodes, q.Workspace, q.Kind))
		if err != nil {
			return nil, nil, err
		}
		all = append(all, described...)
		if q.Limit != 0 || next == nil {
			return all, next, nil
		}
		page.After = next
	}
}
