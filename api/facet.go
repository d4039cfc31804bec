package api

import (
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/search"
)

// A Facet is what a search finds, counted by one thing. Nodes without a value,
// such as a state, are not in it.
type Facet struct {
	Name   string       `json:"name" enum:"kind,type,state,protocol,workspace,owner,created,tag,property"`
	Values []FacetValue `json:"values"`         // most frequent first; of created by time
	More   bool         `json:"more,omitempty"` // there are further values
}

// A FacetValue says how many of the nodes have a value.
type FacetValue struct {
	Value  string `json:"value"` // of tag its key; of created a day, month or year
	Nodes  int64  `json:"nodes"`
	Filter string `json:"filter,omitempty"` // the condition that keeps these nodes alone, to go on with; absent where all have the value
}

func facetNames() (names []string) {
	for _, f := range search.Facets {
		names = append(names, string(f))
	}
	return names
}

// valuesParameter bounds the values of a facet.
func valuesParameter() parameter {
	p := numberOf("facet_values", "how many values of a facet to give", 1, 100)
	p.standard = "20"
	return p
}

func facetsOf(counted []search.Counted) []Facet {
	all := make([]Facet, len(counted))
	for i := range counted {
		c := &counted[i]
		all[i] = Facet{Name: string(c.Facet), Values: make([]FacetValue, len(c.Values)), More: c.More}
		for j, v := range c.Values {
			all[i].Values[j] = FacetValue{v.Text, v.Nodes, narrowed(c.Facet, v.Text)}
		}
	}
	return all
}

// narrowed writes the filter that keeps the nodes of a value.
func narrowed(f search.Facet, value string) string {
	quoted := "'" + strings.ReplaceAll(value, "'", "''") + "'"
	switch f {
	case search.ByKind, search.ByType, search.ByState, search.ByOwner:
		return string(f) + " = " + quoted
	case search.ByProtocol:
		if value == pedigree.ProtocolMLMD {
			return "type NOT LIKE 'mlflow.%' AND type NOT LIKE 'openlineage.%'"
		}
		return "type LIKE '" + value + ".%'"
	case search.ByTag:
		return "tags." + backticked(value) + " IS NOT NULL"
	case search.ByProperty:
		if _, param, ok := pedigree.SplitKey(value); ok {
			return "params." + backticked(param) + " IS NOT NULL"
		}
		return "properties." + backticked(value) + " IS NOT NULL"
	case search.ByCreated:
		from, to := stretchOf(value)
		return "created >= '" + from + "' AND created < '" + to + "'"
	case search.ByWorkspace:
	}
	return ""
}

func backticked(key string) string { return "`" + strings.ReplaceAll(key, "`", "``") + "`" }

// stretchOf gives the day on which a day, month or year begins, and that after
// its end.
func stretchOf(value string) (from, to string) {
	layout := time.DateOnly[:len(value)]
	begin, _ := time.Parse(layout, value) // it was written in that form
	end := begin.AddDate(0, 0, 1)
	switch len(value) {
	case len("2006"):
		end = begin.AddDate(1, 0, 0)
	case len("2006-01"):
		end = begin.AddDate(0, 1, 0)
	}
	return begin.Format(time.DateOnly), end.Format(time.DateOnly)
}
