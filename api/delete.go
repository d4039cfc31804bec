package api

import (
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// deletionEndpoints remove nodes of the graph: ML Metadata has no word for that.
func (h *Handler) deletionEndpoints() []endpoint {
	return []endpoint{{
		id: "deleteNode", method: "DELETE", path: "/nodes/{node}", group: changingGroup, permission: route.Delete,
		summary: "Remove a node for ever with all that hangs on it",
		detail:  "What its events and memberships join it to stays. Nodes of MLflow and OpenLineage are deleted by their own clients.",
		parameters: []parameter{
			nodeIn("node", "the node's number").onPath(),
			flagOf("members", "of a context: remove its artifacts and executions that belong to no other too"),
		},
		answer: DeletedAnswer{}, problems: []pedigree.Code{pedigree.NotFound, pedigree.BadState}, call: h.deleteNode,
	}}
}

// A DeletedAnswer says what went.
type DeletedAnswer struct {
	Deleted int `json:"deleted"` // nodes
}

// deleteNode removes a node, or a context with what belongs to it alone.
func (h *Handler) deleteNode(w http.ResponseWriter, r *request) error {
	if !r.flag("members") {
		if err := h.Graph.Delete(r.Context(), h.workspace(), r.node("node")); err != nil {
			return err
		}
		return answer(w, DeletedAnswer{Deleted: 1})
	}
	deleted, err := h.Graph.DeleteContext(r.Context(), h.workspace(), r.node("node"))
	if err != nil {
		return err
	}
	return answer(w, DeletedAnswer{Deleted: deleted})
}
