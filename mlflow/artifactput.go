package mlflow

import (
	"net/http"

	"github.com/pedigree-ml/pedigree"
)

// uploadArtifact stores a body of any size. The server cuts one that stalls.
func (h *Handler) uploadArtifact(w http.ResponseWriter, r *http.Request) error {
	key, err := pathKey(r)
	if err != nil {
		return err
	}
	if r.Header.Get("Content-Range") != "" {
		return pedigree.Errorf(pedigree.Invalid, "An artifact is uploaded whole, not by ranges.")
	}
	stored, err := h.artifacts.proxied.Put(r.Context(), key, r.Body, r.ContentLength)
	if err == nil {
		h.arrived(w, r, h.artifacts.proxied, key, stored)
	}
	return done(w, err)
}
