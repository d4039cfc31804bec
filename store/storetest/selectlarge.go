package storetest

import (
	"fmt"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// largeConditions asks of one node with many properties, by long conditions of
// several shapes.
func largeConditions(e *env) {
	const count = 1500
	n := e.node(pedigree.DatasetType, pedigree.DefaultWorkspace)
	key := func(i int) string { return fmt.Sprint("k", i) }
	e.update(func(tx store.Tx) error {
		var all []pedigree.Property
		for i := range 100 {
			all = append(all, pedigree.Property{Space: pedigree.Custom, Key: key(i), Form: pedigree.Int, Int: int64(i)})
		}
		return tx.PutProperties(n, all...)
	})
	property := func(i, value int) query.Scalar {
		column := query.Column{Of: query.Source{Relation: query.Customs, Label: key(i)}, Part: query.IntValue}
		return query.Call{Op: query.Equals, Args: []query.Scalar{column, query.Literal{Value: int64(value)}}}
	}
	same := func(i int) query.Scalar {
		return query.Call{Op: query.AtLeast, Args: []query.Scalar{query.Column{Part: query.ID}, query.Literal{Value: int64(-i)}}}
	}
	several := func(op query.Operation, count int, part func(int) query.Scalar) query.Scalar {
		c := query.Call{Op: op}
		for i := range count {
			c.Args = append(c.Args, part(i))
		}
		return c
	}
	for name, c := range map[string]struct {
		where query.Scalar
		found int
	}{
		"all of a hundred properties":                  {several(query.AllOf, 100, func(i int) query.Scalar { return property(i, i) }), 1},
		"all of a hundred properties but one":          {several(query.AllOf, 100, func(i int) query.Scalar { return property(i, min(i, 98)) }), 0},
		"the last of a hundred properties":             {several(query.AnyOf, 100, func(i int) query.Scalar { return property(i, 99) }), 1},
		"one of a hundred properties, one of them not": {several(query.AnyOf, 101, func(i int) query.Scalar { return property(i, i) }), 0},
		"thousands of conditions on the node":          {several(query.AllOf, count, same), 1},
		"one of thousands":                             {several(query.AnyOf, count, func(i int) query.Scalar { return property(i%100, i-count+100) }), 1},
	} {
		e.view(func(r store.Reader) error {
			nodes, _, err := r.Select(&query.Selection{Workspace: pedigree.DefaultWorkspace, Kind: pedigree.Artifact, Where: c.where, By: query.Arrival, Limit: 5})
			if len(nodes) != c.found {
				e.Errorf("%s: %d found, want %d", name, len(nodes), c.found)
			}
			return err
		})
	}
	sum := func(i int) query.Scalar {
		return query.Column{Of: query.Source{Relation: query.Customs, Label: key(i)}, Part: query.IntValue}
	}
	for value, found := range map[int64]int{4950: 1, 4951: 0} { // the sum of all, which is one condition on all of them
		where := query.Call{Op: query.Equals, Args: []query.Scalar{several(query.Add, 100, sum), query.Literal{Value: value}}}
		e.view(func(r store.Reader) error {
			nodes, _, err := r.Select(&query.Selection{Workspace: pedigree.DefaultWorkspace, Kind: pedigree.Artifact, Where: where, By: query.Arrival, Limit: 5})
			if len(nodes) != found {
				e.Errorf("the sum %d: %d found, want %d", value, len(nodes), found)
			}
			return err
		})
	}
}
