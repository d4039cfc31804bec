package lineage

import (
	"context"
	"errors"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// A PathQuery asks how two things are tied.
type PathQuery struct {
	Workspace pedigree.NodeID
	From, To  []pedigree.NodeID // each any of these
	Nodes     int               // looked at on the way at most; 0 stands for [DefaultNodes]
	AsOf      pedigree.Time     // as [Query.AsOf]
}

// A Path is a shortest way from one node to another. Nodes are in the order in
// which they were made; it starts at a node of To if From was made of it. Two
// neighbours are tied by an edge or by being one, as Joined says.
type Path struct {
	Part
	Truncated bool // nothing was found, but not everything was looked at
}

// Path finds a shortest path, along edges that all point the same way. It has
// no nodes where there is none.
func (s *Service) Path(ctx context.Context, q *PathQuery) (*Path, error) {
	truncated := false
	for _, direction := range []Direction{Downstream, Upstream} {
		t := newTrail(q)
		walk := Query{
			Workspace: q.Workspace, Start: q.From, Direction: direction, Nodes: q.Nodes,
			Since: pedigree.NoTime, Until: pedigree.NoTime, AsOf: q.AsOf,
		}
		summary, err := s.Walk(ctx, &walk, t.follow)
		if errors.Is(err, errArrived) {
			return t.path(direction), nil
		}
		if err != nil {
			return nil, err
		}
		truncated = truncated || summary.Truncated
	}
	return &Path{Truncated: truncated}, nil
}

// errArrived ends a walk.
var errArrived = errors.New("arrived")

// A trail remembers how a walk came to each node.
type trail struct {
	q      *PathQuery
	nodes  map[pedigree.NodeID]Node
	before map[pedigree.NodeID]Edge // that led to a node; of no kind where it is joined to one
	joins  []Join
	end    pedigree.NodeID
}

func newTrail(q *PathQuery) *trail {
	return &trail{q: q, nodes: make(map[pedigree.NodeID]Node), before: make(map[pedigree.NodeID]Edge)}
}

func (t *trail) follow(p *Part) error {
	for _, n := range p.Nodes {
		t.nodes[n.ID] = n
	}
	for _, e := range p.Edges {
		from, to := e.From, e.To
		if t.nodes[from].Depth > t.nodes[to].Depth { // of a walk upstream
			from, to = to, from
		}
		if t.nodes[from].Depth < t.nodes[to].Depth || e.Kind == EdgeMember {
			t.lead(to, e)
		}
	}
	for _, j := range p.Joined {
		t.join(&j)
	}
	t.joins = append(t.joins, p.Joined...)
	for _, id := range t.q.To {
		if _, met := t.nodes[id]; met {
			t.end = id
			return errArrived
		}
	}
	return nil
}

// lead notes the first edge that leads to a node.
func (t *trail) lead(to pedigree.NodeID, e Edge) {
	if _, known := t.before[to]; !known && !slices.Contains(t.q.From, to) {
		t.before[to] = e
	}
}

// join leads from one member, at which the walk arrived, to all that it came
// to only because they are one.
func (t *trail) join(j *Join) {
	origin := j.Nodes[0]
	for _, id := range j.Nodes {
		if _, led := t.before[id]; led || slices.Contains(t.q.From, id) {
			origin = id
			break
		}
	}
	for _, id := range j.Nodes {
		if id != origin {
			t.lead(id, Edge{From: origin, To: id})
		}
	}
}

// path goes back from where the walk arrived.
func (t *trail) path(direction Direction) *Path {
	p := &Path{}
	for id := t.end; ; {
		p.Nodes = append(p.Nodes, t.nodes[id])
		e, ok := t.before[id]
		if !ok {
			break
		}
		switch {
		case e.Kind == 0:
			p.Joined = append(p.Joined, t.joinOf(e))
		default:
			p.Edges = append(p.Edges, e)
		}
		if id = e.From; e.Kind != 0 && direction == Upstream && e.Kind != EdgeMember {
			id = e.To
		}
	}
	if direction == Downstream {
		slices.Reverse(p.Nodes)
		slices.Reverse(p.Edges)
		slices.Reverse(p.Joined)
	}
	return p
}

// joinOf finds the join that ties two nodes.
func (t *trail) joinOf(e Edge) Join {
	i := slices.IndexFunc(t.joins, func(j Join) bool { return slices.Contains(j.Nodes, e.From) && slices.Contains(j.Nodes, e.To) })
	return t.joins[i]
}
