package jobs

import (
	"context"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/identity"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// A Page is a stretch of a list, as Marquez cuts it.
type Page struct{ Limit, Offset int }

// counted bounds how far a list is counted.
const counted = 1_000_000

// missing is the error about a job, data set or namespace that is not there.
func missing(what, name string) error {
	return pedigree.Errorf(pedigree.NotFound, "%s '%s' not found.", what, name)
}

// list gives one stretch of the nodes of a type at home somewhere.
func (v *viewer) list(homes []pedigree.NodeID, t pedigree.Type, p Page, order ...query.Order) ([]pedigree.Node, error) {
	q := query.Query{Workspace: v.ws, Type: t, Homes: homes, Order: order, Limit: p.Limit + p.Offset}
	if q.Limit < 1 {
		return nil, nil
	}
	nodes, _, err := v.Find(&q)
	return nodes[min(p.Offset, len(nodes)):], err
}

var byName = query.Order{Field: query.Name}

// count counts the nodes of a type at home somewhere.
func (v *viewer) count(homes []pedigree.NodeID, t pedigree.Type) (int, error) {
	id, err := v.typeID(t)
	if err != nil || id == 0 || len(homes) == 0 {
		return 0, err
	}
	counts, _, err := v.Tally(&query.Selection{
		Workspace: v.ws, Kind: t.Kind, Types: []pedigree.TypeID{id}, Within: homes, By: query.Arrival, Limit: 1,
	}, counted)
	total := 0
	for _, c := range counts {
		total += int(c.Nodes)
	}
	return total, err
}

// typeID gives the number of a type, 0 where it has no node yet.
func (v *viewer) typeID(t pedigree.Type) (pedigree.TypeID, error) {
	d, err := v.Declaration(t)
	if err != nil && pedigree.CodeOf(err) == pedigree.NotFound {
		return 0, nil
	}
	return d.ID, err
}

// live finds a node that is not in the bin.
func (v *viewer) live(t pedigree.Type, uid, what, name string) (pedigree.Node, error) {
	n, err := v.Node(v.ws, t, uid)
	if err != nil && pedigree.CodeOf(err) == pedigree.NotFound || err == nil && !n.Live() {
		return n, missing(what, name)
	}
	return n, err
}

func (v *viewer) namespace(name string) (pedigree.Node, error) {
	return v.live(pedigree.JobNamespaceType, short(name), "Namespace", name)
}

// view runs fn on one state of the store.
func (s *Service) view(ctx context.Context, ws pedigree.NodeID, fn func(*viewer) error) error {
	return s.store.View(ctx, func(r store.Reader) error { return fn(newViewer(r, ws)) })
}

// Namespaces lists namespaces by name.
func (s *Service) Namespaces(ctx context.Context, ws pedigree.NodeID, p Page) (all []NamespaceView, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		nodes, err := v.list([]pedigree.NodeID{ws}, pedigree.JobNamespaceType, p, byName)
		if err == nil {
			all, err = v.namespaces(nodes)
		}
		return err
	})
	return all, err
}

func (v *viewer) namespaces(nodes []pedigree.Node) ([]NamespaceView, error) {
	facts, err := v.Facts(idsOf(nodes), pedigree.Field)
	if err != nil {
		return nil, err
	}
	views := make([]NamespaceView, len(nodes))
	for i := range nodes {
		views[i] = NamespaceView{nodes[i], field(&facts[i], descriptionField)}
	}
	return views, nil
}

// Namespace finds a namespace.
func (s *Service) Namespace(ctx context.Context, ws pedigree.NodeID, name string) (n NamespaceView, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		node, err := v.namespace(name)
		if err != nil {
			return err
		}
		views, err := v.namespaces([]pedigree.Node{node})
		if err == nil {
			n = views[0]
		}
		return err
	})
	return n, err
}

// Datasets lists the data sets of a namespace by name, and counts all of them.
func (s *Service) Datasets(ctx context.Context, ws pedigree.NodeID, namespace string, p Page) (all []DatasetView, total int, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		home, err := v.namespace(namespace)
		if err != nil {
			return err
		}
		homes := []pedigree.NodeID{home.ID}
		nodes, err := v.list(homes, pedigree.LineageDatasetType, p, byName)
		if err != nil {
			return err
		}
		if total, err = v.count(homes, pedigree.LineageDatasetType); err != nil {
			return err
		}
		all, err = datasetsOf(v, nodes)
		return err
	})
	return all, total, err
}

// Dataset finds a data set, or what another wire keeps where the name says.
func (s *Service) Dataset(ctx context.Context, ws pedigree.NodeID, name Name) (d DatasetView, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		d, err = v.dataset(name)
		return err
	})
	return d, err
}

func (v *viewer) dataset(name Name) (DatasetView, error) {
	n, err := v.live(pedigree.LineageDatasetType, UID(name.Namespace, name.Name), "Dataset", name.Name)
	if err != nil && pedigree.CodeOf(err) == pedigree.NotFound {
		n, err = v.elsewhere(name, err)
	}
	if err != nil {
		return DatasetView{}, err
	}
	views, err := datasetsOf(v, []pedigree.Node{n})
	if err != nil {
		return DatasetView{}, err
	}
	return views[0], nil
}

// elsewhere finds the newest artifact of another wire that goes by a name.
func (v *viewer) elsewhere(name Name, none error) (pedigree.Node, error) {
	nodes, err := v.artifactsAt(name)
	for _, n := range slices.Backward(nodes) {
		if n.Live() && !ofOpenLineage(&n) {
			return n, nil
		}
	}
	if err == nil {
		err = none
	}
	return pedigree.Node{}, err
}

// artifactsAt gives all artifacts that are where a name says, by arrival: the
// data set, its versions, and what other wires keep there.
func (v *viewer) artifactsAt(name Name) ([]pedigree.Node, error) {
	if typ, uid, ok := strings.Cut(name.Name, "/"); ok && name.Namespace == artifactNamespace {
		n, err := v.Node(v.ws, pedigree.Type{Name: typ, Kind: pedigree.Artifact}, uid)
		if err != nil && pedigree.CodeOf(err) == pedigree.NotFound {
			return nil, nil
		}
		return []pedigree.Node{n}, err
	}
	at, err := v.locationsOf(name)
	if err != nil || len(at) == 0 {
		return nil, err
	}
	ids, err := v.nodesAt(at)
	if err != nil {
		return nil, err
	}
	places, err := v.Places(ids) // with those that symlinks lead to
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		at = append(at, p.Location)
	}
	slices.Sort(at)
	if ids, err = v.nodesAt(slices.Compact(at)); err != nil {
		return nil, err
	}
	return v.Nodes(ids)
}

// locationsOf gives the locations that a name may mean: what the naming rules say,
// and, for what goes by no host, such as models:/name/1, the two put together.
func (v *viewer) locationsOf(name Name) ([]pedigree.LocationID, error) {
	var uris []string
	if l, ok := identity.Dataset(name.Namespace, name.Name); ok {
		uris = append(uris, l.URI)
	}
	if !strings.Contains(name.Namespace, ":") {
		l, ok, err := identity.Resolve(v, v.ws, name.Namespace+":"+name.Name)
		if err != nil {
			return nil, err
		}
		if ok {
			uris = append(uris, l.URI)
		}
	}
	at, err := v.Locations(v.ws, uris...)
	return slices.DeleteFunc(at, func(id pedigree.LocationID) bool { return id == 0 }), err
}

// nodesAt gives what is or was at locations, each once, by arrival.
func (v *viewer) nodesAt(locations []pedigree.LocationID) ([]pedigree.NodeID, error) {
	places, err := v.PlacesAt(locations)
	ids := make([]pedigree.NodeID, len(places))
	for i, p := range places {
		ids[i] = p.Node
	}
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// homesFor gives a namespace, or all of them where the name is empty.
func (v *viewer) homesFor(namespace string) ([]pedigree.NodeID, error) {
	if namespace != "" {
		home, err := v.namespace(namespace)
		return []pedigree.NodeID{home.ID}, err
	}
	nodes, err := v.list([]pedigree.NodeID{v.ws}, pedigree.JobNamespaceType, Page{Limit: maxNamespaces}, byName)
	return idsOf(nodes), err
}

// maxNamespaces bounds a list that goes through all of them.
const maxNamespaces = 10_000

// latestRuns is how many runs come with a job that is asked for by name.
const latestRuns = 10

// Job finds a job, or what another wire has in its place.
func (s *Service) Job(ctx context.Context, ws pedigree.NodeID, name Name) (j JobView, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		j, err = v.jobNamed(name, latestRuns)
		return err
	})
	return j, err
}

func (v *viewer) jobNamed(name Name, runs int) (JobView, error) {
	n, err := v.live(pedigree.JobType, UID(name.Namespace, name.Name), "Job", name.Name)
	if err == nil {
		return v.job(&n, runs)
	}
	if pedigree.CodeOf(err) != pedigree.NotFound {
		return JobView{}, err
	}
	switch name.Namespace {
	case experimentNamespace:
		x, other := v.NodeNamed(v.ws, pedigree.ExperimentType, name.Name)
		if other == nil && x.Live() {
			return v.job(&x, runs)
		}
	case typeNamespace:
		d, other := v.Declaration(pedigree.Type{Name: name.Name, Kind: pedigree.Execution})
		if other == nil {
			none := pedigree.Node{Created: pedigree.NoTime, Updated: pedigree.NoTime, Deleted: pedigree.NoTime}
			j := JobView{Name: name, Node: none, Facets: Facets{}, Type: d.Type}
			return j, v.addRuns(&j, runs)
		}
	}
	return JobView{}, err
}

// job completes a job with its newest runs.
func (v *viewer) job(n *pedigree.Node, runs int) (JobView, error) {
	facts, err := v.Facts([]pedigree.NodeID{n.ID}, pedigree.Tag, pedigree.Custom)
	if err != nil {
		return JobView{}, err
	}
	j := JobView{Name: nameOf(n), Node: *n, Facets: facetsOf(&facts[0]), Tags: facts[0].Of(pedigree.Tag), Type: pedigree.JobRunType}
	if n.Type == pedigree.ExperimentType {
		j.Name, j.Type = Name{experimentNamespace, n.Name}, pedigree.RunType
	}
	if j.Parent, err = v.parentOf(n.ID); err != nil {
		return j, err
	}
	return j, v.addRuns(&j, runs)
}

// parentOf gives the first job of which one is part.
func (v *viewer) parentOf(job pedigree.NodeID) (Name, error) {
	contexts, err := v.Contexts([]pedigree.NodeID{job})
	if err != nil {
		return Name{}, err
	}
	var ids []pedigree.NodeID
	for _, c := range contexts {
		ids = append(ids, c.Context)
	}
	nodes, err := v.Nodes(ids)
	for i := range nodes {
		if nodes[i].Type == pedigree.JobType {
			return nameOf(&nodes[i]), nil
		}
	}
	return Name{}, err
}

// addRuns adds the newest runs of a job, and what the job reads and writes.
func (v *viewer) addRuns(j *JobView, limit int) error {
	nodes, err := v.runsOf(j, Page{Limit: limit})
	if err != nil {
		return err
	}
	if j.Latest, err = v.runs(nodes); err != nil {
		return err
	}
	last := RunView{}
	if len(j.Latest) > 0 {
		last = j.Latest[0]
	}
	if len(last.Inputs)+len(last.Outputs) == 0 && j.Node.ID != 0 {
		n, err := v.Node(v.ws, pedigree.JobSignatureType, j.Node.UID)
		if err == nil {
			var signature []RunView
			if signature, err = v.runs([]pedigree.Node{n}); err == nil {
				last = signature[0]
			}
		}
		if err != nil && pedigree.CodeOf(err) != pedigree.NotFound {
			return err
		}
	}
	if last.ID != 0 {
		j.told = []pedigree.NodeID{last.ID}
	}
	j.Reads, j.Writes = namesOf(last.Inputs), namesOf(last.Outputs)
	return nil
}

func namesOf(uses []UseView) []Name {
	names := make([]Name, 0, len(uses))
	for _, u := range uses {
		if !slices.Contains(names, u.Name) {
			names = append(names, u.Name)
		}
	}
	return names
}

// runsOf gives the runs of a job, the newest first.
func (v *viewer) runsOf(j *JobView, p Page) ([]pedigree.Node, error) {
	if j.Node.ID != 0 {
		return v.list([]pedigree.NodeID{j.Node.ID}, j.Type, p, query.Order{Field: query.Started, Desc: true})
	}
	d, err := v.Declaration(j.Type)
	if err != nil || p.Limit+p.Offset < 1 {
		return nil, err
	}
	nodes, _, err := v.Select(&query.Selection{
		Workspace: v.ws, Kind: pedigree.Execution, Types: []pedigree.TypeID{d.ID}, By: query.Arrival, Desc: true, Limit: p.Limit + p.Offset,
	})
	return nodes[min(p.Offset, len(nodes)):], err
}

// Runs lists the runs of a job, the newest first, and counts all of them.
func (s *Service) Runs(ctx context.Context, ws pedigree.NodeID, job Name, p Page) (all []RunView, total int, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		j, err := v.jobNamed(job, 1)
		if err != nil {
			return err
		}
		nodes, err := v.runsOf(&j, p)
		if err != nil {
			return err
		}
		if all, err = v.runs(nodes); err != nil {
			return err
		}
		within := j.Node.ID
		if within == 0 {
			within = ws
		}
		total, err = v.count([]pedigree.NodeID{within}, j.Type)
		return err
	})
	return all, total, err
}

// Run finds a run by its identity, of OpenLineage or of MLflow.
func (s *Service) Run(ctx context.Context, ws pedigree.NodeID, id string) (run RunView, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		n, err := v.Node(ws, pedigree.JobRunType, strings.ToLower(id))
		if err != nil && pedigree.CodeOf(err) == pedigree.NotFound {
			n, err = v.Node(ws, pedigree.RunType, strings.ReplaceAll(strings.ToLower(id), "-", ""))
		}
		if err != nil && pedigree.CodeOf(err) == pedigree.NotFound || err == nil && !n.Live() {
			return missing("Run", id)
		}
		if err != nil {
			return err
		}
		runs, err := v.runs([]pedigree.Node{n})
		if err == nil {
			run = runs[0]
		}
		return err
	})
	return run, err
}

// Qualified writes a name as one text; see [naming.Qualify].
func (n Name) Qualified() string { return naming.Qualify(n.Namespace, n.Name) }
