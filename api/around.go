package api

import (
	"fmt"
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/route"
)

// aroundEndpoints tell what stands directly around one node.
func (h *Handler) aroundEndpoints() []endpoint {
	missing := []pedigree.Code{pedigree.NotFound}
	node := nodeIn("node", "the node's number").onPath()
	return []endpoint{{
		id: "getNodeContexts", method: "GET", path: "/nodes/{node}/contexts", group: findingGroup, permission: route.Read,
		summary:    "Tell which contexts a node belongs to",
		detail:     "The first 1,000 of them, its home too. What belongs to a context is found by a search with context.id = 17.",
		parameters: []parameter{node}, answer: ContextsAnswer{}, problems: missing, call: h.contexts,
	}, {
		id: "getNodeEvents", method: "GET", path: "/nodes/{node}/events", group: findingGroup, permission: route.Read,
		summary:    "Tell what an execution read and wrote, or what read and wrote an artifact",
		detail:     "What was read comes first, then what was written, each by the number of the node at the other end.",
		parameters: []parameter{node, limitOf(100, 1000), textOf("page", cursorWanted)}, answer: EventsAnswer{}, problems: missing, call: h.events,
	}}
}

// A ContextsAnswer holds the contexts of one node.
type ContextsAnswer struct {
	Contexts []Node `json:"contexts"`
}

// contexts tells what a node belongs to.
func (h *Handler) contexts(w http.ResponseWriter, r *request) error {
	found, err := h.Lineage.Contexts(r.Context(), h.workspace(), r.node("node"))
	if err != nil {
		return err
	}
	a := ContextsAnswer{Contexts: make([]Node, len(found))}
	for i := range found {
		a.Contexts[i] = nodeOf(&found[i])
	}
	return answer(w, a)
}

// An Event is one event of a node, with what is at its other end.
type Event struct {
	Direction string `json:"direction" enum:"input,output"`                   // the execution read the artifact, or wrote it
	Role      string `json:"role,omitempty" enum:"declared,internal,pending"` // where it is not simply read or written
	Time      string `json:"time,omitempty" format:"date-time"`
	Step      int64  `json:"step,omitempty"` // of the execution at that moment
	Path      []any  `json:"path,omitempty"` // keys and indexes that lead to the artifact in the whole of what was read or written
	Node      Node   `json:"node"`
}

var roleNames = map[pedigree.Role]string{pedigree.RoleDeclared: "declared", pedigree.RoleInternal: "internal", pedigree.RolePending: "pending"}

func eventOf(e *lineage.Encounter) Event {
	v := Event{Direction: "input", Role: roleNames[e.Role], Step: e.Step, Node: nodeOf(&e.Other)}
	if e.Time.Set() {
		v.Time = moment(e.Time)
	}
	if e.Direction == pedigree.Output {
		v.Direction = "output"
	}
	for _, step := range e.Path {
		if step.IsKey {
			v.Path = append(v.Path, step.Key)
		} else {
			v.Path = append(v.Path, step.Index)
		}
	}
	return v
}

// An EventsAnswer is one page of the events of a node.
type EventsAnswer struct {
	Events []Event `json:"events"`
	Next   string  `json:"next,omitempty"` // for the parameter page of the next page
}

// events tells what a node has met.
func (h *Handler) events(w http.ResponseWriter, r *request) error {
	after, err := readEventPlace(r.text("page"))
	if err != nil {
		return err
	}
	found, next, err := h.Lineage.Events(r.Context(), h.workspace(), r.node("node"), after, r.limit())
	if err != nil {
		return err
	}
	a := EventsAnswer{Events: make([]Event, len(found))}
	for i := range found {
		a.Events[i] = eventOf(&found[i])
	}
	if next != nil {
		a.Next = fmt.Sprintf("%d.%d.%d.%d", next.Direction, next.Node, next.Other, next.Given)
	}
	return answer(w, a)
}

func readEventPlace(page string) (*lineage.EventPlace, error) {
	if page == "" {
		return nil, nil
	}
	p := lineage.EventPlace{}
	if n, err := fmt.Sscanf(page, "%d.%d.%d.%d", &p.Direction, &p.Node, &p.Other, &p.Given); n != 4 || err != nil || p.Given < 0 {
		return nil, pedigree.Errorf(pedigree.Invalid, "The parameter page must be %s", cursorWanted)
	}
	return &p, nil
}
