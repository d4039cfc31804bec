package atlas

import (
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/route"
)

// entityNoteRoutes are what is said of entities beside their attributes:
// classifications, labels and business attributes.
func (h *Handler) entityNoteRoutes() []operation {
	const bulk = v2 + "/entity/bulk"
	all := []operation{
		{method: "POST", path: bulk + "/classification", permission: route.Write, call: h.classifyAll},
		{method: "POST", path: bulk + "/setClassifications", permission: route.Write, call: h.setClassifications},
		{method: "GET", path: v2 + "/entity/guid/{guid}/classifications", permission: route.Read, call: h.getClassifications},
		{method: "GET", path: v2 + "/entity/guid/{guid}/classification/{classification}", permission: route.Read, call: h.getClassification},
		{method: "POST", path: v2 + "/entity/guid/{guid}/businessmetadata", permission: route.Write, call: h.putBusiness},
		{method: "DELETE", path: v2 + "/entity/guid/{guid}/businessmetadata", permission: route.Write, call: h.removeBusiness},
		{method: "POST", path: v2 + "/entity/guid/{guid}/businessmetadata/{group}", permission: route.Write, call: h.putBusiness},
		{method: "DELETE", path: v2 + "/entity/guid/{guid}/businessmetadata/{group}", permission: route.Write, call: h.removeBusiness},
	}
	for _, entity := range []string{v2 + "/entity/guid/{guid}", v2 + "/entity/uniqueAttribute/type/{type}"} {
		all = append(all,
			operation{method: "POST", path: entity + "/classifications", permission: route.Write, call: h.classify},
			operation{method: "PUT", path: entity + "/classifications", permission: route.Write, call: h.reclassify},
			operation{method: "DELETE", path: entity + "/classification/{classification}", permission: route.Write, call: h.declassify, noBody: true},
			operation{method: "POST", path: entity + "/labels", permission: route.Write, call: h.relabel((*catalog.Work).SetLabels)},
			operation{method: "PUT", path: entity + "/labels", permission: route.Write, call: h.relabel((*catalog.Work).AddLabels)},
			operation{method: "DELETE", path: entity + "/labels", permission: route.Write, call: h.relabel((*catalog.Work).RemoveLabels)},
		)
	}
	return all
}

// change does something to the entity that a request means, and answers that it is
// done.
func (h *Handler) change(w http.ResponseWriter, r *http.Request, do func(*catalog.Work, *pedigree.Node) error) error {
	if err := h.Entities.Change(r.Context(), workspace, refOf(r), do); err != nil {
		return err
	}
	return done(w)
}

func (h *Handler) classify(w http.ResponseWriter, r *http.Request) error {
	return h.withClassifications(w, r, (*catalog.Work).Classify)
}

func (h *Handler) reclassify(w http.ResponseWriter, r *http.Request) error {
	return h.withClassifications(w, r, (*catalog.Work).Reclassify)
}

func (h *Handler) withClassifications(w http.ResponseWriter, r *http.Request, do func(*catalog.Work, *pedigree.Node, []catalog.Classification) error) error {
	var classes []catalog.Classification
	if err := decode(r, &classes); err != nil {
		return err
	}
	return h.change(w, r, func(work *catalog.Work, n *pedigree.Node) error { return do(work, n, classes) })
}

func (h *Handler) declassify(w http.ResponseWriter, r *http.Request) error {
	err := h.Entities.Declassify(r.Context(), workspace, refOf(r), r.PathValue("classification"), r.URL.Query().Get("associatedEntityGuid"))
	if err != nil {
		return err
	}
	return done(w)
}

// A classificationList is a page of classifications, which is always all of them.
type classificationList struct {
	List  []catalog.Classification `json:"list"`
	Start int                      `json:"startIndex"`
	Size  int                      `json:"pageSize"`
	Total int                      `json:"totalCount"`
	Sort  string                   `json:"sortType"`
}

func (h *Handler) getClassifications(w http.ResponseWriter, r *http.Request) error {
	all, err := h.Entities.Classifications(r.Context(), workspace, refOf(r))
	if err != nil {
		return err
	}
	return answer(w, classificationList{List: all, Size: len(all), Total: len(all), Sort: "NONE"})
}

func (h *Handler) getClassification(w http.ResponseWriter, r *http.Request) error {
	c, err := h.Entities.Classification(r.Context(), workspace, r.PathValue("guid"), r.PathValue("classification"))
	if err != nil {
		return err
	}
	return answer(w, c)
}

// A classifyRequest names a classification and who is to have it.
type classifyRequest struct {
	Classification *catalog.Classification `json:"classification"`
	GUIDs          []string                `json:"entityGuids"`
	Type           string                  `json:"entityTypeName"`
	Unique         []map[string]any        `json:"entitiesUniqueAttributes"`
}

func (h *Handler) classifyAll(w http.ResponseWriter, r *http.Request) error {
	var in classifyRequest
	if err := decode(r, &in); err != nil {
		return err
	}
	if in.Classification == nil {
		return fault.New(fault.InvalidParameters, "no classification")
	}
	c := catalog.Classifying{
		Class: *in.Classification, GUIDs: in.GUIDs, Type: in.Type, Unique: in.Unique, SkipFailed: flag(r.URL.Query(), "skipFailedEntities", false),
	}
	if err := h.Entities.ClassifyAll(r.Context(), workspace, &c); err != nil {
		return err
	}
	return done(w)
}

func (h *Handler) setClassifications(w http.ResponseWriter, r *http.Request) error {
	var in headersByGUID
	if err := decode(r, &in); err != nil {
		return err
	}
	report, err := h.Entities.SetClassifications(r.Context(), workspace, in.Headers)
	if err != nil {
		return err
	}
	if report == nil {
		report = []string{}
	}
	return answer(w, report)
}

// relabel reads labels and does something with them.
func (h *Handler) relabel(do func(*catalog.Work, *pedigree.Node, []string) error) call {
	return func(w http.ResponseWriter, r *http.Request) error {
		var labels []string
		if err := decode(r, &labels); err != nil {
			return err
		}
		return h.change(w, r, func(work *catalog.Work, n *pedigree.Node) error { return do(work, n, labels) })
	}
}

// readBusiness reads business attributes: of the group that the path names, or of
// several.
func readBusiness(r *http.Request) (map[string]map[string]any, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	group := r.PathValue("group")
	if group == "" {
		var all map[string]map[string]any
		err := decodeText(body, &all)
		return all, err
	}
	var one map[string]any
	if err := decodeText(body, &one); err != nil {
		return nil, err
	}
	return map[string]map[string]any{group: one}, nil
}

func (h *Handler) putBusiness(w http.ResponseWriter, r *http.Request) error {
	given, err := readBusiness(r)
	if err != nil {
		return err
	}
	overwrite := r.PathValue("group") == "" && flag(r.URL.Query(), "isOverwrite", false)
	return h.change(w, r, func(work *catalog.Work, n *pedigree.Node) error { return work.PutBusiness(n, given, overwrite) })
}

func (h *Handler) removeBusiness(w http.ResponseWriter, r *http.Request) error {
	given, err := readBusiness(r)
	if err != nil {
		return err
	}
	return h.change(w, r, func(work *catalog.Work, n *pedigree.Node) error { return work.RemoveBusiness(n, given) })
}
