package jobs

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
)

// A Graph is the lineage between jobs and data sets, whatever their runs and
// versions: how Marquez shows it. It holds what every wire wrote; what is one
// thing for package lineage is one data set, by one of its names.
type Graph struct {
	Jobs     map[Name]JobView
	Datasets map[Name]DatasetView
	Reads    map[Edge]bool // from a data set to the job that reads it
	Writes   map[Edge]bool // from a job to the data set that it writes
	Derived  map[Derivation]bool
}

// An Edge joins a job and a data set.
type Edge struct{ Job, Dataset Name }

// A Derivation says that a data set was made from another one, and not by which
// job.
type Derivation struct{ From, To Name }

// A Ref names a job or a data set.
type Ref struct {
	Name
	Job bool
}

// Bounds on a graph. What lies beyond is left out.
const (
	maxGraph = 5_000   // jobs and data sets together
	maxWalk  = 100_000 // runs and artifacts that it is made of
	maxRuns  = 2_000   // of those that read one artifact, and of those that wrote it: the newest
)

// Lineage gives the graph around a job or data set: the jobs that are so many
// steps far, and all that they read and write. A step leads from a job to
// another with which it shares a data set. The job itself is no step far, and of
// a data set those that write it or, where there are none, read it.
func (s *Service) Lineage(ctx context.Context, ws pedigree.NodeID, from Ref, depth int) (Graph, error) {
	m := newMap(from)
	start, err := m.start(ctx, s, ws)
	if err != nil {
		return Graph{}, err
	}
	walked := &lineage.Graph{}
	if len(start) > 0 {
		q := lineage.NewQuery(ws, start...)
		q.Relatives, q.Nodes, q.Newest = true, maxWalk, maxRuns
		q.Depth = 2*depth + 2 // by way of runs: from a data set to a job, to its data sets, and twice as far for each step
		walked, err = s.lineage.Graph(ctx, q)
		if err != nil && pedigree.CodeOf(err) != pedigree.NotFound {
			return Graph{}, err
		}
	}
	g := Graph{}
	err = s.view(ctx, ws, func(v *viewer) error {
		if err := m.draw(v, walked); err != nil {
			return err
		}
		g, err = m.near(depth).graph(v)
		return err
	})
	return g, err
}
