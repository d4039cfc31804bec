package mlflow

import (
	"net/http"

	"github.com/pedigree-ml/pedigree/blob"
)

type listArtifactsRequest struct{ Path string }

var listArtifactsShape = shape[listArtifactsRequest]{
	text("path", func(m *listArtifactsRequest) *string { return &m.Path }),
}

// listArtifacts lists a directory of the server's own store, by bare names.
func (h *Handler) listArtifacts(w http.ResponseWriter, r *http.Request) error {
	m, err := decode(r, listArtifactsShape, listArtifactsRequest{})
	if err != nil {
		return err
	}
	prefix, err := blob.ParsePrefix(m.Path)
	if err != nil {
		return err
	}
	return writeFiles(w, r, place{h.artifacts.proxied, prefix}, "", "")
}

// writeFiles answers with what is in a directory, however much that is: each
// name with a path in front of it and, where there is one, after the URI that
// the paths start from. Upstream has no pages here and clients expect none.
func writeFiles(w http.ResponseWriter, r *http.Request, in place, path, root string) error {
	if path != "" {
		path += "/"
	}
	a := begin(w)
	a.buf = textIfAny(append(a.buf, '{'), "root_uri", root)
	first := true
	for e, err := range in.store.List(r.Context(), in.prefix) {
		if err != nil {
			return a.fail(w, err)
		}
		if first {
			a.buf = append(member(a.buf, "files"), '[')
			first = false
		}
		a.buf = appendFile(element(a.buf), path, e)
		a.spill()
	}
	if !first {
		a.buf = append(a.buf, ']')
	}
	a.buf = append(a.buf, '}')
	a.finish()
	return nil
}

func appendFile(b []byte, path string, e blob.Entry) []byte {
	b = textMember(append(b, '{'), "path", path+e.Name)
	b = member(b, "is_dir")
	if e.Dir {
		return append(b, "true}"...)
	}
	b = append(b, "false"...)
	return append(intMember(b, "file_size", e.Size), '}')
}
