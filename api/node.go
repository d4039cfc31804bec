package api

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/route"
)

// A Node is a node of the graph as every answer shows it.
type Node struct {
	ID        pedigree.NodeID `json:"id"`
	Kind      string          `json:"kind" enum:"artifact,execution,context"`
	Type      string          `json:"type"`
	Protocol  string          `json:"protocol" enum:"mlflow,mlmd,openlineage,atlas"` // through which it came
	Name      string          `json:"name"`
	URI       string          `json:"uri"`
	Workspace string          `json:"workspace"`
	UID       string          `json:"uid"`
	Version   string          `json:"version,omitempty"`
	State     string          `json:"state,omitempty"`
	Owner     string          `json:"owner,omitempty"`
	External  string          `json:"external_id,omitempty"`
	Created   string          `json:"created" format:"date-time"`
	Updated   string          `json:"updated,omitempty" format:"date-time"`
	Deleted   string          `json:"deleted,omitempty" format:"date-time"` // while it is in the bin
}

// workspaceName is what clients call the one workspace that there is.
const workspaceName = "default"

func nodeOf(n *pedigree.Node) Node {
	node := Node{
		ID: n.ID, Kind: n.Type.Kind.String(), Type: n.Type.Name, Protocol: n.Type.Protocol(), Name: n.Name, URI: n.URI, Workspace: workspaceName, UID: n.UID, Version: n.Version,
		State: n.State, Owner: n.Owner, External: n.External, Created: moment(n.Created), Updated: moment(n.Updated),
	}
	if !n.Live() {
		node.Deleted = moment(n.Deleted)
	}
	return node
}

// A Property is one fact about a node. Params, tags, metrics and the like stand
// under the name of their space: params.lr, metrics.rmse.
type Property struct {
	Key   string `json:"key"`
	Value any    `json:"value"` // text, a number, true or false; NaN and infinities are text, and so are forms that JSON has no word for
}

// A DetailedNode is a node with what is known of it.
type DetailedNode struct {
	Node
	GUID       string     `json:"guid"` // what Atlas's protocol knows it by
	Properties []Property `json:"properties"`
}

func propertiesOf(f *pedigree.Facts) []Property {
	all := make([]Property, 0, len(f.Properties)+len(f.Metrics))
	for i := range f.Properties {
		p := &f.Properties[i]
		all = append(all, Property{pedigree.QualifiedKey(p.Space, p.Key), valueOf(p)})
	}
	for _, m := range f.Metrics {
		all = append(all, Property{pedigree.QualifiedKey(pedigree.Metric, m.Key), number(m.Value)})
	}
	return all
}

func valueOf(p *pedigree.Property) any {
	switch p.Form {
	case pedigree.Int:
		return json.Number(strconv.FormatInt(p.Int, 10))
	case pedigree.Bool:
		return p.Int != 0
	case pedigree.Double:
		return number(p.Number)
	}
	return p.Value
}

func number(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return v
}

// refWanted says what a reference may be.
const refWanted = "a node's id, a URI, models:/name/version, models:/name@alias, runs:/id, mlmd:artifact/id, mlmd:execution/id, mlmd:context/id, openlineage:namespace/name or atlas:guid"

// refIn is a parameter that names nodes.
func refIn(name string) parameter { return textOf(name, refWanted).must() }

// findingEndpoints find nodes of every wire.
func (h *Handler) findingEndpoints() []endpoint {
	return []endpoint{{
		id: "getNodes", method: "GET", path: "/nodes", group: findingGroup, permission: route.Read,
		summary:    "Tell all about the nodes that a reference names",
		detail:     "A place can have many nodes, one for each protocol and version. Nodes in the bin are given where there are no others.",
		parameters: []parameter{refIn("ref")}, answer: NodesAnswer{}, problems: []pedigree.Code{pedigree.NotFound}, call: h.nodes,
	}, {
		id: "searchNodes", method: "GET", path: "/search", group: findingGroup, permission: route.Read,
		summary: "Find nodes of every type and protocol by a filter, by words, or both",
		detail:  searchDetail, parameters: searchParameters(), answer: SearchAnswer{}, problems: []pedigree.Code{pedigree.Exhausted}, call: h.search,
	}}
}

// A NodesAnswer holds the nodes that a reference names.
type NodesAnswer struct {
	Nodes []DetailedNode `json:"nodes"`
}

// nodes tells all about the nodes that a reference names.
func (h *Handler) nodes(w http.ResponseWriter, r *request) error {
	found, err := h.resolve(r, "ref")
	if err != nil {
		return err
	}
	nodes, facts, err := h.Search.Nodes(r.Context(), h.workspace(), idsOf(found))
	if err != nil {
		return err
	}
	a := NodesAnswer{Nodes: make([]DetailedNode, len(nodes))}
	for i := range nodes {
		n := &nodes[i]
		a.Nodes[i] = DetailedNode{nodeOf(n), h.guid(n.Type, n.UID, n.ID), propertiesOf(&facts[i])}
	}
	return answer(w, a)
}

// resolve finds the nodes that a parameter names.
func (h *Handler) resolve(r *request, parameter string) ([]lineage.Node, error) {
	return h.Lineage.Resolve(r.Context(), h.workspace(), h.fromGUID(r.text(parameter)))
}
