package atlas

import (
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/glossary"
	"github.com/pedigree-ml/pedigree/route"
)

// glossaryRoutes are the operations on glossaries, terms and categories.
func (h *Handler) glossaryRoutes() []operation {
	const (
		root     = v2 + "/glossary"
		term     = root + "/term/{guid}"
		terms    = root + "/terms/{guid}"
		category = root + "/category/{guid}"
		entities = terms + "/assignedEntities"
	)
	gets := map[string]call{"detailed": h.detailedGlossary, "terms": h.glossaryTerms, "categories": h.glossaryCategories}
	return []operation{
		{method: "GET", path: root, permission: route.Read, call: h.glossaries},
		{method: "POST", path: root, permission: route.Write, call: h.createGlossary},
		{method: "GET", path: root + "/{guid}", permission: route.Read, call: h.glossary},
		{method: "PUT", path: root + "/{guid}", permission: route.Write, call: h.updateGlossary},
		{method: "DELETE", path: root + "/{guid}", permission: route.Delete, call: h.deleteGlossary, noBody: true},
		{method: "GET", path: root + "/{guid}/{last}", permission: route.Read, call: byLast(gets)},
		{method: "PUT", path: root + "/{guid}/{last}", permission: route.Write, call: byLast(map[string]call{"partial": h.patchGlossary})},
		{method: "GET", path: root + "/{guid}/terms/headers", permission: route.Read, call: h.glossaryTermHeaders},
		{method: "GET", path: root + "/{guid}/categories/headers", permission: route.Read, call: h.glossaryCategoryHeaders},

		{method: "POST", path: root + "/term", permission: route.Write, call: h.createTerm},
		{method: "POST", path: root + "/terms", permission: route.Write, call: h.createTerms},
		{method: "GET", path: term, permission: route.Read, call: h.term},
		{method: "PUT", path: term, permission: route.Write, call: h.updateTerm},
		{method: "DELETE", path: term, permission: route.Delete, call: h.deleteTerm, noBody: true},
		{method: "PUT", path: term + "/partial", permission: route.Write, call: h.patchTerm},
		{method: "GET", path: terms + "/related", permission: route.Read, call: h.relatedTerms},
		{method: "GET", path: entities, permission: route.Read, call: h.assignedEntities},
		{method: "POST", path: entities, permission: route.Write, call: h.assignTerm},
		{method: "PUT", path: entities, permission: route.Write, call: h.dissociateTerm},
		{method: "DELETE", path: entities, permission: route.Write, call: h.dissociateTerm},

		{method: "POST", path: root + "/category", permission: route.Write, call: h.createCategory},
		{method: "POST", path: root + "/categories", permission: route.Write, call: h.createCategories},
		{method: "GET", path: category, permission: route.Read, call: h.category},
		{method: "PUT", path: category, permission: route.Write, call: h.updateCategory},
		{method: "DELETE", path: category, permission: route.Delete, call: h.deleteCategory, noBody: true},
		{method: "PUT", path: category + "/partial", permission: route.Write, call: h.patchCategory},
		{method: "GET", path: category + "/terms", permission: route.Read, call: h.categoryTerms},
		{method: "GET", path: category + "/related", permission: route.Read, call: h.relatedCategories},

		{method: "GET", path: root + "/import/template", permission: route.Read, call: h.glossaryTemplate},
		{method: "POST", path: root + "/import", permission: route.Write, call: h.importGlossary, body: route.BytesBody, maxBody: maxUpload},
		{method: "POST", path: root + "/search", permission: route.Read, call: h.searchGlossary},
		{method: "POST", path: root + "/download/create_file", permission: route.Read, call: h.createGlossaryFile},
		{method: "POST", path: root + "/create_file", permission: route.Read, call: h.createGlossaryFile},
		{method: "GET", path: root + "/download/status", permission: route.Read, call: h.glossaryFiles},
		{method: "GET", path: root + "/download/{filename}", permission: route.Read, call: h.downloadGlossaryFile},
	}
}

// pageOf reads which part of a list is asked for.
func pageOf(r *http.Request) (p glossary.Page, err error) {
	q := r.URL.Query()
	if p.Limit, err = number(q, "limit", -1); err != nil {
		return p, err
	}
	p.Offset, err = number(q, "offset", 0)
	p.Desc = q.Get("sort") == "DESC"
	return p, err
}

// listed answers with a list, which is there also where it is empty.
func listed[T any](w http.ResponseWriter, all []T, err error) error {
	if err != nil {
		return err
	}
	if all == nil {
		all = []T{}
	}
	return answer(w, all)
}

// answered answers with what a rule gave.
func answered[T any](w http.ResponseWriter, m T, err error) error {
	if err != nil {
		return err
	}
	return answer(w, m)
}

// emptied answers that something is done.
func emptied(w http.ResponseWriter, err error) error {
	if err != nil {
		return err
	}
	return done(w)
}

func (h *Handler) glossaries(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	all, err := h.Glossaries.Glossaries(r.Context(), workspace, p)
	return listed(w, all, err)
}

func (h *Handler) createGlossary(w http.ResponseWriter, r *http.Request) error {
	var g *glossary.Glossary
	if err := decode(r, &g); err != nil {
		return err
	}
	g, err := h.Glossaries.CreateGlossary(r.Context(), workspace, g)
	return answered(w, g, err)
}

func (h *Handler) glossary(w http.ResponseWriter, r *http.Request) error {
	g, err := h.Glossaries.Glossary(r.Context(), workspace, r.PathValue("guid"))
	return answered(w, g, err)
}

func (h *Handler) detailedGlossary(w http.ResponseWriter, r *http.Request) error {
	g, err := h.Glossaries.DetailedGlossary(r.Context(), workspace, r.PathValue("guid"))
	return answered(w, g, err)
}

func (h *Handler) updateGlossary(w http.ResponseWriter, r *http.Request) error {
	var g glossary.Glossary
	if err := decode(r, &g); err != nil {
		return err
	}
	g.GUID = r.PathValue("guid")
	changed, err := h.Glossaries.UpdateGlossary(r.Context(), workspace, &g)
	return answered(w, changed, err)
}

func (h *Handler) patchGlossary(w http.ResponseWriter, r *http.Request) error {
	var changes map[string]string
	if err := decode(r, &changes); err != nil {
		return err
	}
	changed, err := h.Glossaries.PatchGlossary(r.Context(), workspace, r.PathValue("guid"), changes)
	return answered(w, changed, err)
}

func (h *Handler) deleteGlossary(w http.ResponseWriter, r *http.Request) error {
	return emptied(w, h.Glossaries.DeleteGlossary(r.Context(), workspace, r.PathValue("guid")))
}

func (h *Handler) glossaryTerms(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	all, err := h.Glossaries.Terms(r.Context(), workspace, r.PathValue("guid"), p)
	return listed(w, all, err)
}

func (h *Handler) glossaryTermHeaders(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	all, err := h.Glossaries.TermHeaders(r.Context(), workspace, r.PathValue("guid"), p)
	return listed(w, all, err)
}

func (h *Handler) glossaryCategories(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	all, err := h.Glossaries.Categories(r.Context(), workspace, r.PathValue("guid"), p)
	return listed(w, all, err)
}

func (h *Handler) glossaryCategoryHeaders(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	all, err := h.Glossaries.CategoryHeaders(r.Context(), workspace, r.PathValue("guid"), p)
	return listed(w, all, err)
}

func (h *Handler) createTerm(w http.ResponseWriter, r *http.Request) error {
	var t *glossary.Term
	if err := decode(r, &t); err != nil {
		return err
	}
	made, err := h.Glossaries.CreateTerms(r.Context(), workspace, []*glossary.Term{t})
	if err != nil {
		return err
	}
	return answer(w, made[0])
}

func (h *Handler) createTerms(w http.ResponseWriter, r *http.Request) error {
	var terms []*glossary.Term
	if err := decode(r, &terms); err != nil {
		return err
	}
	made, err := h.Glossaries.CreateTerms(r.Context(), workspace, terms)
	return listed(w, made, err)
}

func (h *Handler) term(w http.ResponseWriter, r *http.Request) error {
	t, err := h.Glossaries.Term(r.Context(), workspace, r.PathValue("guid"))
	return answered(w, t, err)
}

func (h *Handler) updateTerm(w http.ResponseWriter, r *http.Request) error {
	var t glossary.Term
	if err := decode(r, &t); err != nil {
		return err
	}
	t.GUID = r.PathValue("guid")
	changed, err := h.Glossaries.UpdateTerm(r.Context(), workspace, &t)
	return answered(w, changed, err)
}

func (h *Handler) patchTerm(w http.ResponseWriter, r *http.Request) error {
	var changes map[string]string
	if err := decode(r, &changes); err != nil {
		return err
	}
	changed, err := h.Glossaries.PatchTerm(r.Context(), workspace, r.PathValue("guid"), changes)
	return answered(w, changed, err)
}

func (h *Handler) deleteTerm(w http.ResponseWriter, r *http.Request) error {
	return emptied(w, h.Glossaries.DeleteTerm(r.Context(), workspace, r.PathValue("guid")))
}

func (h *Handler) relatedTerms(w http.ResponseWriter, r *http.Request) error {
	if _, err := pageOf(r); err != nil {
		return err
	}
	t, err := h.Glossaries.Term(r.Context(), workspace, r.PathValue("guid"))
	if err != nil {
		return err
	}
	return answer(w, t.Related())
}

func (h *Handler) assignedEntities(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	all, err := h.Glossaries.Assigned(r.Context(), workspace, r.PathValue("guid"), p)
	return listed(w, all, err)
}

func (h *Handler) assignTerm(w http.ResponseWriter, r *http.Request) error {
	var to []catalog.RelatedID
	if err := decode(r, &to); err != nil {
		return err
	}
	return emptied(w, h.Glossaries.Assign(r.Context(), workspace, r.PathValue("guid"), to))
}

func (h *Handler) dissociateTerm(w http.ResponseWriter, r *http.Request) error {
	var from []catalog.RelatedID
	if err := decode(r, &from); err != nil {
		return err
	}
	return emptied(w, h.Glossaries.Dissociate(r.Context(), workspace, r.PathValue("guid"), from))
}

func (h *Handler) createCategory(w http.ResponseWriter, r *http.Request) error {
	var c *glossary.Category
	if err := decode(r, &c); err != nil {
		return err
	}
	made, err := h.Glossaries.CreateCategories(r.Context(), workspace, []*glossary.Category{c})
	if err != nil {
		return err
	}
	return answer(w, made[0])
}

func (h *Handler) createCategories(w http.ResponseWriter, r *http.Request) error {
	var categories []*glossary.Category
	if err := decode(r, &categories); err != nil {
		return err
	}
	made, err := h.Glossaries.CreateCategories(r.Context(), workspace, categories)
	return listed(w, made, err)
}

func (h *Handler) category(w http.ResponseWriter, r *http.Request) error {
	c, err := h.Glossaries.Category(r.Context(), workspace, r.PathValue("guid"))
	return answered(w, c, err)
}

func (h *Handler) updateCategory(w http.ResponseWriter, r *http.Request) error {
	var c glossary.Category
	if err := decode(r, &c); err != nil {
		return err
	}
	c.GUID = r.PathValue("guid")
	changed, err := h.Glossaries.UpdateCategory(r.Context(), workspace, &c)
	return answered(w, changed, err)
}

func (h *Handler) patchCategory(w http.ResponseWriter, r *http.Request) error {
	var changes map[string]string
	if err := decode(r, &changes); err != nil {
		return err
	}
	changed, err := h.Glossaries.PatchCategory(r.Context(), workspace, r.PathValue("guid"), changes)
	return answered(w, changed, err)
}

func (h *Handler) deleteCategory(w http.ResponseWriter, r *http.Request) error {
	return emptied(w, h.Glossaries.DeleteCategory(r.Context(), workspace, r.PathValue("guid")))
}

func (h *Handler) categoryTerms(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	all, err := h.Glossaries.CategoryTerms(r.Context(), workspace, r.PathValue("guid"), p)
	return listed(w, all, err)
}

func (h *Handler) relatedCategories(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	parent, children, err := h.Glossaries.Related(r.Context(), workspace, r.PathValue("guid"), p)
	if err != nil {
		return err
	}
	related := make(map[string][]glossary.RelatedCategory)
	if parent != nil {
		related["parent"] = []glossary.RelatedCategory{*parent}
	}
	if len(children) > 0 {
		related["children"] = children
	}
	return answer(w, related)
}

// userOf names who sends a request.
func userOf(r *http.Request) string {
	if name := pedigree.ActorOf(r.Context()).Name; name != "" {
		return name
	}
	return catalog.LocalUser
}

// A glossarySearch asks for terms and categories, or for a file of them.
type glossarySearch struct {
	Limit    *int   `json:"limit"`
	Offset   int    `json:"offset"`
	SortBy   string `json:"sortBy"`
	Order    string `json:"sortOrder"` // ASCENDING or DESCENDING
	Glossary struct {
		Name string `json:"name"`
		GUID string `json:"guid"`
	} `json:"glossary"`
	Kind           string `json:"glossaryType"` // ALL, TERM or CATEGORY
	Status         string `json:"status"`
	Classification string `json:"classificationContains"`
	Query          string `json:"searchQuery"`

	// Of files only.
	Format         string          `json:"format"` // CSV or XLSX
	Mode           string          `json:"mode"`   // AUDIT or IMPORT_COMPATIBLE
	RecordType     string          `json:"recordType"`
	GlossaryGUID   string          `json:"glossaryGuid"`
	GlossaryGUIDs  []string        `json:"glossaryGuids"`
	StatusContains string          `json:"statusContains"`
	Stamp          string          `json:"exportTimestamp"`
	Export         *glossarySearch `json:"exportParameters"` // in place of all
}

// filter says the same as the rules do.
func (s *glossarySearch) filter() *glossary.Filter {
	f := &glossary.Filter{
		GlossaryName: s.Glossary.Name, Status: s.Status + s.StatusContains, Classification: s.Classification, Query: s.Query,
		SortBy: s.SortBy, Desc: strings.HasPrefix(s.Order, "DESC"), Glossaries: s.GlossaryGUIDs,
	}
	for _, guid := range []string{s.Glossary.GUID, s.GlossaryGUID} {
		if guid != "" {
			f.Glossaries = append(f.Glossaries, guid)
		}
	}
	kind := s.Kind + s.RecordType
	f.Terms, f.Categories = kind != "CATEGORY", kind != "TERM"
	return f
}

// A foundGlossary is a glossary with what was found in it.
type foundGlossary struct {
	Name             string      `json:"name,omitempty"`
	GUID             string      `json:"guid,omitempty"`
	ShortDescription string      `json:"shortDescription,omitempty"`
	LongDescription  string      `json:"longDescription,omitempty"`
	Status           string      `json:"status,omitempty"`
	Terms            []foundTerm `json:"terms"`
	Categories       []foundTerm `json:"categories"`
}

// A foundTerm is a term or category that was found.
type foundTerm struct {
	Name             string                   `json:"name,omitempty"`
	QualifiedName    string                   `json:"qualifiedName,omitempty"`
	GUID             string                   `json:"guid,omitempty"`
	ShortDescription string                   `json:"shortDescription,omitempty"`
	LongDescription  string                   `json:"longDescription,omitempty"`
	Status           string                   `json:"status,omitempty"`
	Classifications  []catalog.Classification `json:"classifications"`
	CustomAttributes map[string]any           `json:"customAttributes,omitempty"`
}

func (h *Handler) searchGlossary(w http.ResponseWriter, r *http.Request) error {
	var s glossarySearch
	if err := decode(r, &s); err != nil {
		return err
	}
	all, err := h.Glossaries.List(r.Context(), workspace, s.filter())
	if err != nil {
		return err
	}
	p := glossary.Page{Offset: s.Offset, Limit: 25}
	if s.Limit != nil {
		p.Limit = *s.Limit
	}
	if p.Limit <= 0 {
		p.Limit = -1
	}
	found := []*foundGlossary{}
	byGUID := make(map[string]*foundGlossary)
	for _, l := range p.Of(all) {
		g := byGUID[l.Glossary.GUID]
		if g == nil {
			b := &l.Glossary.Base
			g = &foundGlossary{
				Name: b.Name, GUID: b.GUID, ShortDescription: b.ShortDescription, LongDescription: b.LongDescription, Status: glossary.StatusOf(b),
				Terms: []foundTerm{}, Categories: []foundTerm{},
			}
			byGUID[g.GUID] = g
			found = append(found, g)
		}
		if l.Term != nil {
			g.Terms = append(g.Terms, foundTermOf(l, &l.Term.Base))
		} else {
			g.Categories = append(g.Categories, foundTermOf(l, &l.Category.Base))
		}
	}
	return answer(w, map[string]any{"glossary": found, "approximateCount": len(all)})
}

func foundTermOf(l *glossary.Listed, b *glossary.Base) foundTerm {
	t := foundTerm{
		Name: b.Name, QualifiedName: b.QualifiedName, GUID: b.GUID, ShortDescription: b.ShortDescription, LongDescription: b.LongDescription,
		Status: l.Status(), Classifications: b.Classifications, CustomAttributes: b.AdditionalAttributes,
	}
	if t.Classifications == nil {
		t.Classifications = []catalog.Classification{}
	}
	return t
}

func (h *Handler) createGlossaryFile(w http.ResponseWriter, r *http.Request) error {
	var s *glossarySearch
	if err := decode(r, &s); err != nil {
		return err
	}
	if s == nil {
		return fault.New(fault.BadRequest, "Export format (CSV or XLSX) is required")
	}
	if s.Export != nil {
		s = s.Export
	}
	kind := strings.ToLower(strings.TrimSpace(s.Format))
	switch {
	case kind == "" && (s.Mode != "" || s.RecordType != ""):
		return fault.New(fault.BadRequest, "Export format (CSV or XLSX) is required")
	case kind != "xlsx":
		kind = "csv"
	}
	return emptied(w, h.Glossaries.CreateFile(r.Context(), workspace, userOf(r), s.filter(), kind, s.Mode == "IMPORT_COMPATIBLE", s.Stamp))
}

// A downloadRecord is a file that was asked for.
type downloadRecord struct {
	Status    string        `json:"status"`
	FileName  string        `json:"fileName"`
	CreatedBy string        `json:"createdBy"`
	Created   pedigree.Time `json:"createdTime"`
}

func (h *Handler) glossaryFiles(w http.ResponseWriter, r *http.Request) error {
	all, err := h.Glossaries.Files(r.Context(), workspace, userOf(r))
	records := []downloadRecord{}
	for _, f := range all {
		records = append(records, downloadRecord{"COMPLETE", f.Name, f.User, f.Created})
	}
	return answered(w, map[string]any{"searchDownloadRecords": records}, err)
}

func (h *Handler) downloadGlossaryFile(w http.ResponseWriter, r *http.Request) error {
	all, err := h.Glossaries.Files(r.Context(), workspace, userOf(r))
	if err != nil {
		return err
	}
	for _, f := range all {
		if f.Name == r.PathValue("filename") {
			content, err := h.Glossaries.Content(r.Context(), workspace, f)
			if err != nil {
				return err
			}
			return attachment(w, f.Name, content)
		}
	}
	return done(w)
}
