package jobs

import (
	"encoding/json"

	"github.com/pedigree-ml/pedigree"
)

// An explicitFacet tells lineage in so many words: that of a data set what feeds
// it, that of a job what feeds whom.
type explicitFacet struct {
	explicitTarget
	Entries []explicitTarget `json:"entries"`
}

// An explicitTarget is a data set or a job, and what feeds it.
type explicitTarget struct {
	explicitRef
	Inputs []explicitInput `json:"inputs"`
	Fields map[string]struct {
		Inputs []explicitInput `json:"inputs"`
	} `json:"fields"`
}

type explicitInput struct {
	explicitRef
	Field           string          `json:"field"` // of a data set
	Transformations json.RawMessage `json:"transformations"`
}

// An explicitRef names a data set or a job; without a name the job of the event.
type explicitRef struct {
	identifier
	Type string `json:"type"`
	Run  string `json:"runId"` // of a job; empty for the job by design
}

const (
	explicitDataset = "DATASET"
	explicitJob     = "JOB"
)

// A teller is the execution that makes what is told of, as far as the event says
// which, and when it says so.
type teller struct {
	by   *subject
	role pedigree.Role
	at   pedigree.Time
}

// explicitOfJob records what the facet of a job tells.
func (r *recorder) explicitOfJob(t teller, text string) error {
	facet := read[explicitFacet](text)
	if len(facet.Entries) > maxDatasets {
		return pedigree.Errorf(pedigree.Invalid, "the facet lineage has %d entries, more than %d", len(facet.Entries), maxDatasets)
	}
	for i := range facet.Entries {
		entry := &facet.Entries[i]
		switch {
		case entry.Type == explicitDataset && entry.sound():
			target, err := r.dataset(&Dataset{Namespace: entry.Namespace, Name: entry.Name}, t.at, nil)
			if err != nil {
				return err
			}
			if err := r.use(t.by.ID, useKey{target.ID, pedigree.Output, t.role}, nil, t.at); err != nil {
				return err
			}
			if err := r.explicitFeeds(t, target, entry); err != nil {
				return err
			}
		case entry.Type == explicitJob:
			if err := r.explicitReads(t, entry); err != nil {
				return err
			}
		}
	}
	return nil
}

// explicitReads records which data sets feed a job. What feeds it from a job, and
// by no data set, is told by the facet alone.
func (r *recorder) explicitReads(t teller, entry *explicitTarget) error {
	reader, role, err := r.explicitExecution(t, &entry.explicitRef)
	if err != nil || reader == nil {
		return err
	}
	for i := range entry.Inputs {
		in := &entry.Inputs[i]
		if in.Type != explicitDataset || !in.sound() {
			continue
		}
		source, err := r.explicitSource(in, t.at)
		if err != nil {
			return err
		}
		if err := r.use(reader.ID, useKey{source.ID, pedigree.Input, role}, nil, t.at); err != nil {
			return err
		}
	}
	return nil
}

// explicitOfDataset records what the facet of a data set tells.
func (r *recorder) explicitOfDataset(t teller, target *subject, text string) error {
	if text == "" {
		return nil
	}
	facet := read[explicitFacet](text)
	return r.explicitFeeds(t, target, &facet.explicitTarget)
}

// explicitFeeds records what feeds a data set and its columns.
func (r *recorder) explicitFeeds(t teller, target *subject, entry *explicitTarget) error {
	for i := range entry.Inputs {
		if err := r.explicitFeed(t, target, "", &entry.Inputs[i]); err != nil {
			return err
		}
	}
	for column, f := range entry.Fields {
		for i := range f.Inputs {
			if err := r.explicitFeed(t, target, column, &f.Inputs[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// explicitFeed records that something feeds a data set, or a column of it.
func (r *recorder) explicitFeed(t teller, target *subject, column string, in *explicitInput) error {
	if in.Type == explicitJob {
		writer, role, err := r.explicitExecution(t, &in.explicitRef)
		if err != nil || writer == nil {
			return err
		}
		return r.use(writer.ID, useKey{target.ID, pedigree.Output, role}, nil, t.at)
	}
	if in.Type != explicitDataset || !in.sound() {
		return nil
	}
	source, err := r.explicitSource(in, t.at)
	if err != nil || source.ID == target.ID {
		return err
	}
	if column != "" || in.Field != "" {
		link := pedigree.ColumnLink{
			Target: target.ID, Source: source.ID, TargetColumn: column, SourceColumn: in.Field, Time: t.at,
			Detail: detail(&columnInput{Transformations: in.Transformations}, "", ""),
		}
		if t.by != nil {
			link.Execution = t.by.ID
		}
		if err := r.tx.PutColumnLinks(link); err != nil {
			return err
		}
	}
	if t.by != nil {
		return r.use(t.by.ID, useKey{source.ID, pedigree.Input, t.role}, nil, t.at)
	}
	return r.tx.PutRelation(&pedigree.Relation{Kind: pedigree.Derived, Source: source.ID, Target: target.ID, Reason: "told"})
}

// explicitSource stores a data set that feeds something.
func (r *recorder) explicitSource(in *explicitInput, at pedigree.Time) (*subject, error) {
	if err := r.measure(&columnFacet{Dataset: []columnInput{{identifier: in.identifier}}}); err != nil {
		return nil, err
	}
	return r.dataset(&Dataset{Namespace: in.Namespace, Name: in.Name}, at, nil)
}

// explicitExecution gives the run of a job that is meant, or what stands for the
// job by design; nil for none.
func (r *recorder) explicitExecution(t teller, ref *explicitRef) (*subject, pedigree.Role, error) {
	if !ref.sound() {
		return t.by, t.role, nil
	}
	job, err := r.jobOf(&Job{Namespace: ref.Namespace, Name: ref.Name})
	if err != nil {
		return nil, 0, err
	}
	if !validRunID(ref.Run) {
		signature, err := r.signatureOf(job, ref.Name)
		return signature, pedigree.RoleDeclared, err
	}
	run, err := r.runOf(ref.Run, job)
	if err != nil {
		return nil, 0, err
	}
	if run.fresh {
		run.State = stateNew
	}
	return run, pedigree.RoleUsed, run.save(r.tx)
}
