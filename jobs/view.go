package jobs

import (
	"cmp"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// A Name is what OpenLineage calls a job or data set.
type Name struct{ Namespace, Name string }

// A NamespaceView is a namespace as it is read.
type NamespaceView struct {
	pedigree.Node
	Description string
}

// A JobView is a job as it is read. What other wires call an experiment is one
// too, and so are the executions of one type that have no home but the
// workspace: they have no node of their own, and Node is empty.
type JobView struct {
	Name
	Node   pedigree.Node
	Facets Facets
	Tags   []pedigree.Property
	Parent Name          // the job that it is part of; empty for none
	Latest []RunView     // the newest first
	Reads  []Name        // by the latest run, or by design
	Writes []Name        // likewise
	Type   pedigree.Type // of its runs

	told []pedigree.NodeID // the execution that Reads and Writes are of
}

// A RunView is a run as it is read, or an execution of another wire.
type RunView struct {
	pedigree.Node
	Job     Name
	Facets  Facets
	Params  map[string]string
	Inputs  []UseView
	Outputs []UseView
}

// A UseView is a data set as a run read or wrote it.
type UseView struct {
	Name
	Artifact pedigree.Node
	Time     pedigree.Time
	Facets   Facets
}

// A DatasetView is a data set as it is read, or an artifact of another wire.
type DatasetView struct {
	Name
	Node      pedigree.Node
	Facets    Facets
	Tags      []pedigree.Property
	FieldTags map[string][]string // by column
}

// A viewer reads views in one transaction.
type viewer struct {
	store.Reader
	ws     pedigree.NodeID
	homes  map[pedigree.NodeID]pedigree.Node // known ones
	at     map[pedigree.NodeID]string        // where known artifacts of other wires are
	models map[string]string                 // names of registered models, by UID
}

// The namespaces under which what other wires wrote is shown.
const (
	experimentNamespace = "mlflow"
	typeNamespace       = "mlmd"
	artifactNamespace   = "pedigree"
)

func newViewer(r store.Reader, ws pedigree.NodeID) *viewer {
	return &viewer{r, ws, make(map[pedigree.NodeID]pedigree.Node), make(map[pedigree.NodeID]string), make(map[string]string)}
}

// learn reads the homes of nodes, and where artifacts of other wires are.
func (v *viewer) learn(nodes []pedigree.Node) error {
	if err := v.learnPlaces(nodes); err != nil {
		return err
	}
	var unknown []pedigree.NodeID
	for i := range nodes {
		if _, known := v.homes[nodes[i].Home]; !known {
			v.homes[nodes[i].Home] = pedigree.Node{}
			unknown = append(unknown, nodes[i].Home)
		}
	}
	homes, err := v.Nodes(unknown)
	for i := range homes {
		v.homes[homes[i].ID] = homes[i]
	}
	return err
}

// learnPlaces reads where artifacts of other wires are. Of several places the
// one that was first heard of counts.
func (v *viewer) learnPlaces(nodes []pedigree.Node) error {
	var unknown []pedigree.NodeID
	for i := range nodes {
		n := &nodes[i]
		if _, known := v.at[n.ID]; known || n.Type.Kind != pedigree.Artifact || ofOpenLineage(n) {
			continue
		}
		v.at[n.ID] = n.URI
		unknown = append(unknown, n.ID)
	}
	places, err := v.Places(unknown)
	if err != nil {
		return err
	}
	locations := make([]pedigree.LocationID, len(places))
	for i, p := range places {
		locations[i] = p.Location
	}
	uris, err := v.LocationURIs(locations)
	for i := len(uris) - 1; i >= 0 && err == nil; i-- {
		v.at[places[i].Node], err = v.byModelName(uris[i])
	}
	return err
}

// byModelName writes the location of a version of a registered model, which
// holds its identity, as people know it: by the name that the model has now.
func (v *viewer) byModelName(uri string) (string, error) {
	reference, ok := strings.CutPrefix(uri, "models:/")
	uid, number, version := strings.Cut(reference, "/")
	if !ok || !version {
		return uri, nil
	}
	name, known := v.models[uid]
	if !known {
		model, err := v.Node(v.ws, pedigree.RegisteredModelType, uid)
		if err != nil && pedigree.CodeOf(err) != pedigree.NotFound {
			return "", err
		}
		name = cmp.Or(model.Name, uid)
		v.models[uid] = name
	}
	return "models:/" + name + "/" + number, nil
}

// ofOpenLineage reports whether an artifact is a data set of OpenLineage or a
// version of one, which have names of their own.
func ofOpenLineage(n *pedigree.Node) bool {
	return n.Type == pedigree.LineageDatasetType || n.Type == pedigree.LineageDatasetVersionType
}

// jobName names the job of an execution, whose home is known.
func (v *viewer) jobName(n *pedigree.Node) Name {
	switch home := v.homes[n.Home]; home.Type {
	case pedigree.JobType:
		return nameOf(&home)
	case pedigree.ExperimentType:
		return Name{experimentNamespace, home.Name}
	}
	return Name{typeNamespace, n.Type.Name}
}

// nameOf takes the name of a job apart.
func nameOf(job *pedigree.Node) Name {
	namespace, name := naming.Unqualify(job.Name)
	return Name{namespace, name}
}

// datasetName names an artifact that was learnt of. One of another wire goes
// by where it is, as the naming rules of OpenLineage have it.
func (v *viewer) datasetName(n *pedigree.Node) Name {
	if ofOpenLineage(n) {
		home := v.homes[n.Home]
		return Name{home.Name, n.Name}
	}
	if name, ok := nameAt(v.at[n.ID]); ok {
		return name
	}
	return Name{artifactNamespace, n.Type.Name + "/" + n.UID}
}

// nameAt gives the name of what is at a location.
func nameAt(uri string) (Name, bool) {
	l := naming.SplitLocation(uri)
	switch {
	case uri == "":
		return Name{}, false
	case l.Scheme == "file:" || l.Scheme == "" && strings.HasPrefix(l.Path, "/"):
		return Name{"file", l.Path}, l.Path != ""
	case l.Scheme == "dataset:":
		return Name{strings.TrimPrefix(l.Authority, "//"), strings.TrimPrefix(l.Path, "/")}, l.Path != ""
	case l.Authority != "":
		return Name{l.Scheme + l.Authority, strings.TrimPrefix(l.Path+l.Query, "/")}, len(l.Path) > 1
	}
	return Name{strings.TrimSuffix(l.Scheme, ":"), l.Path + l.Query}, l.Path != ""
}

// facetsOf gives the facets among the properties of a node.
func facetsOf(f *pedigree.Facts) Facets {
	facets := make(Facets)
	for _, p := range f.Of(pedigree.Custom) {
		if p.Form == pedigree.Text && strings.HasPrefix(p.Value, "{") {
			facets[p.Key] = p.Value
		}
	}
	return facets
}

// field gives a property in the space Field.
func field(f *pedigree.Facts, key string) string {
	for _, p := range f.Of(pedigree.Field) {
		if p.Key == key {
			return p.Value
		}
	}
	return ""
}

func idsOf(nodes []pedigree.Node) []pedigree.NodeID {
	ids := make([]pedigree.NodeID, len(nodes))
	for i := range nodes {
		ids[i] = nodes[i].ID
	}
	return ids
}

func datasetsOf(v *viewer, nodes []pedigree.Node) ([]DatasetView, error) {
	if err := v.learn(nodes); err != nil {
		return nil, err
	}
	facts, err := v.Facts(idsOf(nodes), pedigree.Field, pedigree.Tag, pedigree.Custom)
	if err != nil {
		return nil, err
	}
	if err := carry.Mark(v, idsOf(nodes), facts, pedigree.Tag); err != nil {
		return nil, err
	}
	views := make([]DatasetView, len(nodes))
	for i := range nodes {
		f := &facts[i]
		views[i] = DatasetView{
			Name: v.datasetName(&nodes[i]), Node: nodes[i], Facets: facetsOf(f), Tags: f.Of(pedigree.Tag),
			FieldTags: read[map[string][]string](field(f, fieldTagsField)),
		}
	}
	return views, nil
}

// runs completes executions with what they read and wrote.
func (v *viewer) runs(nodes []pedigree.Node) ([]RunView, error) {
	if err := v.learn(nodes); err != nil {
		return nil, err
	}
	facts, err := v.Facts(idsOf(nodes), pedigree.Param, pedigree.Custom)
	if err != nil {
		return nil, err
	}
	views := make([]RunView, len(nodes))
	places := make(map[pedigree.NodeID]int, len(nodes))
	for i := range nodes {
		views[i] = RunView{Node: nodes[i], Job: v.jobName(&nodes[i]), Facets: facetsOf(&facts[i]), Params: make(map[string]string)}
		for _, p := range facts[i].Of(pedigree.Param) {
			views[i].Params[p.Key] = p.Value
		}
		places[nodes[i].ID] = i
	}
	events, err := v.Events(idsOf(nodes))
	if err != nil {
		return nil, err
	}
	artifacts := make([]pedigree.Node, len(events))
	for i := range events {
		artifacts[i] = events[i].Node
	}
	if err := v.learn(artifacts); err != nil {
		return nil, err
	}
	for i := range events {
		e := &events[i]
		use := UseView{Name: v.datasetName(&e.Node), Artifact: e.Node, Time: e.Time, Facets: make(Facets)}
		for _, t := range e.Tags {
			if t.Key != pedigree.FacetTimesKey && strings.HasPrefix(t.Value, "{") {
				use.Facets[t.Key] = t.Value
			}
		}
		view := &views[places[e.Execution]]
		if e.Direction == pedigree.Input {
			view.Inputs = append(view.Inputs, use)
		} else {
			view.Outputs = append(view.Outputs, use)
		}
	}
	return views, nil
}
