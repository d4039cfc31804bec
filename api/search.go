package api

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/query/mlflowql"
	"github.com/pedigree-ml/pedigree/search"
)

// A SearchAnswer is one page of what a search finds.
type SearchAnswer struct {
	Nodes  []FoundNode `json:"nodes"`
	Next   string      `json:"next,omitempty"`   // for the parameter page of the next page
	Counts []Count     `json:"counts,omitempty"` // where they were asked for, most frequent first
	Facets []Facet     `json:"facets,omitempty"` // as they were asked for
	Seen   int64       `json:"seen,omitempty"`   // how many nodes the facets count
	More   bool        `json:"more,omitempty"`   // there are more nodes than were counted: all numbers are the least, of the newest 10,000 of each kind
}

// A FoundNode is a node that a search finds, with the properties that were asked for.
type FoundNode struct {
	Node
	Properties []Property `json:"properties,omitempty"` // that it has of those; of a text at most 1,000 bytes
	Contexts   []Node     `json:"contexts,omitempty"`   // where they were asked for: at most 20 that it belongs to
}

// A Count says how many nodes that a search finds have a type and a state.
type Count struct {
	Kind  string `json:"kind" enum:"artifact,execution,context"`
	Type  string `json:"type"`
	State string `json:"state"`
	Nodes int64  `json:"nodes"`
}

// orders are what searches can be ordered by.
var orders = map[string]query.Attr{"id": query.Arrival, "created": query.Created, "updated": query.Updated}

// search finds nodes of every type and wire.
func (h *Handler) search(w http.ResponseWriter, r *request) error {
	q, err := h.searchQuery(r)
	if err != nil {
		return err
	}
	p, err := h.Search.Find(r.Context(), q)
	if err != nil {
		return err
	}
	a := SearchAnswer{Nodes: make([]FoundNode, len(p.Nodes)), More: p.More}
	for i := range p.Nodes {
		a.Nodes[i].Node = nodeOf(&p.Nodes[i])
		if p.Facts != nil {
			a.Nodes[i].Properties = propertiesOf(&p.Facts[i])
		}
		if p.In != nil {
			for j := range p.In[i] {
				a.Nodes[i].Contexts = append(a.Nodes[i].Contexts, nodeOf(&p.In[i][j]))
			}
		}
	}
	for _, c := range p.Counts {
		a.Counts = append(a.Counts, Count{c.Type.Kind.String(), c.Type.Name, c.State, c.Nodes})
	}
	if len(q.Facets) > 0 {
		a.Facets, a.Seen = facetsOf(p.Facets), p.Seen
	}
	if p.Next != nil {
		a.Next = pageAfter(p.Next, r.text("order_by"))
	}
	return answer(w, a)
}

const searchDetail = "A filter compares attributes (id, kind, type, name, state, uri, owner, uid, version, external_id, created, updated), params., tags., metrics., manifest., " +
	"properties. and the contexts of a node (context.name, context.type, context.id), joined by AND, OR, NOT and parentheses: " +
	"kind = 'artifact' AND (properties.split = 'train' OR tags.team = 'a'). A search that takes more than ten seconds is given up with 429."

func searchParameters() []parameter {
	return []parameter{
		textOf("filter", "a condition; none for any node"),
		textOf("words", "words that must all stand in a node; the last may be a beginning"),
		choiceOf("order_by", "the order, with a minus for the last first", "-updated", "updated", "-created", "created", "-id", "id"),
		limitOf(100, 1000),
		textOf("page", cursorWanted),
		flagOf("counts", "count what is found by type and state"),
		anyOf("facet", "count what is found by this", facetNames()...).several(),
		valuesParameter(),
		textOf("show", "a property to give of each node, such as split, params.lr or metrics.rmse").several(),
		flagOf("contexts", "give the contexts that each node belongs to"),
	}
}

func (h *Handler) searchQuery(r *request) (*search.Query, error) {
	order, desc := strings.CutPrefix(r.text("order_by"), "-")
	q := &search.Query{Workspace: h.workspace(), Words: r.text("words"), By: orders[order], Desc: desc, Limit: r.limit(), Count: r.flag("counts"), Values: int(r.number("facet_values")), Show: r.texts("show"), Contexts: r.flag("contexts")}
	for _, name := range r.texts("facet") {
		q.Facets = append(q.Facets, search.Facet(name))
	}
	var err error
	if q.Where, err = mlflowql.ParseNodes(r.text("filter")); err != nil {
		return nil, err
	}
	if page := r.text("page"); page != "" {
		q.After, err = readPage(page, r.text("order_by"))
	}
	return q, err
}

// pageAfter writes the place where a page ended.
func pageAfter(p *query.Place, order string) string {
	text := order + " " + strconv.FormatInt(int64(p.Key), 10) + " " + strconv.FormatInt(int64(p.ID), 10)
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

func readPage(page, order string) (*query.Place, error) {
	wrong := pedigree.Errorf(pedigree.Invalid, "The parameter page must be the next of a page of the same search")
	text, err := base64.RawURLEncoding.DecodeString(page)
	if err != nil {
		return nil, wrong
	}
	parts := strings.Split(string(text), " ")
	if len(parts) != 3 || parts[0] != order {
		return nil, wrong
	}
	key, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return nil, wrong
	}
	id, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return nil, wrong
	}
	return &query.Place{Key: pedigree.Time(key), ID: pedigree.NodeID(id)}, nil
}
