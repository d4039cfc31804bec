package pedigree

// Direction says on which side of an execution an artifact stands. The numbers
// are stored and never change.
type Direction uint8

// The two directions.
const (
	Input  Direction = 1 // the execution read the artifact
	Output Direction = 2 // the execution wrote the artifact
)

// An Event joins an artifact to the execution that read or wrote it. One
// execution and artifact meet at most once per direction.
type Event struct {
	ID        int64 // assigned by the store; orders events by arrival
	Execution NodeID
	Artifact  NodeID
	Direction Direction
	Time      Time
	Step      int64 // of the execution at that moment; 0 when unknown
	Tags      []EventTag
}

// An EventTag says more about an event, such as the role a data set played.
type EventTag struct{ Key, Value string }
