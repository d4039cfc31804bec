// Package query is the one filter language under all wires: a typed syntax
// tree that each wire's own grammar parses to and every engine compiles from.
//
// The tree holds values, never text to be spliced: an engine binds each of
// them. Names are matched byte for byte.
package query

import (
	"strconv"

	"github.com/pedigree-ml/pedigree"
)

// A Query asks for the nodes of one type, a page at a time.
type Query struct {
	Workspace pedigree.NodeID
	Type      pedigree.Type
	Homes     []pedigree.NodeID // the contexts searched; empty finds nothing
	View      View
	Where     Expr // nil keeps everything
	Order     []Order
	Limit     int             // nodes per page; at least 1
	Until     pedigree.NodeID // only nodes that were there when this one was the newest; 0 for all. It may change from page to page
	After     Cursor          // where the last page ended; nil starts at the beginning
	Skip      int             // nodes to pass over from there; needs one home, and one view of its bin
}

// View says whether nodes in the bin are seen.
type View uint8

// The views.
const (
	Live View = iota // only what is not in the bin
	Bin              // only what is
	All              // both
)

// An Order is one term of a sort. Nodes without the field come last in either
// direction; for metrics NaN comes after all numbers and before those.
// Whatever the terms, the UID breaks remaining ties, ascending.
type Order struct {
	Field Field
	Desc  bool
}

// An Expr is a condition on a node: [And], [Or], [Not] or [Compare].
type Expr interface{ expr() }

// And holds when all of its terms do; an empty one always does.
type And []Expr

// Or holds when one of its terms does; an empty one never does.
type Or []Expr

// Not holds when its term does not. Conditions have two values: a comparison
// with something absent is false, so its negation is true.
type Not struct{ Term Expr }

// Compare holds when the node has the field and its value stands in the
// relation. IsNull and NotNull look at presence alone and take no value.
type Compare struct {
	Field Field
	Op    Op
	Value Value
}

func (And) expr()     {}
func (Or) expr()      {}
func (Not) expr()     {}
func (Compare) expr() {}

// Op is a relation between a field and a value.
type Op uint8

// The relations. Like and ILike take % for any text and _ for one character
// and know no escape; Like minds the case, ILike does not (ASCII letters).
const (
	Eq Op = iota + 1
	Ne
	Lt
	Le
	Gt
	Ge
	Like
	ILike
	In
	NotIn
	IsNull
	NotNull
)

// A Value is what a field is compared with. Fields that hold text use Text, or
// Texts with In and NotIn; those that hold numbers or times use Number.
type Value struct {
	Text   string
	Texts  []string
	Number float64
}

// A Field names something that a node can be filtered and sorted by. It is one
// of [Attr], [Property], [DatasetAttr], [Score] and [Class].
type Field interface{ field() }

// Attr is a column of the node itself.
type Attr uint8

// The attributes. Times are numbers in milliseconds; the rest is text.
const (
	UID Attr = iota + 1
	Name
	State
	Owner
	URI
	Created
	Updated
	Started
	Ended
	Arrival // the order in which nodes were made
	Number  // the version, of nodes whose version is a whole number
)

// Numeric reports whether the attribute is compared as a number.
func (a Attr) Numeric() bool { return a >= Created }

// Property is a keyed fact in one of the node's spaces. Those in
// [pedigree.Metric] are numbers (the latest point); the rest is text.
type Property struct {
	Space pedigree.Space
	Key   string
}

// DatasetAttr is a trait of a data set that the node, an execution, read. A
// condition holds when it does for at least one input. It cannot be sorted by.
type DatasetAttr uint8

// The traits of an input data set.
const (
	DatasetName    DatasetAttr = iota + 1
	DatasetDigest              // its version
	DatasetContext             // the tag mlflow.data.context of the event
)

// Score is a metric among the node's evaluations: a condition holds when it
// does for at least one of them; a sort takes the latest by time, then step.
// Where On is not empty, only evaluations on one of those data sets count.
type Score struct {
	Key string // empty stands for any key; then only NotNull makes sense
	On  []Dataset
}

// A Dataset picks evaluations by data set. An empty digest stands for any.
type Dataset struct{ Name, Digest string }

// Class is what is shown of the classifications of a name that a node has: the
// attributes of its own one, a JSON object, else, of the last that is carried to it,
// [CarriedFrom] and the type and the name of the node it comes from. It cannot be
// sorted by.
type Class struct {
	Name string
	Fix  *Carry // where all of the name are carried to, each node once; nil where what is written down is all
}

// GoString leaves out what may change from one page of a search to the next.
func (c Class) GoString() string { return "query.Class " + strconv.Quote(c.Name) }

// CarriedFrom begins what is shown of a classification that is carried to a node.
const CarriedFrom = "from "

func (Attr) field()        {}
func (Property) field()    {}
func (DatasetAttr) field() {}
func (Score) field()       {}
func (Class) field()       {}
