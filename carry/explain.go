package carry

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/store"
)

// An Explained is a classification that holds for a node, and why.
type Explained struct {
	pedigree.Classification
	Own    bool         // somebody put it on the node itself
	Source lineage.Node // the node that it was put on
	Way    []Waypoint   // from after Source to the node; empty for its own, and where it is too far to be found
}

// A Waypoint is a node on the way of a classification.
type Waypoint struct {
	lineage.Node
	By string // as [Leg.By]
}

// mostExplained bounds the classifications of one node whose way is looked for.
const mostExplained = 50

// Explain gives what a node is classified as: its own first, then what is carried to
// it, each with its way. The error is NotFound where there is no such node.
func (s *Service) Explain(ctx context.Context, ws, id pedigree.NodeID) (node lineage.Node, all []Explained, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		vertices, err := r.Vertices([]pedigree.NodeID{id})
		if err != nil {
			return err
		}
		if len(vertices) == 0 || vertices[0].Workspace != ws {
			return pedigree.Errorf(pedigree.NotFound, "there is no node %d", id)
		}
		node.Vertex = vertices[0]
		all, err = explain(r, &node)
		return err
	})
	return node, all, err
}

func explain(r store.Reader, node *lineage.Node) ([]Explained, error) {
	own, err := r.Classifications([]pedigree.NodeID{node.ID})
	if err != nil {
		return nil, err
	}
	all := make([]Explained, 0, len(own))
	for i := range own {
		all = append(all, Explained{Classification: own[i], Own: true, Source: *node})
	}
	carried, err := Of(r, []pedigree.NodeID{node.ID})
	if err != nil {
		return nil, err
	}
	for i, c := range carried[node.ID] {
		e := Explained{Classification: c}
		var legs []Leg
		if i < mostExplained {
			if legs, err = Way(r, &c, node.ID); err != nil {
				return nil, err
			}
		}
		if err := e.meet(r, legs); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// meet reads the nodes that an explanation names.
func (e *Explained) meet(r store.Reader, legs []Leg) error {
	ids := []pedigree.NodeID{e.Node}
	for _, l := range legs {
		ids = append(ids, l.Node)
	}
	vertices, err := r.Vertices(ids)
	met := make(map[pedigree.NodeID]lineage.Node, len(vertices))
	for i := range vertices {
		met[vertices[i].ID] = lineage.Node{Vertex: vertices[i]}
	}
	e.Source = met[e.Node]
	for _, l := range legs {
		e.Way = append(e.Way, Waypoint{met[l.Node], l.By})
	}
	return err
}
