package jobs

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A Graph is the lineage between jobs and data sets, whatever their runs and
// versions: how Marquez shows it. It holds what every wire wrote.
type Graph struct {
	Jobs     map[Name]JobView
	Datasets map[Name]DatasetView
	Reads    map[Edge]bool // from a data set to the job that reads it
	Writes   map[Edge]bool // from a job to the data set that it writes
}

// An Edge joins a job and a data set.
type Edge struct{ Job, Dataset Name }

// Bounds on a graph. What lies beyond is left out.
const (
	maxGraph  = 5_000 // jobs and data sets together
	maxFanout = 5_000 // events of one data set, in each direction
	maxRuns   = 100   // runs of one job through which it is left again
)

// A graphWalk grows a graph level by level.
type graphWalk struct {
	*viewer
	graph Graph
	runs  map[Name]map[pedigree.NodeID]bool // by job: the runs by which it was reached
	next  []Ref
}

// A Ref names a job or a data set.
type Ref struct {
	Name
	Job bool
}

// Lineage gives the graph around a job or data set, so many steps far in both
// directions; a step leads from a job to a data set or back.
func (s *Service) Lineage(ctx context.Context, ws pedigree.NodeID, from Ref, depth int) (g Graph, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		w := graphWalk{viewer: v, runs: make(map[Name]map[pedigree.NodeID]bool)}
		w.graph = Graph{make(map[Name]JobView), make(map[Name]DatasetView), make(map[Edge]bool), make(map[Edge]bool)}
		g = w.graph
		if err := w.enter(from); err != nil {
			return err
		}
		for range depth {
			level := w.next
			w.next = nil
			for _, ref := range level {
				if err := w.leave(ref); err != nil {
					return err
				}
			}
		}
		w.prune()
		return nil
	})
	return g, err
}

// prune drops the edges that lead to what is not in the graph.
func (w *graphWalk) prune() {
	for _, edges := range []map[Edge]bool{w.graph.Reads, w.graph.Writes} {
		for e := range edges {
			_, job := w.graph.Jobs[e.Job]
			_, dataset := w.graph.Datasets[e.Dataset]
			if !job || !dataset {
				delete(edges, e)
			}
		}
	}
}

// enter adds a job or data set to the graph, if it is not there.
func (w *graphWalk) enter(ref Ref) error {
	if len(w.graph.Jobs)+len(w.graph.Datasets) >= maxGraph {
		return nil
	}
	if ref.Job {
		if _, there := w.graph.Jobs[ref.Name]; there {
			return nil
		}
		j, err := w.jobNamed(ref.Name, 1)
		if err != nil {
			return err
		}
		w.graph.Jobs[ref.Name] = j
		for _, run := range j.Latest {
			w.reached(ref.Name, run.ID)
		}
		w.edges(j.Name, j.Reads, w.graph.Reads)
		w.edges(j.Name, j.Writes, w.graph.Writes)
	} else {
		if _, there := w.graph.Datasets[ref.Name]; there {
			return nil
		}
		d, err := w.dataset(ref.Name)
		if err != nil {
			return err
		}
		w.graph.Datasets[ref.Name] = d
	}
	w.next = append(w.next, ref)
	return nil
}

// enterFound does the same and passes over what has no node of its own any more.
func (w *graphWalk) enterFound(ref Ref) error {
	err := w.enter(ref)
	if err != nil && pedigree.CodeOf(err) == pedigree.NotFound {
		return nil
	}
	return err
}

func (w *graphWalk) reached(job Name, run pedigree.NodeID) {
	if w.runs[job] == nil {
		w.runs[job] = make(map[pedigree.NodeID]bool)
	}
	if len(w.runs[job]) < maxRuns {
		w.runs[job][run] = true
	}
}

func (w *graphWalk) edges(job Name, datasets []Name, to map[Edge]bool) {
	for _, d := range datasets {
		to[Edge{job, d}] = true
	}
}

// leave goes on from a job or data set.
func (w *graphWalk) leave(ref Ref) error {
	if ref.Job {
		return w.leaveJob(ref.Name)
	}
	return w.leaveDataset(ref.Name)
}

func (w *graphWalk) leaveJob(job Name) error {
	var ids []pedigree.NodeID
	for id := range w.runs[job] {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	nodes, err := w.Nodes(ids)
	if err != nil {
		return err
	}
	runs, err := w.viewer.runs(nodes)
	if err != nil {
		return err
	}
	j := w.graph.Jobs[job]
	datasets := slices.Concat(j.Reads, j.Writes)
	for _, run := range runs {
		reads, writes := namesOf(run.Inputs), namesOf(run.Outputs)
		w.edges(job, reads, w.graph.Reads)
		w.edges(job, writes, w.graph.Writes)
		datasets = slices.Concat(datasets, reads, writes)
	}
	for _, d := range datasets {
		if err := w.enterFound(Ref{Name: d}); err != nil {
			return err
		}
	}
	return nil
}

// leaveDataset goes on to all jobs that read or wrote what is at the place of a
// data set, in any version and by any wire.
func (w *graphWalk) leaveDataset(name Name) error {
	artifacts, err := w.artifactsAt(name)
	if err != nil {
		return err
	}
	ids := idsOf(artifacts)
	if id := w.graph.Datasets[name].Node.ID; !slices.Contains(ids, id) {
		ids = append(ids, id)
		slices.Sort(ids)
	}
	for _, side := range []struct {
		direction pedigree.Direction
		edges     map[Edge]bool
	}{{pedigree.Input, w.graph.Reads}, {pedigree.Output, w.graph.Writes}} {
		links, _, err := w.LinkPage(&store.LinkQuery{Kind: pedigree.Artifact, Nodes: ids, Direction: side.direction, Limit: maxFanout})
		if err != nil {
			return err
		}
		if err := w.jobsOf(name, links, side.edges); err != nil {
			return err
		}
	}
	return nil
}

func (w *graphWalk) jobsOf(dataset Name, links []store.Link, edges map[Edge]bool) error {
	var ids []pedigree.NodeID
	for _, l := range links {
		ids = append(ids, l.Other)
	}
	slices.Sort(ids)
	executions, err := w.Nodes(slices.Compact(ids))
	if err != nil {
		return err
	}
	if err := w.learn(executions); err != nil {
		return err
	}
	for i := range executions {
		if !executions[i].Live() {
			continue
		}
		job := w.jobName(&executions[i])
		w.reached(job, executions[i].ID)
		edges[Edge{job, dataset}] = true
		if err := w.enterFound(Ref{job, true}); err != nil {
			return err
		}
	}
	return nil
}
