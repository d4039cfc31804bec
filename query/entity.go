package query

import "github.com/pedigree-ml/pedigree"

// Entities asks for nodes as a catalog sees them: of all three kinds, by what they
// are, what is said of them and what they are tied to, in the bin or not.
type Entities struct {
	Workspace pedigree.NodeID
	Types     []pedigree.Type // only nodes of these, of any version; empty finds nothing
	Live      bool            // only what is not in the bin
	Where     Fact            // nil keeps all

	// By is what results are sorted by; nil sorts them by type, then arrival. What
	// has no such trait comes last in either direction, whatever that stands for, and ties go by arrival, in
	// the same direction.
	By   Trait
	Desc bool

	Limit  int // results; at least 1
	Offset int // results to pass over
}

// A Table asks for a computed table: one row for each group of entities, in order of
// what they are grouped by. Without groups there is one row, also where nothing is
// found. By and Desc of the entities say nothing.
type Table struct {
	Entities
	Group []Trait // what entities are grouped by; what has no such trait is a group, too
	Cells []Cell  // what is computed of each group
}

// A Cell is computed of a group of entities.
type Cell struct {
	Of    Aggregate
	Trait Trait // nil for Count
}

// Aggregate says how.
type Aggregate uint8

// The aggregates. Those of nothing are null, but for the count.
const (
	Count Aggregate = iota + 1
	Least
	Greatest
	Sum
)

// A Fact is a condition on an entity, which holds or does not: [Every], [Some],
// [Except], [Holds], [Keyed], [OfType], [Classified], [Tied], [Traded], [Binned],
// [Among] or [Worded].
type Fact interface{ fact() }

// Every holds where all of its parts do; an empty one always does.
type Every []Fact

// Some holds where one of its parts does; an empty one never does.
type Some []Fact

// Except holds where its part does not.
type Except struct{ Part Fact }

// Holds compares a trait with values. What does not have the trait fulfils no
// comparison, unless [FieldTrait.Unset] says what it stands for.
type Holds struct {
	Trait  Trait
	Is     Comparison
	Values []any // string, int64, float64 or bool; several for Equal alone, where one of them is enough
}

// Comparison relates a trait to a value. Text is compared by its bytes.
type Comparison uint8

// The comparisons.
const (
	Present    Comparison = iota + 1 // the trait is there; takes no value
	NotEmpty                         // and it is no empty text or list; takes no value
	Equal                            // to one of the values
	Less                             // than the value, as the next three
	LessEqual                        //
	More                             //
	MoreEqual                        //
	Globbed                          // the whole text matches a pattern, which knows *, ? and [a-z]
	Starting                         // with the value
	Ending                           // with the value
	Containing                       // the value
)

// Classified holds of what is of a class, of its own or carried to it.
type Classified struct {
	Names   []string                    // of one of these classes; nil for any
	Only    []pedigree.ClassificationID // by one of these; nil for any
	Where   Fact                        // what must hold of the classification itself, in traits that are [Attribute]; nil for anything
	OwnOnly bool                        // what is carried to it does not count
	Carried bool                        // only what is carried to it counts
	Fix     *Carry                      // corrects what is written down of what is carried; nil where that is all
}

// Carry says where classifications are carried to, of which what is written down is
// not all.
type Carry struct {
	Not []pedigree.ClassificationID                     // forget what is written down of these
	To  map[pedigree.ClassificationID][]pedigree.NodeID // and take this instead, or beside it
}

// Tied holds of what stands at one end of a relationship, of one of the types, with
// something at its other end.
type Tied struct {
	Types []string // names of relationships
	End   int      // at which the entity stands: 1 or 2; 0 for either
	Where Fact     // what must hold of what is at the other end; nil for anything
}

// Traded holds of executions that read or wrote something, and of artifacts that
// something read or wrote.
type Traded struct {
	Direction pedigree.Direction
	Where     Fact // what must hold of that; nil for anything
}

// Keyed holds of what has a property in a space, whatever its value, whose key stands
// in a relation to a value.
type Keyed struct {
	Space  pedigree.Space
	Is     Comparison
	Values []any // as in [Holds]
}

// OfType holds of nodes of some types.
type OfType struct{ Types []pedigree.Type }

// Binned holds of what is in the bin.
type Binned struct{}

// Among holds of some nodes.
type Among struct{ Nodes []pedigree.NodeID }

// Worded holds of what is found by all of some words, or by one of several texts.
// See store.TextTx.
type Worded struct {
	Text  string            // the last word may be a beginning, unless a space follows
	Any   []string          // texts of which all words of one suffice, in place of Text
	Fresh []pedigree.NodeID // nodes that are known to be found, too
	Stale []pedigree.NodeID // nodes that are known not to be found, whatever their words were
}

func (Every) fact()      {}
func (Some) fact()       {}
func (Except) fact()     {}
func (Holds) fact()      {}
func (Classified) fact() {}
func (Tied) fact()       {}
func (Traded) fact()     {}
func (Keyed) fact()      {}
func (OfType) fact()     {}
func (Binned) fact()     {}
func (Among) fact()      {}
func (Worded) fact()     {}

// A Trait is something that an entity has: [FieldTrait], [Attr], [TypeTrait],
// [VersionTrait], [StatusTrait], [Spelled], [Calc], [Constant] or, of a classification, [Attribute]
// or [Author].
type Trait interface{ trait() }

// A FieldTrait is a property.
type FieldTrait struct {
	Space   pedigree.Space // [pedigree.Field] where it is not said
	Key     string
	Form    pedigree.Form // Text, Int, Double or Bool
	List    bool          // a text that holds a JSON list or object: a comparison holds where it does for one member
	Decimal bool          // a text that holds a number
	Unset   any           // what the value is where there is none; nil for nothing
}

// TypeTrait is the name of the type of an entity.
type TypeTrait struct{}

// An Attribute is a member of the JSON object that a classification has.
type Attribute struct {
	Key   string
	Form  pedigree.Form
	List  bool
	Unset any
}

// An Author is somebody who had to do with a classification or relationship.
type Author uint8

// The authors.
const (
	Maker   Author = iota + 1
	Changer        // the last
)

// VersionTrait is what distinguishes states of one thing, empty where nothing does.
type VersionTrait struct{}

// StatusTrait is ACTIVE, or DELETED for what is in the bin.
type StatusTrait struct{}

// Calc is a number computed of others. There is none where one of them is not there,
// or where a divisor is 0.
type Calc struct {
	Op          byte // + - * /
	Left, Right Trait
}

// Calculate applies an operator of [Calc]; ok is false where there is no result.
func Calculate(op byte, a, b float64) (result float64, ok bool) {
	switch op {
	case '+':
		return a + b, true
	case '-':
		return a - b, true
	case '*':
		return a * b, true
	}
	return a / b, b != 0
}

// Constant is a number as a trait that everything has.
type Constant struct{ Number float64 }

func (VersionTrait) trait() {}
func (StatusTrait) trait()  {}
func (Calc) trait()         {}
func (Constant) trait()     {}
func (FieldTrait) trait()   {}
func (TypeTrait) trait()    {}
func (Attribute) trait()    {}
func (Attr) trait()         {}
func (Author) trait()       {}

// Relations asks for relationships, in the bin or not, by type and arrival.
type Relations struct {
	Workspace pedigree.NodeID
	Types     []string             // names of relationships
	Events    []pedigree.Direction // also what executions read or wrote, after those; only where Where is nil
	Where     Fact                 // what must hold of the relationship itself, in traits that are [Attribute], [Created] or [Updated]; nil for anything
	By        Attribute            // what they are sorted by first, those without it last; no key for nothing
	Desc      bool
	Limit     int
	Offset    int
}
