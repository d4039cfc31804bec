package tracking

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// maxSampled bounds the points of one run in a sample: a client may have
// logged any number of points at one step.
const maxSampled = 25000

// SampleHistories gives about limit steps of one metric in several runs, all at
// the same steps, spread evenly over [start, end]; nil bounds mean all. The
// first and last step of each run in that interval are kept. Only the steps of
// a series are read, and then the points at those that were picked. Unknown
// runs have no points.
func (s *Service) SampleHistories(ctx context.Context, ws pedigree.NodeID, runs []string, key string, start, end *int64, limit int) ([]RunPoint, error) {
	if (start == nil) != (end == nil) {
		return nil, invalid("If either start step or end step are specified, both must be specified.")
	}
	if start != nil && *start > *end {
		return nil, invalid("end_step must be greater than start_step. Found start_step=%d and end_step=%d.", *start, *end)
	}
	limit = max(limit, 1)
	var sample []RunPoint
	err := s.store.View(ctx, func(r store.Reader) error {
		sample = nil
		nodes, steps, err := stepsOf(r, ws, runs, key)
		if err != nil {
			return err
		}
		picked := pickSteps(steps, start, end, limit)
		for i, run := range runs {
			if len(steps[i]) == 0 || len(picked) == 0 {
				continue
			}
			points, err := r.PointsAt(nodes[i], key, picked, maxSampled)
			if err != nil {
				return err
			}
			sample = appendRunPoints(sample, run, points)
		}
		return nil
	})
	return sample, err
}

// stepsOf gives the node and the distinct steps of each run's series.
func stepsOf(r store.Reader, ws pedigree.NodeID, runs []string, key string) ([]pedigree.NodeID, [][]int64, error) {
	nodes, steps := make([]pedigree.NodeID, len(runs)), make([][]int64, len(runs))
	for i, run := range runs {
		n, err := r.Node(ws, pedigree.RunType, run)
		if pedigree.CodeOf(err) == pedigree.NotFound {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		nodes[i] = n.ID
		if steps[i], err = r.Steps(n.ID, key); err != nil {
			return nil, nil, err
		}
	}
	return nodes, steps, nil
}

// pickSteps picks from the ascending steps of some runs every n-th step of
// their union, n being a fraction so that limit of them are picked, then the
// last one, then the ends of each run.
func pickSteps(runs [][]int64, start, end *int64, limit int) []int64 {
	within := func(step int64) bool { return start == nil || *start <= step && step <= *end }
	var all, picked []int64
	for _, steps := range runs {
		for i, step := range steps {
			if !within(step) {
				continue
			}
			all = append(all, step)
			if i == 0 || i == len(steps)-1 {
				picked = append(picked, step)
			}
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) <= limit {
		return all
	}
	interval := float64(len(all)) / float64(limit)
	for i := range limit {
		if at := int(float64(i) * interval); at < len(all) {
			picked = append(picked, all[at])
		}
	}
	picked = append(picked, all[len(all)-1])
	slices.Sort(picked)
	return slices.Compact(picked)
}
