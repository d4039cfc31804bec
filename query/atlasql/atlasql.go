// Package atlasql reads the query language of Apache Atlas: from, where, select,
// groupby, orderby, limit and offset over entities of the catalog. It knows no
// types: whether a name is an entity type, an alias, an attribute or a reference
// is decided by who runs the query.
//
// Keywords are read in either case. `and` and `or` bind alike and group from the
// left, as they do in Atlas.
package atlasql

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// Limits on what one query may ask for.
const (
	MaxBytes = 16 << 10
	maxDepth = 100    // of nesting
	maxParts = 10_000 // operations, names and constants
)

// A Query is what a text asks for.
type Query struct {
	From    []From  // what is looked at, all of them at once; empty where the text names none
	Where   Expr    // nil keeps everything
	GroupBy []Item  // nil for no groups
	Select  []Item  // nil for whole entities
	Order   *Order  // nil for none
	Page    *Paging // nil where the text says nothing
}

// From is a source: an entity type or a classification.
type From struct {
	Name  Name
	Alias Name // empty for none
}

// An Item is what is selected or grouped by.
type Item struct {
	Expr  Expr
	Alias Name   // empty for none
	Label string // as a table of results is headed: the alias, else the text without spaces
}

// Order is what results are sorted by.
type Order struct {
	By   Expr
	Desc bool
}

// Paging says which of the results are wanted.
type Paging struct{ Limit, Offset int }

// An Expr is a condition or a value: [And], [Or], [Compare], [Is], [Has],
// [HasTerm], [Aggregate], [Arithmetic], [Name], [Number], [Bool] or [List].
type Expr interface{ expr() }

// And holds where both do.
type And struct{ Left, Right Expr }

// Or holds where one does.
type Or struct{ Left, Right Expr }

// Compare relates a value to another.
type Compare struct {
	Op          Op
	Left, Right Expr
}

// Is holds of what is classified: the left side is a source or a reference.
type Is struct {
	Left Expr
	Name Name // of the classification
}

// Has holds of what has the attribute.
type Has struct {
	Left Expr
	Name Name
}

// HasTerm holds of what the term of a glossary is assigned to.
type HasTerm struct {
	Left Expr
	Name Name
}

// Aggregate is computed over all results, or those of a group.
type Aggregate struct {
	Of  Function
	Arg Expr // nil for Count
}

// Arithmetic joins two numbers.
type Arithmetic struct {
	Op          byte // + - * /
	Left, Right Expr
}

// Name is a word: of a type, an alias, an attribute, a path through references;
// in quotes it may also be a text or a moment.
type Name struct {
	Text  string // without the quotes
	Quote byte   // ' or " or `; 0 for none
}

// Number is a constant.
type Number struct{ Text string }

// Bool is a constant.
type Bool bool

// List holds constants: what stands in brackets.
type List []Expr

func (And) expr()        {}
func (Or) expr()         {}
func (Compare) expr()    {}
func (Is) expr()         {}
func (Has) expr()        {}
func (HasTerm) expr()    {}
func (Aggregate) expr()  {}
func (Arithmetic) expr() {}
func (Name) expr()       {}
func (Number) expr()     {}
func (Bool) expr()       {}
func (List) expr()       {}

// Raw gives the name as it was written, quotes and all.
func (n Name) Raw() string {
	if n.Quote == 0 {
		return n.Text
	}
	return string(n.Quote) + n.Text + string(n.Quote)
}

// Op is a comparison.
type Op uint8

// The comparisons. In patterns of Like, * stands for any text and ? for one
// character.
const (
	Eq Op = iota + 1
	Ne
	Lt
	Le
	Gt
	Ge
	Like
	In
	NotIn
)

// Function is an aggregate.
type Function uint8

// The aggregates.
const (
	Count Function = iota + 1
	Min
	Max
	Sum
)

// Parse reads a query. The error is Invalid; its message says what is wrong and
// where, for a reader that knows the text.
func Parse(text string) (*Query, error) {
	if len(text) > MaxBytes {
		return nil, pedigree.Errorf(pedigree.Invalid, "it is longer than %d bytes", MaxBytes)
	}
	tokens, err := scan(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	q := p.query()
	if p.err != nil {
		return nil, p.err
	}
	return q, nil
}

// Path splits a name at its dots.
func (n Name) Path() []string { return strings.Split(n.Text, ".") }
