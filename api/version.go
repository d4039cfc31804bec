package api

import (
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/route"
)

// versionEndpoints concern one version of a model, each under two paths: the
// version stands in the path, or in the query string for names of models that
// the server refuses in a path, such as "a\b".
func (h *Handler) versionEndpoints() []endpoint {
	name, number := textOf("name", "the model's name, or its UID"), numberOf("version", "the version's number", 1, math.MaxInt64)
	var all []endpoint
	for _, at := range []struct {
		path, suffix string
		named        []parameter
	}{
		{"/models/{name}/versions/{version}", "", []parameter{name.onPath(), number.onPath()}},
		{"/model-version", "ByName", []parameter{name.must(), number.must()}},
	} {
		for _, e := range h.endpointsOfAVersion() {
			e.id, e.path, e.parameters = e.id+at.suffix, at.path+e.path, slices.Concat(at.named, e.parameters)
			e.group, e.permission = versionGroup, route.Read
			all = append(all, e)
		}
	}
	return all
}

// endpointsOfAVersion are declared without what names the version. Verifying
// reads, and changes nothing; it is no GET because it is work.
func (h *Handler) endpointsOfAVersion() []endpoint {
	missing := []pedigree.Code{pedigree.NotFound}
	return append(h.dossierEndpoints(), []endpoint{{
		id: "getHistory", method: "GET", path: "/history", summary: "Tell what happened to a version, oldest first",
		detail:     "A version that was deleted keeps its history. When its model was deleted too, the model's UID takes the place of its name.",
		parameters: []parameter{limitOf(1000, 10_000), cursorOf("after")},
		answer:     HistoryAnswer{}, problems: missing, call: h.ofVersion(h.history),
	}, {
		id: "getFiles", method: "GET", path: "/files", summary: "Tell which files a version is made of, with their digests",
		parameters: []parameter{limitOf(1000, 10_000), textOf("after", cursorWanted)},
		answer:     FilesAnswer{}, problems: missing, call: h.ofVersion(h.files),
	}, {
		id: "verify", method: "POST", path: "/verify", summary: "Prove that the bytes of a version are those registered, or tell which are not",
		detail: "The answer is written while the bytes are read. Its last line has a result or an error; without one it was cut short.",
		lines:  []any{VerifyLine{}}, problems: append(missing, pedigree.BadState), call: h.ofVersion(h.verify),
	}}...)
}

// ofVersion finds the version that a request names, deleted or not.
func (h *Handler) ofVersion(call func(http.ResponseWriter, *request, *registry.Version) error) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		version, err := h.models.VersionEver(r.Context(), h.workspace(), r.text("name"), r.text("version"))
		if err != nil {
			return err
		}
		return call(w, r, &version)
	}
}

// A VersionName says which version an answer is about. The UID also names it
// when its model has gone: its first part takes the place of the model's name.
type VersionName struct {
	Model   string `json:"model"`
	Version string `json:"version"`
	UID     string `json:"uid"`
	Deleted string `json:"deleted,omitempty" format:"date-time"` // when it was deleted
}

func nameOf(v *registry.Version) VersionName {
	name := VersionName{Model: v.Name, Version: v.Version, UID: v.UID}
	if !v.Live() {
		name.Deleted = moment(v.Node.Deleted)
	}
	return name
}

// A HistoryAnswer is one page of the history of a version.
type HistoryAnswer struct {
	VersionName
	Changes []Change `json:"changes"`        // oldest first
	Next    string   `json:"next,omitempty"` // for the parameter after of the next page
}

// history tells what happened to a version.
func (h *Handler) history(w http.ResponseWriter, r *request, v *registry.Version) error {
	limit := r.limit()
	lines, err := h.models.HistoryOf(r.Context(), v.ID, r.number("after"), limit)
	if err != nil {
		return err
	}
	a := HistoryAnswer{VersionName: nameOf(v), Changes: changesOf(lines)}
	if len(lines) == limit {
		a.Next = strconv.FormatInt(lines[limit-1].ID, 10)
	}
	return answer(w, a)
}

// A FilesAnswer says what a version is made of, with one page of its files.
type FilesAnswer struct {
	VersionName
	State  string `json:"state" enum:"waiting,computing,complete,unavailable"`
	Reason string `json:"reason,omitempty"`
	Digest string `json:"digest,omitempty"` // of the whole
	Count  int    `json:"count"`
	Unread int    `json:"unread"` // files that have no digest yet
	Bytes  int64  `json:"bytes"`  // of all files
	Files  []File `json:"files"`  // by path
	Next   string `json:"next,omitempty"`
}

// A File is one file of a version.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256,omitempty"`
}

// files tells which files a version is made of.
func (h *Handler) files(w http.ResponseWriter, r *request, v *registry.Version) error {
	limit := r.limit()
	known, err := h.digests.Summary(r.Context(), v.ID)
	if err != nil {
		return err
	}
	files, err := h.digests.Files(r.Context(), v.ID, r.text("after"), limit)
	if err != nil {
		return err
	}
	a := FilesAnswer{
		VersionName: nameOf(v), State: string(known.State), Reason: known.Reason, Digest: known.Digest,
		Count: known.Files, Unread: known.Unread, Bytes: known.Bytes, Files: make([]File, len(files)),
	}
	for i, f := range files {
		a.Files[i] = File{f.Path, f.Size, f.SHA256}
	}
	if len(files) == limit {
		a.Next = files[limit-1].Path
	}
	return answer(w, a)
}
