package atlas

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/pedigree-ml/pedigree/discovery"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/route"
)

func (h *Handler) searchRoutes() []operation {
	const search = v2 + "/search"
	return []operation{
		{method: "GET", path: search + "/dsl", permission: route.Read, call: h.searchDSL},
		{method: "POST", path: search + "/dsl/download/create_file", permission: route.Read, call: h.downloadDSL},
		{method: "GET", path: search + "/fulltext", permission: route.Read, call: h.searchWords},
		{method: "GET", path: search + "/basic", permission: route.Read, call: h.searchBasic},
		{method: "POST", path: search + "/basic", permission: route.Read, call: h.searchParameters},
		{method: "POST", path: search + "/basic/download/create_file", permission: route.Read, call: h.downloadBasic},
		{method: "GET", path: search + "/attribute", permission: route.Read, call: h.searchAttribute},
		{method: "GET", path: search + "/download/status", permission: route.Read, call: h.downloads},
		{method: "GET", path: search + "/download/{file}", permission: route.Read, call: h.download},
		{method: "GET", path: search + "/relations", permission: route.Read, call: h.searchRelations},
		{method: "POST", path: search + "/relations", permission: route.Read, call: h.searchRelationParameters},
		{method: "GET", path: search + "/relationship", permission: route.Read, call: h.searchRelated},
		{method: "GET", path: search + "/quick", permission: route.Read, call: h.searchQuick},
		{method: "POST", path: search + "/quick", permission: route.Read, call: h.searchQuickParameters},
		{method: "GET", path: search + "/suggestions", permission: route.Read, call: h.suggest},
		{method: "POST", path: search + "/saved", permission: route.Write, call: h.saveSearch},
		{method: "PUT", path: search + "/saved", permission: route.Write, call: h.updateSearch},
		{method: "GET", path: search + "/saved", permission: route.Read, call: h.savedSearches},
		{method: "GET", path: search + "/saved/{name}", permission: route.Read, call: h.savedSearch},
		{method: "DELETE", path: search + "/saved/{guid}", permission: route.Write, call: h.deleteSearch, noBody: true},
		{method: "GET", path: search + "/saved/execute/{name}", permission: route.Read, call: h.executeSearch},
		{method: "GET", path: search + "/saved/execute/guid/{guid}", permission: route.Read, call: h.executeSearchByGUID},
	}
}

// page reads how many results are wanted, and from which on.
func page(q url.Values) (limit, offset int, err error) {
	if limit, err = number(q, "limit", 0); err != nil {
		return 0, 0, err
	}
	offset, err = number(q, "offset", 0)
	return limit, offset, err
}

func (h *Handler) searchDSL(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	limit, offset, err := page(q)
	if err != nil {
		return err
	}
	found, err := h.Discovery.DSL(r.Context(), workspace, discovery.DSLQuery{
		Text: q.Get("query"), TypeName: q.Get("typeName"), Classification: q.Get("classification"), Limit: limit, Offset: offset,
	})
	if err != nil {
		return err
	}
	return answer(w, found)
}

func (h *Handler) searchWords(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	limit, offset, err := page(q)
	if err != nil {
		return err
	}
	found, err := h.Discovery.FullText(r.Context(), workspace, q.Get("query"), flag(q, "excludeDeletedEntities", false), limit, offset)
	if err != nil {
		return err
	}
	return answer(w, found)
}

// parametersOf reads search parameters from a query.
func parametersOf(q url.Values) (*discovery.Parameters, error) {
	p := discovery.NewParameters()
	var err error
	if p.Limit, p.Offset, err = page(q); err != nil {
		return nil, err
	}
	p.Query, p.TypeName, p.Classification = q.Get("query"), q.Get("typeName"), q.Get("classification")
	p.RelationshipName = q.Get("relationshipName")
	p.SortBy, p.SortOrder, p.Marker = q.Get("sortBy"), q.Get("sortOrder"), q.Get("marker")
	p.ExcludeDeleted = flag(q, "excludeDeletedEntities", false)
	p.ClassificationAttributes = flag(q, "includeClassificationAttributes", false)
	for _, list := range q["attributes"] {
		for name := range strings.SplitSeq(list, ",") {
			if name != "" {
				p.Attributes = append(p.Attributes, name)
			}
		}
	}
	return p, nil
}

func (h *Handler) searchBasic(w http.ResponseWriter, r *http.Request) error {
	p, err := parametersOf(r.URL.Query())
	if err != nil {
		return err
	}
	return h.basic(w, r, p)
}

func (h *Handler) searchParameters(w http.ResponseWriter, r *http.Request) error {
	p := discovery.NewParameters()
	if err := decode(r, p); err != nil {
		return err
	}
	return h.basic(w, r, p)
}

func (h *Handler) basic(w http.ResponseWriter, r *http.Request, p *discovery.Parameters) error {
	found, err := h.Discovery.Basic(r.Context(), workspace, p)
	if err != nil {
		return err
	}
	return answer(w, found)
}

func (h *Handler) searchAttribute(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	limit, offset, err := page(q)
	if err != nil {
		return err
	}
	found, err := h.Discovery.AttributePrefix(r.Context(), workspace, q.Get("typeName"), q.Get("attrName"), q.Get("attrValuePrefix"), limit, offset)
	if err != nil {
		return err
	}
	return answer(w, found)
}

func (h *Handler) searchRelations(w http.ResponseWriter, r *http.Request) error {
	p, err := parametersOf(r.URL.Query())
	if err != nil {
		return err
	}
	return h.relations(w, r, p)
}

func (h *Handler) searchRelationParameters(w http.ResponseWriter, r *http.Request) error {
	p := discovery.NewParameters()
	if err := decode(r, p); err != nil {
		return err
	}
	return h.relations(w, r, p)
}

func (h *Handler) relations(w http.ResponseWriter, r *http.Request, p *discovery.Parameters) error {
	found, err := h.Discovery.Relations(r.Context(), workspace, p)
	if err != nil {
		return err
	}
	return answer(w, found)
}

func (h *Handler) searchRelated(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p, err := parametersOf(q)
	if err != nil {
		return err
	}
	found, err := h.Discovery.Related(r.Context(), workspace, &discovery.Related{
		GUID: q.Get("guid"), Relation: q.Get("relation"), Count: flag(q, "getApproximateCount", false),
		Unsorted: flag(q, "disableDefaultSorting", false), Parameters: *p,
	})
	if err != nil {
		return err
	}
	return answer(w, found)
}

func (h *Handler) searchQuick(w http.ResponseWriter, r *http.Request) error {
	p, err := parametersOf(r.URL.Query())
	if err != nil {
		return err
	}
	return h.quick(w, r, p)
}

func (h *Handler) searchQuickParameters(w http.ResponseWriter, r *http.Request) error {
	p := discovery.NewParameters()
	if err := decode(r, p); err != nil {
		return err
	}
	return h.quick(w, r, p)
}

func (h *Handler) quick(w http.ResponseWriter, r *http.Request, p *discovery.Parameters) error {
	found, err := h.Discovery.Quick(r.Context(), workspace, p)
	if err != nil {
		return err
	}
	return answer(w, found)
}

func (h *Handler) suggest(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	found, err := h.Discovery.Suggest(r.Context(), workspace, q.Get("prefixString"), q.Get("fieldName"))
	if err != nil {
		return err
	}
	return answer(w, found)
}

// savedOf reads a search that is to be kept.
func savedOf(r *http.Request) (*discovery.SavedSearch, error) {
	one := &discovery.SavedSearch{Parameters: discovery.NewParameters()}
	return one, decode(r, one)
}

func (h *Handler) saveSearch(w http.ResponseWriter, r *http.Request) error {
	one, err := savedOf(r)
	if err != nil {
		return err
	}
	if one, err = h.Discovery.SaveSearch(r.Context(), workspace, one); err != nil {
		return err
	}
	return answer(w, one)
}

func (h *Handler) updateSearch(w http.ResponseWriter, r *http.Request) error {
	one, err := savedOf(r)
	if err != nil {
		return err
	}
	if one, err = h.Discovery.UpdateSearch(r.Context(), workspace, one); err != nil {
		return err
	}
	return answer(w, one)
}

func (h *Handler) savedSearches(w http.ResponseWriter, r *http.Request) error {
	all, err := h.Discovery.SavedSearches(r.Context(), workspace, r.URL.Query().Get("user"))
	if err != nil {
		return err
	}
	return answer(w, all)
}

func (h *Handler) namedSearch(r *http.Request) (*discovery.SavedSearch, error) {
	return h.Discovery.SavedSearch(r.Context(), workspace, r.URL.Query().Get("user"), r.PathValue("name"))
}

func (h *Handler) savedSearch(w http.ResponseWriter, r *http.Request) error {
	one, err := h.namedSearch(r)
	if err != nil {
		return err
	}
	return answer(w, one)
}

func (h *Handler) deleteSearch(w http.ResponseWriter, r *http.Request) error {
	if err := h.Discovery.DeleteSearch(r.Context(), workspace, r.PathValue("guid")); err != nil {
		return err
	}
	return done(w)
}

func (h *Handler) executeSearch(w http.ResponseWriter, r *http.Request) error {
	one, err := h.namedSearch(r)
	if err != nil {
		return err
	}
	return h.execute(w, r, one)
}

func (h *Handler) executeSearchByGUID(w http.ResponseWriter, r *http.Request) error {
	one, err := h.Discovery.SavedSearchByGUID(r.Context(), workspace, r.PathValue("guid"))
	if err != nil {
		return err
	}
	return h.execute(w, r, one)
}

func (h *Handler) execute(w http.ResponseWriter, r *http.Request, one *discovery.SavedSearch) error {
	found, err := h.Discovery.Execute(r.Context(), workspace, one)
	if err != nil {
		return err
	}
	return answer(w, found)
}

// A fileRequest asks for a file of results.
type fileRequest struct {
	Parameters *discovery.Parameters `json:"searchParameters"`
	Labels     map[string]string     `json:"attributeLabelMap"`
}

func fileRequestOf(r *http.Request) (*fileRequest, error) {
	f := &fileRequest{Parameters: discovery.NewParameters()}
	if err := decode(r, f); err != nil {
		return nil, err
	}
	if f.Parameters == nil {
		return nil, fault.New(fault.InvalidSearchParams)
	}
	return f, nil
}

func (h *Handler) downloadBasic(w http.ResponseWriter, r *http.Request) error {
	f, err := fileRequestOf(r)
	if err != nil {
		return err
	}
	if err := h.Discovery.DownloadBasic(r.Context(), workspace, f.Parameters, f.Labels); err != nil {
		return err
	}
	return done(w)
}

func (h *Handler) downloadDSL(w http.ResponseWriter, r *http.Request) error {
	f, err := fileRequestOf(r)
	if err != nil {
		return err
	}
	p := f.Parameters
	err = h.Discovery.DownloadDSL(r.Context(), workspace, discovery.DSLQuery{
		Text: p.Query, TypeName: p.TypeName, Classification: p.Classification, Limit: p.Limit, Offset: p.Offset,
	})
	if err != nil {
		return err
	}
	return done(w)
}

// downloadStatus lists the files that a user can fetch.
type downloadStatus struct {
	Records []*discovery.Download `json:"searchDownloadRecords"`
}

func (h *Handler) downloads(w http.ResponseWriter, r *http.Request) error {
	return answer(w, downloadStatus{h.Discovery.Downloads(r.Context())})
}

func (h *Handler) download(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	content, ok := h.Discovery.Download(r.Context(), name)
	if !ok {
		return done(w)
	}
	header := w.Header()
	header.Set("Content-Type", "application/octet-stream")
	header.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(content) // there is nobody left to tell
	return nil
}
