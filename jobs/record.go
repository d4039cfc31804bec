package jobs

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// A recorder stores events in one transaction. It remembers what it has met, for
// a batch speaks of few things often.
type recorder struct {
	tx       store.Tx
	ws       pedigree.NodeID
	subjects map[subjectKey]*subject
	uses     map[pedigree.NodeID]map[useKey]*pedigree.Event // by execution

	pairs   int                 // of columns that the event joins
	sources map[identifier]bool // the data sets that it names for that alone
}

type subjectKey struct {
	pedigree.Type
	uid string
}

func newRecorder(tx store.Tx, ws pedigree.NodeID) *recorder {
	return &recorder{tx: tx, ws: ws, subjects: make(map[subjectKey]*subject), uses: make(map[pedigree.NodeID]map[useKey]*pedigree.Event)}
}

func (r *recorder) record(e *Event) error {
	e = r.believed(e)
	r.pairs, r.sources = 0, nil
	switch {
	case e.Run != nil:
		return r.recordRun(e)
	case e.Job != nil:
		return r.recordJob(e)
	}
	d, err := r.datasetOf(e.Dataset)
	if err != nil {
		return err
	}
	return r.reported(d, e, func() error {
		d, err := r.dataset(e.Dataset, e.Time, nil)
		if err != nil {
			return err
		}
		return r.explicitOfDataset(teller{at: e.Time}, d, e.Dataset.Facets[LineageFacet])
	})
}

// reported keeps the event itself and runs fn, unless it was kept before: then
// all it says is there.
func (r *recorder) reported(about *subject, e *Event, fn func() error) error {
	report := pedigree.Report{Workspace: r.ws, Time: e.Time, State: e.State, Body: e.Body}
	if about.fresh {
		if err := fn(); err != nil {
			return err
		}
		report.Node = about.ID
		_, err := r.tx.AddReport(&report)
		return err
	}
	report.Node = about.ID
	isNew, err := r.tx.AddReport(&report)
	if err != nil || !isNew {
		return err
	}
	return fn()
}

// recordRun records an event about a run.
func (r *recorder) recordRun(e *Event) error {
	job, err := r.jobOf(e.Job)
	if err != nil {
		return err
	}
	run, err := r.runOf(e.Run.ID, job)
	if err != nil {
		return err
	}
	return r.reported(run, e, func() error {
		if err := r.put(job, e.Job.Facets, e.Time); err != nil {
			return err
		}
		if advance(&run.Node, e.State, e.Time) {
			run.dirty = true
		}
		if err := r.put(run, e.Run.Facets, e.Time); err != nil {
			return err
		}
		if run.Home != job.ID { // it was first heard of under another job
			if _, err := r.tx.AddMember(job.ID, run.ID); err != nil {
				return err
			}
		}
		if err := r.parents(run, job, e.Run.Facets[ParentFacet]); err != nil {
			return err
		}
		if err := r.useAll(run, e, pedigree.RoleUsed); err != nil {
			return err
		}
		return r.explicitOfJob(teller{run, pedigree.RoleUsed, e.Time}, e.Job.Facets[LineageFacet])
	})
}

// recordJob records an event about a job by design. What it reads and writes
// hangs on an execution that never happens: its signature.
func (r *recorder) recordJob(e *Event) error {
	job, err := r.jobOf(e.Job)
	if err != nil {
		return err
	}
	return r.reported(job, e, func() error {
		told := e.Job.Facets[LineageFacet]
		if err := r.put(job, e.Job.Facets, e.Time); err != nil || len(e.Inputs)+len(e.Outputs) == 0 && told == "" {
			return err
		}
		signature, err := r.signatureOf(job, e.Job.Name)
		if err != nil {
			return err
		}
		if err := r.useAll(signature, e, pedigree.RoleDeclared); err != nil {
			return err
		}
		return r.explicitOfJob(teller{signature, pedigree.RoleDeclared, e.Time}, told)
	})
}

// signatureOf gives what stands for a job by design, stored.
func (r *recorder) signatureOf(job *subject, name string) (*subject, error) {
	if err := job.save(r.tx); err != nil {
		return nil, err
	}
	s, err := r.subject(pedigree.JobSignatureType, job.UID, name, job.ID)
	if err == nil {
		err = s.save(r.tx)
	}
	return s, err
}

// subject finds a node, or begins a new one. One in the bin comes out of it: its
// producer says that it is there.
func (r *recorder) subject(t pedigree.Type, uid, name string, home pedigree.NodeID) (*subject, error) {
	key := subjectKey{t, uid}
	if s := r.subjects[key]; s != nil {
		return s, nil
	}
	n, err := r.tx.Node(r.ws, t, uid)
	s := &subject{Node: n}
	switch {
	case err == nil:
		if !n.Live() {
			s.Deleted, s.dirty = pedigree.NoTime, true
		}
	case pedigree.CodeOf(err) == pedigree.NotFound:
		s.fresh = true
		s.Node = pedigree.Node{
			Workspace: r.ws, Home: home, Type: t, UID: uid, Name: name,
			Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
		}
	default:
		return nil, err
	}
	r.subjects[key] = s
	return s, nil
}

// homeIn gives the context of a namespace, stored.
func (r *recorder) homeIn(namespace string) (pedigree.NodeID, error) {
	s, err := r.subject(pedigree.JobNamespaceType, short(namespace), namespace, r.ws)
	if err == nil {
		err = s.save(r.tx)
	}
	if err != nil {
		return 0, err
	}
	return s.ID, nil
}

// jobOf gives a job, which may be not stored yet.
func (r *recorder) jobOf(j *Job) (*subject, error) {
	home, err := r.homeIn(j.Namespace)
	if err != nil {
		return nil, err
	}
	return r.subject(pedigree.JobType, UID(j.Namespace, j.Name), naming.Qualify(j.Namespace, j.Name), home)
}

// runOf gives a run of a job, which may be not stored yet. The job is.
func (r *recorder) runOf(id string, job *subject) (*subject, error) {
	if err := job.save(r.tx); err != nil {
		return nil, err
	}
	_, name := naming.Unqualify(job.Name)
	return r.subject(pedigree.JobRunType, strings.ToLower(id), name, job.ID)
}

// put stores a subject with the facets that are later than those it has.
func (r *recorder) put(s *subject, facets Facets, at pedigree.Time) error {
	_, err := r.putFacets(s, facets, at)
	return err
}

// putFacets does the same and gives what has changed.
func (r *recorder) putFacets(s *subject, facets Facets, at pedigree.Time) ([]change, error) {
	changes, err := s.merge(r.tx, facets, at)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		s.understand(c)
	}
	if err := s.save(r.tx); err != nil {
		return nil, err
	}
	for _, c := range changes {
		if c.name == TagsFacet {
			if err := s.saveTags(r.tx, c); err != nil {
				return nil, err
			}
		}
	}
	return changes, s.saveFacets(r.tx, changes)
}
