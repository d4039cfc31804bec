package store

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// A TableReader reads what tables of nodes show: some columns of a page, and of
// the nodes of a type at one home how many there are, their keys, values and
// groups. It is part of [Reader]. None of its answers takes longer because of
// what is at home elsewhere. Properties here are in spaces that hold text or
// metrics alone: neither Field nor Custom.
type TableReader interface {
	// Newest gives the last number that a node was given, 0 where none was. A node
	// that is made later has a larger one.
	Newest() (pedigree.NodeID, error)

	// Cells gives some properties of nodes: at [i][j] what nodes[i] has of
	// fields[j].
	Cells(nodes []pedigree.NodeID, fields []query.Property) ([][]Cell, error)

	// Count counts what a query finds, whatever its order and page, up to most.
	Count(q *query.Query, most int64) (int64, error)

	// KeysAt lists the keys that nodes at home use in a space, in no order. Of
	// metrics it leaves out those whose every latest value is NaN.
	KeysAt(home pedigree.NodeID, space pedigree.Space) ([]string, error)

	// TextsAt lists the distinct texts of a property of nodes at home that begin
	// with a prefix, by their bytes, at most limit. Of a long text it gives what
	// it begins with, and says so.
	TextsAt(home pedigree.NodeID, p query.Property, prefix string, limit int) ([]Beginning, error)

	// Uses counts the nodes of a type at home and not in the bin that fulfil
	// each of some conditions, up to most. A condition asks that a property is
	// there (NotNull) or has a text (Eq).
	Uses(home pedigree.NodeID, t pedigree.Type, conditions []query.Compare, most int64) ([]int64, error)

	// Groups gathers what a query finds in one home, whatever its order and page,
	// by the values of some fields, each an attribute of text or a property that
	// is no metric, and sums up the latest values of metrics in each group.
	// The largest groups come first, at most limit. It reports whether there are
	// more.
	Groups(q *query.Query, by []query.Field, metrics []string, limit int) (groups []Group, more bool, err error)
}

// A Cell is what a node has of a property.
type Cell struct {
	Set    bool // it has it
	Text   string
	Number float64 // of a metric
}

// A Beginning is a text, or what a long one begins with.
type Beginning struct {
	Text string
	Cut  bool // there may be more of it
}

// A Group is the nodes that have the same values.
type Group struct {
	Values  []Cell // as the fields were given; not set where the nodes have none
	Nodes   int64
	Metrics []Summary // as the metrics were given
}

// A Summary sums up the numbers of a group. Where N is 0 the rest means nothing.
type Summary struct {
	N         int64 // nodes with a number; neither those without the metric nor NaN
	Mean      float64
	Deviation float64 // of the sample; 0 of a single one
	Min, Max  float64
}
