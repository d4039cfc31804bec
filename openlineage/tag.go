package openlineage

import (
	"net/http"

	"github.com/pedigree-ml/pedigree/jobs"
)

type tagShape struct {
	Name        string  `json:"name"`
	Description *string `json:"description"`
}

func (h *Handler) tags(w http.ResponseWriter, r *http.Request) error {
	p, err := page(r)
	if err != nil {
		return err
	}
	all, err := h.rules.Tags(r.Context(), h.workspace(), p)
	if err != nil {
		return err
	}
	shapes := make([]tagShape, len(all))
	for i, t := range all {
		shapes[i] = tagShape{t.Name, optional(t.Description)}
	}
	return answer(w, struct {
		Tags []tagShape `json:"tags"`
	}{shapes})
}

func (h *Handler) putTag(w http.ResponseWriter, r *http.Request) error {
	var meta struct {
		Description string `json:"description"`
	}
	if err := readJSON(r, &meta); err != nil {
		return err
	}
	tag := jobs.TagView{Name: r.PathValue("tag"), Description: meta.Description}
	if err := h.rules.PutTag(r.Context(), h.workspace(), tag); err != nil {
		return err
	}
	return answer(w, tagShape{tag.Name, optional(tag.Description)})
}
