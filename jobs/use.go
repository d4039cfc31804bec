package jobs

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// A useKey tells the uses that one execution makes of artifacts apart.
type useKey struct {
	artifact  pedigree.NodeID
	direction pedigree.Direction
	role      pedigree.Role
}

// maxTag bounds a facet about a use, in bytes. A longer one stays in the report.
const maxTag = 60_000

// useAll records what an execution read and wrote.
func (r *recorder) useAll(by *subject, e *Event, role pedigree.Role) error {
	for _, side := range []struct {
		datasets  []Dataset
		direction pedigree.Direction
	}{{e.Inputs, pedigree.Input}, {e.Outputs, pedigree.Output}} {
		for i := range side.datasets {
			d := &side.datasets[i]
			artifact, err := r.dataset(d, e.Time, by)
			if err != nil {
				return err
			}
			if err := r.use(by.ID, useKey{artifact.ID, side.direction, role}, d.Use, e.Time); err != nil {
				return err
			}
			maker := teller{at: e.Time} // of what is read, somebody else
			if side.direction == pedigree.Output {
				maker.by, maker.role = by, role
			}
			if err := r.explicitOfDataset(maker, artifact, d.Facets[LineageFacet]); err != nil {
				return err
			}
		}
	}
	return nil
}

// use records that an execution read or wrote an artifact. It read from the
// first time that anybody says so, and wrote until the last.
func (r *recorder) use(execution pedigree.NodeID, key useKey, facets Facets, at pedigree.Time) error {
	known, err := r.usesOf(execution)
	if err != nil {
		return err
	}
	e := known[key]
	if e == nil {
		e = &pedigree.Event{Execution: execution, Artifact: key.artifact, Direction: key.direction, Role: key.role, Time: at}
		mergeTags(e, facets, at)
		known[key] = e
		_, err := r.tx.PutEvent(e)
		return err
	}
	moved := key.direction == pedigree.Input && at < e.Time || key.direction == pedigree.Output && at > e.Time
	if moved {
		e.Time = at
	}
	if mergeTags(e, facets, at) || moved {
		return r.tx.UpdateEvent(e)
	}
	return nil
}

// usesOf gives the events of an execution.
func (r *recorder) usesOf(execution pedigree.NodeID) (map[useKey]*pedigree.Event, error) {
	if known := r.uses[execution]; known != nil {
		return known, nil
	}
	events, err := r.tx.Events([]pedigree.NodeID{execution})
	if err != nil {
		return nil, err
	}
	known := make(map[useKey]*pedigree.Event, len(events))
	for i := range events {
		e := &events[i].Event
		known[useKey{e.Artifact, e.Direction, e.Role}] = e
	}
	r.uses[execution] = known
	return known, nil
}

// mergeTags makes facets about a use tags of its event, where they are later
// than what stands, and reports whether that changed anything.
func mergeTags(e *pedigree.Event, facets Facets, at pedigree.Time) (changed bool) {
	if len(facets) == 0 {
		return false
	}
	tags := make(map[string]string, len(e.Tags)+len(facets)+1)
	for _, t := range e.Tags {
		tags[t.Key] = t.Value
	}
	times := read[map[string]pedigree.Time](tags[pedigree.FacetTimesKey])
	if times == nil {
		times = make(map[string]pedigree.Time)
	}
	for name, text := range facets {
		when, known := times[name]
		if len(text) > maxTag || name == pedigree.FacetTimesKey || known && (at < when || at == when && text <= tags[name]) {
			continue
		}
		tags[name], times[name], changed = text, at, true
	}
	if !changed {
		return false
	}
	encoded, _ := json.Marshal(times) // texts and numbers always have a JSON
	tags[pedigree.FacetTimesKey] = string(encoded)
	e.Tags = e.Tags[:0]
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		e.Tags = append(e.Tags, pedigree.EventTag{Key: key, Value: tags[key]})
	}
	return true
}
