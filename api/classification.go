package api

import (
	"encoding/json"
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/route"
)

// classificationEndpoints tell what nodes of every protocol are classified as.
func (h *Handler) classificationEndpoints() []endpoint {
	return []endpoint{{
		id: "listClassifications", method: "GET", path: "/nodes/{node}/classifications", group: findingGroup, permission: route.Read,
		summary: "Tell what a node is classified as, and by which way it came to be",
		detail: "Its own classifications come first, then those carried to it from what it was made of or is tied to. " +
			"Classifications are put on nodes through Atlas's protocol.",
		parameters: []parameter{nodeIn("node", "the node's number").onPath()}, answer: ClassificationsAnswer{},
		problems: []pedigree.Code{pedigree.NotFound}, call: h.classifications,
	}, {
		id: "previewClassification", method: "GET", path: "/nodes/{node}/classifications/preview", group: findingGroup, permission: route.Read,
		summary: "Tell what a classification would be carried to if it were put on a node",
		detail: "Nothing is put there. It goes where a classification of the name goes now: along lineage and relationships, but past nothing that blocks it. " +
			"No more than 10000 are counted, and the first 100 of them are shown.",
		parameters: []parameter{nodeIn("node", "the node's number").onPath(), textOf("name", "of the classification").must()}, answer: PreviewAnswer{},
		problems: []pedigree.Code{pedigree.NotFound}, call: h.previewClassification,
	}}
}

// A PreviewAnswer holds what a classification would be carried to.
type PreviewAnswer struct {
	Nodes []PlacedNode `json:"nodes"` // the first, the nearest before others
	Types []TypeCount  `json:"types"` // of all, the most frequent first
	Count int          `json:"count"`
	More  bool         `json:"more"` // it would be carried to more than were counted
}

// A TypeCount is how many nodes there are of a type.
type TypeCount struct {
	Type     string `json:"type"`
	Protocol string `json:"protocol" enum:"mlflow,mlmd,openlineage,atlas"`
	Count    int    `json:"count"`
}

// previewClassification tells what a classification would be carried to.
func (h *Handler) previewClassification(w http.ResponseWriter, r *request) error {
	p, err := h.Classes.Preview(r.Context(), h.workspace(), r.node("node"), r.text("name"))
	if err != nil {
		return err
	}
	a := PreviewAnswer{Nodes: make([]PlacedNode, len(p.Nodes)), Types: make([]TypeCount, len(p.Types)), Count: p.Count, More: p.More}
	for i := range p.Nodes {
		a.Nodes[i] = h.placedNode(&p.Nodes[i])
	}
	for i := range p.Types {
		t := &p.Types[i]
		a.Types[i] = TypeCount{t.Type.Name, t.Type.Protocol(), t.Count}
	}
	return answer(w, a)
}

// A ClassificationsAnswer holds what a node is classified as.
type ClassificationsAnswer struct {
	GUID            string               `json:"guid"` // what Atlas's protocol knows the node by
	Classifications []NodeClassification `json:"classifications"`
}

// A NodeClassification is a classification that holds for a node.
type NodeClassification struct {
	Type           string         `json:"type"`
	Own            bool           `json:"own"` // somebody put it on the node itself
	Attributes     map[string]any `json:"attributes"`
	Validity       []any          `json:"validity,omitempty"` // periods in which it holds, as Atlas writes them; left out for ever
	Propagate      bool           `json:"propagate"`          // it is carried on
	RemoveOnDelete bool           `json:"remove_on_delete"`   // what it is carried to loses it with its node
	Source         PlacedNode     `json:"source"`             // the node that it was put on
	Way            []WayNode      `json:"way,omitempty"`      // from the source to the node, if it was carried
	Created        string         `json:"created" format:"date-time"`
}

// A PlacedNode is a node as a way shows it.
type PlacedNode struct {
	ID       pedigree.NodeID `json:"id"`
	Kind     string          `json:"kind" enum:"artifact,execution,context"`
	Type     string          `json:"type"`
	Protocol string          `json:"protocol" enum:"mlflow,mlmd,openlineage,atlas"` // through which it came
	Name     string          `json:"name"`
	UID      string          `json:"uid"`
	GUID     string          `json:"guid"` // what Atlas's protocol knows it by
	Version  string          `json:"version,omitempty"`
}

// A WayNode is one step of a way.
type WayNode struct {
	Node PlacedNode `json:"node"`
	By   string     `json:"by"` // what leads to it: input, output, derived, version, same, or the type of a relationship
}

func (h *Handler) placedNode(n *lineage.Node) PlacedNode {
	return PlacedNode{n.ID, n.Kind().String(), n.Type.Name, n.Type.Protocol(), n.Name, n.UID, h.guid(n.Type, n.UID, n.ID), n.Version}
}

// classifications tells what a node is classified as.
func (h *Handler) classifications(w http.ResponseWriter, r *request) error {
	node, found, err := h.Classes.Explain(r.Context(), h.workspace(), r.node("node"))
	if err != nil {
		return err
	}
	a := ClassificationsAnswer{GUID: h.guid(node.Type, node.UID, node.ID), Classifications: make([]NodeClassification, len(found))}
	for i := range found {
		if a.Classifications[i], err = h.nodeClassification(&found[i]); err != nil {
			return err
		}
	}
	return answer(w, a)
}

func (h *Handler) nodeClassification(e *carry.Explained) (NodeClassification, error) {
	c := NodeClassification{
		Type: e.Type, Own: e.Own, Attributes: map[string]any{}, Propagate: e.Propagate, RemoveOnDelete: e.RemoveOnDelete,
		Source: h.placedNode(&e.Source), Created: moment(e.Created),
	}
	if err := decode(e.Attributes, &c.Attributes); err != nil {
		return c, err
	}
	if err := decode(e.Validity, &c.Validity); err != nil {
		return c, err
	}
	for i := range e.Way {
		c.Way = append(c.Way, WayNode{h.placedNode(&e.Way[i].Node), e.Way[i].By})
	}
	return c, nil
}

// decode reads a JSON text of the store, which is empty for nothing.
func decode(text string, into any) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}
