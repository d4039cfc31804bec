package tracking

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/store"
)

// LoggedModel finds a model that is not in the bin, or with deleted any.
func (s *Service) LoggedModel(ctx context.Context, ws pedigree.NodeID, id string, deleted bool) (LoggedModel, error) {
	var model LoggedModel
	err := s.store.View(ctx, func(r store.Reader) error {
		n, err := modelNode(r, ws, id)
		if err != nil {
			return err
		}
		if !n.Live() && !deleted {
			return pedigree.Errorf(pedigree.NotFound, "Logged model with ID '%s' not found.", id)
		}
		models, err := describeModels(r, []pedigree.Node{n}, nil)
		if err != nil {
			return err
		}
		model = models[0]
		return nil
	})
	return model, err
}

// SearchLoggedModels lists models of some experiments.
func (s *Service) SearchLoggedModels(ctx context.Context, ws pedigree.NodeID, search Search) (Page[LoggedModel], error) {
	var page Page[LoggedModel]
	if err := checkMax(search.Max); err != nil {
		return page, err
	}
	err := s.store.View(ctx, func(r store.Reader) error {
		in, experiments, err := homes(r, ws, search.Experiments)
		if err != nil {
			return err
		}
		nodes, next, err := find(r, search, ws, pedigree.LoggedModelType, in)
		if err != nil {
			return err
		}
		page.Next = next
		page.Items, err = describeModels(r, nodes, experiments)
		return err
	})
	return page, err
}

// describeModels adds to models what is known of them. experiments tells the
// UIDs of their homes; nil has them looked up.
func describeModels(r store.Reader, nodes []pedigree.Node, experiments map[pedigree.NodeID]string) ([]LoggedModel, error) {
	if len(nodes) == 0 {
		return nil, nil
	}
	ids := idsOf(nodes)
	facts, err := r.Facts(ids, pedigree.Field, pedigree.Param, pedigree.Tag)
	if err != nil {
		return nil, err
	}
	if err := carry.Mark(r, ids, facts, pedigree.Tag); err != nil {
		return nil, err
	}
	metrics, err := modelMetrics(r, ids)
	if err != nil {
		return nil, err
	}
	if experiments == nil {
		if experiments, err = uidsOf(r, homesOf(nodes)); err != nil {
			return nil, err
		}
	}
	models := make([]LoggedModel, len(nodes))
	for i := range nodes {
		models[i] = loggedModelOf(&nodes[i], &facts[i])
		models[i].Experiment = experiments[nodes[i].Home]
		models[i].Metrics = metrics[nodes[i].ID]
		for j := range models[i].Metrics {
			models[i].Metrics[j].Model = nodes[i].UID
		}
	}
	return models, nil
}

func loggedModelOf(n *pedigree.Node, f *pedigree.Facts) LoggedModel {
	m := LoggedModel{Node: *n, Params: f.Of(pedigree.Param), Tags: f.Of(pedigree.Tag)}
	for _, p := range f.Of(pedigree.Field) {
		switch p.Key {
		case modelTypeField:
			m.ModelType = p.Value
		case sourceRunField:
			m.SourceRun = p.Value
		case statusMessageField:
			m.StatusMessage = p.Value
		}
	}
	return m
}

// modelMetrics gives the evaluations of models with the runs that made them.
func modelMetrics(r store.Reader, models []pedigree.NodeID) (map[pedigree.NodeID][]ModelMetric, error) {
	evaluations, err := r.Evaluations(models)
	if err != nil || len(evaluations) == 0 {
		return nil, err
	}
	var runs []pedigree.NodeID
	seen := map[pedigree.NodeID]bool{}
	for i := range evaluations {
		if id := evaluations[i].Execution; !seen[id] {
			seen[id] = true
			runs = append(runs, id)
		}
	}
	uids, err := uidsOf(r, runs)
	if err != nil {
		return nil, err
	}
	metrics := make(map[pedigree.NodeID][]ModelMetric, len(models))
	for _, e := range evaluations {
		metrics[e.Artifact] = append(metrics[e.Artifact], ModelMetric{
			Measurement: Measurement{Point: e.Point, Dataset: e.Dataset, DatasetDigest: e.DatasetDigest},
			Run:         uids[e.Execution],
		})
	}
	return metrics, nil
}

func homesOf(nodes []pedigree.Node) []pedigree.NodeID {
	var ids []pedigree.NodeID
	seen := map[pedigree.NodeID]bool{}
	for i := range nodes {
		if id := nodes[i].Home; !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}
