package api

import (
	"maps"
	"net/http"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/tracking"
)

// runChangeEndpoints change many runs at once: MLflow's do one at a time, and half
// of them would stay undone where one fails.
func (h *Handler) runChangeEndpoints() []endpoint {
	missing := []pedigree.Code{pedigree.NotFound}
	return []endpoint{{
		id: "deleteRuns", method: "POST", path: "/runs/delete", group: runGroup, permission: route.Delete,
		summary: "Put runs in the bin, all of them or none", body: RunsNamed{}, answer: RunsMoved{}, problems: missing, call: h.deleteRuns,
	}, {
		id: "restoreRuns", method: "POST", path: "/runs/restore", group: runGroup, permission: route.Delete,
		summary: "Take runs out of the bin, all of them or none", body: RunsNamed{}, answer: RunsMoved{}, problems: missing, call: h.restoreRuns,
	}, {
		id: "tagRuns", method: "POST", path: "/runs/tags", group: runGroup, permission: route.Write,
		summary: "Set and remove tags of runs, of all of them or none",
		detail:  "What the runs had before is answered, so that it can be undone.",
		body:    RunTags{}, answer: RunsTagged{}, problems: missing, call: h.tagRuns,
	}}
}

// RunsNamed names runs.
type RunsNamed struct {
	Runs []string `json:"runs"` // ids, at least one and at most 1,000
}

// RunsMoved says how many runs were moved: those that were not there yet.
type RunsMoved struct {
	Moved int `json:"moved"`
}

func (h *Handler) deleteRuns(w http.ResponseWriter, r *request) error {
	var named RunsNamed
	if err := r.read(&named); err != nil {
		return err
	}
	n, err := h.Runs.DeleteRuns(r.Context(), h.workspace(), named.Runs)
	return answerMoved(w, n, err)
}

func (h *Handler) restoreRuns(w http.ResponseWriter, r *request) error {
	var named RunsNamed
	if err := r.read(&named); err != nil {
		return err
	}
	n, err := h.Runs.RestoreRuns(r.Context(), h.workspace(), named.Runs)
	return answerMoved(w, n, err)
}

func answerMoved(w http.ResponseWriter, n int, err error) error {
	if err != nil {
		return err
	}
	return answer(w, RunsMoved{n})
}

// RunTags says which tags of which runs change.
type RunTags struct {
	Runs   []string          `json:"runs"`             // ids, at least one and at most 1,000
	Set    map[string]string `json:"set,omitempty"`    // values by key
	Remove []string          `json:"remove,omitempty"` // keys
}

// RunsTagged tells what the tags that changed were.
type RunsTagged struct {
	Before []TagBefore `json:"before"`
}

// A TagBefore is a tag of a run before it changed.
type TagBefore struct {
	Run   string `json:"run"`
	Key   string `json:"key"`
	Value any    `json:"value"` // text; null where the run did not have it
}

func (h *Handler) tagRuns(w http.ResponseWriter, r *request) error {
	var tags RunTags
	if err := r.read(&tags); err != nil {
		return err
	}
	var set []pedigree.Property
	for _, key := range slices.Sorted(maps.Keys(tags.Set)) {
		set = append(set, pedigree.Property{Key: key, Value: tags.Set[key]})
	}
	before, err := h.Runs.TagRuns(r.Context(), h.workspace(), tags.Runs, set, tags.Remove)
	if err != nil {
		return err
	}
	return answer(w, taggedOf(before))
}

func taggedOf(before []tracking.TagBefore) RunsTagged {
	a := RunsTagged{Before: make([]TagBefore, len(before))}
	for i := range before {
		b := &before[i]
		a.Before[i] = TagBefore{Run: b.Run, Key: b.Key}
		if b.Set {
			a.Before[i].Value = b.Value
		}
	}
	return a
}
