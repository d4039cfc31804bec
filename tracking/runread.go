package tracking

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/store"
)

// Run finds a run by its UID, in the bin or not, with all that is known of it.
func (s *Service) Run(ctx context.Context, ws pedigree.NodeID, id string) (Run, error) {
	var run Run
	err := s.store.View(ctx, func(r store.Reader) error {
		n, err := runNode(r, ws, id)
		if err != nil {
			return err
		}
		experiments, err := uidsOf(r, []pedigree.NodeID{n.Home})
		if err != nil {
			return err
		}
		runs, err := describeRuns(r, []pedigree.Node{n}, experiments)
		if err != nil {
			return err
		}
		run = runs[0]
		return nil
	})
	return run, err
}

// SearchRuns lists runs of some experiments with all that is known of them.
func (s *Service) SearchRuns(ctx context.Context, ws pedigree.NodeID, search Search) (Page[Run], error) {
	var page Page[Run]
	if err := checkMax(search.Max); err != nil {
		return page, err
	}
	err := s.store.View(ctx, func(r store.Reader) error {
		in, experiments, err := homes(r, ws, search.Experiments)
		if err != nil {
			return err
		}
		nodes, next, err := find(r, search, ws, pedigree.RunType, in)
		if err != nil {
			return err
		}
		page.Next = next
		page.Items, err = describeRuns(r, nodes, experiments)
		return err
	})
	return page, err
}

// describeRuns adds to runs what is known of them. It asks the store the same
// few questions however many runs there are.
func describeRuns(r store.Reader, nodes []pedigree.Node, experiments map[pedigree.NodeID]string) ([]Run, error) {
	if len(nodes) == 0 {
		return nil, nil
	}
	ids := idsOf(nodes)
	facts, err := r.Facts(ids, pedigree.Param, pedigree.Tag, pedigree.Metric)
	if err != nil {
		return nil, err
	}
	if err := carry.Mark(r, ids, facts, pedigree.Tag); err != nil {
		return nil, err
	}
	events, err := r.Events(ids)
	if err != nil {
		return nil, err
	}
	datasets, err := datasetsIn(r, events)
	if err != nil {
		return nil, err
	}
	runs := make([]Run, len(nodes))
	places := make(map[pedigree.NodeID]int, len(nodes))
	for i := range nodes {
		runs[i] = Run{Node: nodes[i], Facts: facts[i], Experiment: experiments[nodes[i].Home]}
		places[nodes[i].ID] = i
	}
	for i := range events {
		runs[places[events[i].Execution]].addEvent(&events[i], datasets)
	}
	return runs, nil
}

func (run *Run) addEvent(e *store.EventNode, datasets map[pedigree.NodeID]Dataset) {
	switch {
	case e.Node.Type == pedigree.DatasetType && e.Direction == pedigree.Input:
		run.Inputs = append(run.Inputs, DatasetInput{Dataset: datasets[e.Artifact], Tags: e.Tags})
	case e.Node.Type != pedigree.LoggedModelType:
	case e.Direction == pedigree.Input:
		run.ModelInputs = append(run.ModelInputs, e.Node.UID)
	case !declared(e.Tags):
		run.Outputs = append(run.Outputs, ModelOutput{Model: e.Node.UID, Step: e.Step})
	}
}
