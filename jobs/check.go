package jobs

import (
	"cmp"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// Bounds on one event.
const (
	maxDatasets = 10_000  // read and written
	maxColumns  = 100_000 // pairs of columns
	maxName     = 1_900   // of a namespace and a name together, in bytes
	maxKey      = 1_000   // of the name of a facet or a tag, in bytes
)

// Check refuses an event that no order of arrival could make sense of.
func (e *Event) Check() error { return e.check() }

func (e *Event) check() error {
	if n := len(e.Inputs) + len(e.Outputs); n > maxDatasets {
		return pedigree.Errorf(pedigree.Invalid, "the event names %d inputs and outputs, more than %d", n, maxDatasets)
	}
	if !knownState(e.State) {
		return pedigree.Errorf(pedigree.Invalid, "eventType must be START, RUNNING, COMPLETE, ABORT, FAIL or OTHER, not %.64q", e.State)
	}
	if e.Run != nil && !validRunID(e.Run.ID) {
		return pedigree.Errorf(pedigree.Invalid, "run.runId must be a UUID, not %.64q", e.Run.ID)
	}
	if e.Run != nil {
		if err := e.Run.Facets.check(); err != nil {
			return err
		}
	}
	if e.Job != nil {
		if err := cmp.Or(checkName("job", e.Job.Namespace, e.Job.Name), e.Job.Facets.check()); err != nil {
			return err
		}
	}
	return e.eachDataset(func(d *Dataset) error {
		return cmp.Or(checkName("data set", d.Namespace, d.Name), d.Facets.check(), d.Use.check())
	})
}

// check refuses names that no store takes.
func (f Facets) check() error {
	for name := range f {
		if len(name) > maxKey || strings.ContainsRune(name, 0) {
			return pedigree.Errorf(pedigree.Invalid, "the name of a facet must not be longer than %d bytes nor hold the character NUL: %.100q", maxKey, name)
		}
	}
	return nil
}

func (e *Event) eachDataset(fn func(*Dataset) error) error {
	if e.Dataset != nil {
		if err := fn(e.Dataset); err != nil {
			return err
		}
	}
	for _, list := range [][]Dataset{e.Inputs, e.Outputs} {
		for i := range list {
			if err := fn(&list[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkName(what, namespace, name string) error {
	switch {
	case namespace == "" || name == "":
		return pedigree.Errorf(pedigree.Invalid, "a %s must have a namespace and a name", what)
	case len(namespace)+len(name) > maxName:
		return pedigree.Errorf(pedigree.Invalid, "the namespace and the name of a %s must not be longer than %d bytes together: %.100q...", what, maxName, name)
	case strings.ContainsRune(namespace+name, 0):
		return pedigree.Errorf(pedigree.Invalid, "the namespace and the name of a %s must not hold the character NUL", what)
	}
	return nil
}

// sound reports whether a name in a facet is one that a data set or job may have.
func (i identifier) sound() bool { return checkName("", i.Namespace, i.Name) == nil }

// validRunID reports whether a text is a UUID, as all run IDs are.
func validRunID(id string) bool {
	if len(id) != 36 {
		return false
	}
	for i := range len(id) {
		c := id[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case '0' <= c && c <= '9', 'a' <= c && c <= 'f', 'A' <= c && c <= 'F':
		default:
			return false
		}
	}
	return true
}
