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
	Kind      string          `json:"kind"` // artifact, execution or context
	Type      string          `json:"type"`
	Name      string          `json:"name"`
	URI       string          `json:"uri"`
	Workspace string          `json:"workspace"`
	UID       string          `json:"uid"`
	Version   string          `json:"version,omitempty"`
	State     string          `json:"state,omitempty"`
	Owner     string          `json:"owner,omitempty"`
	External  string          `json:"external_id,omitempty"`
	Created   string          `json:"created"`
	Updated   string          `json:"updated,omitempty"`
	Deleted   string          `json:"deleted,omitempty"` // while it is in the bin
}

// workspaceName is what clients call the one workspace that there is.
const workspaceName = "default"

func nodeOf(n *pedigree.Node) Node {
	node := Node{
		ID: n.ID, Kind: n.Type.Kind.String(), Type: n.Type.Name, Name: n.Name, URI: n.URI, Workspace: workspaceName, UID: n.UID, Version: n.Version,
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

// graphRoutes tell of nodes of every wire.
func (h *Handler) graphRoutes() []route.Route {
	var routes []route.Route
	for _, o := range []struct {
		path string
		call func(http.ResponseWriter, *http.Request) error
	}{{"/nodes", h.nodes}, {"/search", h.search}, {"/lineage", h.lineage}, {"/impact", h.impact}, {"/provenance", h.provenance}, {"/diff", h.diff}, {"/path", h.path}} {
		routes = append(routes, route.Route{
			Method: "GET", Pattern: base + o.path, Permission: route.Read, Body: route.NoBody,
			Handler: failing(o.call),
		})
	}
	return routes
}

// A NodesAnswer holds the nodes that a reference names.
type NodesAnswer struct {
	Nodes []DetailedNode `json:"nodes"`
}

// nodes tells all about the nodes that a reference names.
func (h *Handler) nodes(w http.ResponseWriter, r *http.Request) error {
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
		a.Nodes[i] = DetailedNode{nodeOf(&nodes[i]), propertiesOf(&facts[i])}
	}
	return answer(w, a)
}

// resolve finds the nodes that a parameter names.
func (h *Handler) resolve(r *http.Request, parameter string) ([]lineage.Node, error) {
	ref := r.URL.Query().Get(parameter)
	if ref == "" {
		return nil, pedigree.Errorf(pedigree.Invalid, "The parameter %s is missing: a node's id, a URI, models:/name/version, runs:/id, mlmd:artifact/id or openlineage:namespace/name", parameter)
	}
	return h.Lineage.Resolve(r.Context(), h.workspace(), ref)
}
