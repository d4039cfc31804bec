package mlflow

import (
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/query/mlflowql"
	"github.com/pedigree-ml/pedigree/tracking"
)

var createRunShape = shape[tracking.RunDraft]{
	text("experiment_id", func(m *tracking.RunDraft) *string { return &m.Experiment }),
	whole("start_time", func(m *tracking.RunDraft) *pedigree.Time { return &m.Started }),
	text("run_name", func(m *tracking.RunDraft) *string { return &m.Name }),
	text("user_id", func(m *tracking.RunDraft) *string { return &m.Owner }),
	each("tags", keyValue, pedigree.Property{}, func(m *tracking.RunDraft) *[]pedigree.Property { return &m.Tags }),
}

func (h *Handler) createRun(w http.ResponseWriter, r *http.Request) error {
	draft, err := decode(r, createRunShape, tracking.RunDraft{Started: pedigree.NoTime})
	if err != nil {
		return err
	}
	run, err := h.tracking.CreateRun(r.Context(), h.workspace(), draft)
	if err != nil {
		return err
	}
	writeJSON(w, func(b []byte) []byte {
		b = append(member(append(b, '{'), "run"), '{')
		b = appendRunInfo(member(b, "info"), &run)
		b = appendRunData(member(b, "data"), &run)
		return append(b, `,"inputs":{}}}`...)
	})
	return nil
}

// runRequest names one run.
type runRequest struct{ ID string }

var runShape = shape[runRequest]{
	must(runID(func(m *runRequest) *string { return &m.ID })),
}

func (h *Handler) getRun(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, runShape, runRequest{})
	if err != nil {
		return err
	}
	run, err := h.tracking.Run(r.Context(), h.workspace(), m.ID)
	if err != nil {
		return err
	}
	writeJSON(w, func(b []byte) []byte {
		return append(appendRun(member(append(b, '{'), "run"), &run), '}')
	})
	return nil
}

func (h *Handler) deleteRun(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, runShape, runRequest{})
	if err != nil {
		return err
	}
	return done(w, h.tracking.DeleteRun(r.Context(), h.workspace(), m.ID))
}

func (h *Handler) restoreRun(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, runShape, runRequest{})
	if err != nil {
		return err
	}
	return done(w, h.tracking.RestoreRun(r.Context(), h.workspace(), m.ID))
}

type updateRunRequest struct {
	ID string
	tracking.RunChange
}

var updateRunShape = shape[updateRunRequest]{
	must(runID(func(m *updateRunRequest) *string { return &m.ID })),
	whole("end_time", func(m *updateRunRequest) *pedigree.Time { return &m.Ended }),
	choice("status", runStates, func(m *updateRunRequest) *string { return &m.State }),
	text("run_name", func(m *updateRunRequest) *string { return &m.Name }),
}

func (h *Handler) updateRun(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, updateRunShape, updateRunRequest{RunChange: tracking.RunChange{Ended: pedigree.NoTime}})
	if err != nil {
		return err
	}
	run, err := h.tracking.UpdateRun(r.Context(), h.workspace(), m.ID, m.RunChange)
	if err != nil {
		return err
	}
	writeJSON(w, func(b []byte) []byte {
		return append(appendRunInfo(member(append(b, '{'), "run_info"), &run), '}')
	})
	return nil
}

type searchRunsRequest struct {
	Experiments []string
	Filter      string
	View        query.View
	Max         int
	Order       []string
	PageToken   string
}

// Upstream's limits on the runs that one search gives.
const (
	defaultRunsPage = 1000
	maxRunsPage     = 50000
)

var searchRunsShape = shape[searchRunsRequest]{
	texts("experiment_ids", func(m *searchRunsRequest) *[]string { return &m.Experiments }),
	text("filter", func(m *searchRunsRequest) *string { return &m.Filter }),
	atMost(maxRunsPage, "max_results", func(m *searchRunsRequest) *int { return &m.Max }),
	texts("order_by", func(m *searchRunsRequest) *[]string { return &m.Order }),
	choice("run_view_type", views, func(m *searchRunsRequest) *query.View { return &m.View }),
	text("page_token", func(m *searchRunsRequest) *string { return &m.PageToken }),
}

func (h *Handler) searchRuns(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, searchRunsShape, searchRunsRequest{Max: defaultRunsPage})
	if err != nil {
		return err
	}
	search, err := m.parse()
	if err != nil {
		return err
	}
	page, err := h.tracking.SearchRuns(r.Context(), h.workspace(), search)
	if err != nil {
		return err
	}
	writePage(w, "runs", page.Items, page.Next, appendRun)
	return nil
}

// parse reads the filter and the order.
func (m *searchRunsRequest) parse() (tracking.Search, error) {
	search := tracking.Search{Experiments: m.Experiments, View: m.View, Max: m.Max, PageToken: m.PageToken}
	var err error
	if search.Where, err = mlflowql.ParseRuns(m.Filter); err != nil {
		return search, err
	}
	search.Order, err = mlflowql.OrderRuns(m.Order)
	return search, err
}

func appendRun(b []byte, run *tracking.Run) []byte {
	b = appendRunInfo(member(append(b, '{'), "info"), run)
	b = appendRunData(member(b, "data"), run)
	b = appendInputs(member(b, "inputs"), run)
	b = appendOutputs(member(b, "outputs"), run)
	return append(b, '}')
}

func appendRunInfo(b []byte, run *tracking.Run) []byte {
	b = textMember(append(b, '{'), "run_uuid", run.UID)
	b = textMember(b, "experiment_id", run.Experiment)
	b = textMember(b, "run_name", run.Name)
	b = textMember(b, "user_id", run.Owner)
	b = textMember(b, "status", run.State)
	if run.Started.Set() {
		b = intMember(b, "start_time", int64(run.Started))
	}
	if run.Ended.Set() {
		b = intMember(b, "end_time", int64(run.Ended))
	}
	b = textIfAny(b, "artifact_uri", run.URI)
	b = textMember(b, "lifecycle_stage", lifecycle(&run.Node))
	b = textMember(b, "run_id", run.UID)
	return append(b, '}')
}

func appendRunData(b []byte, run *tracking.Run) []byte {
	b = append(b, '{')
	if len(run.Metrics) > 0 {
		b = append(member(b, "metrics"), '[')
		for i := range run.Metrics {
			b = append(appendPoint(append(element(b), '{'), &run.Metrics[i]), '}')
		}
		b = append(b, ']')
	}
	b = appendProperties(b, "params", run.Of(pedigree.Param))
	b = appendProperties(b, "tags", run.Of(pedigree.Tag))
	return append(b, '}')
}

// appendPoint writes the members of a metric.
func appendPoint(b []byte, p *pedigree.Point) []byte {
	b = textMember(b, "key", p.Key)
	b = appendDouble(member(b, "value"), p.Value)
	b = intMember(b, "timestamp", int64(p.Time))
	return intMember(b, "step", p.Step)
}

func appendInputs(b []byte, run *tracking.Run) []byte {
	b = append(b, '{')
	if len(run.Inputs) > 0 {
		b = append(member(b, "dataset_inputs"), '[')
		for i := range run.Inputs {
			b = appendDatasetInput(element(b), &run.Inputs[i])
		}
		b = append(b, ']')
	}
	if len(run.ModelInputs) > 0 {
		b = append(member(b, "model_inputs"), '[')
		for _, id := range run.ModelInputs {
			b = append(textMember(append(element(b), '{'), "model_id", id), '}')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func appendDatasetInput(b []byte, in *tracking.DatasetInput) []byte {
	b = append(b, '{')
	if len(in.Tags) > 0 {
		b = append(member(b, "tags"), '[')
		for _, t := range in.Tags {
			b = textMember(append(element(b), '{'), "key", t.Key)
			b = append(textMember(b, "value", t.Value), '}')
		}
		b = append(b, ']')
	}
	d := &in.Dataset
	b = textMember(append(member(b, "dataset"), '{'), "name", d.Name)
	b = textMember(b, "digest", d.Digest)
	b = textMember(b, "source_type", d.SourceType)
	b = textMember(b, "source", d.Source)
	b = textIfAny(b, "schema", d.Schema)
	b = textIfAny(b, "profile", d.Profile)
	return append(b, '}', '}')
}

func appendOutputs(b []byte, run *tracking.Run) []byte {
	b = append(b, '{')
	if len(run.Outputs) > 0 {
		b = append(member(b, "model_outputs"), '[')
		for _, o := range run.Outputs {
			b = textMember(append(element(b), '{'), "model_id", o.Model)
			b = append(intMember(b, "step", o.Step), '}')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}
