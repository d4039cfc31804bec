package mlflow

import (
	"bufio"
	"context"
	"io"
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/tracking"
)

type runArtifactRequest struct{ Run, Path string }

var runArtifactShape = shape[runArtifactRequest]{
	must(runID(func(m *runArtifactRequest) *string { return &m.Run })),
	must(text("path", func(m *runArtifactRequest) *string { return &m.Path })),
}

// getRunArtifact sends a file of a run.
func (h *Handler) getRunArtifact(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, runArtifactShape, runArtifactRequest{})
	if err != nil {
		return err
	}
	key, err := blob.ParseKey(m.Path)
	if err != nil {
		return err
	}
	p, _, err := h.runPlace(r.Context(), m.Run)
	if err != nil {
		return err
	}
	return p.send(w, r, key)
}

// runPlace finds a run and where its artifacts are.
func (h *Handler) runPlace(ctx context.Context, id string) (place, tracking.Run, error) {
	run, err := h.tracking.Run(ctx, h.workspace(), id)
	if err != nil {
		return place{}, run, err
	}
	p, err := h.artifacts.place(run.URI)
	return p, run, err
}

// send answers with the artifact of a key below the place.
func (p place) send(w http.ResponseWriter, r *http.Request, below blob.Key) error {
	key, err := p.prefix.Join(below)
	if err != nil {
		return err
	}
	return send(w, r, p.store, key)
}

// list answers with a directory below the place.
func (p place) list(w http.ResponseWriter, r *http.Request, below blob.Prefix, root string) error {
	prefix, err := p.prefix.Sub(below)
	if err != nil {
		return err
	}
	return writeFiles(w, r, place{p.store, prefix}, below.String(), root)
}

type listRunRequest struct{ Run, Path string }

var listRunShape = shape[listRunRequest]{
	must(runID(func(m *listRunRequest) *string { return &m.Run })),
	text("path", func(m *listRunRequest) *string { return &m.Path }),
}

// listRunArtifacts lists a directory of a run.
func (h *Handler) listRunArtifacts(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, listRunShape, listRunRequest{})
	if err != nil {
		return err
	}
	below, err := blob.ParsePrefix(m.Path)
	if err != nil {
		return err
	}
	p, run, err := h.runPlace(r.Context(), m.Run)
	if err != nil {
		return err
	}
	return p.list(w, r, below, run.URI)
}

// maxPageUpload is the size of the largest file that a web page may upload.
const maxPageUpload = 10 << 20

var errPageUpload = pedigree.Errorf(pedigree.Invalid, "Artifact size is too large. Max size is 10MB.")

var uploadRunShape = shape[runArtifactRequest]{
	runID(func(m *runArtifactRequest) *string { return &m.Run }),
	text("path", func(m *runArtifactRequest) *string { return &m.Path }),
}

// uploadRunArtifact stores a file of a run for a web page. The faults are
// found in upstream's order.
func (h *Handler) uploadRunArtifact(w http.ResponseWriter, r *http.Request) error {
	m, err := arguments(r, uploadRunShape)
	switch {
	case err != nil:
		return err
	case m.Run == "":
		return pedigree.Errorf(pedigree.Invalid, "Request must specify run_uuid.")
	case m.Path == "":
		return pedigree.Errorf(pedigree.Invalid, "Request must specify path.")
	}
	below, err := blob.ParseKey(m.Path)
	if err != nil {
		return err
	}
	if r.ContentLength > maxPageUpload {
		return errPageUpload
	}
	body := bufio.NewReader(&capped{r.Body, maxPageUpload})
	if _, err := body.Peek(1); err == io.EOF {
		return pedigree.Errorf(pedigree.Invalid, "Request must specify data.")
	}
	p, run, err := h.runPlace(r.Context(), m.Run)
	if err != nil {
		return err
	}
	if !run.Live() {
		return pedigree.Errorf(pedigree.Invalid, "The run %s must be in the 'active' state. Current state is deleted.", run.UID)
	}
	key, err := p.prefix.Join(below)
	if err != nil {
		return err
	}
	stored, err := p.store.Put(r.Context(), key, body, r.ContentLength)
	if err == nil {
		h.arrived(w, r, p.store, key, stored)
	}
	return done(w, err)
}

// capped is a body that may not go on for longer than a number of bytes.
type capped struct {
	body io.Reader
	left int64
}

// Read reads on, and fails where the limit is passed.
func (c *capped) Read(p []byte) (int, error) {
	n, err := c.body.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, errPageUpload
	}
	return n, err
}
