package lineage

import (
	"context"
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// maxColumns bounds the columns of one answer.
const maxColumns = 10_000

// A ColumnQuery asks what columns were made from which. A column of an artifact
// is also that of the same name of all that is one with the artifact.
type ColumnQuery struct {
	Workspace pedigree.NodeID
	Artifact  pedigree.NodeID
	Column    string // empty for all of them
	Direction Direction
	Depth     int // hops at most, from column to column; 0 for no limit
}

// A Column is a column of an artifact.
type Column struct {
	Node pedigree.NodeID
	Name string
}

// A ColumnEdge says that a column was made from another.
type ColumnEdge struct {
	From, To  Column
	Execution pedigree.NodeID // that said so; 0 for none
	Detail    string          // JSON, as the producer says it; empty for nothing
}

// A ColumnGraph is the lineage of columns.
type ColumnGraph struct {
	Nodes     []Node       // artifacts whose columns are in it, by identity
	Edges     []ColumnEdge // nearest first
	Joined    []Join
	Truncated bool
}

// Columns walks from column to column, as far as producers said what came from
// where.
func (s *Service) Columns(ctx context.Context, q *ColumnQuery) (g *ColumnGraph, err error) {
	if q.Direction == 0 || q.Direction > Both {
		return nil, pedigree.Errorf(pedigree.Invalid, "a lineage goes upstream, downstream or both")
	}
	err = s.store.View(ctx, func(r store.Reader) error {
		if _, err := artifactIn(r, q.Workspace, q.Artifact); err != nil {
			return err
		}
		w := &columnWalk{
			q: q, joiner: newJoiner(NewQuery(q.Workspace)), ctx: ctx, classes: map[pedigree.NodeID]*class{}, seen: map[ColumnEdge]bool{},
			artifacts: map[pedigree.NodeID]bool{},
		}
		w.r = r
		for _, direction := range []Direction{Upstream, Downstream} {
			if q.Direction&direction == 0 {
				continue
			}
			if err := w.run(direction); err != nil {
				return err
			}
		}
		g, err = w.graph()
		return err
	})
	return g, err
}

// A columnWalk is under way.
type columnWalk struct {
	*joiner
	q         *ColumnQuery
	ctx       context.Context
	classes   map[pedigree.NodeID]*class
	artifacts map[pedigree.NodeID]bool
	seen      map[ColumnEdge]bool
	edges     []ColumnEdge
	truncated bool
}

func (w *columnWalk) run(direction Direction) error {
	met := make(map[Column]bool) // by the first artifact of the class
	level, err := w.enter(met, []Column{{w.q.Artifact, w.q.Column}})
	for depth := 0; err == nil && len(level) > 0 && (w.q.Depth == 0 || depth < w.q.Depth); depth++ {
		if err := w.ctx.Err(); err != nil {
			return pedigree.Hide(pedigree.Unavailable, err, "the request was given up before it was done")
		}
		level, err = w.hop(met, direction, level)
	}
	return err
}

// enter finds the classes of the artifacts of columns and gives the columns
// that are new.
func (w *columnWalk) enter(met map[Column]bool, columns []Column) (fresh []Column, err error) {
	unknown := make(map[pedigree.NodeID]bool)
	for _, c := range columns {
		if w.classes[c.Node] == nil {
			unknown[c.Node] = true
		}
	}
	ids := slices.Sorted(maps.Keys(unknown))
	near, err := w.around(ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		c := &class{members: []pedigree.NodeID{id}}
		if near.tied(id) {
			if c, err = w.class(id, near); err != nil {
				return nil, err
			}
		}
		for _, m := range c.members {
			w.classes[m] = c
		}
	}
	for _, c := range columns {
		c.Node = w.classes[c.Node].members[0]
		if !met[c] && len(met) < maxColumns {
			met[c] = true
			fresh = append(fresh, c)
		} else if !met[c] {
			w.truncated = true
		}
	}
	return fresh, nil
}

// hop follows the links of columns in a direction.
func (w *columnWalk) hop(met map[Column]bool, direction Direction, level []Column) ([]Column, error) {
	wanted := make(map[Column]bool)
	var artifacts []pedigree.NodeID
	for _, c := range level {
		for _, m := range w.classes[c.Node].members {
			wanted[Column{m, c.Name}] = true
			artifacts = append(artifacts, m)
		}
	}
	slices.Sort(artifacts)
	links, err := w.r.ColumnLinks(slices.Compact(artifacts))
	if err != nil {
		return nil, err
	}
	var next []Column
	for _, l := range links {
		e := ColumnEdge{Column{l.Source, l.SourceColumn}, Column{l.Target, l.TargetColumn}, l.Execution, l.Detail}
		near, far := e.To, e.From
		if direction == Downstream {
			near, far = far, near
		}
		if !wanted[near] && !wanted[Column{near.Node, ""}] {
			continue
		}
		if next = append(next, far); !w.seen[e] {
			w.seen[e] = true
			w.edges = append(w.edges, e)
			w.artifacts[e.From.Node], w.artifacts[e.To.Node] = true, true
		}
	}
	return w.enter(met, next)
}

// graph gives what was met, without what is not to be seen.
func (w *columnWalk) graph() (*ColumnGraph, error) {
	w.artifacts[w.q.Artifact] = true
	for id := range maps.Clone(w.artifacts) {
		for _, m := range w.classes[id].members {
			w.artifacts[m] = true
		}
	}
	vertices, err := w.r.Vertices(slices.Sorted(maps.Keys(w.artifacts)))
	if err != nil {
		return nil, err
	}
	g := &ColumnGraph{Truncated: w.truncated}
	byID := make(map[pedigree.NodeID]*store.Vertex)
	for i := range vertices {
		if v := &vertices[i]; w.joiner.q.sees(v) {
			g.Nodes = append(g.Nodes, Node{Vertex: *v})
			byID[v.ID] = v
		}
	}
	for _, e := range w.edges {
		if byID[e.From.Node] != nil && byID[e.To.Node] != nil {
			g.Edges = append(g.Edges, e)
		}
	}
	done := make(map[*class]bool)
	for i := range g.Nodes {
		c := w.classes[g.Nodes[i].ID]
		if done[c] {
			continue
		}
		done[c] = true
		if c.keep(func(id pedigree.NodeID) bool { return byID[id] != nil }); len(c.members) > 1 {
			g.Joined = append(g.Joined, Join{Nodes: c.members, Ties: c.ties(byID)})
		}
	}
	return g, nil
}
