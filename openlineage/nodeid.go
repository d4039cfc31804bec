package openlineage

import (
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/jobs"
)

// nodeID writes what Marquez calls a node: dataset:namespace:name.
func nodeID(ref jobs.Ref) string {
	if ref.Job {
		return "job:" + ref.Namespace + ":" + ref.Name.Name
	}
	return "dataset:" + ref.Namespace + ":" + ref.Name.Name
}

func columnID(c jobs.Column) string {
	return "datasetField:" + c.Dataset.Namespace + ":" + c.Dataset.Name + ":" + c.Column
}

// node reads the parameter nodeId. Namespaces and names hold colons too, so each
// way to part them is tried until one is known. A version at the end is passed
// over: the graph has all.
func (h *Handler) node(r *http.Request) (ref jobs.Ref, column string, err error) {
	text := r.URL.Query().Get("nodeId")
	kind, rest, _ := strings.Cut(text, ":")
	if kind != "dataset" && kind != "datasetField" && kind != "job" || rest == "" {
		return ref, "", pedigree.Errorf(pedigree.Invalid, "node ID (%s) must start with 'dataset', 'datasetField' or 'job'", quote(text))
	}
	rests := []string{rest}
	if at := strings.LastIndexByte(rest, '#'); at > 0 {
		rests = append(rests, rest[:at])
	}
	for _, rest := range rests {
		name := rest
		if kind == "datasetField" {
			at := strings.LastIndexByte(rest, ':')
			if at < 0 {
				break
			}
			name, column = rest[:at], rest[at+1:]
		}
		ref, found, err := h.partedName(r, name, kind == "job")
		if found || err != nil {
			return ref, column, err
		}
	}
	return ref, "", pedigree.Errorf(pedigree.NotFound, "Node '%s' not found.", text)
}

func (h *Handler) partedName(r *http.Request, text string, job bool) (ref jobs.Ref, found bool, err error) {
	for at := 0; ; at++ {
		next := strings.IndexByte(text[at:], ':')
		if next < 0 {
			return ref, false, nil
		}
		at += next
		ref = jobs.Ref{Name: jobs.Name{Namespace: text[:at], Name: text[at+1:]}, Job: job}
		if ref.Namespace == "" || ref.Name.Name == "" {
			continue
		}
		if found, err = h.rules.Exists(r.Context(), h.workspace(), ref); found || err != nil {
			return ref, found, err
		}
	}
}
