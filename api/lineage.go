package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
)

// A LineageNode is a node of a lineage.
type LineageNode struct {
	ID        pedigree.NodeID `json:"id"`
	Kind      string          `json:"kind"`
	Type      string          `json:"type"`
	Name      string          `json:"name"`
	URI       string          `json:"uri"`
	Workspace string          `json:"workspace"`
	UID       string          `json:"uid"`
	Version   string          `json:"version,omitempty"`
	Depth     int             `json:"depth"` // hops from where the walk started
	Created   string          `json:"created"`
	Deleted   string          `json:"deleted,omitempty"`
}

// An Edge leads from what came first to what was made of it.
type Edge struct {
	From pedigree.NodeID `json:"from"`
	To   pedigree.NodeID `json:"to"`
	Kind string          `json:"kind"` // input, output, derived, version or member
}

// A Tie says why two nodes are one.
type Tie struct {
	A       pedigree.NodeID `json:"a"`
	B       pedigree.NodeID `json:"b"`
	Why     string          `json:"why"` // version, location, undated or hand
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
	a := &LineageAnswer{Nodes: lineageNodes(p.Nodes), Edges: make([]Edge, len(p.Edges)), Joined: nodesOf(p.Joined)}
	for i, e := range p.Edges {
		a.Edges[i] = Edge{e.From, e.To, e.Kind.String()}
	}
	for _, j := range p.Joined {
		for _, t := range j.Ties {
			a.Ties = append(a.Ties, Tie{A: t.A, B: t.B, Why: t.Why.String(), URI: t.URI, Version: t.Version, Alias: t.Alias, Actor: t.Actor, Note: t.Note})
		}
	}
	return a
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
		ID: n.ID, Kind: n.Kind().String(), Type: n.Type.Name, Name: n.Name, URI: n.URI, Workspace: workspaceName, UID: n.UID, Version: n.Version,
		Depth: n.Depth, Created: moment(n.Created),
	}
	if n.Deleted.Set() {
		node.Deleted = moment(n.Deleted)
	}
	return node
}

const lines = "application/x-ndjson"

// lineage walks from the nodes that a reference names. A client that accepts
// lines gets the parts as they are found.
func (h *Handler) lineage(w http.ResponseWriter, r *http.Request) error {
	q, err := h.lineageQuery(r)
	if err != nil {
		return err
	}
	if strings.Contains(r.Header.Get("Accept"), lines) {
		return h.lineageLines(w, r, q)
	}
	g, err := h.Lineage.Graph(r.Context(), q)
	if err != nil {
		return err
	}
	a := lineageOf(&g.Part)
	a.Truncated, a.Crowded = g.Summary.Truncated, g.Summary.Crowded
	return answer(w, a)
}

// lineageLines streams. What goes wrong after the first line can only end the
// answer, and its last line, which says how the walk ended, is missing then.
func (h *Handler) lineageLines(w http.ResponseWriter, r *http.Request, q *lineage.Query) error {
	begun := false
	begin := func() {
		if !begun {
			begun = true
			w.Header().Set("Content-Type", lines)
			w.Header().Set("Cache-Control", "no-store")
		}
	}
	flush := http.NewResponseController(w)
	sum, err := h.Lineage.Walk(r.Context(), q, func(p *lineage.Part) error {
		begin()
		if _, err := w.Write(encode(lineageOf(p))); err != nil {
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
	_, _ = w.Write(encode(struct {
		Nodes     int      `json:"count_of_nodes"`
		Edges     int      `json:"count_of_edges"`
		Truncated bool     `json:"truncated"`
		Crowded   []string `json:"crowded,omitempty"`
	}{sum.Nodes, sum.Edges, sum.Truncated, sum.Crowded})) // there is nobody left to tell
	return nil
}

func (h *Handler) lineageQuery(r *http.Request) (*lineage.Query, error) {
	found, err := h.resolve(r, "ref")
	if err != nil {
		return nil, err
	}
	values := r.URL.Query()
	q := lineage.NewQuery(h.workspace(), idsOf(found)...)
	if q.Direction, err = lineage.ParseDirection(values.Get("direction")); err != nil {
		return nil, err
	}
	for name, into := range map[string]*int{"depth": &q.Depth, "limit": &q.Nodes} {
		if text := values.Get(name); text != "" {
			if *into, err = strconv.Atoi(text); err != nil {
				return nil, pedigree.Errorf(pedigree.Invalid, "The parameter %s must be a whole number", name)
			}
		}
	}
	for name, into := range map[string]*pedigree.Time{"since": &q.Since, "until": &q.Until, "as_of": &q.AsOf} {
		if text := values.Get(name); text != "" {
			if *into, err = readMoment(name, text); err != nil {
				return nil, err
			}
		}
	}
	q.Show.Types, q.Stop.Types = values["type"], values["stop"]
	return q, nil
}

// readMoment reads a time that a client wrote.
func readMoment(name, text string) (pedigree.Time, error) {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return pedigree.Time(ms), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return pedigree.Time(t.UnixMilli()), nil
		}
	}
	return 0, pedigree.Errorf(pedigree.Invalid, "The parameter %s must be a time such as 2026-11-21T10:30:00Z, a day, or milliseconds since 1970", name)
}
