package kfmd

import (
	"net/http"

	"github.com/pedigree-ml/pedigree"
)

// createEvent stores an event. An empty body leaves out all that it must say.
func (h *Handler) createEvent(w http.ResponseWriter, r *http.Request) error {
	m, err := decode[eventMessage](r)
	if err != nil {
		return err
	}
	if m == nil {
		m = &eventMessage{}
	}
	e, err := m.decode()
	if err != nil {
		return err
	}
	if err := h.graph.PutEvents(r.Context(), workspace, []pedigree.Event{e}); err != nil {
		return err
	}
	return answer(w, struct{}{})
}

// listEvents gives the events of a node and the nodes at their ends; none where
// there is no such node.
func (c *collection) listEvents(w http.ResponseWriter, r *http.Request) error {
	id, err := c.id(r)
	if err != nil {
		return err
	}
	events, err := c.graph.Events(r.Context(), workspace, c.kind, []pedigree.NodeID{id})
	if err != nil {
		return err
	}
	var m eventsMessage
	artifacts, executions := make([]pedigree.NodeID, len(events)), make([]pedigree.NodeID, len(events))
	for i := range events {
		m.Events = append(m.Events, encodeEvent(&events[i]))
		artifacts[i], executions[i] = events[i].Artifact, events[i].Execution
	}
	if m.Artifacts, err = c.nodes(r, pedigree.Artifact, artifacts); err != nil {
		return err
	}
	if m.Executions, err = c.nodes(r, pedigree.Execution, executions); err != nil {
		return err
	}
	return answer(w, &m)
}

// nodes gives nodes by identity.
func (h *Handler) nodes(r *http.Request, kind pedigree.Kind, ids []pedigree.NodeID) (map[number]*nodeMessage, error) {
	found, err := h.graph.Nodes(r.Context(), workspace, kind, ids)
	if err != nil {
		return nil, err
	}
	m := make(map[number]*nodeMessage, len(found))
	for i := range found {
		m[number(found[i].ID)] = encodeNode(&found[i])
	}
	return m, nil
}

// decode reads an event. What it leaves out stays zero, for the rules to see.
func (m *eventMessage) decode() (pedigree.Event, error) {
	e := pedigree.Event{Time: pedigree.NoTime}
	if m.ArtifactID != nil {
		e.Artifact = pedigree.NodeID(*m.ArtifactID)
	}
	if m.ExecutionID != nil {
		e.Execution = pedigree.NodeID(*m.ExecutionID)
	}
	if m.Type != nil {
		s := standings[*m.Type]
		e.Direction, e.Role = s.direction, s.role
	}
	if m.Milliseconds != nil {
		e.Time = pedigree.Time(*m.Milliseconds)
	}
	if m.Path == nil {
		return e, nil
	}
	for _, step := range m.Path.Steps {
		switch {
		case step == nil || (step.Key == nil) == (step.Index == nil):
			return e, pedigree.Errorf(pedigree.Invalid, "a step of an event's path has either index or key")
		case step.Key != nil:
			e.Path = append(e.Path, pedigree.PathStep{Key: *step.Key, IsKey: true})
		default:
			e.Path = append(e.Path, pedigree.PathStep{Index: int64(*step.Index)})
		}
	}
	return e, nil
}

func encodeEvent(e *pedigree.Event) *eventMessage {
	m := &eventMessage{ArtifactID: (*number)(&e.Artifact), ExecutionID: (*number)(&e.Execution), Milliseconds: (*number)(&e.Time)}
	if t, ok := eventTypeOf[standing{e.Direction, e.Role}]; ok {
		m.Type = &t
	}
	if len(e.Path) > 0 {
		m.Path = &path{}
	}
	for i := range e.Path {
		step := &pathStep{Index: (*number)(&e.Path[i].Index)}
		if e.Path[i].IsKey {
			step = &pathStep{Key: &e.Path[i].Key}
		}
		m.Path.Steps = append(m.Path.Steps, step)
	}
	return m
}
