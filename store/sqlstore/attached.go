package sqlstore

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// ties are where rows stand that go with a node, by what they are. Each column
// has an index, or begins the primary key.
var ties = []struct {
	columns []string // table.column
	count   func(*store.Attached) *int64
}{
	{[]string{"property.node"}, func(a *store.Attached) *int64 { return &a.Properties }},
	{[]string{"event.execution", "event.artifact"}, func(a *store.Attached) *int64 { return &a.Events }},
	{[]string{"membership.context", "membership.node"}, func(a *store.Attached) *int64 { return &a.Memberships }},
	{[]string{"relation.source", "relation.target"}, func(a *store.Attached) *int64 { return &a.Relations }},
	{[]string{"file.artifact"}, func(a *store.Attached) *int64 { return &a.Files }},
	{[]string{"place.node"}, func(a *store.Attached) *int64 { return &a.Locations }},
	{[]string{"comment.node"}, func(a *store.Attached) *int64 { return &a.Comments }},
}

var attached = define("what hangs on a node", "event_artifact", countTies())

// countTies counts the rows of all ties in one statement, which takes the node
// once for each column.
func countTies() string {
	var sums []string
	for _, tie := range ties {
		var counts []string
		for _, at := range tie.columns {
			table, column, _ := strings.Cut(at, ".")
			counts = append(counts, "(SELECT count(*) FROM "+table+" WHERE "+column+" = ?)")
		}
		sums = append(sums, strings.Join(counts, " + "))
	}
	return "SELECT " + strings.Join(sums, ", ")
}

func (t *tx) Attached(node pedigree.NodeID) (a store.Attached, err error) {
	var args []any
	for _, tie := range ties {
		for range tie.columns {
			args = append(args, node)
		}
	}
	r, err := t.query(attached, args...)
	if err != nil {
		return a, err
	}
	if r.next() {
		for i, tie := range ties {
			*tie.count(&a) = r.int(i)
		}
	}
	return a, r.close()
}
