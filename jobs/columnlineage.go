package jobs

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// A Column is a column of a data set.
type Column struct {
	Dataset Name
	Column  string
}

// A ColumnEdge says that a column was made from another one, and how.
type ColumnEdge struct {
	From, To    Column
	Type        string
	Description string
}

// maxColumnGraph bounds an answer about columns, in edges.
const maxColumnGraph = 10_000

// ColumnLineage gives the columns from which a column of a data set was made, so
// many steps far, and with downstream also those that were made from it. An empty
// column stands for all of the data set, a job for all that its last run wrote.
func (s *Service) ColumnLineage(ctx context.Context, ws pedigree.NodeID, from Ref, column string, depth int, downstream bool) (edges []ColumnEdge, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		start, err := v.columns(from, column)
		if err != nil {
			return err
		}
		w := columnWalk{viewer: v, seen: make(map[ColumnEdge]bool), links: make(map[Name][]ColumnEdge)}
		if err := w.walk(start, depth, true); err != nil {
			return err
		}
		if downstream {
			if err := w.walk(start, depth, false); err != nil {
				return err
			}
		}
		edges = w.edges
		return nil
	})
	return edges, err
}

// columns gives the columns that a question about a job or data set is about.
func (v *viewer) columns(from Ref, column string) (all []Column, err error) {
	if !from.Job {
		_, err := v.dataset(from.Name)
		return []Column{{from.Name, column}}, err
	}
	j, err := v.jobNamed(from.Name, 1)
	for _, name := range j.Writes {
		all = append(all, Column{name, column})
	}
	return all, err
}

// A columnWalk gathers edges.
type columnWalk struct {
	*viewer
	seen  map[ColumnEdge]bool
	links map[Name][]ColumnEdge // by data set, at either end
	edges []ColumnEdge
}

func (w *columnWalk) walk(level []Column, depth int, up bool) error {
	visited := make(map[Column]bool)
	for _, c := range level {
		visited[c] = true
	}
	for range depth {
		var next []Column
		for _, c := range level {
			links, err := w.linksOf(c.Dataset)
			if err != nil {
				return err
			}
			for _, e := range links {
				here, there := e.To, e.From
				if !up {
					here, there = e.From, e.To
				}
				if here.Dataset != c.Dataset || c.Column != "" && here.Column != c.Column || len(w.edges) >= maxColumnGraph {
					continue
				}
				if !w.seen[e] {
					w.seen[e] = true
					w.edges = append(w.edges, e)
				}
				if !visited[there] {
					visited[there] = true
					next = append(next, there)
				}
			}
		}
		level = next
	}
	return nil
}

// linksOf gives the links of all that is where a data set is.
func (w *columnWalk) linksOf(name Name) ([]ColumnEdge, error) {
	if known, ok := w.links[name]; ok {
		return known, nil
	}
	artifacts, err := w.artifactsAt(name)
	if err != nil {
		return nil, err
	}
	links, err := w.ColumnLinks(idsOf(artifacts))
	if err != nil {
		return nil, err
	}
	names, err := w.namesOf(links)
	if err != nil {
		return nil, err
	}
	var edges []ColumnEdge
	for _, l := range links {
		d := read[columnDetail](l.Detail)
		if d.Type == "" {
			d.Type = firstTransformation(d)
		}
		e := ColumnEdge{Column{names[l.Source], l.SourceColumn}, Column{names[l.Target], l.TargetColumn}, d.Type, d.Description}
		if !slices.Contains(edges, e) {
			edges = append(edges, e)
		}
	}
	w.links[name] = edges
	return edges, nil
}

func firstTransformation(d columnDetail) string {
	type transformation struct {
		Subtype string `json:"subtype"`
	}
	if all := read[[]transformation](string(d.Transformations)); len(all) > 0 {
		return all[0].Subtype
	}
	return ""
}

// namesOf names the data sets at the ends of links.
func (w *columnWalk) namesOf(links []pedigree.ColumnLink) (map[pedigree.NodeID]Name, error) {
	var ids []pedigree.NodeID
	for _, l := range links {
		ids = append(ids, l.Source, l.Target)
	}
	slices.Sort(ids)
	nodes, err := w.Nodes(slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	if err := w.learn(nodes); err != nil {
		return nil, err
	}
	names := make(map[pedigree.NodeID]Name, len(nodes))
	for i := range nodes {
		names[nodes[i].ID] = w.datasetName(&nodes[i])
	}
	return names, nil
}
