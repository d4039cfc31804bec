package api

import (
	"net/http"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// deletionRoutes remove nodes of the graph: ML Metadata has no word for that.
func (h *Handler) deletionRoutes() []route.Route {
	return []route.Route{{
		Method: "DELETE", Pattern: base + "/nodes/{node}", Permission: route.Delete, Body: route.NoBody,
		Handler: failing(h.deleteNode),
	}}
}

type deletedAnswer struct {
	Deleted int `json:"deleted"` // nodes
}

// deleteNode removes a node, and with members=true a context with what belongs
// to it alone.
func (h *Handler) deleteNode(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.ParseInt(r.PathValue("node"), 10, 64)
	if err != nil {
		return pedigree.Errorf(pedigree.Invalid, "A node is named by its number, the id that ML Metadata gives")
	}
	id := pedigree.NodeID(number)
	switch members := r.URL.Query().Get("members"); members {
	case "", "false":
		if err := h.Graph.Delete(r.Context(), h.workspace(), id); err != nil {
			return err
		}
		return answer(w, deletedAnswer{Deleted: 1})
	case "true":
		deleted, err := h.Graph.DeleteContext(r.Context(), h.workspace(), id)
		if err != nil {
			return err
		}
		return answer(w, deletedAnswer{Deleted: deleted})
	default:
		return pedigree.Errorf(pedigree.Invalid, "The parameter members must be true or false")
	}
}
