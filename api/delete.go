package api

import (
	"context"
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/route"
)

// deletionEndpoints remove nodes of the graph: ML Metadata has no word for that.
func (h *Handler) deletionEndpoints() []endpoint {
	return []endpoint{{
		id: "deleteNode", method: "DELETE", path: "/nodes/{node}", group: changingGroup, permission: route.Delete,
		summary: "Remove a node for ever with all that hangs on it, or tell what would go",
		detail: "What its events, memberships and relations join it to stays. Nodes of MLflow and OpenLineage are deleted by their own clients. Each node that goes leaves a line in the " +
			"history. A dry run is refused for the same reasons. Members go in steps: where that is cut short the context is still there, and can be deleted again.",
		parameters: []parameter{
			nodeIn("node", "the node's number").onPath(),
			flagOf("members", "of a context: remove its artifacts and executions that belong to no other too"),
			flagOf("dry_run", "change nothing, but tell what would go"),
			named(limitOf(100, 1000), "how many nodes to name; all are counted"), reasonParameter(),
		},
		answer: DeletedAnswer{}, problems: []pedigree.Code{pedigree.NotFound, pedigree.BadState}, call: h.deleteNode,
	}}
}

// A DeletedAnswer says what went, or would go.
type DeletedAnswer struct {
	DryRun  bool     `json:"dry_run"` // nothing was changed
	Deleted int      `json:"deleted"` // nodes
	Nodes   []Node   `json:"nodes"`   // the first of them, at most limit: members by kind and arrival, last the node itself
	With    Attached `json:"with"`
}

// Attached counts what goes with nodes. What ties two of them counts once.
type Attached struct {
	Properties  int64 `json:"properties"`
	Events      int64 `json:"events"`
	Memberships int64 `json:"memberships"`
	Relations   int64 `json:"relations"` // what was derived, joined or split
	Files       int64 `json:"files"`     // known to the records; no bytes are removed
	Locations   int64 `json:"locations"`
	Comments    int64 `json:"comments"`
}

// deleteNode removes a node, and of a context what belongs to it alone if asked
// to, or tells what that would be.
func (h *Handler) deleteNode(w http.ResponseWriter, r *request) error {
	dry := r.flag("dry_run")
	remove := h.Graph.Delete
	if dry {
		remove = h.Graph.Preview
	}
	d := graph.Deletion{Workspace: h.workspace(), Node: r.node("node"), Members: r.flag("members"), List: r.limit()}
	gone, err := remove(explained(r), d)
	if err != nil {
		return err
	}
	a := DeletedAnswer{DryRun: dry, Deleted: gone.Count, Nodes: make([]Node, len(gone.Nodes)), With: Attached(gone.With)}
	for i := range gone.Nodes {
		a.Nodes[i] = nodeOf(&gone.Nodes[i])
	}
	return answer(w, a)
}

// explained is the context of a request that changes something, with the reason
// that the client gives.
func explained(r *request) context.Context {
	who := pedigree.ActorOf(r.Context())
	who.Reason = r.text("reason")
	return pedigree.WithActor(r.Context(), who)
}
