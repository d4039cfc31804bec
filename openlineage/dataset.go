package openlineage

import (
	"net/http"

	"github.com/pedigree-ml/pedigree/jobs"
)

// datasetIn names the data set of a path.
func datasetIn(r *http.Request) jobs.Name {
	return jobs.Name{Namespace: r.PathValue("namespace"), Name: r.PathValue("dataset")}
}

func (h *Handler) datasets(w http.ResponseWriter, r *http.Request) error {
	p, err := page(r)
	if err != nil {
		return err
	}
	all, total, err := h.rules.Datasets(r.Context(), h.workspace(), r.PathValue("namespace"), p)
	if err != nil {
		return err
	}
	shapes := make([]datasetShape, len(all))
	for i := range all {
		shapes[i] = datasetOf(&all[i])
	}
	return answer(w, struct {
		Datasets []datasetShape `json:"datasets"`
		Total    int            `json:"totalCount"`
	}{shapes, total})
}

func (h *Handler) dataset(w http.ResponseWriter, r *http.Request) error {
	name := datasetIn(r)
	d, err := h.rules.Dataset(r.Context(), h.workspace(), name)
	if err != nil {
		return err
	}
	edges, err := h.rules.ColumnLineage(r.Context(), h.workspace(), jobs.Ref{Name: name}, "", 1, false)
	if err != nil {
		return err
	}
	latest, _, err := h.rules.Versions(r.Context(), h.workspace(), name, jobs.Page{Limit: 1})
	if err != nil {
		return err
	}
	shape := datasetOf(&d)
	shape.ColumnLineage = columnsOf(edges, d.Name)
	if len(latest) > 0 {
		shape.CurrentVersion, shape.LastModifiedAt = &latest[0].ID, moment(latest[0].Time)
	}
	return answer(w, shape)
}

func (h *Handler) versions(w http.ResponseWriter, r *http.Request) error {
	p, err := page(r)
	if err != nil {
		return err
	}
	d, err := h.rules.Dataset(r.Context(), h.workspace(), datasetIn(r))
	if err != nil {
		return err
	}
	all, total, err := h.rules.Versions(r.Context(), h.workspace(), datasetIn(r), p)
	if err != nil {
		return err
	}
	shapes := make([]datasetVersionShape, len(all))
	for i := range all {
		shapes[i] = versionOf(&d, &all[i])
	}
	return answer(w, struct {
		Versions []datasetVersionShape `json:"versions"`
		Total    int                   `json:"totalCount"`
	}{shapes, total})
}

func (h *Handler) version(w http.ResponseWriter, r *http.Request) error {
	d, err := h.rules.Dataset(r.Context(), h.workspace(), datasetIn(r))
	if err != nil {
		return err
	}
	v, err := h.rules.Version(r.Context(), h.workspace(), datasetIn(r), r.PathValue("version"))
	if err != nil {
		return err
	}
	return answer(w, versionOf(&d, &v))
}

func versionOf(d *jobs.DatasetView, v *jobs.VersionView) datasetVersionShape {
	whole, run := datasetOf(d), runOf(&v.Run)
	return datasetVersionShape{
		ID: versionShape{nameOf(d.Name), v.ID}, Type: whole.Type, Name: whole.Name, PhysicalName: whole.PhysicalName,
		CreatedAt: moment(v.Time), Version: v.ID, Namespace: whole.Namespace, SourceName: whole.SourceName,
		Fields: fieldsOf(v.Facets, d.FieldTags), Tags: whole.Tags,
		LifecycleState: optional(text(v.Facets, jobs.LifecycleFacet, "lifecycleStateChange")),
		Description:    optional(text(v.Facets, jobs.DocumentationFacet, "description")), CreatedByRun: &run, Facets: facetsOf(v.Facets),
	}
}

// deleteDataset puts a data set in the bin and answers with it as it was.
func (h *Handler) deleteDataset(w http.ResponseWriter, r *http.Request) error {
	d, err := h.rules.Dataset(r.Context(), h.workspace(), datasetIn(r))
	if err != nil {
		return err
	}
	if err := h.rules.Delete(r.Context(), h.workspace(), jobs.Ref{Name: datasetIn(r)}); err != nil {
		return err
	}
	return answer(w, datasetOf(&d))
}

// tagDataset gives a data set a tag, or takes it away.
func (h *Handler) tagDataset(there bool) operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := h.rules.SetTag(r.Context(), h.workspace(), jobs.Ref{Name: datasetIn(r)}, r.PathValue("tag"), there); err != nil {
			return err
		}
		return h.dataset(w, r)
	}
}

// tagField does the same to a column.
func (h *Handler) tagField(there bool) operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h.rules.SetFieldTag(r.Context(), h.workspace(), datasetIn(r), r.PathValue("field"), r.PathValue("tag"), there)
		if err != nil {
			return err
		}
		return h.dataset(w, r)
	}
}
