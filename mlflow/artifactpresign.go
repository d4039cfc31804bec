package mlflow

import (
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
)

// A presigned URL lets a client talk to an object store past the server. Here
// the server itself keeps the bytes, so there is none to give; clients then
// use the artifact routes.

// presignArtifact answers a client that asks whether there is a faster way to
// download; 501 sends it back to the usual one.
func (h *Handler) presignArtifact(_ http.ResponseWriter, r *http.Request) error {
	if _, err := pathKey(r); err != nil {
		return err
	}
	return pedigree.Errorf(pedigree.Unimplemented, "Presigned downloads are not supported: this server sends artifacts itself.")
}

type presignRequest struct{ Run, Model, Path string }

var (
	presignUploadShape = shape[presignRequest]{
		runID(func(m *presignRequest) *string { return &m.Run }),
		text("model_id", func(m *presignRequest) *string { return &m.Model }),
		must(text("path", func(m *presignRequest) *string { return &m.Path })),
	}
	presignDownloadShape = shape[presignRequest]{
		must(runID(func(m *presignRequest) *string { return &m.Run })),
		presignUploadShape[2],
	}
)

func (h *Handler) presignDownload(_ http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, presignDownloadShape, presignRequest{})
	if err != nil {
		return err
	}
	return h.refusePresign(r, m)
}

func (h *Handler) presignUpload(_ http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, presignUploadShape, presignRequest{})
	if err != nil {
		return err
	}
	if (m.Run == "") == (m.Model == "") {
		return pedigree.Errorf(pedigree.Invalid, "Exactly one of run_id and model_id must be given.")
	}
	return h.refusePresign(r, m)
}

// refusePresign finds what is wrong with a request before it says that even a
// right one would get no URL.
func (h *Handler) refusePresign(r *http.Request, m presignRequest) error {
	if _, err := blob.ParseKey(m.Path); err != nil {
		return err
	}
	var err error
	if m.Run != "" {
		_, err = h.tracking.Run(r.Context(), h.workspace(), m.Run)
	} else {
		_, err = h.tracking.LoggedModel(r.Context(), h.workspace(), m.Model, false)
	}
	if err != nil {
		return err
	}
	return pedigree.Errorf(pedigree.Invalid, "Presigned URLs are not supported: no artifact location of this server is in cloud storage.")
}
