package openlineage

import (
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/jobs"
)

// search answers with the jobs and data sets whose names hold a text.
func (h *Handler) search(w http.ResponseWriter, r *http.Request) error {
	asked := r.URL.Query()
	limit, err := number(r, "limit", 10)
	if err != nil {
		return err
	}
	q := jobs.Search{Text: asked.Get("q"), Namespace: asked.Get("namespace"), Limit: limit}
	if strings.TrimSpace(q.Text) == "" {
		return &invalid{[]string{"query param q must not be blank"}}
	}
	switch filter := strings.ToUpper(asked.Get("filter")); filter {
	case "", "ALL":
		q.Jobs, q.Datasets = true, true
	case "JOB":
		q.Jobs = true
	case "DATASET":
		q.Datasets = true
	default:
		return pedigree.Errorf(pedigree.Invalid, "query param filter must be one of DATASET, JOB")
	}
	switch sort := strings.ToUpper(asked.Get("sort")); sort {
	case "", "NAME":
	case "UPDATE_AT", "UPDATED_AT":
		q.ByUpdate = true
	default:
		return pedigree.Errorf(pedigree.Invalid, "query param sort must be one of NAME, UPDATE_AT")
	}
	hits, err := h.rules.Search(r.Context(), h.workspace(), q)
	if err != nil {
		return err
	}
	type result struct {
		Type      string  `json:"type"`
		Name      string  `json:"name"`
		UpdatedAt *string `json:"updatedAt"`
		Namespace string  `json:"namespace"`
		NodeID    string  `json:"nodeId"`
	}
	results := make([]result, len(hits))
	for i, hit := range hits {
		kind := "DATASET"
		if hit.Job {
			kind = "JOB"
		}
		results[i] = result{kind, hit.Name.Name, moment(hit.Updated), hit.Namespace, nodeID(hit.Ref)}
	}
	return answer(w, struct {
		Total   int      `json:"totalCount"`
		Results []result `json:"results"`
	}{len(results), results})
}
