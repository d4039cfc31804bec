package lineage

import (
	"cmp"
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A DiffQuery asks how the pedigrees of two things differ.
type DiffQuery struct {
	Workspace   pedigree.NodeID
	Left, Right []pedigree.NodeID // each one thing, such as two versions of a model
	Depth       int               // as [Query.Depth]
	Nodes       int               // of each at most; 0 stands for 20,000
}

// A Diff is the difference of two pedigrees. Two nodes correspond if they are
// one vertex, or else if they play the same part: what was asked about, then what
// is at the same location, has the same name, or is of the same type and home,
// in this order, nearest first.
type Diff struct {
	Common    int       // nodes that both have
	Removed   []Node    // only on the left, nothing on the right corresponds
	Added     []Node    // only on the right
	Changed   []Changed // correspond and differ
	Joined    []Join    // of either side
	Truncated bool
}

// A Changed is two nodes that correspond.
type Changed struct {
	Left, Right Node
	Fields      []FieldChange // empty where they say the same, but are not the same
}

// A FieldChange is a fact that differs.
type FieldChange struct {
	Space       pedigree.Space // 0 for what stands in the node itself: name, version, uri, state
	Key         string
	Left, Right *pedigree.Property // nil where the side says nothing of it
}

// Diff compares the ancestors of two things, without what came out: metrics.
func (s *Service) Diff(ctx context.Context, q *DiffQuery) (*Diff, error) {
	var sides [2]*Graph
	for i, start := range [][]pedigree.NodeID{q.Left, q.Right} {
		walk := NewQuery(q.Workspace, start...)
		walk.Direction, walk.Depth, walk.Nodes = Upstream, q.Depth, q.Nodes
		if walk.Nodes == 0 {
			walk.Nodes = maxProvenance
		}
		var err error
		if sides[i], err = s.Graph(ctx, walk); err != nil {
			return nil, err
		}
	}
	left, right := sides[0], sides[1]
	d := &Diff{Truncated: left.Summary.Truncated || right.Summary.Truncated, Joined: mergedJoins(left.Joined, right.Joined)}
	err := s.store.View(ctx, func(r store.Reader) error {
		m, err := newMatcher(r, q, left, right)
		if err != nil {
			return err
		}
		d.Common, d.Changed = m.common, m.match()
		d.Removed, d.Added = m.left.rest(), m.right.rest()
		return nil
	})
	return d, err
}

// mergedJoins gives each join once.
func mergedJoins(a, b []Join) []Join {
	all := slices.Concat(a, b)
	slices.SortStableFunc(all, func(a, b Join) int { return slices.Compare(a.Nodes, b.Nodes) })
	return slices.CompactFunc(all, func(a, b Join) bool { return slices.Equal(a.Nodes, b.Nodes) })
}

// compareNodes gives what differs between two nodes that correspond.
func compareNodes(l, r *pedigree.Node, left, right *pedigree.Facts) []FieldChange {
	var all []FieldChange
	for _, c := range []struct{ key, left, right string }{
		{"name", l.Name, r.Name}, {"version", l.Version, r.Version}, {"uri", l.URI, r.URI}, {"state", l.State, r.State},
	} {
		if c.left != c.right {
			all = append(all, FieldChange{Key: c.key, Left: &pedigree.Property{Key: c.key, Value: c.left}, Right: &pedigree.Property{Key: c.key, Value: c.right}})
		}
	}
	a, b := byKey(left.Properties), byKey(right.Properties)
	for len(a)+len(b) > 0 {
		order := 0
		switch {
		case len(a) == 0:
			order = 1
		case len(b) == 0:
			order = -1
		default:
			order = compareKeys(a[0], b[0])
		}
		c := FieldChange{}
		if order <= 0 {
			c.Space, c.Key, c.Left, a = a[0].Space, a[0].Key, &a[0], a[1:]
		}
		if order >= 0 {
			c.Space, c.Key, c.Right, b = b[0].Space, b[0].Key, &b[0], b[1:]
		}
		if c.Left == nil || c.Right == nil || *c.Left != *c.Right {
			all = append(all, c)
		}
	}
	return all
}

func byKey(properties []pedigree.Property) []pedigree.Property {
	sorted := slices.DeleteFunc(slices.Clone(properties), func(p pedigree.Property) bool { return keepsBooks(&p) })
	slices.SortFunc(sorted, compareKeys)
	return sorted
}

func compareKeys(a, b pedigree.Property) int {
	return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Key, b.Key))
}
