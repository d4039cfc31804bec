package api

import (
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
)

// A LineageNode is a node of a lineage.
type LineageNode struct {
	ID        pedigree.NodeID `json:"id"`
	Kind      string          `json:"kind" enum:"artifact,execution,context"`
	Type      string          `json:"type"`
	Protocol  string          `json:"protocol" enum:"mlflow,mlmd,openlineage,atlas"` // through which it came
	Name      string          `json:"name"`
	URI       string          `json:"uri"`
	Workspace string          `json:"workspace"`
	UID       string          `json:"uid"`
	Version   string          `json:"version,omitempty"`
	Depth     int             `json:"depth"` // hops from where the walk started
	Created   string          `json:"created" format:"date-time"`
	Deleted   string          `json:"deleted,omitempty" format:"date-time"`
}

// An Edge leads from what came first to what was made of it.
type Edge struct {
	From pedigree.NodeID `json:"from"`
	To   pedigree.NodeID `json:"to"`
	Kind string          `json:"kind" enum:"input,output,derived,version,member"`
}

// A Tie says why two nodes are one.
type Tie struct {
	A       pedigree.NodeID `json:"a"`
	B       pedigree.NodeID `json:"b"`
	Why     string          `json:"why" enum:"version,location,undated,hand"`
	URI     string          `json:"uri,omitempty"`
	Version string          `json:"version,omitempty"`
	Alias   bool            `json:"alias,omitempty"`
	Actor   string          `json:"actor,omitempty"`
	Note    string          `json:"note,omitempty"`
}

// A LineageAnswer is a lineage, or a part of one where it comes in lines.
type LineageAnswer struct {
	Nodes     []LineageNode       `json:"nodes"`
	Edges     []Edge              `json:"edges"`
	Joined    [][]pedigree.NodeID `json:"joined"` // nodes that are one thing under several names
	Ties      []Tie               `json:"ties,omitempty"`
	Truncated bool                `json:"truncated,omitempty"` // there is more than the limits let through
	Crowded   []string            `json:"crowded,omitempty"`   // places of so much that nothing was joined by them
}

func lineageOf(p *lineage.Part) *LineageAnswer {
	a := &LineageAnswer{Nodes: []LineageNode{}, Edges: []Edge{}, Joined: [][]pedigree.NodeID{}}
	a.add(p)
	return a
}

// add adds a part.
func (a *LineageAnswer) add(p *lineage.Part) {
	a.Nodes, a.Edges = slices.Grow(a.Nodes, len(p.Nodes)), slices.Grow(a.Edges, len(p.Edges))
	for i := range p.Nodes {
		a.Nodes = append(a.Nodes, lineageNodeOf(&p.Nodes[i]))
	}
	for _, e := range p.Edges {
		a.Edges = append(a.Edges, Edge{e.From, e.To, e.Kind.String()})
	}
	a.Joined = append(a.Joined, nodesOf(p.Joined)...)
	for _, j := range p.Joined {
		for _, t := range j.Ties {
			a.Ties = append(a.Ties, Tie{A: t.A, B: t.B, Why: t.Why.String(), URI: t.URI, Version: t.Version, Alias: t.Alias, Actor: t.Actor, Note: t.Note})
		}
	}
}

func lineageNodes(nodes []lineage.Node) []LineageNode {
	all := make([]LineageNode, len(nodes))
	for i := range nodes {
		all[i] = lineageNodeOf(&nodes[i])
	}
	return all
}

func lineageNodeOf(n *lineage.Node) LineageNode {
	node := LineageNode{
		ID: n.ID, Kind: n.Kind().String(), Type: n.Type.Name, Protocol: n.Type.Protocol(), Name: n.Name, URI: n.URI, Workspace: workspaceName, UID: n.UID, Version: n.Version,
		Depth: n.Depth, Created: moment(n.Created),
	}
	if n.Deleted.Set() {
		node.Deleted = moment(n.Deleted)
	}
	return node
}

// A LineageEnd is the last line of a lineage that comes in lines: without it the
// answer was cut short.
type LineageEnd struct {
	Nodes     int      `json:"count_of_nodes"`
	Edges     int      `json:"count_of_edges"`
	Truncated bool     `json:"truncated"`
	Crowded   []string `json:"crowded,omitempty"`
}

// lineage walks from the nodes that a reference names. A client that accepts
// lines gets the parts as they are found.
func (h *Handler) lineage(w http.ResponseWriter, r *request) error {
	q, err := h.lineageQuery(r)
	if err != nil {
		return err
	}
	if q.Direction, err = lineage.ParseDirection(r.text("direction")); err != nil {
		return err
	}
	q.Show.Types, q.Stop.Types = r.texts("type"), r.texts("stop")
	if wantsLines(r) {
		return lines(w, func(tell func(any) error) (LineageEnd, error) {
			sum, err := h.Lineage.Walk(r.Context(), q, func(p *lineage.Part) error { return tell(lineageOf(p)) })
			return endOf(&sum), err
		})
	}
	a := lineageOf(&lineage.Part{})
	sum, err := h.Lineage.Walk(r.Context(), q, func(p *lineage.Part) error {
		a.add(p)
		return nil
	})
	if err != nil {
		return err
	}
	a.Truncated, a.Crowded = sum.Truncated, sum.Crowded
	return answer(w, a)
}

// lines streams what walk tells, each a line, and last what it returns. What goes
// wrong after the first line can only end the answer, and its last line, which
// says how the walk ended, is missing then.
func lines[E any](w http.ResponseWriter, walk func(tell func(any) error) (E, error)) error {
	begun := false
	begin := func() {
		if !begun {
			begun = true
			w.Header().Set("Content-Type", linesType)
			w.Header().Set("Cache-Control", "no-store")
		}
	}
	flush := http.NewResponseController(w)
	end, err := walk(func(line any) error {
		begin()
		if err := send(w, line); err != nil {
			return err
		}
		return flush.Flush()
	})
	if err != nil && !begun {
		return err
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	begin()
	_ = send(w, end) // there is nobody left to tell
	return nil
}

func endOf(s *lineage.Summary) LineageEnd {
	return LineageEnd{s.Nodes, s.Edges, s.Truncated, s.Crowded}
}

// wantsLines reports whether the client accepts parts as they are found.
func wantsLines(r *request) bool { return strings.Contains(r.Header.Get("Accept"), linesType) }

// walkParameters bound a walk, whatever it is for.
func walkParameters() []parameter {
	return []parameter{
		refIn("ref"), depthParameter(),
		numberOf("limit", "how many nodes to give at most; 0 for the server's number", 0, lineage.MaxNodes),
		momentOf("since", "follow only events from then on"), momentOf("until", "follow only events before then"), asOfParameter(),
	}
}

// depthParameter bounds how far to go.
func depthParameter() parameter {
	return numberOf("depth", "how many hops to go at most, from an artifact to an execution or back; 0 for no limit", 0, math.MaxInt32)
}

func asOfParameter() parameter { return momentOf("as_of", "tell of the graph as it was then") }

// typeParameters say what of a walk is shown.
func typeParameters() []parameter {
	return []parameter{
		textOf("type", "give only nodes of this type; the walk goes on through the others").several(),
		textOf("stop", "do not walk past nodes of this type").several(),
	}
}

// lineageQuery reads what the parameters of a walk say.
func (h *Handler) lineageQuery(r *request) (*lineage.Query, error) {
	found, err := h.resolve(r, "ref")
	if err != nil {
		return nil, err
	}
	q := lineage.NewQuery(h.workspace(), idsOf(found)...)
	q.Depth, q.Nodes = int(r.number("depth")), int(r.number("limit"))
	q.Since, q.Until, q.AsOf = r.moment("since"), r.moment("until"), r.moment("as_of")
	return q, nil
}
