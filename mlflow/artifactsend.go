package mlflow

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/route"
)

func (h *Handler) downloadArtifact(w http.ResponseWriter, r *http.Request) error {
	key, err := pathKey(r)
	if err != nil {
		return err
	}
	return send(w, r, h.artifacts.proxied, key)
}

// send answers with an artifact or one range of it. It never answers that the
// client's copy is still good: whether there is an artifact at all is for those
// to know who may read it.
func send(w http.ResponseWriter, r *http.Request, s blob.Store, key blob.Key) error {
	span, partial, err := spanOf(r, s, key)
	if err != nil {
		return err
	}
	o, err := s.Get(r.Context(), key, span)
	if outside, ok := errors.AsType[*blob.SpanError](err); ok {
		writeOutside(w, err, outside.Size)
		return nil
	}
	if err != nil {
		return err
	}
	defer o.Body.Close()
	status := http.StatusOK
	setArtifactHeaders(w.Header(), key.Name(), o)
	if partial && o.Length > 0 {
		status = http.StatusPartialContent
		w.Header().Set("Content-Range", contentRange(o))
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	if _, err := io.Copy(w, o.Body); err != nil {
		route.Report(w, pedigree.Hide(pedigree.Unavailable, err, "the artifact was not sent whole"))
	}
	return nil
}

// setArtifactHeaders says what an artifact is and that it is no page: a
// browser saves it and runs nothing in it, wherever it came from.
func setArtifactHeaders(header http.Header, name string, o *blob.Object) {
	header.Set("Content-Type", contentType(name))
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Cache-Control", "private, no-cache")
	header.Set("Accept-Ranges", "bytes")
	header.Set("ETag", `"`+o.Tag+`"`)
	header.Set("Last-Modified", o.Modified.UTC().Format(http.TimeFormat))
	header.Set("Content-Length", strconv.FormatInt(o.Length, 10))
}

func contentRange(o *blob.Object) string {
	b := strconv.AppendInt([]byte("bytes "), o.Offset, 10)
	b = strconv.AppendInt(append(b, '-'), o.Offset+o.Length-1, 10)
	return string(strconv.AppendInt(append(b, '/'), o.Size, 10))
}

// writeOutside answers a range that the artifact does not have.
func writeOutside(w http.ResponseWriter, err error, size int64) {
	route.Report(w, err)
	w.Header().Set("Content-Range", "bytes */"+strconv.FormatInt(size, 10))
	form := formOf(err)
	form.status = http.StatusRequestedRangeNotSatisfiable
	writeError(w, form, publicMessage(w, form, err))
}

// spanOf gives the range that a request asks for, and whether it asks for one.
// With If-Range it is only meant for the artifact as the client knows it.
func spanOf(r *http.Request, s blob.Store, key blob.Key) (span blob.Span, partial bool, err error) {
	span, partial = parseRange(r.Header.Get("Range"))
	known := r.Header.Get("If-Range")
	if !partial || known == "" {
		return span, partial, nil
	}
	info, err := s.Stat(r.Context(), key)
	if err != nil {
		return blob.Span{}, false, err
	}
	if known != `"`+info.Tag+`"` {
		return blob.Span{}, false, nil
	}
	return span, true, nil
}
