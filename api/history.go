package api

import (
	"net/http"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// historyEndpoints tell what was done to nodes, by whom.
func (h *Handler) historyEndpoints() []endpoint {
	return []endpoint{{
		id: "listChanges", method: "GET", path: "/changes", group: changingGroup, permission: route.Read,
		summary: "Tell what was done to nodes, newest first",
		detail: "It tells of nodes that are gone too: the line deleted has in before what the node was, as JSON. What clients write is no line; " +
			"changes to models and versions, deletions, comments that were edited or removed, and what people say of artifacts by hand are.",
		parameters: []parameter{limitOf(100, 1000), cursorOf("before")}, answer: ChangesAnswer{}, call: h.changes,
	}, {
		id: "getNodeHistory", method: "GET", path: "/nodes/{node}/history", group: changingGroup, permission: route.Read,
		summary:    "Tell what was done to a node, oldest first, also when it is gone",
		parameters: []parameter{nodeIn("node", "the node's number").onPath(), limitOf(100, 1000), cursorOf("after")},
		answer:     ChangesAnswer{}, call: h.nodeHistory,
	}}
}

// A Change is one line of a history.
type Change struct {
	ID     int64           `json:"id"`
	Node   pedigree.NodeID `json:"node"`
	Time   string          `json:"time" format:"date-time"`
	Actor  string          `json:"actor"` // empty for the one local user
	What   string          `json:"what"`  // such as stage, alias, joined or deleted
	Before string          `json:"before"`
	After  string          `json:"after"`
	Reason string          `json:"reason"`
}

func changesOf(lines []pedigree.Change) []Change {
	all := make([]Change, len(lines))
	for i, l := range lines {
		all[i] = Change{l.ID, l.Node, moment(l.Time), l.Actor, l.What, l.Before, l.After, l.Reason}
	}
	return all
}

// A ChangesAnswer is one page of a history.
type ChangesAnswer struct {
	Changes []Change `json:"changes"`
	Next    string   `json:"next,omitempty"` // where the next page starts
}

// changes tells what was done to any node.
func (h *Handler) changes(w http.ResponseWriter, r *request) error {
	lines, err := h.Graph.Changes(r.Context(), h.workspace(), r.number("before"), r.limit())
	return answerChanges(w, r, lines, err)
}

// nodeHistory tells what was done to one node.
func (h *Handler) nodeHistory(w http.ResponseWriter, r *request) error {
	lines, err := h.Graph.History(r.Context(), h.workspace(), r.node("node"), r.number("after"), r.limit())
	return answerChanges(w, r, lines, err)
}

func answerChanges(w http.ResponseWriter, r *request, lines []pedigree.Change, err error) error {
	if err != nil {
		return err
	}
	a := ChangesAnswer{Changes: changesOf(lines)}
	if len(lines) == r.limit() {
		a.Next = strconv.FormatInt(lines[len(lines)-1].ID, 10)
	}
	return answer(w, a)
}
