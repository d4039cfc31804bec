package atlas

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/route"
)

// workspace is where a request works: one place to change when there are more
// workspaces than the default.
const workspace = pedigree.DefaultWorkspace

func (h *Handler) entityRoutes() []operation {
	const (
		entity = v2 + "/entity"
		byGUID = entity + "/guid/{guid}"
		unique = entity + "/uniqueAttribute/type/{type}"
		bulk   = entity + "/bulk"
	)
	return []operation{
		{method: "POST", path: entity, permission: route.Write, call: h.saveEntity},
		{method: "GET", path: byGUID, permission: route.Read, call: h.getEntity},
		{method: "PUT", path: byGUID, permission: route.Write, call: h.changeAttribute},
		{method: "DELETE", path: byGUID, permission: route.Delete, call: h.deleteEntity, noBody: true},
		{method: "GET", path: byGUID + "/header", permission: route.Read, call: h.getHeader},
		{method: "GET", path: unique, permission: route.Read, call: h.getEntity},
		{method: "PUT", path: unique, permission: route.Write, call: h.changeByUnique},
		{method: "DELETE", path: unique, permission: route.Delete, call: h.deleteEntity, noBody: true},
		{method: "GET", path: unique + "/header", permission: route.Read, call: h.getHeader},
		{method: "POST", path: bulk, permission: route.Write, call: h.saveEntities},
		{method: "GET", path: bulk, permission: route.Read, call: h.getEntities},
		{method: "DELETE", path: bulk, permission: route.Delete, call: h.deleteEntities, noBody: true},
		{method: "GET", path: bulk + "/uniqueAttribute/type/{type}", permission: route.Read, call: h.getByUnique},
		{method: "GET", path: bulk + "/headers", permission: route.Read, call: h.classifiedSince},
		{method: "GET", path: entity + "/{guid}/{last}", permission: route.Read, call: byLast(map[string]call{"audit": h.auditEvents})},
	}
}

// An entityInfo is one entity and those that it owns or refers to.
type entityInfo struct {
	Referred map[string]*catalog.Entity `json:"referredEntities"`
	Entity   *catalog.Entity            `json:"entity,omitempty"`
}

// refOf reads which entity a request means: by guid or by type and unique attributes.
func refOf(r *http.Request) catalog.Ref {
	if name := r.PathValue("type"); name != "" {
		return catalog.Ref{Type: name, Unique: valuesOf(attributes(r.URL.Query()))}
	}
	return catalog.Ref{GUID: r.PathValue("guid")}
}

func valuesOf(texts map[string]string) map[string]any {
	values := make(map[string]any, len(texts))
	for name, text := range texts {
		values[name] = text
	}
	return values
}

// readOptions reads how much of entities a request asks for.
func readOptions(q url.Values) catalog.ReadOptions {
	return catalog.ReadOptions{Minimal: flag(q, "minExtInfo", false), NoRelationships: flag(q, "ignoreRelationships", false)}
}

func (h *Handler) getEntity(w http.ResponseWriter, r *http.Request) error {
	e, referred, err := h.Entities.Entity(r.Context(), workspace, refOf(r), readOptions(r.URL.Query()))
	if err != nil {
		return err
	}
	return answer(w, entityInfo{referred, e})
}

func (h *Handler) getHeader(w http.ResponseWriter, r *http.Request) error {
	header, err := h.Entities.Header(r.Context(), workspace, refOf(r))
	if err != nil {
		return err
	}
	return answer(w, header)
}

func (h *Handler) getEntities(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if len(q["guid"]) == 0 {
		return fault.New(fault.InstanceGUIDNotFound, "[]")
	}
	all, err := h.Entities.Entities(r.Context(), workspace, q["guid"], readOptions(q))
	if err != nil {
		return err
	}
	return answer(w, all)
}

func (h *Handler) getByUnique(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	var unique []map[string]any
	for _, texts := range attributesList(q) {
		unique = append(unique, valuesOf(texts))
	}
	all, err := h.Entities.EntitiesByUnique(r.Context(), workspace, r.PathValue("type"), unique, readOptions(q))
	if err != nil {
		return err
	}
	return answer(w, all)
}

func (h *Handler) saveEntity(w http.ResponseWriter, r *http.Request) error {
	var in entityInfo
	if err := decode(r, &in); err != nil {
		return err
	}
	batch := &catalog.Batch{Referred: in.Referred}
	if in.Entity != nil {
		batch.Entities = []*catalog.Entity{in.Entity}
	}
	return h.save(w, r, batch)
}

func (h *Handler) saveEntities(w http.ResponseWriter, r *http.Request) error {
	var in catalog.Entities
	if err := decode(r, &in); err != nil {
		return err
	}
	return h.save(w, r, &catalog.Batch{Entities: in.Entities, Referred: in.Referred})
}

func (h *Handler) save(w http.ResponseWriter, r *http.Request, b *catalog.Batch) error {
	done, err := h.Entities.Save(r.Context(), workspace, b)
	if err != nil {
		return err
	}
	return answer(w, done)
}

// changeAttribute changes the attribute that the query names. Its value is JSON, but
// clients send text as it is, too.
func (h *Handler) changeAttribute(w http.ResponseWriter, r *http.Request) error {
	value, err := readValue(r)
	if err != nil {
		return err
	}
	done, err := h.Entities.PartialByGUID(r.Context(), workspace, r.PathValue("guid"), r.URL.Query().Get("name"), value)
	if err != nil {
		return err
	}
	return answer(w, done)
}

func readValue(r *http.Request) (any, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	body = bytes.TrimSpace(body)
	var value any
	if decodeText(body, &value) == nil {
		return value, nil
	}
	if len(body) > 0 && (body[0] == '{' || body[0] == '[') {
		return nil, decodeText(body, &value)
	}
	return string(body), nil
}

func (h *Handler) changeByUnique(w http.ResponseWriter, r *http.Request) error {
	var in entityInfo
	if err := decode(r, &in); err != nil {
		return err
	}
	done, err := h.Entities.PartialByUnique(r.Context(), workspace, refOf(r), &catalog.Batch{Entities: []*catalog.Entity{in.Entity}, Referred: in.Referred})
	if err != nil {
		return err
	}
	return answer(w, done)
}

func (h *Handler) deleteEntity(w http.ResponseWriter, r *http.Request) error {
	done, err := h.Entities.DeleteRef(r.Context(), workspace, refOf(r))
	if err != nil {
		return err
	}
	return answer(w, done)
}

func (h *Handler) deleteEntities(w http.ResponseWriter, r *http.Request) error {
	done, err := h.Entities.Delete(r.Context(), workspace, r.URL.Query()["guid"])
	if err != nil {
		return err
	}
	return answer(w, done)
}

// headersByGUID are headers by guid.
type headersByGUID struct {
	Headers map[string]*catalog.Header `json:"guidHeaderMap"`
}

func (h *Handler) classifiedSince(w http.ResponseWriter, r *http.Request) error {
	since, err := longNumber(r.URL.Query(), "tagUpdateStartTime", 0)
	if err != nil {
		return err
	}
	headers, err := h.Entities.ClassifiedSince(r.Context(), workspace, pedigree.Time(since))
	if err != nil {
		return err
	}
	return answer(w, headersByGUID{headers})
}

// auditCount is how many lines of a history are given where nobody says.
const auditCount = 100

func (h *Handler) auditEvents(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	ask, err := auditQuery(r, q)
	if err != nil {
		return err
	}
	events, err := h.Entities.AuditEvents(r.Context(), workspace, ask)
	if err != nil {
		return err
	}
	return answer(w, events)
}

func auditQuery(r *http.Request, q url.Values) (*catalog.AuditQuery, error) {
	count, err := number(q, "count", auditCount)
	if err != nil {
		return nil, err
	}
	offset, err := number(q, "offset", -1)
	if err != nil {
		return nil, err
	}
	return &catalog.AuditQuery{
		GUID: r.PathValue("guid"), StartKey: q.Get("startKey"), Action: q.Get("auditAction"), Count: count, Offset: offset,
		SortBy: q.Get("sortBy"), Descending: q.Get("sortOrder") == "desc" || q.Get("sortOrder") == "DESC",
	}, nil
}

// longNumber reads a number of a query, otherwise where it is not there or empty.
func longNumber(q url.Values, name string, otherwise int64) (int64, error) {
	text := q.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fault.New(fault.BadRequest, "The parameter "+name+" must be a number")
	}
	return n, nil
}
