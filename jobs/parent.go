package jobs

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// A parentFacet says for which run of which job a run was started, and which
// one started it all.
type parentFacet struct {
	ancestor
	Root ancestor `json:"root"`
}

type ancestor struct {
	Run struct {
		ID string `json:"runId"`
	} `json:"run"`
	Job identifier `json:"job"`
}

// The properties that name the runs above one.
const (
	ParentRunField = "parent_run"
	RootRunField   = "root_run"
)

// parents records the runs above one. Their jobs are contexts of its job.
func (r *recorder) parents(run, job *subject, text string) error {
	if text == "" {
		return nil
	}
	facet := read[parentFacet](text)
	parent, err := r.parent(run, job, &facet.ancestor)
	if err != nil {
		return err
	}
	root, err := r.parent(run, job, &facet.Root)
	if err != nil {
		return err
	}
	standing, _, err := r.tx.Property(run.ID, pedigree.Custom, ParentFacet)
	if err != nil || standing != text {
		return err // a later event names others
	}
	if err := r.putField(run, ParentRunField, parent); err != nil {
		return err
	}
	return r.putField(run, RootRunField, root)
}

// putField sets a property, or removes it where the value is empty.
func (r *recorder) putField(s *subject, key, value string) error {
	if value == "" {
		_, err := r.tx.DeleteProperty(&s.Node, pedigree.Field, key)
		return err
	}
	return r.tx.PutProperties(&s.Node, pedigree.Property{Space: pedigree.Field, Key: key, Value: value})
}

// parent stores a run above another one, and gives its identity; empty where
// there is none.
func (r *recorder) parent(run, job *subject, a *ancestor) (string, error) {
	if !validRunID(a.Run.ID) || strings.EqualFold(a.Run.ID, run.UID) || !a.Job.sound() {
		return "", nil
	}
	above, err := r.jobOf(&Job{Namespace: a.Job.Namespace, Name: a.Job.Name})
	if err != nil {
		return "", err
	}
	started, err := r.runOf(a.Run.ID, above)
	if err != nil {
		return "", err
	}
	if started.fresh {
		started.State = stateNew
	}
	if err := started.save(r.tx); err != nil {
		return "", err
	}
	if above.ID != job.ID {
		_, err = r.tx.AddMember(above.ID, job.ID)
	}
	return started.UID, err
}
