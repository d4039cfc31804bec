package mlflow

import (
	"net/http"

	"github.com/pedigree-ml/pedigree"
)

type searchDatasetsRequest struct{ Experiments []string }

var searchDatasetsShape = shape[searchDatasetsRequest]{
	texts("experiment_ids", func(m *searchDatasetsRequest) *[]string { return &m.Experiments }),
}

// maxDatasetExperiments is how many experiments one request may ask about.
const maxDatasetExperiments = 20

// searchDatasets answers with the data sets that the runs of experiments read.
func (h *Handler) searchDatasets(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, searchDatasetsShape, searchDatasetsRequest{})
	if err != nil {
		return err
	}
	switch n := len(m.Experiments); {
	case n == 0:
		return pedigree.Errorf(pedigree.Invalid, "SearchDatasets request must specify at least one experiment_id.")
	case n > maxDatasetExperiments:
		return pedigree.Errorf(pedigree.Invalid, "SearchDatasets request cannot specify more than %d experiment_ids. Received %d experiment_ids.", maxDatasetExperiments, n)
	}
	uses, err := h.tracking.DatasetsUsed(r.Context(), h.workspace(), m.Experiments)
	if err != nil {
		return err
	}
	a := begin(w)
	a.buf = append(a.buf, '{')
	if len(uses) > 0 {
		a.buf = append(member(a.buf, "dataset_summaries"), '[')
		for _, u := range uses {
			b := textMember(append(element(a.buf), '{'), "experiment_id", u.Experiment)
			b = textMember(b, "name", u.Name)
			b = textMember(b, "digest", u.Digest)
			a.buf = append(textIfAny(b, "context", u.Context), '}')
		}
		a.buf = append(a.buf, ']')
	}
	a.buf = append(a.buf, '}')
	a.finish()
	return nil
}
