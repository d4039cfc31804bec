package pedigree

// RelationshipID is the number of a relationship inside one store.
type RelationshipID int64

// Passage says which way along a relationship classifications pass from the
// entity at one end to that at the other. The numbers are stored and never change.
type Passage uint8

// The passages: a set of two bits.
const (
	PassNone    Passage = 0
	PassForward Passage = 1 // from End1 to End2
	PassBack    Passage = 2 // from End2 to End1
	PassBoth    Passage = PassForward | PassBack
)

// A Relationship ties two nodes as a definition of the catalog says it. What an
// execution read or wrote is no relationship but an [Event], whatever the wire.
type Relationship struct {
	ID        RelationshipID // assigned by the store
	Workspace NodeID
	UID       string // public identity, unique, never changed
	Type      string // name of the definition; of a bare reference that no definition of a relationship tells of, "<type>.<attribute>"
	End1      NodeID
	End2      NodeID
	Key       string // of a bare reference in a map: its key
	Place     int64  // of a bare reference in a list: its place, from 0

	Attributes string   // JSON object; empty for none
	Passes     Passage  // which way classifications pass
	Blocked    []string // classifications that do not pass all the same; see [Classification.BlockedBy]

	Version   int64 // counts its changes from 0
	CreatedBy string
	UpdatedBy string
	Created   Time // set by the store's clock
	Updated   Time
	Deleted   Time // when it was put in the bin; NoTime while it lives
}

// An EventPassage says how classifications pass along an event: forward is the way
// of what is made, from an input to its execution and from there to an output.
// Without one an event lets all of them pass that way.
type EventPassage struct {
	Event   int64
	Passes  Passage
	Blocked []string // classifications that do not pass all the same; see [Classification.BlockedBy]
}
