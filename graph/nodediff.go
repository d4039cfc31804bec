package graph

import (
	"cmp"
	"math"

	"github.com/pedigree-ml/pedigree"
)

// byKey orders properties as a [Node] holds them.
func byKey(a, b pedigree.Property) int {
	return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Key, b.Key))
}

// same reports whether two properties have the same value; NaN is one.
func same(a, b *pedigree.Property) bool {
	number := a.Number == b.Number || math.IsNaN(a.Number) && math.IsNaN(b.Number)
	return a.Form == b.Form && a.Value == b.Value && a.Int == b.Int && number
}

// A nodeDiff is what makes one state of a node another.
type nodeDiff struct {
	columns bool // name, URI, state or external identity
	removed []pedigree.Property
	put     []pedigree.Property
}

func (d *nodeDiff) nothing() bool { return !d.columns && len(d.removed) == 0 && len(d.put) == 0 }

func compare(before, after *Node) nodeDiff {
	a, b := &before.Node, &after.Node
	d := nodeDiff{columns: a.Name != b.Name || a.URI != b.URI || a.State != b.State || a.External != b.External}
	old, now := before.Properties, after.Properties
	for len(old) > 0 || len(now) > 0 {
		switch {
		case len(now) == 0 || len(old) > 0 && byKey(old[0], now[0]) < 0:
			d.removed = append(d.removed, old[0])
			old = old[1:]
		case len(old) == 0 || byKey(old[0], now[0]) > 0:
			d.put = append(d.put, now[0])
			now = now[1:]
		default:
			if !same(&old[0], &now[0]) {
				d.put = append(d.put, now[0])
			}
			old, now = old[1:], now[1:]
		}
	}
	return d
}
