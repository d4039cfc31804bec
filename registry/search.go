package registry

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// find gives one page of a search in a workspace and the token of the next.
func find(r store.Reader, search Search, ws pedigree.NodeID, t pedigree.Type) ([]pedigree.Node, string, error) {
	where, err := carry.Searched(r, search.Where, pedigree.Tag)
	if err != nil {
		return nil, "", err
	}
	q := query.Query{
		Workspace: ws, Type: t, Homes: []pedigree.NodeID{ws},
		Where: where, Order: search.Order, Limit: search.Max,
	}
	if err := q.Resume(search.PageToken); err != nil {
		return nil, "", err
	}
	nodes, next, err := r.Find(&q)
	if err != nil {
		return nil, "", err
	}
	return nodes, q.Token(next), nil
}
