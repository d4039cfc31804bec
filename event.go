package pedigree

// Direction says on which side of an execution an artifact stands. The numbers
// are stored and never change.
type Direction uint8

// The two directions.
const (
	Input  Direction = 1 // the execution read the artifact
	Output Direction = 2 // the execution wrote the artifact
)

// Role says how an artifact came to stand there. The numbers are stored and
// never change.
type Role uint8

// The roles.
const (
	RoleUsed     Role = 0 // it was read or written
	RoleDeclared Role = 1 // it is part of the execution's signature
	RoleInternal Role = 2 // the machinery around the execution read or wrote it
	RolePending  Role = 3 // it is to be written
)

// An Event joins an artifact to the execution that read or wrote it. One
// execution and artifact meet at most once per direction and role.
type Event struct {
	ID        int64 // assigned by the store; orders events by arrival
	Execution NodeID
	Artifact  NodeID
	Direction Direction
	Role      Role
	Time      Time
	Step      int64 // of the execution at that moment; 0 when unknown
	Path      []PathStep
	Tags      []EventTag
}

// A PathStep is one step from the whole of an execution's inputs or outputs to
// the place of one artifact in them: a key, or an index in a list.
type PathStep struct {
	Key   string
	Index int64
	IsKey bool // Key counts, or Index
}

// An EventTag says more about an event, such as the role a data set played.
type EventTag struct{ Key, Value string }
