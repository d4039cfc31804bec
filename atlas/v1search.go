package atlas

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/discovery"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/route"
)

func (h *Handler) v1SearchRoutes() []operation {
	const search = "/discovery/search"
	return []operation{
		{method: "GET", path: search, permission: route.Read, call: h.v1Search},
		{method: "GET", path: search + "/dsl", permission: route.Read, call: h.v1SearchDSL},
		{method: "GET", path: search + "/fulltext", permission: route.Read, call: h.v1SearchWords},
	}
}

// A v1Found is what a search of version 1 found.
type v1Found struct {
	RequestID string `json:"requestId"`
	QueryType string `json:"queryType"`
	Query     string `json:"query"`
	DataType  any    `json:"dataType"`
	Count     int    `json:"count"`
	Results   []any  `json:"results"`
}

// v1Page reads a page as version 1 bounds it; -1 says nothing.
func v1Page(q url.Values) (limit, offset int, err error) {
	if limit, err = number(q, "limit", -1); err != nil {
		return 0, 0, err
	}
	if offset, err = number(q, "offset", -1); err != nil {
		return 0, 0, err
	}
	switch {
	case limit != -1 && (limit < 1 || limit > 10_000):
		return 0, 0, fault.New(fault.BadRequest, "limit should be between 1 and 10000")
	case offset < -1:
		return 0, 0, fault.New(fault.BadRequest, "offset should not be negative")
	}
	return max(limit, 0), max(offset, 0), nil
}

// v1Search takes a text for the query language, or for words where it is no such query.
func (h *Handler) v1Search(w http.ResponseWriter, r *http.Request) error {
	found, err := h.v1FindDSL(w, r)
	if err != nil {
		found, err = h.v1FindWords(w, r)
	}
	if err != nil {
		return err
	}
	return answer(w, found)
}

func (h *Handler) v1SearchDSL(w http.ResponseWriter, r *http.Request) error {
	found, err := h.v1FindDSL(w, r)
	if err != nil {
		return err
	}
	return answer(w, found)
}

func (h *Handler) v1SearchWords(w http.ResponseWriter, r *http.Request) error {
	found, err := h.v1FindWords(w, r)
	if err != nil {
		return err
	}
	return answer(w, found)
}

func v1Query(r *http.Request) (string, error) {
	text := r.URL.Query().Get("query")
	if strings.TrimSpace(text) == "" {
		return "", fault.New(fault.BadRequest, "query cannot be null or empty")
	}
	return text, nil
}

func (h *Handler) v1FindDSL(w http.ResponseWriter, r *http.Request) (*v1Found, error) {
	text, err := v1Query(r)
	if err != nil {
		return nil, err
	}
	limit, offset, err := v1Page(r.URL.Query())
	if err != nil {
		return nil, err
	}
	found, err := h.Discovery.DSL(r.Context(), workspace, discovery.DSLQuery{Text: text, Limit: limit, Offset: offset})
	if err != nil {
		return nil, err
	}
	out := &v1Found{RequestID: requestID(w), QueryType: "dsl", Query: found.QueryText, Results: []any{}}
	for _, e := range found.Entities {
		one, err := h.v1Row(r, e)
		if err != nil {
			return nil, err
		}
		out.Results = append(out.Results, one)
	}
	if found.Attributes != nil {
		for _, values := range found.Attributes.Values {
			row := make(map[string]any, len(values))
			for i, name := range found.Attributes.Name {
				row[name] = values[i]
			}
			out.Results = append(out.Results, row)
		}
	}
	out.Count = len(out.Results)
	return out, nil
}

// v1Row writes an entity as searches of version 1 do: its attributes, and what it is
// under names with dollar signs.
func (h *Handler) v1Row(r *http.Request, e *catalog.Header) (map[string]any, error) {
	whole, _, err := h.Entities.Entity(r.Context(), workspace, catalog.Ref{GUID: e.GUID}, catalog.ReadOptions{NoReferred: true})
	if err != nil {
		return nil, err
	}
	row := make(map[string]any, len(whole.Attributes)+4)
	for name, value := range whole.Attributes {
		row[name] = v1SearchValue(value)
	}
	row["$typeName$"] = whole.TypeName
	row["$id$"] = map[string]any{"id": whole.GUID, "$typeName$": whole.TypeName, "version": whole.Version, "state": whole.Status}
	row["$systemAttributes$"] = map[string]any{
		"createdBy": whole.CreatedBy, "modifiedBy": whole.UpdatedBy, "createdTime": v1Date(whole.CreateTime), "modifiedTime": v1Date(whole.UpdateTime),
	}
	traits := make(map[string]any, len(whole.Classifications))
	for _, c := range whole.Classifications {
		trait := map[string]any{"$typeName$": c.TypeName}
		for name, value := range c.Attributes {
			trait[name] = v1SearchValue(value)
		}
		traits[c.TypeName] = trait
	}
	if len(traits) > 0 {
		row["$traits$"] = traits
	}
	return row, nil
}

// v1SearchValue writes references as searches of version 1 do.
func v1SearchValue(v any) any {
	switch v := v.(type) {
	case catalog.ObjectID:
		return map[string]any{"id": v.GUID, "$typeName$": v.Type, "version": 0}
	case *catalog.ObjectID:
		return map[string]any{"id": v.GUID, "$typeName$": v.Type, "version": 0}
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = v1SearchValue(v[i])
		}
		return list
	}
	return v
}

func (h *Handler) v1FindWords(w http.ResponseWriter, r *http.Request) (*v1Found, error) {
	text, err := v1Query(r)
	if err != nil {
		return nil, err
	}
	limit, offset, err := v1Page(r.URL.Query())
	if err != nil {
		return nil, err
	}
	found, err := h.Discovery.FullText(r.Context(), workspace, text, false, limit, offset)
	if err != nil {
		return nil, err
	}
	out := &v1Found{RequestID: requestID(w), QueryType: "full-text", Query: found.QueryText, Results: []any{}}
	for _, one := range found.FullText {
		out.Results = append(out.Results, map[string]any{"guid": one.Entity.GUID, "typeName": one.Entity.TypeName, "score": one.Score})
	}
	out.Count = len(out.Results)
	return out, nil
}
