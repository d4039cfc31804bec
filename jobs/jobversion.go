package jobs

import (
	"cmp"
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// A JobVersionView is a state of a job: runs that read and wrote the same.
type JobVersionView struct {
	ID      string // a UUID
	Created pedigree.Time
	Latest  RunView
}

// maxVersionRuns bounds the runs of a job that are looked at to tell its versions
// apart: the newest.
const maxVersionRuns = 2_000

// JobVersions lists the states of a job, that of the newest run first.
func (s *Service) JobVersions(ctx context.Context, ws pedigree.NodeID, job Name) (all []JobVersionView, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		j, err := v.jobNamed(job, 0)
		if err != nil {
			return err
		}
		nodes, err := v.runsOf(&j, Page{Limit: maxVersionRuns})
		if err != nil {
			return err
		}
		runs, err := v.runs(nodes)
		all = versionsOf(runs)
		return err
	})
	return all, err
}

// versionsOf tells apart the states of the job that runs are of, the newest run
// first.
func versionsOf(runs []RunView) []JobVersionView {
	var all []JobVersionView
	for i := range runs {
		id := JobVersionID(&runs[i])
		at := slices.IndexFunc(all, func(v JobVersionView) bool { return v.ID == id })
		if at < 0 {
			at = len(all)
			all = append(all, JobVersionView{ID: id, Latest: runs[i]})
		}
		all[at].Created = runs[i].Created // of the oldest
	}
	return all
}

// JobVersionID names the state of a job that a run is of: what it read and wrote.
func JobVersionID(run *RunView) string {
	text := "job:" + run.Job.Qualified()
	for _, names := range [][]Name{namesOf(run.Inputs), namesOf(run.Outputs)} {
		text += "#"
		slices.SortFunc(names, func(a, b Name) int { return cmp.Compare(a.Qualified(), b.Qualified()) })
		for _, n := range names {
			text += n.Qualified() + "\n"
		}
	}
	return nameUUID(text)
}
