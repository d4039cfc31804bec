package openlineage

import (
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/jobs"
)

// A jobVersionShape is a state of a job, as clients of Marquez read it.
type jobVersionShape struct {
	ID        versionShape `json:"id"`
	Name      string       `json:"name"`
	CreatedAt *string      `json:"createdAt"`
	Version   string       `json:"version"`
	Namespace string       `json:"namespace"`
	Location  *string      `json:"location"`
	Inputs    []nameShape  `json:"inputs"`
	Outputs   []nameShape  `json:"outputs"`
	LatestRun *runShape    `json:"latestRun"`
}

func (h *Handler) jobVersions(w http.ResponseWriter, r *http.Request) error {
	p, err := page(r)
	if err != nil {
		return err
	}
	shapes, err := h.versionsOfJob(r)
	if err != nil {
		return err
	}
	total := len(shapes)
	shapes = shapes[min(p.Offset, total):]
	return answer(w, struct {
		Versions []jobVersionShape `json:"versions"`
		Total    int               `json:"totalCount"`
	}{shapes[:min(p.Limit, len(shapes))], total})
}

func (h *Handler) jobVersion(w http.ResponseWriter, r *http.Request) error {
	shapes, err := h.versionsOfJob(r)
	if err != nil {
		return err
	}
	for i := range shapes {
		if shapes[i].Version == r.PathValue("version") {
			return answer(w, shapes[i])
		}
	}
	return pedigree.Errorf(pedigree.NotFound, "Job version '%s' not found.", r.PathValue("version"))
}

func (h *Handler) versionsOfJob(r *http.Request) ([]jobVersionShape, error) {
	j, err := h.rules.Job(r.Context(), h.workspace(), jobIn(r))
	if err != nil {
		return nil, err
	}
	versions, err := h.rules.JobVersions(r.Context(), h.workspace(), jobIn(r))
	if err != nil {
		return nil, err
	}
	location := optional(text(j.Facets, jobs.SourceLocationFacet, "url"))
	shapes := make([]jobVersionShape, len(versions))
	for i := range versions {
		v := &versions[i]
		run := runOf(&v.Latest)
		shapes[i] = jobVersionShape{
			ID: versionShape{nameOf(j.Name), v.ID}, Name: j.Name.Name, CreatedAt: moment(v.Created), Version: v.ID, Namespace: j.Namespace,
			Location: location, Inputs: namesIn(run.Inputs), Outputs: namesIn(run.Outputs), LatestRun: &run,
		}
	}
	return shapes, nil
}

// namesIn names the data sets that a run used, each once.
func namesIn(uses []useShape) []nameShape {
	names, seen := make([]nameShape, 0, len(uses)), make(map[nameShape]bool)
	for _, u := range uses {
		if name := u.ID.nameShape; !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}
