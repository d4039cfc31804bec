package mlflow

import (
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/query/mlflowql"
	"github.com/pedigree-ml/pedigree/tracking"
)

var createModelShape = shape[tracking.LoggedModelDraft]{
	must(text("experiment_id", func(m *tracking.LoggedModelDraft) *string { return &m.Experiment })),
	text("name", func(m *tracking.LoggedModelDraft) *string { return &m.Name }),
	text("model_type", func(m *tracking.LoggedModelDraft) *string { return &m.ModelType }),
	text("source_run_id", func(m *tracking.LoggedModelDraft) *string { return &m.SourceRun }),
	each("params", keyValue, pedigree.Property{Space: pedigree.Param}, func(m *tracking.LoggedModelDraft) *[]pedigree.Property { return &m.Params }),
	each("tags", keyValue, pedigree.Property{Space: pedigree.Tag}, func(m *tracking.LoggedModelDraft) *[]pedigree.Property { return &m.Tags }),
}

func (h *Handler) createLoggedModel(w http.ResponseWriter, r *http.Request) error {
	draft, err := decode(r, createModelShape, tracking.LoggedModelDraft{})
	if err != nil {
		return err
	}
	model, err := h.tracking.CreateLoggedModel(r.Context(), h.workspace(), draft)
	return writeModel(w, &model, err)
}

func writeModel(w http.ResponseWriter, model *tracking.LoggedModel, err error) error {
	if err != nil {
		return err
	}
	writeJSON(w, func(b []byte) []byte {
		return append(appendModel(member(append(b, '{'), "model"), model), '}')
	})
	return nil
}

type getModelRequest struct{ Deleted bool }

var getModelShape = shape[getModelRequest]{
	truth("allow_deleted", func(m *getModelRequest) *bool { return &m.Deleted }),
}

func (h *Handler) getLoggedModel(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, getModelShape, getModelRequest{})
	if err != nil {
		return err
	}
	model, err := h.tracking.LoggedModel(r.Context(), h.workspace(), r.PathValue("model_id"), m.Deleted)
	return writeModel(w, &model, err)
}

// modelChange changes a logged model. The model is the one in the path; a body
// that names another is refused.
type modelChange struct {
	ID         string
	State      string
	Properties []pedigree.Property
}

var (
	modelIDField = text("model_id", func(m *modelChange) *string { return &m.ID })

	finalizeModelShape = shape[modelChange]{
		modelIDField,
		must(choice("status", modelStates, func(m *modelChange) *string { return &m.State })),
	}
	modelTagsShape = shape[modelChange]{
		modelIDField,
		each("tags", keyValue, pedigree.Property{Space: pedigree.Tag}, func(m *modelChange) *[]pedigree.Property { return &m.Properties }),
	}
	modelParamsShape = shape[modelChange]{
		modelIDField,
		each("params", keyValue, pedigree.Property{Space: pedigree.Param}, func(m *modelChange) *[]pedigree.Property { return &m.Properties }),
	}
)

func decodeModelChange(r *http.Request, of shape[modelChange]) (modelChange, error) {
	m, err := decode(r, of, modelChange{})
	if err != nil {
		return m, err
	}
	id := r.PathValue("model_id")
	if m.ID != "" && m.ID != id {
		return m, pedigree.Errorf(pedigree.Invalid, "Request specifies 'model_id' in the path and in the body with different values.")
	}
	m.ID = id
	return m, nil
}

func (h *Handler) finalizeLoggedModel(w http.ResponseWriter, r *http.Request) error {
	m, err := decodeModelChange(r, finalizeModelShape)
	if err != nil {
		return err
	}
	model, err := h.tracking.FinalizeLoggedModel(r.Context(), h.workspace(), m.ID, m.State)
	return writeModel(w, &model, err)
}

func (h *Handler) deleteLoggedModel(w http.ResponseWriter, r *http.Request) error {
	return done(w, h.tracking.DeleteLoggedModel(r.Context(), h.workspace(), r.PathValue("model_id")))
}

func (h *Handler) setLoggedModelTags(w http.ResponseWriter, r *http.Request) error {
	m, err := decodeModelChange(r, modelTagsShape)
	if err != nil {
		return err
	}
	return done(w, h.tracking.SetLoggedModelTags(r.Context(), h.workspace(), m.ID, m.Properties))
}

func (h *Handler) deleteLoggedModelTag(w http.ResponseWriter, r *http.Request) error {
	return done(w, h.tracking.DeleteLoggedModelTag(r.Context(), h.workspace(), r.PathValue("model_id"), r.PathValue("tag_key")))
}

func (h *Handler) logLoggedModelParams(w http.ResponseWriter, r *http.Request) error {
	m, err := decodeModelChange(r, modelParamsShape)
	if err != nil {
		return err
	}
	return done(w, h.tracking.LogLoggedModelParams(r.Context(), h.workspace(), m.ID, m.Properties))
}

type searchModelsRequest struct {
	Experiments []string
	Filter      string
	Datasets    []query.Dataset
	Max         int
	Order       []mlflowql.ModelOrder
	PageToken   string
}

var (
	searchModelsShape = shape[searchModelsRequest]{
		must(texts("experiment_ids", func(m *searchModelsRequest) *[]string { return &m.Experiments })),
		text("filter", func(m *searchModelsRequest) *string { return &m.Filter }),
		each("datasets", scoredDataset, query.Dataset{}, func(m *searchModelsRequest) *[]query.Dataset { return &m.Datasets }),
		count("max_results", func(m *searchModelsRequest) *int { return &m.Max }),
		each("order_by", modelOrder, mlflowql.ModelOrder{Ascending: true}, func(m *searchModelsRequest) *[]mlflowql.ModelOrder { return &m.Order }),
		text("page_token", func(m *searchModelsRequest) *string { return &m.PageToken }),
	}
	scoredDataset = shape[query.Dataset]{
		text("dataset_name", func(m *query.Dataset) *string { return &m.Name }),
		text("dataset_digest", func(m *query.Dataset) *string { return &m.Digest }),
	}
	modelOrder = shape[mlflowql.ModelOrder]{
		text("field_name", func(m *mlflowql.ModelOrder) *string { return &m.Field }),
		truth("ascending", func(m *mlflowql.ModelOrder) *bool { return &m.Ascending }),
		text("dataset_name", func(m *mlflowql.ModelOrder) *string { return &m.DatasetName }),
		text("dataset_digest", func(m *mlflowql.ModelOrder) *string { return &m.DatasetDigest }),
	}
)

// Sizes of a page of models: what upstream's message says, and what its store
// takes where a client asks for zero.
const (
	defaultModelsPage = 50
	storeModelsPage   = 100
)

func (h *Handler) searchLoggedModels(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, searchModelsShape, searchModelsRequest{Max: defaultModelsPage})
	if err != nil {
		return err
	}
	if m.Max == 0 {
		m.Max = storeModelsPage
	}
	search := tracking.Search{Experiments: m.Experiments, Max: m.Max, PageToken: m.PageToken}
	if search.Where, err = mlflowql.ParseLoggedModels(m.Filter, m.Datasets); err != nil {
		return err
	}
	if search.Order, err = mlflowql.OrderLoggedModels(m.Order); err != nil {
		return err
	}
	page, err := h.tracking.SearchLoggedModels(r.Context(), h.workspace(), search)
	if err != nil {
		return err
	}
	writePage(w, "models", page.Items, page.Next, appendModel)
	return nil
}

func appendModel(b []byte, m *tracking.LoggedModel) []byte {
	b = appendModelInfo(member(append(b, '{'), "info"), m)
	b = append(member(b, "data"), '{')
	b = appendProperties(b, "params", m.Params)
	if len(m.Metrics) > 0 {
		b = append(member(b, "metrics"), '[')
		for i := range m.Metrics {
			b = appendModelMetric(element(b), &m.Metrics[i])
		}
		b = append(b, ']')
	}
	return append(b, '}', '}')
}

func appendModelInfo(b []byte, m *tracking.LoggedModel) []byte {
	b = textMember(append(b, '{'), "model_id", m.UID)
	b = textMember(b, "experiment_id", m.Experiment)
	b = textMember(b, "name", m.Name)
	b = intMember(b, "creation_timestamp_ms", int64(m.Created))
	b = intMember(b, "last_updated_timestamp_ms", int64(m.Updated))
	b = textMember(b, "artifact_uri", m.URI)
	b = textMember(b, "status", wireState(m.State))
	b = textMember(b, "model_type", m.ModelType)
	b = textMember(b, "source_run_id", m.SourceRun)
	b = textIfAny(b, "status_message", m.StatusMessage)
	b = appendProperties(b, "tags", m.Tags)
	return append(b, '}')
}

// wireState names the state of a model as the wire does.
func wireState(state string) string {
	for _, s := range modelStates {
		if s.value == state {
			return s.name
		}
	}
	return modelStates[0].name
}

func appendModelMetric(b []byte, m *tracking.ModelMetric) []byte {
	b = appendPoint(append(b, '{'), &m.Point)
	b = textIfAny(b, "dataset_name", m.Dataset)
	b = textIfAny(b, "dataset_digest", m.DatasetDigest)
	b = textIfAny(b, "model_id", m.Model)
	b = textIfAny(b, "run_id", m.Run)
	return append(b, '}')
}
