// Package jobs is the rules of what OpenLineage tells: which node a job, a run
// and a data set are, and what an event about them changes. Events come late,
// twice, in any order and in parts; whatever the order, the graph is the same in
// the end: of two that speak of one thing, the later by the producer's clock
// counts, and what they say of different things is added up.
//
// A namespace is a context; a job is a context at home in its namespace, a run
// an execution at home in its job, a data set an artifact at home in its
// namespace, at the location that its names stand for. Facets are properties in
// the space Custom, whole, as JSON; those that mean something to the graph are
// acted upon too.
package jobs

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/store"
)

// A Service applies the rules to one store.
type Service struct {
	store   store.Store
	lineage *lineage.Service
}

// New returns a service on s.
func New(s store.Store) *Service { return &Service{s, lineage.New(s)} }

// An Event is what a producer says of a run, of a job by design (Run is nil) or
// of a data set alone (Job is nil).
type Event struct {
	State   string // START, RUNNING, COMPLETE, ABORT, FAIL or OTHER; empty for none
	Time    pedigree.Time
	Run     *Run
	Job     *Job
	Dataset *Dataset // of an event about it alone
	Inputs  []Dataset
	Outputs []Dataset
	Body    []byte // the event as it was sent, without secrets
}

// A Run is one time that a job ran.
type Run struct {
	ID     string // a UUID
	Facets Facets
}

// A Job is something that runs now and then.
type Job struct {
	Namespace, Name string
	Facets          Facets
}

// A Dataset is what jobs read and write.
type Dataset struct {
	Namespace, Name string
	Facets          Facets
	Use             Facets // about this reading or writing of it
}

// Facets are parts of a description by name, each a JSON object.
type Facets map[string]string

// Record stores what events say, all or nothing. What is recorded already
// changes nothing.
func (s *Service) Record(ctx context.Context, ws pedigree.NodeID, events ...*Event) error {
	for _, e := range events {
		if err := e.check(); err != nil {
			return err
		}
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		r := newRecorder(tx, ws)
		for _, e := range events {
			if err := r.record(e); err != nil {
				return err
			}
		}
		return nil
	})
}
