package query

// A Scalar is an expression over one node and what it is tied to. Its value may
// be null, and logic has three values, as in SQL. It is one of [Literal],
// [Column], [Call], [Case] and [Any].
//
// A source that an expression names must be there: a node without the property
// or neighbour matches nothing, not even a negation. Each distinct source is
// one neighbour: two conditions on it speak of the same one. Where a node has
// several, the expression is tried with each, and one for which it is true is
// enough.
type Scalar interface{ scalar() }

// Literal is a constant: nil for null, int64, float64, string or bool.
type Literal struct{ Value any }

// Column is a trait of the node, or of a source that it is tied to.
type Column struct {
	Of   Source
	Part Part
}

// Source names what stands beside the node. The zero value is the node itself.
type Source struct {
	Relation Relation
	Label    string // tells sources of one relation apart; for properties it is the key
	Fix      *Carry // of Classes: see [Class]
}

// Relation says how a source is tied to the node.
type Relation uint8

// The relations. A home counts as a context of its nodes, the workspace does
// not; what is in the bin is not there.
const (
	Self       Relation = iota
	Fields              // the property with that key in the space Field
	Customs             // the property with that key in the space Custom, or the one whose qualified key it is
	Classes             // what is shown of the classifications of that name, as a property that is text; see [Class]
	Contexts            // contexts that the node belongs to
	Artifacts           // artifacts that belong to the context
	Executions          // executions that do
	Children            // contexts that do
	Events              // events of the artifact or execution
)

// Part says which trait of a node, property or event.
type Part uint8

// The traits of nodes, then those of properties, then those of events.
const (
	ID          Part = iota + 1 // a number
	TypeID                      // a number
	TypeName                    // text
	Label                       // text: the name; null where it is empty
	Outer                       // text: what other systems know the node by, or null; nodes of a wire of their own show their UID
	Location                    // text: the URI
	Stage                       // text: the state as it is stored, or null
	MadeAt                      // a number: when the node was made, in milliseconds
	ChangedAt                   // a number: when it last changed
	KindNumber                  // a number: the [pedigree.Kind]
	PublicID                    // text: the UID
	OwnerName                   // text, or null
	VersionName                 // text, or null

	IntValue    // null where the value has another form, as the next three
	DoubleValue // a metric's latest point too; null for NaN
	TextValue
	BoolValue // 0 or 1

	EventPlace     // a number: twice the role, plus the direction
	HappenedAt     // a number, in milliseconds
	EventArtifact  // a number: the identity of the artifact
	EventExecution // a number: the identity of the execution
)

// Call is an operation on other expressions. It is null where one of them is,
// unless the operation says otherwise.
type Call struct {
	Op   Operation
	Args []Scalar
}

// Operation is what a call does.
type Operation uint8

// The operations. Text is compared by its bytes; false stands below true.
const (
	AllOf  Operation = iota + 1 // conjunction, of at least one: false where one is, else null where one is
	AnyOf                       // disjunction, likewise
	Negate                      // logical negation

	Equals
	Differs
	Below
	AtMost
	Above
	AtLeast
	Between  // the first lies between the others, both included
	OneOf    // the first equals one of the others; null where none does and one is null
	Matches  // the pattern, which knows % and _ and no escape, whatever the case of ASCII letters
	IsAbsent // null; never null itself, as the next two
	IsTrue
	IsFalse

	Add
	Subtract
	Multiply
	Divide // null where the divisor is 0
	Minus
	BitAnd
	BitOr
	BitNot
	ShiftLeft
	ShiftRight

	FirstPresent // the first that is not null
	NullWhen     // null where both are equal, else the first
	Upper        // ASCII letters, as the next
	Lower
	Length // in characters
	Substring
	Absolute
	Round
	Sign
	Replace
	Trim
	TrimLeft
	TrimRight
	CodePoint // of the first character
	Format    // by a pattern of printf
	JSONValue // of the first, by a path; null where that is no JSON

	ToInteger // cuts fractions off; of text, what it starts with; 0 without a number
	ToReal
	ToNumber // leaves text alone that is no number
)

// Case is the first branch whose condition is true, or, with an operand, whose
// condition equals it; else Else, and null where that is nil.
type Case struct {
	Of   Scalar // nil for conditions
	When []Branch
	Else Scalar
}

// Any is true where there is a choice of the source for which the condition is,
// and else false, never null. In the condition columns are of the node or of
// this source, which is one of its own wherever it is named again.
type Any struct {
	Of    Source
	Where Scalar // a [Literal] true asks whether the source is there
}

// Branch is one way through a [Case].
type Branch struct{ If, Then Scalar }

func (Literal) scalar() {}
func (Column) scalar()  {}
func (Call) scalar()    {}
func (Case) scalar()    {}
func (Any) scalar()     {}

// Walk calls fn for an expression and all that it is made of, but for the
// conditions of [Any], whose sources are their own.
func Walk(s Scalar, fn func(Scalar)) {
	if s == nil {
		return
	}
	fn(s)
	switch s := s.(type) {
	case Call:
		for _, a := range s.Args {
			Walk(a, fn)
		}
	case Case:
		Walk(s.Of, fn)
		for _, b := range s.When {
			Walk(b.If, fn)
			Walk(b.Then, fn)
		}
		Walk(s.Else, fn)
	}
}
