package search

import (
	"cmp"
	"maps"
	"slices"
	"strings"
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
	ByCreated   Facet = "created" // days, months or years, the shortest that fit: 2026-11-21, 2026-11 or 2026
	ByTag       Facet = "tag"     // keys of tags: a node counts with each of its own
)

// Facets are all of them.
var Facets = []Facet{ByKind, ByType, ByState, ByProtocol, ByWorkspace, ByOwner, ByCreated, ByTag}

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

// Protocols, as [ByProtocol] names them. What kfmd and the watcher of Kubernetes
// write is ML Metadata's.
const (
	protocolMLflow      = "mlflow"
	protocolOpenLineage = "openlineage"
	protocolMLMD        = "mlmd"
)

// protocolOf tells through which protocol nodes of a type come.
func protocolOf(t pedigree.Type) string {
	switch first, _, _ := strings.Cut(t.Name, "."); first {
	case protocolMLflow, protocolOpenLineage:
		return first
	}
	return protocolMLMD
}

// values give the value of a node, empty for none; by other facets nodes are
// counted together.
var values = map[Facet]func(*store.Sampled) string{
	ByKind:      func(n *store.Sampled) string { return n.Type.Kind.String() },
	ByType:      func(n *store.Sampled) string { return n.Type.Name },
	ByState:     func(n *store.Sampled) string { return n.State },
	ByProtocol:  func(n *store.Sampled) string { return protocolOf(n.Type) },
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
			c.Values, c.More, err = byTag(r, sample, most)
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

func byTag(r store.Reader, sample []store.Sampled, most int) (all []Value, more bool, err error) {
	ids := make([]pedigree.NodeID, len(sample))
	for i := range sample {
		ids[i] = sample[i].ID
	}
	keys, more, err := r.KeysUsed(ids, pedigree.Tag, most)
	for _, k := range keys {
		all = append(all, Value{k.Key, k.Nodes})
	}
	return all, more, err
}
