package api

import (
	"encoding/json"
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/route"
)

// columnEndpoint tells which columns were made from which.
func (h *Handler) columnEndpoint() endpoint {
	return endpoint{
		id: "getColumns", method: "GET", path: "/columns", group: lineageGroup, permission: route.Read,
		summary: "Tell which columns were made from which, as far as producers said so",
		detail:  "A column of an artifact is also that of the same name of all that is one with the artifact.",
		parameters: []parameter{
			refIn("ref"), textOf("column", "the column to begin with; all of the artifact if not given"), depthParameter(),
			choiceOf("direction", "where to go: to what they were made from, to what was made from them, or both", "both", "upstream", "downstream"),
		},
		answer: ColumnsAnswer{}, problems: []pedigree.Code{pedigree.NotFound}, call: h.columns,
	}
}

// A ColumnsAnswer is the lineage of columns.
type ColumnsAnswer struct {
	Nodes     []LineageNode       `json:"nodes"` // artifacts whose columns are in it
	Edges     []ColumnEdge        `json:"edges"` // nearest first
	Joined    [][]pedigree.NodeID `json:"joined"`
	Truncated bool                `json:"truncated,omitempty"`
}

// A Column is a column of an artifact.
type Column struct {
	Node pedigree.NodeID `json:"node"`
	Name string          `json:"name"`
}

// A ColumnEdge leads from a column to one that was made from it.
type ColumnEdge struct {
	From      Column          `json:"from"`
	To        Column          `json:"to"`
	Execution pedigree.NodeID `json:"execution,omitempty"` // that said so
	Detail    any             `json:"detail,omitempty"`    // how, in the words of the producer
}

// columns walks from column to column.
func (h *Handler) columns(w http.ResponseWriter, r *request) error {
	found, err := h.resolve(r, "ref")
	if err != nil {
		return err
	}
	q := lineage.ColumnQuery{Workspace: h.workspace(), Artifact: found[0].ID, Column: r.text("column"), Depth: int(r.number("depth"))}
	if q.Direction, err = lineage.ParseDirection(r.text("direction")); err != nil {
		return err
	}
	g, err := h.Lineage.Columns(r.Context(), &q)
	if err != nil {
		return err
	}
	a := ColumnsAnswer{Nodes: lineageNodes(g.Nodes), Edges: make([]ColumnEdge, len(g.Edges)), Joined: nodesOf(g.Joined), Truncated: g.Truncated}
	for i, e := range g.Edges {
		a.Edges[i] = ColumnEdge{From: Column(e.From), To: Column(e.To), Execution: e.Execution}
		if json.Valid([]byte(e.Detail)) {
			a.Edges[i].Detail = json.RawMessage(e.Detail)
		}
	}
	return answer(w, a)
}
