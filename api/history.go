package api

import (
	"net/http"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/route"
)

// historyEndpoints tell what was done to nodes, by whom.
func (h *Handler) historyEndpoints() []endpoint {
	return []endpoint{{
		id: "listChanges", method: "GET", path: "/changes", group: changingGroup, permission: route.Read,
		summary: "Tell what was done to nodes, newest first",
		detail: "It tells of nodes that are gone too: the line deleted has in before what the node was, as JSON. What clients write is no line; " +
			"changes to models and versions, deletions, comments that were edited or removed, and what people say of artifacts by hand are. " +
			"With conditions a page may be short, or empty, and yet have a next one. " +
			"Who accepts application/x-ndjson gets all there is, each change a line, and last a line that says how many; without that one the answer was cut short.",
		parameters: []parameter{
			limitOf(100, 1000), cursorOf("before"), nodeIn("node", "only of this node"), textOf("actor", "only what somebody of this name did"),
			textOf("what", "only changes of this sort, such as stage, alias, joined or deleted"),
			anyOf("kind", "only of nodes of this kind; one that is gone counts in the line of its deletion alone", "artifact", "execution", "context"),
			textOf("type", "likewise only of this type"), momentOf("since", "only from then on"), momentOf("until", "only before then"),
		},
		answer: ChangesAnswer{}, lines: []any{Change{}, ChangesEnd{}}, call: h.changes,
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
	Actor  string          `json:"actor"`  // empty for the one local user
	Origin string          `json:"origin"` // protocol and address that it came by; empty where it is not known
	What   string          `json:"what"`   // such as stage, alias, joined or deleted
	Before string          `json:"before"`
	After  string          `json:"after"`
	Reason string          `json:"reason"`
	Of     *Node           `json:"of,omitempty"` // the node as it is now, in the list of all changes; absent where it is gone
}

func changesOf(lines []pedigree.Change) []Change {
	all := make([]Change, len(lines))
	for i, l := range lines {
		all[i] = Change{l.ID, l.Node, moment(l.Time), l.Actor, l.Origin, l.What, l.Before, l.After, l.Reason, nil}
	}
	return all
}

// A ChangesAnswer is one page of a history.
type ChangesAnswer struct {
	Changes []Change `json:"changes"`
	Next    string   `json:"next,omitempty"` // where the next page starts
}

// A ChangesEnd is the last line of a history that comes in lines: without it the
// answer was cut short.
type ChangesEnd struct {
	Changes int `json:"count_of_changes"`
}

// changes tells what was done to any node.
func (h *Handler) changes(w http.ResponseWriter, r *request) error {
	q := &graph.HistoryQuery{
		Workspace: h.workspace(), Before: r.number("before"), Node: r.node("node"), Actor: r.text("actor"), What: r.text("what"),
		Kind: kindNames[r.text("kind")], Type: r.text("type"), Since: r.moment("since"), Until: r.moment("until"), Limit: r.limit(),
	}
	if wantsLines(r) {
		return lines(w, func(tell func(any) error) (end ChangesEnd, err error) {
			err = h.Graph.EachChange(r.Context(), q, func(p *graph.HistoryPage) error {
				for _, c := range changesIn(p) {
					if err := tell(c); err != nil {
						return err
					}
					end.Changes++
				}
				return nil
			})
			return end, err
		})
	}
	page, err := h.Graph.Changes(r.Context(), q)
	if err != nil {
		return err
	}
	a := ChangesAnswer{Changes: changesIn(&page)}
	if page.Next != 0 {
		a.Next = strconv.FormatInt(page.Next, 10)
	}
	return answer(w, a)
}

// changesIn gives the lines of a page with their nodes.
func changesIn(p *graph.HistoryPage) []Change {
	all := changesOf(p.Lines)
	for i := range all {
		if n, there := p.Nodes[all[i].Node]; there {
			v := nodeOf(&n)
			all[i].Of = &v
		}
	}
	return all
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
