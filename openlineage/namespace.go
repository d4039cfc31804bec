package openlineage

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/pedigree-ml/pedigree/jobs"
)

func (h *Handler) namespaces(w http.ResponseWriter, r *http.Request) error {
	p, err := page(r)
	if err != nil {
		return err
	}
	all, err := h.rules.Namespaces(r.Context(), h.workspace(), p)
	if err != nil {
		return err
	}
	shapes := make([]namespaceShape, len(all))
	for i := range all {
		shapes[i] = namespaceOf(&all[i])
	}
	return answer(w, struct {
		Namespaces []namespaceShape `json:"namespaces"`
	}{shapes})
}

func (h *Handler) namespace(w http.ResponseWriter, r *http.Request) error {
	n, err := h.rules.Namespace(r.Context(), h.workspace(), r.PathValue("namespace"))
	if err != nil {
		return err
	}
	return answer(w, namespaceOf(&n))
}

// putNamespace makes a namespace, or changes who owns it.
func (h *Handler) putNamespace(w http.ResponseWriter, r *http.Request) error {
	var meta struct {
		OwnerName   string `json:"ownerName"`
		Description string `json:"description"`
	}
	if err := readJSON(r, &meta); err != nil {
		return err
	}
	if meta.OwnerName == "" {
		return &invalid{[]string{"ownerName must not be null"}}
	}
	if err := h.rules.PutNamespace(r.Context(), h.workspace(), r.PathValue("namespace"), meta.OwnerName, meta.Description); err != nil {
		return err
	}
	return h.namespace(w, r)
}

// deleteNamespace puts a namespace in the bin and answers with it as it was.
func (h *Handler) deleteNamespace(w http.ResponseWriter, r *http.Request) error {
	n, err := h.rules.Namespace(r.Context(), h.workspace(), r.PathValue("namespace"))
	if err != nil {
		return err
	}
	if err := h.rules.DeleteNamespace(r.Context(), h.workspace(), n.Name); err != nil {
		return err
	}
	return answer(w, namespaceOf(&n))
}

// sources lists the sources of data sets. There is one for each namespace.
func (h *Handler) sources(w http.ResponseWriter, r *http.Request) error {
	p, err := page(r)
	if err != nil {
		return err
	}
	all, err := h.rules.Namespaces(r.Context(), h.workspace(), p)
	if err != nil {
		return err
	}
	shapes := make([]sourceShape, len(all))
	for i := range all {
		shapes[i] = sourceOf(&all[i])
	}
	return answer(w, struct {
		Sources []sourceShape `json:"sources"`
	}{shapes})
}

func (h *Handler) source(w http.ResponseWriter, r *http.Request) error {
	n, err := h.rules.Namespace(r.Context(), h.workspace(), r.PathValue("source"))
	if err != nil {
		return err
	}
	return answer(w, sourceOf(&n))
}

func sourceOf(n *jobs.NamespaceView) sourceShape {
	return sourceShape{"UNKNOWN", n.Name, moment(n.Created), moment(n.Updated), n.Name, optional(n.Description)}
}

// readJSON reads the body of a request; an empty one says nothing.
func readJSON(r *http.Request, into any) error {
	body, err := io.ReadAll(r.Body)
	if err != nil || len(body) == 0 {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return malformed("Unable to process JSON")
	}
	return nil
}
