package mlflow

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/tracking"
)

type logMetricRequest struct {
	Run string
	tracking.Measurement
}

var logMetricShape = shape[logMetricRequest]{
	must(runID(func(m *logMetricRequest) *string { return &m.Run })),
	must(text("key", func(m *logMetricRequest) *string { return &m.Key })),
	must(double("value", func(m *logMetricRequest) *float64 { return &m.Value })),
	must(whole("timestamp", func(m *logMetricRequest) *pedigree.Time { return &m.Time })),
	whole("step", func(m *logMetricRequest) *int64 { return &m.Step }),
	text("model_id", func(m *logMetricRequest) *string { return &m.Model }),
	text("dataset_name", func(m *logMetricRequest) *string { return &m.Dataset }),
	text("dataset_digest", func(m *logMetricRequest) *string { return &m.DatasetDigest }),
}

func (h *Handler) logMetric(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, logMetricShape, logMetricRequest{})
	if err != nil {
		return err
	}
	return done(w, h.tracking.LogMetric(r.Context(), h.workspace(), m.Run, m.Measurement))
}

// runProperty is a param or tag of a run.
type runProperty struct {
	Run string
	pedigree.Property
}

var (
	runPropertyShape = shape[runProperty]{
		must(runID(func(m *runProperty) *string { return &m.Run })),
		must(text("key", func(m *runProperty) *string { return &m.Key })),
		text("value", func(m *runProperty) *string { return &m.Value }),
	}
	runKeyShape = runPropertyShape[:2]
)

func (h *Handler) logParam(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, runPropertyShape, runProperty{})
	if err != nil {
		return err
	}
	m.Space = pedigree.Param
	return done(w, h.tracking.LogParam(r.Context(), h.workspace(), m.Run, m.Property))
}

func (h *Handler) setTag(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, runPropertyShape, runProperty{})
	if err != nil {
		return err
	}
	m.Space = pedigree.Tag
	return done(w, h.tracking.SetTag(r.Context(), h.workspace(), m.Run, m.Property))
}

func (h *Handler) deleteTag(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, runKeyShape, runProperty{})
	if err != nil {
		return err
	}
	return done(w, h.tracking.DeleteTag(r.Context(), h.workspace(), m.Run, m.Key))
}

type logBatchRequest struct {
	Run string
	tracking.Batch
}

var logBatchShape = shape[logBatchRequest]{
	must(runID(func(m *logBatchRequest) *string { return &m.Run })),
	each("metrics", measurement, tracking.Measurement{}, func(m *logBatchRequest) *[]tracking.Measurement { return &m.Metrics }),
	each("params", keyedValue, pedigree.Property{Space: pedigree.Param}, func(m *logBatchRequest) *[]pedigree.Property { return &m.Params }),
	each("tags", keyedValue, pedigree.Property{Space: pedigree.Tag}, func(m *logBatchRequest) *[]pedigree.Property { return &m.Tags }),
}

// maxBatchBody is the size of the largest batch, in bytes. Clients split what
// is larger.
const maxBatchBody = 1_000_000

func (h *Handler) logBatch(w http.ResponseWriter, r *http.Request) error {
	m, err := decodeAtMost(maxBatchBody, r, logBatchShape, logBatchRequest{})
	if err != nil {
		return err
	}
	return done(w, h.tracking.LogBatch(r.Context(), h.workspace(), m.Run, m.Batch))
}

type logInputsRequest struct {
	Run      string
	Datasets []tracking.DatasetInput
	Models   []tracking.ModelOutput
}

var logInputsShape = shape[logInputsRequest]{
	must(runID(func(m *logInputsRequest) *string { return &m.Run })),
	each("datasets", datasetInput, tracking.DatasetInput{}, func(m *logInputsRequest) *[]tracking.DatasetInput { return &m.Datasets }),
	each("models", modelInput, tracking.ModelOutput{}, func(m *logInputsRequest) *[]tracking.ModelOutput { return &m.Models }),
}

// maxInputsBody leaves room for a data set whose schema and profile are as
// large as they may be.
const maxInputsBody = 32 << 20

func (h *Handler) logInputs(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, logInputsShape, logInputsRequest{})
	if err != nil {
		return err
	}
	models := make([]string, len(m.Models))
	for i := range m.Models {
		models[i] = m.Models[i].Model
	}
	return done(w, h.tracking.LogInputs(r.Context(), h.workspace(), m.Run, m.Datasets, models))
}

type logOutputsRequest struct {
	Run    string
	Models []tracking.ModelOutput
}

var logOutputsShape = shape[logOutputsRequest]{
	must(runID(func(m *logOutputsRequest) *string { return &m.Run })),
	must(each("models", modelOutput, tracking.ModelOutput{}, func(m *logOutputsRequest) *[]tracking.ModelOutput { return &m.Models })),
}

func (h *Handler) logOutputs(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, logOutputsShape, logOutputsRequest{})
	if err != nil {
		return err
	}
	return done(w, h.tracking.LogOutputs(r.Context(), h.workspace(), m.Run, m.Models))
}

type logModelRequest struct{ Run, Model string }

var logModelShape = shape[logModelRequest]{
	must(runID(func(m *logModelRequest) *string { return &m.Run })),
	must(text("model_json", func(m *logModelRequest) *string { return &m.Model })),
}

func (h *Handler) logModel(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, logModelShape, logModelRequest{})
	if err != nil {
		return err
	}
	model, err := modelInfo(m.Model)
	if err != nil {
		return err
	}
	return done(w, h.tracking.RecordModel(r.Context(), h.workspace(), m.Run, model))
}

// A loggedModelInfo is what is kept of the description of a model that a client
// of before 3.0 logs.
type loggedModelInfo struct {
	Run     json.RawMessage            `json:"run_id"`
	Path    json.RawMessage            `json:"artifact_path"`
	Created json.RawMessage            `json:"utc_time_created"`
	UUID    json.RawMessage            `json:"model_uuid"`
	Flavors map[string]json.RawMessage `json:"flavors"`
}

// modelInfo checks the description of a model and gives the part of it that is
// kept, as JSON.
func modelInfo(text string) (string, error) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &given); err != nil || given == nil {
		return "", errNotModel(text)
	}
	var lacking []string
	for _, name := range []string{"artifact_path", "flavors", "run_id", "utc_time_created"} {
		if _, ok := given[name]; !ok {
			lacking = append(lacking, "'"+name+"'")
		}
	}
	if lacking != nil {
		return "", pedigree.Errorf(pedigree.Invalid, "Model json is missing mandatory fields: {%s}", strings.Join(lacking, ", "))
	}
	info := loggedModelInfo{Run: given["run_id"], Path: given["artifact_path"], Created: given["utc_time_created"], UUID: given["model_uuid"]}
	if err := json.Unmarshal(given["flavors"], &info.Flavors); err != nil {
		return "", errNotModel(text)
	}
	for name, flavor := range info.Flavors {
		info.Flavors[name] = withoutConfig(flavor)
	}
	kept, err := json.Marshal(info)
	return string(kept), err
}

func errNotModel(text string) error {
	if len(text) > longestEcho {
		text = strings.ToValidUTF8(text[:longestEcho], "") + "..."
	}
	return pedigree.Errorf(pedigree.Invalid, "Malformed model info. \n %s \n is not a valid JSON.", text)
}

// withoutConfig leaves out of a flavor what configures it, which may be long.
func withoutConfig(flavor json.RawMessage) json.RawMessage {
	var members map[string]json.RawMessage
	if json.Unmarshal(flavor, &members) != nil || members["config"] == nil {
		return flavor
	}
	delete(members, "config")
	short, err := json.Marshal(members)
	if err != nil {
		return flavor
	}
	return short
}
