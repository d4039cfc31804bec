package kfmd

import "github.com/go-json-experiment/json/jsontext"

// The messages of the protocol, in both directions. Their members are known by
// their names as the protocol writes them and in camel case; what is unknown is
// ignored, and null is the same as nothing.

// A typeMessage is a type of artifacts or executions.
type typeMessage struct {
	ID         *number                  `json:"id,omitzero,case:ignore"`
	Name       string                   `json:"name,omitzero,case:ignore"`
	Properties map[string]*propertyType `json:"properties,omitempty,case:ignore"`
	InputType  jsontext.Value           `json:"input_type,omitzero,case:ignore"`  // of executions
	OutputType jsontext.Value           `json:"output_type,omitzero,case:ignore"` // likewise
}

// A nodeMessage is an artifact or an execution.
type nodeMessage struct {
	ID               *number           `json:"id,omitzero,case:ignore"`
	TypeID           *number           `json:"type_id,omitzero,case:ignore"`          // given by the path on the way in
	URI              *string           `json:"uri,omitzero,case:ignore"`              // of artifacts
	LastKnownState   *executionState   `json:"last_known_state,omitzero,case:ignore"` // of executions
	Properties       map[string]*value `json:"properties,omitempty,case:ignore"`
	CustomProperties map[string]*value `json:"custom_properties,omitempty,case:ignore"`
}

// A value has one member at most.
type value struct {
	Int    *number `json:"int_value,omitzero,case:ignore"`
	Double *double `json:"double_value,omitzero,case:ignore"`
	String *string `json:"string_value,omitzero,case:ignore"`
}

// An eventMessage joins an artifact and an execution.
type eventMessage struct {
	ArtifactID   *number    `json:"artifact_id,omitzero,case:ignore"`
	ExecutionID  *number    `json:"execution_id,omitzero,case:ignore"`
	Path         *path      `json:"path,omitzero,case:ignore"`
	Type         *eventType `json:"type,omitzero,case:ignore"`
	Milliseconds *number    `json:"milliseconds_since_epoch,omitzero,case:ignore"`
}

type path struct {
	Steps []*pathStep `json:"steps,omitempty,case:ignore"`
}

// A pathStep has one member.
type pathStep struct {
	Index *number `json:"index,omitzero,case:ignore"`
	Key   *string `json:"key,omitzero,case:ignore"`
}

// An eventsMessage is a list of events with the nodes at their ends, by
// identity.
type eventsMessage struct {
	Events     []*eventMessage         `json:"events,omitempty"`
	Artifacts  map[number]*nodeMessage `json:"artifacts,omitempty"`
	Executions map[number]*nodeMessage `json:"executions,omitempty"`
}
