package pedigree

// LocationID is the number of a location inside one store: a URI in its one
// spelling, see package identity.
type LocationID int64

// A Location is where an artifact is: a URI in its one spelling, and which
// state of what is there it is, such as a digest; empty when nobody says.
type Location struct {
	URI     string
	Version string
}

// A Place says that an artifact is, or was, at a location.
type Place struct {
	Node     NodeID
	Location LocationID
	Version  string // see [Location]
	Created  Time   // of the node
	Deleted  Time   // of the node; NoTime while it lives
}

// RelationKind says how two nodes are tied. The numbers are stored and never
// change.
type RelationKind uint8

// The kinds of relation.
const (
	Derived  RelationKind = 1 // the target is made of the source, no execution is known: a model's version of a logged model
	Same     RelationKind = 2 // somebody says that two artifacts are one
	Distinct RelationKind = 3 // somebody says that they are not, though they look it
)

// A Relation ties two nodes that no event ties. Of [Same] and [Distinct] there
// is one per pair, whichever comes first.
type Relation struct {
	ID     int64 // assigned by the store
	Kind   RelationKind
	Source NodeID
	Target NodeID
	Time   Time   // set by the store's clock
	Actor  string // who said so; empty for the server itself or the one local user
	Reason string
}

// A ColumnLink says that a column of one artifact was made from a column of
// another.
type ColumnLink struct {
	Target, Source             NodeID
	TargetColumn, SourceColumn string
	Execution                  NodeID // that said so; 0 for none
	Detail                     string // JSON, as the producer says it; empty for nothing
	Time                       Time
}
