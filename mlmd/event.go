package mlmd

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/mlmd/mlmdpb"
)

// PutEvents implements the call.
func (s *Server) PutEvents(ctx context.Context, r *mlmdpb.PutEventsRequest) (*mlmdpb.PutEventsResponse, error) {
	events := make([]pedigree.Event, len(r.GetEvents()))
	for i, e := range r.GetEvents() {
		events[i] = decodeEvent(e)
	}
	return &mlmdpb.PutEventsResponse{}, s.graph.PutEvents(ctx, workspace, events)
}

// GetEventsByExecutionIDs implements the call.
func (s *Server) GetEventsByExecutionIDs(ctx context.Context, r *mlmdpb.GetEventsByExecutionIDsRequest) (*mlmdpb.GetEventsByExecutionIDsResponse, error) {
	events, err := s.events(ctx, pedigree.Execution, r.GetExecutionIds())
	return &mlmdpb.GetEventsByExecutionIDsResponse{Events: events}, err
}

// GetEventsByArtifactIDs implements the call.
func (s *Server) GetEventsByArtifactIDs(ctx context.Context, r *mlmdpb.GetEventsByArtifactIDsRequest) (*mlmdpb.GetEventsByArtifactIDsResponse, error) {
	events, err := s.events(ctx, pedigree.Artifact, r.GetArtifactIds())
	return &mlmdpb.GetEventsByArtifactIDsResponse{Events: events}, err
}

func (s *Server) events(ctx context.Context, kind pedigree.Kind, ids []int64) ([]*mlmdpb.Event, error) {
	nodes := make([]pedigree.NodeID, len(ids))
	for i, id := range ids {
		nodes[i] = pedigree.NodeID(id)
	}
	events, err := s.graph.Events(ctx, workspace, kind, nodes)
	return encodeEvents(events), err
}

// An event's type is the direction and the role in one.
var eventTypes = map[mlmdpb.Event_Type]struct {
	direction pedigree.Direction
	role      pedigree.Role
}{
	mlmdpb.Event_INPUT:           {pedigree.Input, pedigree.RoleUsed},
	mlmdpb.Event_OUTPUT:          {pedigree.Output, pedigree.RoleUsed},
	mlmdpb.Event_DECLARED_INPUT:  {pedigree.Input, pedigree.RoleDeclared},
	mlmdpb.Event_DECLARED_OUTPUT: {pedigree.Output, pedigree.RoleDeclared},
	mlmdpb.Event_INTERNAL_INPUT:  {pedigree.Input, pedigree.RoleInternal},
	mlmdpb.Event_INTERNAL_OUTPUT: {pedigree.Output, pedigree.RoleInternal},
	mlmdpb.Event_PENDING_OUTPUT:  {pedigree.Output, pedigree.RolePending},
}

// typeOfEvent is eventTypes the other way, by direction and role. There is no
// pending input.
var typeOfEvent = func() (types [3][4]mlmdpb.Event_Type) {
	for t, e := range eventTypes {
		types[e.direction][e.role] = t
	}
	return types
}()

// decodeEvent reads an event. An unknown type leaves the direction out.
func decodeEvent(m *mlmdpb.Event) pedigree.Event {
	t := eventTypes[m.GetType()]
	e := pedigree.Event{
		Artifact: pedigree.NodeID(m.GetArtifactId()), Execution: pedigree.NodeID(m.GetExecutionId()),
		Direction: t.direction, Role: t.role, Time: pedigree.NoTime,
	}
	if m != nil && m.MillisecondsSinceEpoch != nil {
		e.Time = decodeTime(*m.MillisecondsSinceEpoch)
	}
	for _, step := range m.GetPath().GetSteps() {
		switch v := step.GetValue().(type) {
		case *mlmdpb.Event_Path_Step_Key:
			e.Path = append(e.Path, pedigree.PathStep{Key: v.Key, IsKey: true})
		case *mlmdpb.Event_Path_Step_Index:
			e.Path = append(e.Path, pedigree.PathStep{Index: v.Index})
		}
	}
	return e
}

// encodeEvents encodes events in few blocks of memory: a lineage has thousands.
func encodeEvents(events []pedigree.Event) []*mlmdpb.Event {
	block := make([]mlmdpb.Event, len(events))
	types := make([]mlmdpb.Event_Type, len(events))
	messages := make([]*mlmdpb.Event, len(events))
	for i := range events {
		e, m := &events[i], &block[i]
		types[i] = typeOfEvent[e.Direction][e.Role]
		m.ArtifactId, m.ExecutionId = (*int64)(&e.Artifact), (*int64)(&e.Execution)
		m.Type, m.MillisecondsSinceEpoch = &types[i], (*int64)(&e.Time)
		if len(e.Path) > 0 {
			m.Path = encodePath(e.Path)
		}
		messages[i] = m
	}
	return messages
}

func encodePath(path []pedigree.PathStep) *mlmdpb.Event_Path {
	steps := make([]*mlmdpb.Event_Path_Step, len(path))
	for i := range path {
		if p := &path[i]; p.IsKey {
			steps[i] = &mlmdpb.Event_Path_Step{Value: &mlmdpb.Event_Path_Step_Key{Key: p.Key}}
		} else {
			steps[i] = &mlmdpb.Event_Path_Step{Value: &mlmdpb.Event_Path_Step_Index{Index: p.Index}}
		}
	}
	return &mlmdpb.Event_Path{Steps: steps}
}
