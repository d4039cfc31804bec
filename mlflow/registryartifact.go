package mlflow

import (
	"context"
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/registry"
)

type versionFileRequest struct{ Name, Version, Path string }

var versionFileShape = shape[versionFileRequest]{
	must(text("name", func(m *versionFileRequest) *string { return &m.Name })),
	must(text("version", func(m *versionFileRequest) *string { return &m.Version })),
	must(text("path", func(m *versionFileRequest) *string { return &m.Path })),
}

// getVersionArtifact sends a file of a version, if its bytes are in the
// server's own store.
func (h *Handler) getVersionArtifact(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, versionFileShape, versionFileRequest{})
	if err != nil {
		return err
	}
	key, err := blob.ParseKey(m.Path)
	if err != nil {
		return err
	}
	version, err := h.registry.Version(r.Context(), h.workspace(), m.Name, m.Version)
	if err != nil {
		return err
	}
	p, err := h.versionPlace(r.Context(), &version)
	if err != nil {
		return err
	}
	return p.send(w, r, key)
}

// versionPlace finds where the bytes of a version are. What the version says of
// that was checked when it was registered, and is checked again, for it may have
// come here another way: the place must be inside that of the run or logged
// model that the version names.
func (h *Handler) versionPlace(ctx context.Context, v *registry.Version) (place, error) {
	run, model, err := h.ownerLocations(ctx, v)
	if err != nil {
		return place{}, err
	}
	location := v.Location()
	if rest, ok := strings.CutPrefix(location, "runs:/"+v.RunID+"/"); ok && run != "" {
		location = strings.TrimRight(run, "/") + "/" + rest
	}
	p, err := h.artifacts.place(location)
	if err != nil {
		return place{}, err
	}
	for _, uri := range []string{run, model} {
		if owner, err := h.artifacts.place(uri); uri != "" && err == nil && owner.contains(p) {
			return p, nil
		}
	}
	return place{}, errElsewhere
}

// contains reports whether another place is inside this one.
func (p place) contains(q place) bool { return p.store == q.store && p.prefix.Contains(q.prefix) }

// ownerLocations gives the locations of the run and logged model that a version
// names, empty where it names none or none of this server.
func (h *Handler) ownerLocations(ctx context.Context, v *registry.Version) (run, model string, err error) {
	if v.RunID != "" {
		r, err := h.tracking.Run(ctx, h.workspace(), v.RunID)
		if err != nil && pedigree.CodeOf(err) != pedigree.NotFound {
			return "", "", err
		}
		run = r.URI
	}
	if v.ModelID != "" {
		m, err := h.tracking.LoggedModel(ctx, h.workspace(), v.ModelID, true)
		if err != nil && pedigree.CodeOf(err) != pedigree.NotFound {
			return "", "", err
		}
		model = m.URI
	}
	return run, model, nil
}
