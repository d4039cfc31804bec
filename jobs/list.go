package jobs

import (
	"context"

	"github.com/pedigree-ml/pedigree"
)

// maxSifted bounds the jobs whose last runs are looked at to list some of them.
const maxSifted = 20_000

// Jobs lists jobs by name, those of one namespace or, where it is empty, all,
// and counts all of them. With keep it is only those whose last run it keeps;
// it is given nil for a job that never ran.
func (s *Service) Jobs(ctx context.Context, ws pedigree.NodeID, namespace string, keep func(last *pedigree.Node) bool, p Page) (all []JobView, total int, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		homes, err := v.homesFor(namespace)
		if err != nil {
			return err
		}
		var nodes []pedigree.Node
		if keep == nil {
			if nodes, err = v.list(homes, pedigree.JobType, p, byName); err == nil {
				total, err = v.count(homes, pedigree.JobType)
			}
		} else if nodes, err = v.sift(homes, keep); err == nil {
			total = len(nodes)
			nodes = nodes[min(p.Offset, total):]
			nodes = nodes[:min(p.Limit, len(nodes))]
		}
		if err != nil {
			return err
		}
		all = make([]JobView, len(nodes))
		for i := range nodes {
			if all[i], err = v.job(&nodes[i], 1); err != nil {
				return err
			}
		}
		return nil
	})
	return all, total, err
}

// sift gives the jobs at home somewhere whose last run is to be kept.
func (v *viewer) sift(homes []pedigree.NodeID, keep func(last *pedigree.Node) bool) ([]pedigree.Node, error) {
	nodes, err := v.list(homes, pedigree.JobType, Page{Limit: maxSifted}, byName)
	if err != nil {
		return nil, err
	}
	kept := nodes[:0]
	for i := range nodes {
		runs, err := v.runsOf(&JobView{Node: nodes[i], Type: pedigree.JobRunType}, Page{Limit: 1})
		if err != nil {
			return nil, err
		}
		var last *pedigree.Node
		if len(runs) > 0 {
			last = &runs[0]
		}
		if keep(last) {
			kept = append(kept, nodes[i])
		}
	}
	return kept, nil
}
