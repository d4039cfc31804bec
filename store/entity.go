package store

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// An EntityReader answers what is asked of a catalog. It is part of [Reader].
type EntityReader interface {
	// Entities gives the nodes of a page of a query. What is at the other end of a
	// relationship counts as long as neither it nor the entity has let go of it: what
	// was in force when one of them was put in the bin is in force still.
	Entities(q *query.Entities) ([]pedigree.Node, error)

	// CountEntities counts the nodes of a query exactly, whatever its order and page.
	CountEntities(q *query.Entities) (int64, error)

	// Tabulate computes a table: for each row the values of what it is grouped by,
	// then those of the cells. They are nil, int64, float64, bool or string.
	Tabulate(q *query.Table) ([][]any, error)

	// FindRelationships gives a page of relationships and how many there are in all. Events
	// are given as relationships without type and UID: their ID is that of the event,
	// End1 the execution, End2 the artifact and Place the direction.
	FindRelationships(q *query.Relations) (page []pedigree.Relationship, total int64, err error)

	// TypesUsed counts nodes by type, exactly, in the bin or not.
	TypesUsed(workspace pedigree.NodeID) ([]TypeUse, error)
}

// A TypeUse says how many nodes are of a type.
type TypeUse struct {
	Type   pedigree.Type
	Live   int64
	Binned int64
}
