package mlflow

import (
	"net/http"

	"github.com/pedigree-ml/pedigree/blob"
)

type modelFileRequest struct{ Path string }

var modelFileShape = shape[modelFileRequest]{
	must(text("artifact_file_path", func(m *modelFileRequest) *string { return &m.Path })),
}

// getModelArtifact sends a file of a logged model.
func (h *Handler) getModelArtifact(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, modelFileShape, modelFileRequest{})
	if err != nil {
		return err
	}
	key, err := blob.ParseKey(m.Path)
	if err != nil {
		return err
	}
	p, _, err := h.modelPlace(r)
	if err != nil {
		return err
	}
	return p.send(w, r, key)
}

// modelPlace finds the logged model that a path names, and its location.
func (h *Handler) modelPlace(r *http.Request) (p place, uri string, err error) {
	model, err := h.tracking.LoggedModel(r.Context(), h.workspace(), r.PathValue("model_id"), false)
	if err != nil {
		return place{}, "", err
	}
	p, err = h.artifacts.place(model.URI)
	return p, model.URI, err
}

type listModelRequest struct{ Path string }

var listModelShape = shape[listModelRequest]{
	text("artifact_directory_path", func(m *listModelRequest) *string { return &m.Path }),
}

// listModelArtifacts lists a directory of a logged model.
func (h *Handler) listModelArtifacts(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, listModelShape, listModelRequest{})
	if err != nil {
		return err
	}
	below, err := blob.ParsePrefix(m.Path)
	if err != nil {
		return err
	}
	p, uri, err := h.modelPlace(r)
	if err != nil {
		return err
	}
	return p.list(w, r, below, uri)
}
