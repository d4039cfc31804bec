package tracking

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// Experiment finds an experiment by its UID, in the bin or not.
func (s *Service) Experiment(ctx context.Context, ws pedigree.NodeID, id string) (Experiment, error) {
	return s.readExperiment(ctx, func(r store.Reader) (pedigree.Node, error) {
		return experimentNode(r, ws, id)
	})
}

// ExperimentNamed finds an experiment by its name, in the bin or not.
func (s *Service) ExperimentNamed(ctx context.Context, ws pedigree.NodeID, name string) (Experiment, error) {
	return s.readExperiment(ctx, func(r store.Reader) (pedigree.Node, error) {
		n, err := r.NodeNamed(ws, pedigree.ExperimentType, name)
		return n, orMissing(err, "Could not find experiment with name '%s'", name)
	})
}

func (s *Service) readExperiment(ctx context.Context, find func(store.Reader) (pedigree.Node, error)) (Experiment, error) {
	var e Experiment
	err := s.store.View(ctx, func(r store.Reader) error {
		n, err := find(r)
		if err != nil {
			return err
		}
		facts, err := r.Facts([]pedigree.NodeID{n.ID}, pedigree.Tag)
		if err != nil {
			return err
		}
		if err := carry.Mark(r, []pedigree.NodeID{n.ID}, facts, pedigree.Tag); err != nil {
			return err
		}
		e = Experiment{Node: n, Tags: facts[0].Of(pedigree.Tag)}
		return nil
	})
	return e, err
}

// SearchExperiments lists experiments.
func (s *Service) SearchExperiments(ctx context.Context, ws pedigree.NodeID, search Search) (Page[Experiment], error) {
	var page Page[Experiment]
	if err := checkMax(search.Max); err != nil {
		return page, err
	}
	err := s.store.View(ctx, func(r store.Reader) error {
		nodes, next, err := find(r, search, ws, pedigree.ExperimentType, []pedigree.NodeID{ws})
		if err != nil {
			return err
		}
		facts, err := r.Facts(idsOf(nodes), pedigree.Tag)
		if err != nil {
			return err
		}
		if err := carry.Mark(r, idsOf(nodes), facts, pedigree.Tag); err != nil {
			return err
		}
		page.Next = next
		page.Items = make([]Experiment, len(nodes))
		for i := range nodes {
			page.Items[i] = Experiment{Node: nodes[i], Tags: facts[i].Of(pedigree.Tag)}
		}
		return nil
	})
	return page, err
}

// maxPage is the most nodes that a search gives at once.
const maxPage = 50000

func checkMax(n int) error {
	if n < 1 {
		return invalid("Invalid value %d for parameter 'max_results' supplied. It must be a positive integer", n)
	}
	if n > maxPage {
		return invalid("Invalid value %d for parameter 'max_results' supplied. It must be at most %d", n, maxPage)
	}
	return nil
}

// find gives one page of a search in the given homes and the token of the next.
func find(r store.Reader, search Search, ws pedigree.NodeID, t pedigree.Type, in []pedigree.NodeID) ([]pedigree.Node, string, error) {
	where, err := carry.Searched(r, search.Where, pedigree.Tag)
	if err != nil {
		return nil, "", err
	}
	q := query.Query{
		Workspace: ws, Type: t, Homes: in, View: search.View,
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

func idsOf(nodes []pedigree.Node) []pedigree.NodeID {
	ids := make([]pedigree.NodeID, len(nodes))
	for i := range nodes {
		ids[i] = nodes[i].ID
	}
	return ids
}
