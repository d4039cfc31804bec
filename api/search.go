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
	Nodes  []Node  `json:"nodes"`
	Next   string  `json:"next,omitempty"`   // for the parameter page of the next page
	Counts []Count `json:"counts,omitempty"` // where they were asked for, most frequent first
	More   bool    `json:"more,omitempty"`   // there is more than was counted
}

// A Count says how many nodes that a search finds have a type and a state.
type Count struct {
	Kind  string `json:"kind"`
	Type  string `json:"type"`
	State string `json:"state"`
	Nodes int64  `json:"nodes"`
}

// orders are what searches can be ordered by; a leading minus turns them round.
var orders = map[string]query.Attr{"id": query.Arrival, "created": query.Created, "updated": query.Updated}

// search finds nodes of every type and wire.
func (h *Handler) search(w http.ResponseWriter, r *http.Request) error {
	q, err := h.searchQuery(r)
	if err != nil {
		return err
	}
	p, err := h.Search.Find(r.Context(), q)
	if err != nil {
		return err
	}
	a := SearchAnswer{Nodes: make([]Node, len(p.Nodes)), More: p.More}
	for i := range p.Nodes {
		a.Nodes[i] = nodeOf(&p.Nodes[i])
	}
	for _, c := range p.Counts {
		a.Counts = append(a.Counts, Count{c.Type.Kind.String(), c.Type.Name, c.State, c.Nodes})
	}
	if p.Next != nil {
		a.Next = pageAfter(p.Next, orderName(q))
	}
	return answer(w, a)
}

func (h *Handler) searchQuery(r *http.Request) (*search.Query, error) {
	values := r.URL.Query()
	q := &search.Query{Workspace: h.workspace(), Words: values.Get("words"), By: query.Updated, Desc: true, Count: values.Get("counts") == "true"}
	var err error
	if q.Limit, err = pageSize(r, 100, 1000); err != nil {
		return nil, err
	}
	if q.Where, err = mlflowql.ParseNodes(values.Get("filter")); err != nil {
		return nil, err
	}
	if order := values.Get("order_by"); order != "" {
		name, desc := strings.CutPrefix(order, "-")
		by, ok := orders[name]
		if !ok {
			return nil, pedigree.Errorf(pedigree.Invalid, "The parameter order_by must be id, created or updated, with a minus before it for the newest first")
		}
		q.By, q.Desc = by, desc
	}
	if page := values.Get("page"); page != "" {
		q.After, err = readPage(page, orderName(q))
	}
	return q, err
}

// orderName names the order of a search, which its pages belong to.
func orderName(q *search.Query) string {
	for name, by := range orders {
		if by == q.By && q.Desc {
			return "-" + name
		} else if by == q.By {
			return name
		}
	}
	return ""
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
