package jobs

import (
	"maps"

	"github.com/pedigree-ml/pedigree"
)

// near chooses what is so many steps far from where the map starts.
func (m *lineageMap) near(depth int) *lineageMap {
	var level, met []Name // jobs that are as far, and data sets that lead on from them
	if m.from.Job {
		level = m.addJobs([]Name{m.from.Name})
	} else {
		met = m.addDatasets([]Name{m.from.Name})
		level = m.addJobs(m.first(met))
	}
	for step := 0; len(level) > 0; step++ {
		for _, job := range level {
			met = append(met, m.addDatasets(m.uses[job])...)
		}
		if step == depth {
			break
		}
		var next []Name
		for _, dataset := range met {
			next = append(next, m.users[dataset]...)
		}
		level, met = m.addJobs(next), nil
	}
	return m
}

// first gives the jobs that write one of some data sets, or else those that use
// one.
func (m *lineageMap) first(datasets []Name) (all []Name) {
	for _, d := range datasets {
		for _, job := range m.users[d] {
			if m.writes[Edge{job, d}] {
				all = append(all, job)
			}
		}
	}
	if len(all) > 0 {
		return all
	}
	for _, d := range datasets {
		all = append(all, m.users[d]...)
	}
	return all
}

// addJobs shows jobs and gives those that were not shown before.
func (m *lineageMap) addJobs(names []Name) (fresh []Name) {
	for _, name := range names {
		if !m.jobs[name] && m.room() {
			m.jobs[name] = true
			fresh = append(fresh, name)
		}
	}
	return fresh
}

// addDatasets shows data sets with those that they are derived from or that are
// derived from them, and gives those that were not shown before.
func (m *lineageMap) addDatasets(names []Name) (fresh []Name) {
	for len(names) > 0 {
		var next []Name
		for _, name := range names {
			if !m.datasets[name] && m.room() {
				m.datasets[name] = true
				fresh = append(fresh, name)
				next = append(next, m.kin[name]...)
			}
		}
		names = next
	}
	return fresh
}

func (m *lineageMap) room() bool { return len(m.jobs)+len(m.datasets) < maxGraph }

// graph reads what is to be shown. Jobs that are not there any more are left out.
func (m *lineageMap) graph(v *viewer) (Graph, error) {
	g := Graph{make(map[Name]JobView), make(map[Name]DatasetView), m.reads, m.writes, m.derived}
	for name := range m.jobs {
		j, err := v.jobNamed(name, 1)
		if err != nil {
			if pedigree.CodeOf(err) == pedigree.NotFound {
				continue
			}
			return g, err
		}
		g.Jobs[name] = j
	}
	views, err := m.views(v)
	if err != nil {
		return g, err
	}
	g.Datasets = views
	gone := func(job, dataset Name) bool {
		_, known := g.Jobs[job]
		_, shown := g.Datasets[dataset]
		return !known || !shown
	}
	for _, edges := range []map[Edge]bool{g.Reads, g.Writes} {
		maps.DeleteFunc(edges, func(e Edge, _ bool) bool { return gone(e.Job, e.Dataset) })
	}
	maps.DeleteFunc(g.Derived, func(d Derivation, _ bool) bool { return !m.datasets[d.From] || !m.datasets[d.To] })
	return g, nil
}

// views reads the data sets. One that was met only as a version of it, or not at
// all, is looked up by its name.
func (m *lineageMap) views(v *viewer) (map[Name]DatasetView, error) {
	all := make(map[Name]DatasetView, len(m.datasets))
	var nodes []pedigree.Node
	var names []Name
	for name := range m.datasets {
		n, met := m.about[name]
		if !met || n.Type == pedigree.LineageDatasetVersionType {
			switch d, err := v.dataset(name); {
			case err == nil:
				n = d.Node
			case pedigree.CodeOf(err) != pedigree.NotFound:
				return nil, err
			case !met:
				continue
			}
		}
		nodes, names = append(nodes, n), append(names, name)
	}
	views, err := datasetsOf(v, nodes)
	for i := range views {
		views[i].Name = names[i]
		all[names[i]] = views[i]
	}
	return all, err
}
