package mlflow

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree/blob"
)

// A client that uploads a large file in parts asks for an upload, sends each
// part to a URL that it is given, in parallel, and lists the parts in the end.
// Upstream gives URLs of the object store behind it; here they are of this
// server. Whoever knows such a URL was given it: it holds an id of 128 random
// bits, good for one artifact and a week at most.

// partPath is where parts are sent, in front of the key.
const partPath = "/api/2.0/mlflow-artifacts/mpu/part/"

type uploadRequest struct {
	Path  string // of the file on the client's machine; only its last name counts
	ID    string
	Count int
	Parts []blob.Part
}

var (
	partShape = shape[blob.Part]{
		must(count("part_number", func(m *blob.Part) *int { return &m.Number })),
		text("etag", func(m *blob.Part) *string { return &m.Tag }),
	}
	uploadPathField     = must(text("path", func(m *uploadRequest) *string { return &m.Path }))
	uploadIDField       = must(text("upload_id", func(m *uploadRequest) *string { return &m.ID }))
	createUploadShape   = shape[uploadRequest]{uploadPathField, must(count("num_parts", func(m *uploadRequest) *int { return &m.Count }))}
	abortUploadShape    = shape[uploadRequest]{uploadPathField, uploadIDField}
	completeUploadShape = append(abortUploadShape[:2:2], must(each("parts", partShape, blob.Part{}, func(m *uploadRequest) *[]blob.Part { return &m.Parts })))
	uploadPartShape     = shape[uploadRequest]{uploadIDField, must(count("part_number", func(m *uploadRequest) *int { return &m.Count }))}
)

// uploadOf reads a request about an upload and the key that it is for: the
// directory in the URL and the last name of the client's own path.
func uploadOf(r *http.Request, of shape[uploadRequest]) (m uploadRequest, key blob.Key, err error) {
	dir, err := pathPrefix(r)
	if err != nil {
		return m, key, err
	}
	if m, err = decode(r, of, m); err != nil {
		return m, key, err
	}
	name, err := blob.ParseKey(m.Path[strings.LastIndexAny(m.Path, `/\`)+1:])
	if err != nil {
		return m, key, err
	}
	key, err = dir.Join(name)
	return m, key, err
}

// createUpload begins an upload and gives the URLs for its parts.
func (h *Handler) createUpload(w http.ResponseWriter, r *http.Request) error {
	m, key, err := uploadOf(r, createUploadShape)
	if err != nil {
		return err
	}
	id, err := h.artifacts.proxied.CreateUpload(r.Context(), key, m.Count)
	if err != nil {
		return err
	}
	to := h.partURL(r, key, id)
	a := begin(w)
	a.buf = textMember(append(a.buf, '{'), "upload_id", string(id))
	a.buf = append(member(a.buf, "credentials"), '[')
	for n := 1; n <= m.Count; n++ {
		b := textMember(append(element(a.buf), '{'), "url", to+strconv.Itoa(n))
		b = intMember(b, "part_number", int64(n))
		a.buf = append(member(b, "headers"), "{}}"...)
		a.spill()
	}
	a.buf = append(a.buf, "]}"...)
	a.finish()
	return nil
}

// partURL gives the URL for the parts of an upload, but for their number. The
// client is told the name by which it found the server, which the server has
// checked to be one of its own.
func (h *Handler) partURL(r *http.Request, key blob.Key, id blob.UploadID) string {
	base := strings.TrimRight(h.artifacts.PublicURL, "/")
	if base == "" {
		base = "http://" + r.Host
		if r.TLS != nil {
			base = "https://" + r.Host
		}
	}
	path := url.URL{Path: partPath + key.String()}
	return base + path.EscapedPath() + "?upload_id=" + url.QueryEscape(string(id)) + "&part_number="
}

// uploadPart stores a part. Its tag leaves as an ETag, which the client hands
// back in the end.
func (h *Handler) uploadPart(w http.ResponseWriter, r *http.Request) error {
	key, err := pathKey(r)
	if err != nil {
		return err
	}
	m, err := arguments(r, uploadPartShape)
	if err != nil {
		return err
	}
	tag, err := h.artifacts.proxied.PutPart(r.Context(), key, blob.UploadID(m.ID), m.Count, r.Body, r.ContentLength)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", `"`+tag+`"`)
	writeEmpty(w)
	return nil
}

// completeUpload makes an artifact of the parts.
func (h *Handler) completeUpload(w http.ResponseWriter, r *http.Request) error {
	m, key, err := uploadOf(r, completeUploadShape)
	if err != nil {
		return err
	}
	for i := range m.Parts {
		m.Parts[i].Tag = strings.Trim(m.Parts[i].Tag, `"`)
	}
	stored, err := h.artifacts.proxied.CompleteUpload(r.Context(), key, blob.UploadID(m.ID), m.Parts)
	if err == nil {
		h.arrived(w, r, h.artifacts.proxied, key, stored)
	}
	return done(w, err)
}

// abortUpload ends an upload. One that is over already has nothing to end.
func (h *Handler) abortUpload(w http.ResponseWriter, r *http.Request) error {
	m, key, err := uploadOf(r, abortUploadShape)
	if err != nil {
		return err
	}
	return done(w, unlessAbsent(h.artifacts.proxied.AbortUpload(r.Context(), key, blob.UploadID(m.ID))))
}
