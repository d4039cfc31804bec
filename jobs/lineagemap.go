package jobs

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
)

// A lineageMap is a walk over runs and artifacts, drawn as jobs and data sets.
type lineageMap struct {
	from     Ref
	at       map[pedigree.NodeID]bool // artifacts that the data set asked for means
	about    map[Name]pedigree.Node   // what best tells of each data set
	reads    map[Edge]bool
	writes   map[Edge]bool
	derived  map[Derivation]bool
	users    map[Name][]Name // by data set, the jobs that read or write it
	uses     map[Name][]Name // by job, the data sets
	kin      map[Name][]Name // by data set, those that it is derived from or that are derived from it
	jobs     map[Name]bool   // that are to be shown
	datasets map[Name]bool
}

func newMap(from Ref) *lineageMap {
	return &lineageMap{
		from: from, at: make(map[pedigree.NodeID]bool), about: make(map[Name]pedigree.Node),
		reads: make(map[Edge]bool), writes: make(map[Edge]bool), derived: make(map[Derivation]bool),
		users: make(map[Name][]Name), uses: make(map[Name][]Name), kin: make(map[Name][]Name),
		jobs: make(map[Name]bool), datasets: make(map[Name]bool),
	}
}

// start finds what the walk starts at: what a job did last, or all that is in
// the place of a data set.
func (m *lineageMap) start(ctx context.Context, s *Service, ws pedigree.NodeID) (ids []pedigree.NodeID, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		if m.from.Job {
			j, err := v.jobNamed(m.from.Name, 1)
			ids = j.told
			return err
		}
		d, err := v.dataset(m.from.Name)
		if err != nil {
			return err
		}
		there, err := v.artifactsAt(m.from.Name)
		ids = append(idsOf(there), d.Node.ID)
		return err
	})
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if !m.from.Job {
		for _, id := range ids {
			m.at[id] = true
		}
	}
	return ids, err
}

// draw takes over what was walked.
func (m *lineageMap) draw(v *viewer, g *lineage.Graph) error {
	names, err := m.names(v, g)
	if err != nil {
		return err
	}
	for _, e := range g.Edges {
		from, to := names[e.From], names[e.To]
		switch {
		case from == (Ref{}) || to == (Ref{}): // purged meanwhile
		case e.Kind == lineage.EdgeInput:
			m.use(m.reads, Edge{to.Name, from.Name})
		case e.Kind == lineage.EdgeOutput:
			m.use(m.writes, Edge{from.Name, to.Name})
		case from != to && !m.derived[Derivation{from.Name, to.Name}]:
			m.derived[Derivation{from.Name, to.Name}] = true
			m.kin[from.Name], m.kin[to.Name] = append(m.kin[from.Name], to.Name), append(m.kin[to.Name], from.Name)
		}
	}
	return nil
}

// use notes that a job reads or writes a data set.
func (m *lineageMap) use(edges map[Edge]bool, e Edge) {
	if !edges[e] {
		edges[e] = true
		m.users[e.Dataset], m.uses[e.Job] = append(m.users[e.Dataset], e.Job), append(m.uses[e.Job], e.Dataset)
	}
}

// names names the jobs of executions and the data sets that artifacts are. Of
// artifacts that are one the data set of OpenLineage gives its name, else the
// first; but what was asked for goes by the name by which it was.
func (m *lineageMap) names(v *viewer, g *lineage.Graph) (map[pedigree.NodeID]Ref, error) {
	ids := make([]pedigree.NodeID, len(g.Nodes))
	for i := range g.Nodes {
		ids[i] = g.Nodes[i].ID
	}
	slices.Sort(ids)
	nodes, err := v.Nodes(ids)
	if err != nil {
		return nil, err
	}
	if err := v.learn(nodes); err != nil {
		return nil, err
	}
	names, own := make(map[pedigree.NodeID]Ref, len(nodes)), make(map[pedigree.NodeID]*pedigree.Node, len(nodes))
	for i := range nodes {
		n := &nodes[i]
		own[n.ID] = n
		if n.Type.Kind == pedigree.Execution {
			names[n.ID] = Ref{v.jobName(n), true}
		} else {
			names[n.ID] = Ref{v.datasetName(n), false}
		}
	}
	for id := range m.at {
		names[id] = m.from
	}
	for _, j := range g.Joined {
		name := names[m.speaker(j.Nodes, own)]
		for _, id := range j.Nodes {
			names[id] = name
		}
	}
	for i := range nodes {
		if name := names[nodes[i].ID]; !name.Job {
			m.tell(name.Name, &nodes[i])
		}
	}
	return names, nil
}

// speaker chooses whose name artifacts go by that are one.
func (m *lineageMap) speaker(ids []pedigree.NodeID, nodes map[pedigree.NodeID]*pedigree.Node) pedigree.NodeID {
	for _, id := range ids {
		if m.at[id] {
			return id
		}
	}
	for _, id := range ids {
		if n := nodes[id]; n != nil && n.Type == pedigree.LineageDatasetType {
			return id
		}
	}
	return ids[0]
}

// tell keeps of the artifacts of one name the one that tells most: the data set
// of OpenLineage, else the newest.
func (m *lineageMap) tell(name Name, n *pedigree.Node) {
	if best, known := m.about[name]; !known || best.Type != pedigree.LineageDatasetType {
		m.about[name] = *n
	}
}
