package api

import (
	"net/http"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
)

// A VersionName says which version an answer is about. The UID also names it
// when its model has gone: its first part takes the place of the model's name.
type VersionName struct {
	Model   string `json:"model"`
	Version string `json:"version"`
	UID     string `json:"uid"`
	Deleted string `json:"deleted,omitempty"` // when it was deleted
}

func nameOf(v *registry.Version) VersionName {
	name := VersionName{Model: v.Name, Version: v.Version, UID: v.UID}
	if !v.Live() {
		name.Deleted = moment(v.Node.Deleted)
	}
	return name
}

type historyAnswer struct {
	VersionName
	Changes []change `json:"changes"`        // oldest first
	Next    string   `json:"next,omitempty"` // for the parameter after of the next page
}

type change struct {
	ID     int64  `json:"id"`
	Time   string `json:"time"`
	Actor  string `json:"actor"` // empty for the one local user
	What   string `json:"what"`
	Before string `json:"before"`
	After  string `json:"after"`
	Reason string `json:"reason"`
}

// history tells what happened to a version.
func (h *Handler) history(w http.ResponseWriter, r *http.Request, v *registry.Version) error {
	limit, err := pageSize(r, 1000, 10_000)
	if err != nil {
		return err
	}
	after := int64(0)
	if text := r.URL.Query().Get("after"); text != "" {
		if after, err = strconv.ParseInt(text, 10, 64); err != nil {
			return pedigree.Errorf(pedigree.Invalid, "The parameter after must be the next of the page before")
		}
	}
	lines, err := h.models.HistoryOf(r.Context(), v.ID, after, limit)
	if err != nil {
		return err
	}
	a := historyAnswer{VersionName: nameOf(v), Changes: make([]change, len(lines))}
	for i, l := range lines {
		a.Changes[i] = change{l.ID, moment(l.Time), l.Actor, l.What, l.Before, l.After, l.Reason}
	}
	if len(lines) == limit {
		a.Next = strconv.FormatInt(lines[limit-1].ID, 10)
	}
	return answer(w, a)
}

type filesAnswer struct {
	VersionName
	State  string `json:"state"` // waiting, computing, complete or unavailable
	Reason string `json:"reason,omitempty"`
	Digest string `json:"digest,omitempty"` // of the whole
	Count  int    `json:"count"`
	Unread int    `json:"unread"` // files that have no digest yet
	Bytes  int64  `json:"bytes"`  // of all files
	Files  []file `json:"files"`  // by path
	Next   string `json:"next,omitempty"`
}

type file struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256,omitempty"`
}

// files tells which files a version is made of.
func (h *Handler) files(w http.ResponseWriter, r *http.Request, v *registry.Version) error {
	limit, err := pageSize(r, 1000, 10_000)
	if err != nil {
		return err
	}
	known, err := h.digests.Summary(r.Context(), v.ID)
	if err != nil {
		return err
	}
	files, err := h.digests.Files(r.Context(), v.ID, r.URL.Query().Get("after"), limit)
	if err != nil {
		return err
	}
	a := filesAnswer{
		VersionName: nameOf(v), State: string(known.State), Reason: known.Reason, Digest: known.Digest,
		Count: known.Files, Unread: known.Unread, Bytes: known.Bytes, Files: make([]file, len(files)),
	}
	for i, f := range files {
		a.Files[i] = file{f.Path, f.Size, f.SHA256}
	}
	if len(files) == limit {
		a.Next = files[limit-1].Path
	}
	return answer(w, a)
}
