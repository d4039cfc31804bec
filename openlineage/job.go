package openlineage

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/jobs"
)

// jobIn names the job of a path.
func jobIn(r *http.Request) jobs.Name {
	return jobs.Name{Namespace: r.PathValue("namespace"), Name: r.PathValue("job")}
}

// lastRunStates reads the parameter of that name: states in which the last run of
// a job may be; nil for any. A job that never ran is new.
func lastRunStates(r *http.Request) (func(*pedigree.Node) bool, error) {
	var states []string
	for _, text := range r.URL.Query()["lastRunStates"] {
		state := strings.ToUpper(text)
		if !slices.Contains(jobStates, state) {
			return nil, pedigree.Errorf(pedigree.Invalid, "query param lastRunStates must be one of [%s]", strings.Join(jobStates, ", "))
		}
		states = append(states, state)
	}
	if len(states) == 0 {
		return nil, nil
	}
	return func(run *pedigree.Node) bool {
		return slices.Contains(states, "NEW") && run == nil || run != nil && slices.Contains(states, runState(run))
	}, nil
}

// jobStates are those of Marquez.
var jobStates = []string{"NEW", "RUNNING", "COMPLETED", "ABORTED", "FAILED", "OTHER"}

// jobs lists the jobs of a namespace or, where the path names none, all.
func (h *Handler) jobs(w http.ResponseWriter, r *http.Request) error {
	p, err := page(r)
	if err != nil {
		return err
	}
	keep, err := lastRunStates(r)
	if err != nil {
		return err
	}
	all, total, err := h.rules.Jobs(r.Context(), h.workspace(), r.PathValue("namespace"), keep, p)
	if err != nil {
		return err
	}
	shapes := make([]jobShape, len(all))
	for i := range all {
		shapes[i] = jobOf(&all[i])
	}
	return answer(w, struct {
		Jobs  []jobShape `json:"jobs"`
		Total int        `json:"totalCount"`
	}{shapes, total})
}

func (h *Handler) job(w http.ResponseWriter, r *http.Request) error {
	j, err := h.rules.Job(r.Context(), h.workspace(), jobIn(r))
	if err != nil {
		return err
	}
	return answer(w, jobOf(&j))
}

// deleteJob puts a job in the bin and answers with it as it was.
func (h *Handler) deleteJob(w http.ResponseWriter, r *http.Request) error {
	j, err := h.rules.Job(r.Context(), h.workspace(), jobIn(r))
	if err != nil {
		return err
	}
	if err := h.rules.Delete(r.Context(), h.workspace(), jobs.Ref{Name: jobIn(r), Job: true}); err != nil {
		return err
	}
	return answer(w, jobOf(&j))
}

// tagJob gives a job a tag, or takes it away.
func (h *Handler) tagJob(there bool) operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := h.rules.SetTag(r.Context(), h.workspace(), jobs.Ref{Name: jobIn(r), Job: true}, r.PathValue("tag"), there); err != nil {
			return err
		}
		return h.job(w, r)
	}
}

func (h *Handler) runs(w http.ResponseWriter, r *http.Request) error {
	p, err := page(r)
	if err != nil {
		return err
	}
	all, total, err := h.rules.Runs(r.Context(), h.workspace(), jobIn(r), p)
	if err != nil {
		return err
	}
	shapes := make([]runShape, len(all))
	for i := range all {
		shapes[i] = runOf(&all[i])
	}
	return answer(w, struct {
		Runs  []runShape `json:"runs"`
		Total int        `json:"totalCount"`
	}{shapes, total})
}

func (h *Handler) run(w http.ResponseWriter, r *http.Request) error {
	run, err := h.rules.Run(r.Context(), h.workspace(), r.PathValue("run"))
	if err != nil {
		return err
	}
	return answer(w, runOf(&run))
}

// runFacets answers with the facets of a run or of its job.
func (h *Handler) runFacets(w http.ResponseWriter, r *http.Request) error {
	run, err := h.rules.Run(r.Context(), h.workspace(), r.PathValue("run"))
	if err != nil {
		return err
	}
	facets := run.Facets
	switch kind := r.URL.Query().Get("type"); kind {
	case "run":
	case "job":
		j, err := h.rules.Job(r.Context(), h.workspace(), run.Job)
		if err != nil {
			return err
		}
		facets = j.Facets
	default:
		return pedigree.Errorf(pedigree.Invalid, "query param type must be job or run")
	}
	return answer(w, struct {
		Run    string                     `json:"runId"`
		Facets map[string]json.RawMessage `json:"facets"`
	}{run.UID, facetsOf(facets)})
}
