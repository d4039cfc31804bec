package mlflow

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
)

// OpenFile opens a file below the artifacts of a run, logged model or model
// version, for who shows it in another form than a download. Of the node it
// reads the type, name, UID and version.
func (h *Handler) OpenFile(ctx context.Context, of *pedigree.Node, path string) (*blob.Object, error) {
	below, err := blob.ParseKey(path)
	if err != nil {
		return nil, err
	}
	p, err := h.placeOf(ctx, of)
	if err != nil {
		return nil, err
	}
	key, err := p.prefix.Join(below)
	if err != nil {
		return nil, err
	}
	return p.store.Get(ctx, key, blob.Span{})
}

// placeOf finds where the artifacts of a node are.
func (h *Handler) placeOf(ctx context.Context, of *pedigree.Node) (place, error) {
	switch of.Type {
	case pedigree.RunType:
		p, _, err := h.runPlace(ctx, of.UID)
		return p, err
	case pedigree.LoggedModelType:
		model, err := h.tracking.LoggedModel(ctx, h.workspace(), of.UID, false)
		if err != nil {
			return place{}, err
		}
		return h.artifacts.place(model.URI)
	case pedigree.ModelVersionType:
		version, err := h.registry.Version(ctx, h.workspace(), of.Name, of.Version)
		if err != nil {
			return place{}, err
		}
		return h.versionPlace(ctx, &version)
	}
	return place{}, pedigree.Errorf(pedigree.NotFound, "Only runs, logged models and model versions have artifacts")
}
