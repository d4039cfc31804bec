package mlflow

import (
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/query/mlflowql"
	"github.com/pedigree-ml/pedigree/tracking"
)

type createExperimentRequest struct {
	Name     string
	Location string
	Tags     []pedigree.Property
}

var createExperimentShape = shape[createExperimentRequest]{
	must(text("name", func(m *createExperimentRequest) *string { return &m.Name })),
	text("artifact_location", func(m *createExperimentRequest) *string { return &m.Location }),
	each("tags", keyValue, pedigree.Property{}, func(m *createExperimentRequest) *[]pedigree.Property { return &m.Tags }),
}

func (h *Handler) createExperiment(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, createExperimentShape, createExperimentRequest{})
	if err != nil {
		return err
	}
	id, err := h.tracking.CreateExperiment(r.Context(), h.workspace(), m.Name, m.Location, m.Tags)
	if err != nil {
		return err
	}
	writeJSON(w, func(b []byte) []byte {
		return append(textMember(append(b, '{'), "experiment_id", id), '}')
	})
	return nil
}

// experimentRequest names one experiment.
type experimentRequest struct{ ID string }

var experimentShape = shape[experimentRequest]{
	must(text("experiment_id", func(m *experimentRequest) *string { return &m.ID })),
}

func (h *Handler) getExperiment(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, experimentShape, experimentRequest{})
	if err != nil {
		return err
	}
	e, err := h.tracking.Experiment(r.Context(), h.workspace(), m.ID)
	return writeExperiment(w, &e, err)
}

var experimentNameShape = shape[experimentRequest]{
	must(text("experiment_name", func(m *experimentRequest) *string { return &m.ID })),
}

func (h *Handler) getExperimentByName(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, experimentNameShape, experimentRequest{})
	if err != nil {
		return err
	}
	e, err := h.tracking.ExperimentNamed(r.Context(), h.workspace(), m.ID)
	return writeExperiment(w, &e, err)
}

func writeExperiment(w http.ResponseWriter, e *tracking.Experiment, err error) error {
	if err != nil {
		return err
	}
	writeJSON(w, func(b []byte) []byte {
		return append(appendExperiment(member(append(b, '{'), "experiment"), e), '}')
	})
	return nil
}

func (h *Handler) deleteExperiment(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, experimentShape, experimentRequest{})
	if err != nil {
		return err
	}
	return done(w, h.tracking.DeleteExperiment(r.Context(), h.workspace(), m.ID))
}

func (h *Handler) restoreExperiment(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, experimentShape, experimentRequest{})
	if err != nil {
		return err
	}
	return done(w, h.tracking.RestoreExperiment(r.Context(), h.workspace(), m.ID))
}

// experimentChange changes one thing about an experiment: its name, or a tag.
type experimentChange struct {
	ID         string
	Key, Value string
}

var (
	experimentIDField  = must(text("experiment_id", func(m *experimentChange) *string { return &m.ID }))
	experimentKeyField = must(text("key", func(m *experimentChange) *string { return &m.Key }))

	updateExperimentShape = shape[experimentChange]{
		experimentIDField,
		must(text("new_name", func(m *experimentChange) *string { return &m.Value })),
	}
	setExperimentTagShape = shape[experimentChange]{
		experimentIDField,
		experimentKeyField,
		text("value", func(m *experimentChange) *string { return &m.Value }),
	}
	deleteExperimentTagShape = shape[experimentChange]{experimentIDField, experimentKeyField}
)

func (h *Handler) updateExperiment(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, updateExperimentShape, experimentChange{})
	if err != nil {
		return err
	}
	return done(w, h.tracking.RenameExperiment(r.Context(), h.workspace(), m.ID, m.Value))
}

func (h *Handler) setExperimentTag(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, setExperimentTagShape, experimentChange{})
	if err != nil {
		return err
	}
	tag := pedigree.Property{Space: pedigree.Tag, Key: m.Key, Value: m.Value}
	return done(w, h.tracking.SetExperimentTag(r.Context(), h.workspace(), m.ID, tag))
}

func (h *Handler) deleteExperimentTag(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, deleteExperimentTagShape, experimentChange{})
	if err != nil {
		return err
	}
	return done(w, h.tracking.DeleteExperimentTag(r.Context(), h.workspace(), m.ID, m.Key))
}

type searchExperimentsRequest struct {
	Filter    string
	Order     []string
	View      query.View
	Max       int
	PageToken string
}

var searchExperimentsShape = shape[searchExperimentsRequest]{
	choice("view_type", views, func(m *searchExperimentsRequest) *query.View { return &m.View }),
	count("max_results", func(m *searchExperimentsRequest) *int { return &m.Max }),
	texts("order_by", func(m *searchExperimentsRequest) *[]string { return &m.Order }),
	text("filter", func(m *searchExperimentsRequest) *string { return &m.Filter }),
	text("page_token", func(m *searchExperimentsRequest) *string { return &m.PageToken }),
}

func (h *Handler) searchExperiments(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, searchExperimentsShape, searchExperimentsRequest{})
	if err != nil {
		return err
	}
	search := tracking.Search{View: m.View, Max: m.Max, PageToken: m.PageToken}
	if search.Where, err = mlflowql.ParseExperiments(m.Filter); err != nil {
		return err
	}
	if search.Order, err = mlflowql.OrderExperiments(m.Order); err != nil {
		return err
	}
	page, err := h.tracking.SearchExperiments(r.Context(), h.workspace(), search)
	if err != nil {
		return err
	}
	writePage(w, "experiments", page.Items, page.Next, appendExperiment)
	return nil
}

func appendExperiment(b []byte, e *tracking.Experiment) []byte {
	b = textMember(append(b, '{'), "experiment_id", e.UID)
	b = textMember(b, "name", e.Name)
	b = textMember(b, "artifact_location", e.URI)
	b = textMember(b, "lifecycle_stage", lifecycle(&e.Node))
	b = intMember(b, "last_update_time", int64(e.Updated))
	b = intMember(b, "creation_time", int64(e.Created))
	b = appendProperties(b, "tags", e.Tags)
	b = textMember(b, "workspace", "default")
	return append(b, '}')
}

// lifecycle names whether a node is in the bin.
func lifecycle(n *pedigree.Node) string {
	if n.Live() {
		return "active"
	}
	return "deleted"
}

// appendProperties writes tags or params as a list, and nothing where there
// are none.
func appendProperties(b []byte, name string, properties []pedigree.Property) []byte {
	if len(properties) == 0 {
		return b
	}
	b = append(member(b, name), '[')
	for i := range properties {
		b = textMember(append(element(b), '{'), "key", properties[i].Key)
		b = append(textMember(b, "value", properties[i].Value), '}')
	}
	return append(b, ']')
}

// writePage answers a search with one page.
func writePage[T any](w http.ResponseWriter, name string, items []T, next string, one func([]byte, *T) []byte) {
	a := begin(w)
	a.buf = append(a.buf, '{')
	if len(items) > 0 {
		a.buf = append(member(a.buf, name), '[')
		for i := range items {
			a.buf = one(element(a.buf), &items[i])
			a.spill()
		}
		a.buf = append(a.buf, ']')
	}
	a.buf = append(textIfAny(a.buf, "next_page_token", next), '}')
	a.finish()
}

// done answers a request that asks for nothing but success.
func done(w http.ResponseWriter, err error) error {
	if err == nil {
		writeEmpty(w)
	}
	return err
}
