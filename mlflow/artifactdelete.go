package mlflow

import (
	"context"
	"net/http"
	"path"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/tracking"
)

// deleteArtifact removes a file or directory of the server's own store. What
// is not there is deleted already, as upstream has it.
func (h *Handler) deleteArtifact(w http.ResponseWriter, r *http.Request) error {
	key, err := pathKey(r)
	if err != nil {
		return err
	}
	if err := h.keepRoots(r.Context(), key); err != nil {
		return err
	}
	err = unlessAbsent(h.artifacts.proxied.Delete(r.Context(), key))
	if err == nil {
		h.left(w, r, h.artifacts.proxied, key)
	}
	return done(w, err)
}

// unlessAbsent forgives that something is not there.
func unlessAbsent(err error) error {
	if pedigree.CodeOf(err) == pedigree.NotFound {
		err = nil
	}
	return err
}

var errRoot = pedigree.Errorf(pedigree.Invalid,
	"The path holds all artifacts of an experiment, run or model. They go when that is deleted, not before it.")

// keepRoots refuses a key that holds the whole artifacts of a record. Records
// keep theirs at <experiment's location>/<run>/artifacts and at
// <experiment's location>/models/<model>/artifacts, so a key that holds those
// of a run or model ends in its id or just after it, in models, or lies at or
// above the location of an experiment.
func (h *Handler) keepRoots(ctx context.Context, key blob.Key) error {
	parent := key.Parent()
	for _, id := range []string{key.Name(), path.Base(parent.String())} {
		if err := h.keepRootOf(ctx, key, id); err != nil {
			return err
		}
	}
	if err := h.keepLocations(ctx, key, key.Prefix()); err != nil || key.Name() != "models" {
		return err
	}
	return h.keepLocations(ctx, key, parent)
}

// keepRootOf refuses the key if the run or model of an id keeps its artifacts
// at or below it.
func (h *Handler) keepRootOf(ctx context.Context, key blob.Key, id string) error {
	run, err := h.tracking.Run(ctx, h.workspace(), id)
	if err := h.keepRoot(key, run.URI, err); err != nil {
		return err
	}
	model, err := h.tracking.LoggedModel(ctx, h.workspace(), id, true)
	return h.keepRoot(key, model.URI, err)
}

func (h *Handler) keepRoot(key blob.Key, uri string, err error) error {
	if err == nil && h.holds(key, uri) {
		return errRoot
	}
	return unlessAbsent(err)
}

// holds reports whether a location is at or below a key of the server's own
// store.
func (h *Handler) holds(key blob.Key, uri string) bool {
	p, err := h.artifacts.place(uri)
	return err == nil && p.store == h.artifacts.proxied && key.Prefix().Contains(p.prefix)
}

// keepLocations refuses the key if an experiment keeps its artifacts at a
// directory or below it.
func (h *Handler) keepLocations(ctx context.Context, key blob.Key, dir blob.Prefix) error {
	search := tracking.Search{
		Where: query.Compare{Field: query.URI, Op: query.Like, Value: query.Value{Text: "%/" + dir.String() + "%"}},
		View:  query.All,
		Max:   1000,
	}
	for {
		page, err := h.tracking.SearchExperiments(ctx, h.workspace(), search)
		if err != nil {
			return err
		}
		for i := range page.Items {
			p, err := h.artifacts.place(page.Items[i].URI)
			if err == nil && p.store == h.artifacts.proxied && (key.Prefix().Contains(p.prefix) || p.prefix == dir) {
				return errRoot
			}
		}
		if page.Next == "" {
			return nil
		}
		search.PageToken = page.Next
	}
}
