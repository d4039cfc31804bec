package search

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A Facet is something that what is found is counted by.
type Facet string

// The facets.
const (
	ByKind      Facet = "kind"
	ByType      Facet = "type"
	ByState     Facet = "state"
	ByProtocol  Facet = "protocol" // through which a node came
	ByWorkspace Facet = "workspace"
	ByOwner     Facet = "owner"
	ByCreated   Facet = "created"  // days, months or years, the shortest that fit: 2026-11-21, 2026-11 or 2026
	ByTag       Facet = "tag"      // keys of tags: a node counts with each of its own
	ByProperty  Facet = "property" // likewise of properties and params, such as split and params.lr; of the newest 200 alone
)

// Facets are all of them.
var Facets = []Facet{ByKind, ByType, ByState, ByProtocol, ByWorkspace, ByOwner, ByCreated, ByTag, ByProperty}

// Counted is what is found, counted by one facet. Nodes without a value, such as
// a state, are not in it.
type Counted struct {
	Facet  Facet
	Values []Value // most frequent first; of [ByCreated] by time
	More   bool    // there are further values
}

// A Value says how many nodes have a value.
type Value struct {
	Text  string
	Nodes int64
}

// values give the value of a node, empty for none; by other facets nodes are
// counted together.
var values = map[Facet]func(*store.Sampled) string{
	ByKind:      func(n *store.Sampled) string { return n.Type.Kind.String() },
	ByType:      func(n *store.Sampled) string { return n.Type.Name },
	ByState:     func(n *store.Sampled) string { return n.State },
	ByProtocol:  func(n *store.Sampled) string { return n.Type.Protocol() },
	ByWorkspace: func(*store.Sampled) string { return "default" }, // there is one
	ByOwner:     func(n *store.Sampled) string { return n.Owner },
}

// facets counts a sample, with at most so many values of each facet.
func facets(r store.Reader, sample []store.Sampled, by []Facet, most int) (all []Counted, err error) {
	for _, f := range by {
		c := Counted{Facet: f}
		switch f {
		case ByCreated:
			c.Values, c.More = byTime(sample, most)
		case ByTag:
			c.Values, c.More, err = byKey(r, sample, most, pedigree.Tag)
		case ByProperty:
			c.Values, c.More, err = byKey(r, newest(sample), most, pedigree.Field, pedigree.Custom, pedigree.Param)
		default:
			c.Values, c.More = byValue(sample, values[f], most)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func byValue(sample []store.Sampled, valueOf func(*store.Sampled) string, most int) (all []Value, more bool) {
	counts := make(map[string]int64)
	for i := range sample {
		if v := valueOf(&sample[i]); v != "" {
			counts[v]++
		}
	}
	all = make([]Value, 0, len(counts))
	for _, text := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, Value{text, counts[text]})
	}
	slices.SortStableFunc(all, func(a, b Value) int { return cmp.Compare(b.Nodes, a.Nodes) })
	return all[:min(most, len(all))], len(all) > most
}

// byTime counts by days, or by months or years where those would be too many.
// The latest are kept.
func byTime(sample []store.Sampled, most int) (all []Value, more bool) {
	for _, stretch := range []string{time.DateOnly, "2006-01", "2006"} {
		all, _ = byValue(sample, func(n *store.Sampled) string { return time.UnixMilli(int64(n.Created)).UTC().Format(stretch) }, len(sample))
		if len(all) <= most {
			break
		}
	}
	slices.SortFunc(all, func(a, b Value) int { return cmp.Compare(a.Text, b.Text) })
	return all[max(0, len(all)-most):], len(all) > most
}

// keyed is how many nodes are looked at for all of their keys: some have
// thousands.
const keyed = 200

// newest gives the newest of a sample, which is in that order for each kind.
func newest(sample []store.Sampled) []store.Sampled {
	sample = slices.Clone(sample)
	slices.SortFunc(sample, func(a, b store.Sampled) int { return cmp.Compare(b.ID, a.ID) })
	return sample[:min(keyed, len(sample))]
}

// byKey counts by the keys of some spaces, the most frequent of each.
func byKey(r store.Reader, sample []store.Sampled, most int, spaces ...pedigree.Space) (all []Value, more bool, err error) {
	ids := make([]pedigree.NodeID, len(sample))
	for i := range sample {
		ids[i] = sample[i].ID
	}
	for _, space := range spaces {
		keys, left, err := r.KeysUsed(ids, space, most)
		if err != nil {
			return nil, false, err
		}
		more = more || left
		for _, k := range keys {
			key := k.Key
			if len(spaces) > 1 {
				key = pedigree.QualifiedKey(space, key)
			}
			if i := slices.IndexFunc(all, func(v Value) bool { return v.Text == key }); i >= 0 {
				all[i].Nodes = max(all[i].Nodes, k.Nodes) // a key may be declared and free
				continue
			}
			all = append(all, Value{key, k.Nodes})
		}
	}
	slices.SortStableFunc(all, func(a, b Value) int { return cmp.Compare(b.Nodes, a.Nodes) })
	return all[:min(most, len(all))], more || len(all) > most, nil
}
