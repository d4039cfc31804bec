package graph

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// PutEvents stores events, all or none. Those without a time take the present.
// An event that is there already stays as it was, or gives AlreadyExists with
// [Options.StrictEvents].
func (s *Service) PutEvents(ctx context.Context, workspace pedigree.NodeID, events []pedigree.Event) error {
	if err := checkParts(len(events)); err != nil {
		return err
	}
	for i := range events {
		if err := checkEvent(&events[i]); err != nil {
			return err
		}
	}
	if len(events) == 0 {
		return nil
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		if err := checkEnds(tx, workspace, events); err != nil {
			return err
		}
		return s.addEvents(ctx, tx, events)
	})
}

// checkEvent refuses an event that does not say what it joins, and how. Zero
// says nothing.
func checkEvent(e *pedigree.Event) error {
	switch {
	case e.Artifact == 0:
		return pedigree.Errorf(pedigree.Invalid, "No artifact id is specified.")
	case e.Execution == 0:
		return pedigree.Errorf(pedigree.Invalid, "No execution id is specified.")
	}
	return checkDirection(e)
}

func checkDirection(e *pedigree.Event) error {
	if e.Direction == 0 {
		return pedigree.Errorf(pedigree.Invalid, "No event type is specified.")
	}
	return nil
}

// checkEnds refuses events whose ends are no artifact and execution of the
// workspace.
func checkEnds(r store.Reader, workspace pedigree.NodeID, events []pedigree.Event) error {
	ids := make([]pedigree.NodeID, 0, 2*len(events))
	for i := range events {
		ids = append(ids, events[i].Artifact, events[i].Execution)
	}
	known, err := kindsOf(r, workspace, ids)
	if err != nil {
		return err
	}
	for i := range events {
		if id := events[i].Artifact; known[id] != pedigree.Artifact {
			return pedigree.Errorf(pedigree.Invalid, "No artifact with the given id %d", id)
		}
		if id := events[i].Execution; known[id] != pedigree.Execution {
			return pedigree.Errorf(pedigree.Invalid, "No execution with the given id %d", id)
		}
	}
	return nil
}

// addEvents stores events whose ends are known to be there.
func (s *Service) addEvents(ctx context.Context, tx store.Tx, events []pedigree.Event) error {
	for _, e := range events { // copies: a transaction may run again
		if err := givenUp(ctx); err != nil {
			return err
		}
		if e.Time == pedigree.NoTime {
			e.Time = tx.Now()
		}
		fresh, err := tx.PutEvent(&e)
		if err != nil {
			return err
		}
		if !fresh && s.options.StrictEvents {
			return pedigree.Errorf(pedigree.AlreadyExists, "Given event already exists: artifact_id: %d execution_id: %d", e.Artifact, e.Execution)
		}
	}
	return nil
}

// Events gives the events of artifacts or executions, as kind says, in order of
// arrival. Nodes that are not to be seen have none.
func (s *Service) Events(ctx context.Context, workspace pedigree.NodeID, kind pedigree.Kind, nodes []pedigree.NodeID) ([]pedigree.Event, error) {
	var events []pedigree.Event
	err := s.store.View(ctx, func(r store.Reader) error {
		var err error
		if events, err = r.Links(kind, distinct(nodes)); err != nil || len(events) == 0 {
			return err
		}
		events, err = seenEvents(r, workspace, events)
		return err
	})
	return events, err
}

// seenEvents leaves out events with an end that is not to be seen.
func seenEvents(r store.Reader, workspace pedigree.NodeID, events []pedigree.Event) ([]pedigree.Event, error) {
	ids := make([]pedigree.NodeID, 0, 2*len(events))
	for i := range events {
		ids = append(ids, events[i].Artifact, events[i].Execution)
	}
	known, err := kindsOf(r, workspace, ids)
	if err != nil {
		return nil, err
	}
	kept := events[:0]
	for _, e := range events {
		if known[e.Artifact] != 0 && known[e.Execution] != 0 {
			kept = append(kept, e)
		}
	}
	return kept, nil
}

// kindsOf gives the kinds of nodes that are to be seen in the workspace; others
// have none.
func kindsOf(r store.Reader, workspace pedigree.NodeID, ids []pedigree.NodeID) (map[pedigree.NodeID]pedigree.Kind, error) {
	nodes, err := r.Nodes(distinct(ids))
	if err != nil {
		return nil, err
	}
	kinds := make(map[pedigree.NodeID]pedigree.Kind, len(nodes))
	for i := range nodes {
		if n := &nodes[i]; visible(n, workspace) {
			kinds[n.ID] = n.Type.Kind
		}
	}
	return kinds, nil
}

// visible reports whether a node is to be seen in a workspace.
func visible(n *pedigree.Node, workspace pedigree.NodeID) bool {
	return n.Live() && n.Workspace == workspace && !internal(n.Type)
}
