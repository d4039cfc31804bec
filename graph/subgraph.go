package graph

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A Subgraph asks for nodes and the events among them. All executions and
// artifacts become members of all contexts.
type Subgraph struct {
	Executions []*NodePut
	Artifacts  []*NodePut
	Contexts   []*NodePut
	Edges      []Edge
	Reuse      Reuse
}

// An Edge is an event whose ends are named by their place in the lists of a
// subgraph, or in the event itself by identity.
type Edge struct {
	Execution *int
	Artifact  *int
	Event     *pedigree.Event // required
}

// PutSubgraph does all that a subgraph asks for, or nothing. The error is
// OutOfRange where an edge points past the end of a list.
func (s *Service) PutSubgraph(ctx context.Context, workspace pedigree.NodeID, g *Subgraph) (Published, error) {
	if err := checkParts(g.parts()); err != nil {
		return Published{}, err
	}
	for i := range g.Edges {
		if err := g.checkEdge(&g.Edges[i]); err != nil {
			return Published{}, err
		}
	}
	var done Published
	if len(g.Executions)+len(g.Artifacts)+len(g.Contexts)+len(g.Edges) == 0 {
		return done, nil
	}
	err := s.store.Update(ctx, func(tx store.Tx) error {
		done = Published{}
		return s.publishAll(newPublisher(ctx, tx, workspace, g.Reuse), g, &done)
	})
	return done, err
}

func (g *Subgraph) checkEdge(e *Edge) error {
	if e.Event == nil {
		return pedigree.Errorf(pedigree.Invalid, "No event found for event_edge")
	}
	if err := checkEdgeEnd("execution", "an execution", e.Execution, e.Event.Execution, g.Executions); err != nil {
		return err
	}
	return checkEdgeEnd("artifact", "an artifact", e.Artifact, e.Event.Artifact, g.Artifacts)
}

// checkEdgeEnd checks one end of an edge: the index into nodes, and the
// identity that the event names.
func checkEdgeEnd(end, article string, index *int, id pedigree.NodeID, nodes []*NodePut) error {
	switch {
	case index == nil && id == 0:
		return pedigree.Errorf(pedigree.Invalid, "Event_edge is missing %s. Could not find either an %s_index or an event.%s_id", article, end, end)
	case index == nil:
		return nil
	case *index < 0 || *index >= len(nodes):
		return pedigree.Errorf(pedigree.OutOfRange, "The event_edge has an %s_index %d that is outside the bounds of the request's %ss list, [0, %d)",
			end, *index, end, len(nodes))
	case id == 0:
		return nil
	case !nodes[*index].HasID:
		return pedigree.Errorf(pedigree.Invalid, "Missing %s ID. The referenced %s at %s_index %d does not have an ID even though the event_edge"+
			" specifies an event.%s_id of %d", end, end, end, *index, end, id)
	case nodes[*index].Node.ID != id:
		return pedigree.Errorf(pedigree.Invalid, "The %s ID does not match. The referenced %s at %s_index %d has an ID of %d that does not match"+
			" the event_edge's event.%s_id of %d", end, end, end, *index, nodes[*index].Node.ID, end, id)
	}
	return nil
}

func (s *Service) publishAll(w *publisher, g *Subgraph, done *Published) error {
	for _, puts := range [][]*NodePut{g.Artifacts, g.Executions, g.Contexts} {
		if err := w.checkTypes(puts); err != nil {
			return err
		}
	}
	if err := w.lookUp(g.Artifacts...); err != nil {
		return err
	}
	reused := func(p *NodePut) (pedigree.NodeID, error) { return w.put(w.reused(p)) }
	for _, list := range []struct {
		puts []*NodePut
		put  func(*NodePut) (pedigree.NodeID, error)
		ids  *[]pedigree.NodeID
	}{{g.Contexts, w.context, &done.Contexts}, {g.Artifacts, reused, &done.Artifacts}, {g.Executions, w.put, &done.Executions}} {
		for _, p := range list.puts {
			id, err := list.put(p)
			if err != nil {
				return err
			}
			*list.ids = append(*list.ids, id)
		}
	}
	if err := w.join(done); err != nil {
		return err
	}
	events, err := w.edges(g, done)
	if err != nil {
		return err
	}
	return s.addEvents(w.ctx, w.tx, events)
}

// checkTypes refuses nodes without a type, to be made or changed, and types
// that are not there.
func (w *publisher) checkTypes(puts []*NodePut) error {
	for _, p := range puts {
		if _, err := w.typeOf(p); err != nil {
			return err
		}
	}
	return nil
}

// typeOf finds the type that a request names.
func (w *publisher) typeOf(p *NodePut) (pedigree.Declaration, error) {
	if !p.HasType {
		return pedigree.Declaration{}, pedigree.Errorf(pedigree.Invalid, "Type id is missing.")
	}
	d, ok, err := w.declaration(p.TypeID)
	if err == nil && (!ok || d.Type.Kind != p.Node.Type.Kind || internal(d.Type)) {
		err = pedigree.Errorf(pedigree.NotFound, "Cannot find type for type_id: %d", p.TypeID)
	}
	return d, err
}

// edges completes the events of a subgraph whose nodes are stored.
func (w *publisher) edges(g *Subgraph, done *Published) ([]pedigree.Event, error) {
	events := make([]pedigree.Event, 0, len(g.Edges))
	var named []pedigree.Event // with an end that the request did not put
	for _, edge := range g.Edges {
		e := *edge.Event
		if edge.Execution != nil {
			e.Execution = done.Executions[*edge.Execution]
		}
		if edge.Artifact != nil {
			e.Artifact = done.Artifacts[*edge.Artifact]
		}
		if err := checkDirection(&e); err != nil {
			return nil, err
		}
		if events = append(events, e); edge.Execution == nil || edge.Artifact == nil {
			named = append(named, e)
		}
	}
	if len(named) == 0 {
		return events, nil
	}
	return events, checkEnds(w.tx, w.workspace, named)
}
