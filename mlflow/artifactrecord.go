package mlflow

import (
	"context"
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/route"
)

// arrived notes what is known of the bytes that are durable under a key now.
// Only those of the server's own store are noted: into others clients write
// past the server. What cannot be noted is read again when it is needed, so
// the client has nothing to learn of that.
func (h *Handler) arrived(w http.ResponseWriter, r *http.Request, s blob.Store, key blob.Key, stored blob.Stored) {
	ctx := context.WithoutCancel(r.Context()) // the client may hang up, the bytes are here
	if s == h.artifacts.proxied {
		object := pedigree.Object{Key: key.String(), Size: stored.Size, SHA256: stored.SHA256, Tag: stored.Tag}
		if err := h.tracking.RecordObjects(ctx, h.workspace(), object); err != nil {
			route.Report(w, err)
		}
	}
	if err := h.readManifest(ctx, s, key); err != nil {
		route.Report(w, err)
	}
}

// left does the same for bytes that are gone, of a key and all below it.
func (h *Handler) left(w http.ResponseWriter, r *http.Request, s blob.Store, key blob.Key) {
	ctx := context.WithoutCancel(r.Context())
	if s == h.artifacts.proxied {
		if err := h.tracking.ForgetObjects(ctx, h.workspace(), key.String()); err != nil {
			route.Report(w, err)
		}
	}
	if err := h.dropManifest(ctx, s, key); err != nil {
		route.Report(w, err)
	}
}
