package openlineage

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/jobs"
)

// A graphNode is a node of a graph of Marquez.
type graphNode struct {
	ID   string      `json:"id"`
	Type string      `json:"type"`
	Data any         `json:"data"`
	In   []edgeShape `json:"inEdges"`
	Out  []edgeShape `json:"outEdges"`
}

type edgeShape struct {
	Origin      string `json:"origin"`
	Destination string `json:"destination"`
}

// A graphShape is a graph, its nodes in order of their IDs.
type graphShape struct {
	Nodes []*graphNode `json:"graph"`
}

// A graphBuilder puts a graph together.
type graphBuilder map[string]*graphNode

func (b graphBuilder) add(id, kind string, data any) {
	b[id] = &graphNode{id, kind, data, []edgeShape{}, []edgeShape{}}
}

func (b graphBuilder) join(from, to string) {
	origin, destination := b[from], b[to]
	if origin == nil || destination == nil {
		return
	}
	e := edgeShape{from, to}
	origin.Out, destination.In = append(origin.Out, e), append(destination.In, e)
}

// joinColumns writes an edge as Marquez does between columns: each end names
// itself as the origin.
func (b graphBuilder) joinColumns(from, to string) {
	b[from].Out = append(b[from].Out, edgeShape{from, to})
	b[to].In = append(b[to].In, edgeShape{to, from})
}

func (b graphBuilder) shape() graphShape {
	nodes := make([]*graphNode, 0, len(b))
	for _, n := range b {
		for _, edges := range [][]edgeShape{n.In, n.Out} {
			slices.SortFunc(edges, func(x, y edgeShape) int {
				return strings.Compare(x.Origin+"\x00"+x.Destination, y.Origin+"\x00"+y.Destination)
			})
		}
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, func(x, y *graphNode) int { return strings.Compare(x.ID, y.ID) })
	return graphShape{nodes}
}

// maxDepth bounds how far lineage is walked.
const maxDepth = 100

// lineage answers with the jobs and data sets around one.
func (h *Handler) lineage(w http.ResponseWriter, r *http.Request) error {
	depth, err := number(r, "depth", 20)
	if err != nil {
		return err
	}
	ref, column, err := h.node(r)
	if err != nil {
		return err
	}
	if column != "" {
		return pedigree.Errorf(pedigree.Invalid, "the lineage of a column is at /column-lineage")
	}
	g, err := h.rules.Lineage(r.Context(), h.workspace(), ref, min(depth, maxDepth))
	if err != nil {
		return err
	}
	b := make(graphBuilder)
	for name, j := range g.Jobs {
		data := jobOf(&j)
		data.LatestRuns, data.Facets = []runShape{}, nil
		b.add(nodeID(jobs.Ref{Name: name, Job: true}), "JOB", data)
	}
	for name, d := range g.Datasets {
		data := datasetOf(&d)
		data.Facets = nil
		b.add(nodeID(jobs.Ref{Name: name}), "DATASET", data)
	}
	for e := range g.Reads {
		b.join(nodeID(jobs.Ref{Name: e.Dataset}), nodeID(jobs.Ref{Name: e.Job, Job: true}))
	}
	for e := range g.Writes {
		b.join(nodeID(jobs.Ref{Name: e.Job, Job: true}), nodeID(jobs.Ref{Name: e.Dataset}))
	}
	for d := range g.Derived {
		b.join(nodeID(jobs.Ref{Name: d.From}), nodeID(jobs.Ref{Name: d.To}))
	}
	return answer(w, b.shape())
}

// A columnData is what a node of a column says.
type columnData struct {
	Namespace   string             `json:"namespace"`
	Dataset     string             `json:"dataset"`
	Version     *string            `json:"datasetVersion"`
	Field       string             `json:"field"`
	FieldType   *string            `json:"fieldType"`
	Description *string            `json:"transformationDescription"`
	Type        *string            `json:"transformationType"`
	InputFields []inputColumnShape `json:"inputFields"`
}

// columnLineage answers with the columns from which columns are made.
func (h *Handler) columnLineage(w http.ResponseWriter, r *http.Request) error {
	depth, err := number(r, "depth", 20)
	if err != nil {
		return err
	}
	ref, column, err := h.node(r)
	if err != nil {
		return err
	}
	downstream := strings.EqualFold(r.URL.Query().Get("withDownstream"), "true")
	edges, err := h.rules.ColumnLineage(r.Context(), h.workspace(), ref, column, min(depth, maxDepth), downstream)
	if err != nil {
		return err
	}
	b := make(graphBuilder)
	data := make(map[jobs.Column]*columnData)
	add := func(c jobs.Column) *columnData {
		if data[c] == nil {
			data[c] = &columnData{Namespace: c.Dataset.Namespace, Dataset: c.Dataset.Name, Field: c.Column, InputFields: []inputColumnShape{}}
			b.add(columnID(c), "DATASET_FIELD", data[c])
		}
		return data[c]
	}
	for _, e := range edges {
		add(e.From)
		to := add(e.To)
		input := inputOf(e)
		to.InputFields = append(to.InputFields, input)
		to.Type, to.Description = input.Type, input.Description
		b.joinColumns(columnID(e.From), columnID(e.To))
	}
	return answer(w, b.shape())
}
