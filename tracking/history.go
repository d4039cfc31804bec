package tracking

import (
	"context"

	"github.com/pedigree-ml/pedigree"
)

// MetricHistory gives the points of a run's metric by time, step and value, at
// most limit on a page.
func (s *Service) MetricHistory(ctx context.Context, ws pedigree.NodeID, run, key string, limit int, pageToken string) (Page[pedigree.Point], error) {
	return Page[pedigree.Point]{}, errTodo
}

// MetricHistories gives the points of one metric in several runs, by run, time,
// step and value, at most limit in all. Unknown runs have none.
func (s *Service) MetricHistories(ctx context.Context, ws pedigree.NodeID, runs []string, key string, limit int) ([]RunPoint, error) {
	return nil, errTodo
}

// SampleHistories gives about limit steps of one metric in several runs, all at
// the same steps, spread evenly over [start, end]; nil bounds mean all. The
// first and last step of each run in that interval are kept.
func (s *Service) SampleHistories(ctx context.Context, ws pedigree.NodeID, runs []string, key string, start, end *int64, limit int) ([]RunPoint, error) {
	return nil, errTodo
}

// DatasetsUsed lists what data sets the live runs of experiments read.
func (s *Service) DatasetsUsed(ctx context.Context, ws pedigree.NodeID, experiments []string) ([]DatasetUse, error) {
	return nil, errTodo
}
