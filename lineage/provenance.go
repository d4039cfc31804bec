package lineage

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// maxProvenance bounds the nodes of a provenance if nothing is asked for: all
// that is known of each is read.
const maxProvenance = 20_000

// A Provenance is what it takes to make something again.
type Provenance struct {
	Steps     []Step     // in an order in which they can be run again
	Materials []Material // what they read and wrote, and what was asked about: the nearest to that first
	Joined    []Join
	Cyclic    bool // some steps depend on each other in a circle: their order is that of their times
	Truncated bool
}

// A Step is an execution that took part.
type Step struct {
	pedigree.Node
	Params      []pedigree.Property // what it was told
	Code        []pedigree.Property // which program it ran: commit, repository, entry point, as its wire calls them
	Environment []pedigree.Property // in what it ran: image, interpreter, libraries, machine
	Inputs      []pedigree.NodeID   // ascending
	Outputs     []pedigree.NodeID
	Parents     []pedigree.NodeID // steps that wrote what it read
}

// A Material is an artifact that took part.
type Material struct {
	pedigree.Node
	Source      bool                // no step of the answer wrote it: it must be had from elsewhere
	Digest      string              // that tells its content from others; empty where nobody took one
	Description []pedigree.Property // what its producer says of it: source, schema, flavors and the like
}

// Provenance gives the ancestors of nodes as steps to repeat. Direction, Show
// and Stop do not count.
func (s *Service) Provenance(ctx context.Context, q *Query) (*Provenance, error) {
	upstream := *q
	upstream.Direction, upstream.Show, upstream.Stop = Upstream, Filter{}, Filter{}
	if upstream.Nodes == 0 {
		upstream.Nodes = maxProvenance
	}
	g, err := s.Graph(ctx, &upstream)
	if err != nil {
		return nil, err
	}
	p := &Provenance{Joined: g.Joined, Truncated: g.Summary.Truncated}
	err = s.store.View(ctx, func(r store.Reader) error {
		d, err := describe(r, g)
		if err != nil {
			return err
		}
		o := newOrder(g)
		p.Steps, p.Materials = nil, nil
		for _, id := range o.sorted(d.nodes) {
			p.Steps = append(p.Steps, d.step(id, o))
		}
		for i := range g.Nodes {
			if n := &g.Nodes[i]; n.Kind() == pedigree.Artifact && d.known(n.ID) {
				p.Materials = append(p.Materials, d.material(n.ID, o))
			}
		}
		p.Cyclic = o.cyclic
		return nil
	})
	return p, err
}

// described is all that is known of the nodes of a graph.
type described struct {
	nodes map[pedigree.NodeID]*pedigree.Node
	facts map[pedigree.NodeID]*pedigree.Facts
}

func describe(r store.Reader, g *Graph) (*described, error) {
	ids := make([]pedigree.NodeID, len(g.Nodes))
	for i := range g.Nodes {
		ids[i] = g.Nodes[i].ID
	}
	nodes, err := r.Nodes(ids)
	if err != nil {
		return nil, err
	}
	facts, err := r.Facts(ids, pedigree.Field, pedigree.Param, pedigree.Tag, pedigree.Manifest, pedigree.Custom)
	if err != nil {
		return nil, err
	}
	d := &described{make(map[pedigree.NodeID]*pedigree.Node, len(ids)), make(map[pedigree.NodeID]*pedigree.Facts, len(ids))}
	for i := range nodes {
		d.nodes[nodes[i].ID] = &nodes[i]
	}
	for i, id := range ids {
		d.facts[id] = &facts[i]
	}
	return d, nil
}

func (d *described) known(id pedigree.NodeID) bool { return d.nodes[id] != nil }

// named gives a node, also by the name that it keeps in a property.
func (d *described) named(id pedigree.NodeID) pedigree.Node {
	n := *d.nodes[id]
	if n.Name == "" {
		n.Name = keptName(d.facts[id].Properties)
	}
	return n
}

func (d *described) step(id pedigree.NodeID, o *order) Step {
	s := Step{Node: d.named(id), Inputs: o.inputs[id], Outputs: o.outputs[id], Parents: o.parents[id]}
	for _, p := range d.facts[id].Properties {
		switch aspectOf(s.Type, &p) {
		case aspectParam:
			s.Params = append(s.Params, p)
		case aspectCode:
			s.Code = append(s.Code, p)
		case aspectEnvironment:
			s.Environment = append(s.Environment, p)
		}
	}
	return s
}

func (d *described) material(id pedigree.NodeID, o *order) Material {
	n := d.named(id)
	m := Material{Node: n, Source: !o.written[o.vertex(id)]}
	if n.Type == pedigree.DatasetType {
		m.Digest = n.Version
	}
	for _, p := range d.facts[id].Properties {
		switch {
		case p.Space == pedigree.Tag, keepsBooks(&p):
			continue
		case p.Form == pedigree.Text && digestKeys[lastWord(p.Key)] && p.Value != "":
			m.Digest = p.Value
		}
		m.Description = append(m.Description, p)
	}
	return m
}
