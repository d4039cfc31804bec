package atlas

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/route"
)

// v1EntityRoutes are the operations on entities that clients of version 1 call.
func (h *Handler) v1EntityRoutes() []operation {
	const entities = "/entities"
	return []operation{
		{method: "POST", path: entities, permission: route.Write, call: h.v1Submit},
		{method: "PUT", path: entities, permission: route.Write, call: h.v1Update},
		{method: "GET", path: entities, permission: route.Read, call: h.v1Find},
		{method: "DELETE", path: entities, permission: route.Delete, call: h.v1Delete, noBody: true},
		{method: "POST", path: entities + "/qualifiedName", permission: route.Write, call: h.v1ChangeByUnique},
		{method: "POST", path: entities + "/{guid}", permission: route.Write, call: h.v1Change},
		{method: "GET", path: entities + "/{guid}", permission: route.Read, call: h.v1Get},
		{method: "GET", path: entities + "/{guid}/audit", permission: route.Read, call: h.v1Audit},
		{method: "GET", path: entities + "/{guid}/traits", permission: route.Read, call: h.v1Traits},
		{method: "POST", path: entities + "/{guid}/traits", permission: route.Write, call: h.v1AddTrait},
		{method: "DELETE", path: entities + "/{guid}/traits/{trait}", permission: route.Write, call: h.v1DeleteTrait, noBody: true},
		{method: "GET", path: entities + "/{guid}/traitDefinitions", permission: route.Read, call: h.v1TraitDefinitions},
		{method: "GET", path: entities + "/{guid}/traitDefinitions/{trait}", permission: route.Read, call: h.v1TraitDefinition},
	}
}

// A v1Done tells what a change did.
type v1Done struct {
	Request     string              `json:"requestId"`
	Entities    map[string][]string `json:"entities,omitempty"` // guids by created, updated and deleted
	Definition  *v1Reference        `json:"definition,omitempty"`
	Assignments *v1Assignments      `json:"guidAssignments,omitempty"`
}

// v1Assignments are the guids that those of a request stand for.
type v1Assignments struct {
	GUIDs map[string]string `json:"guidAssignments"`
}

// v1Actions name what happened in version 1.
var v1Actions = map[catalog.Action]string{
	catalog.ActionCreate: "created", catalog.ActionUpdate: "updated", catalog.ActionPartialUpdate: "updated", catalog.ActionDelete: "deleted",
}

// v1Mutated tells what a change did, with one of the entities as an example.
func (h *Handler) v1Mutated(w http.ResponseWriter, r *http.Request, status int, m *catalog.Mutations) error {
	out := v1Done{Request: requestID(w)}
	for action, headers := range m.Mutated {
		if out.Entities == nil {
			out.Entities = make(map[string][]string)
		}
		for _, header := range slices.Backward(headers) {
			out.Entities[v1Actions[action]] = append(out.Entities[v1Actions[action]], header.GUID)
		}
	}
	if len(m.Assignments) > 0 {
		out.Assignments = &v1Assignments{m.Assignments}
	}
	for _, list := range []string{"created", "updated"} {
		if len(out.Entities[list]) == 0 {
			continue
		}
		one, err := h.v1Reference(r, catalog.Ref{GUID: out.Entities[list][0]})
		if err != nil {
			return err
		}
		out.Definition = one
		if status == http.StatusCreated {
			w.Header().Set("Location", base+"/entities/"+out.Entities[list][0])
		}
		break
	}
	write(w, status, out)
	return nil
}

func (h *Handler) v1Submit(w http.ResponseWriter, r *http.Request) error {
	return h.v1Save(w, r, http.StatusCreated)
}

func (h *Handler) v1Update(w http.ResponseWriter, r *http.Request) error {
	return h.v1Save(w, r, http.StatusOK)
}

func (h *Handler) v1Save(w http.ResponseWriter, r *http.Request, status int) error {
	body, err := readBody(r)
	if err != nil {
		return err
	}
	batch, err := readV1Entities(body)
	if err != nil {
		return err
	}
	m, err := h.Entities.Save(r.Context(), workspace, batch)
	if err != nil {
		return err
	}
	return h.v1Mutated(w, r, status, m)
}

// v1Ref reads which entity a query means, by one of its unique attributes.
func v1Ref(q url.Values) (catalog.Ref, error) {
	for _, name := range []string{"type", "property", "value"} {
		if q.Get(name) == "" {
			return catalog.Ref{}, fault.New(fault.BadRequest, "The parameter "+name+" cannot be empty")
		}
	}
	return catalog.Ref{Type: q.Get("type"), Unique: map[string]any{q.Get("property"): q.Get("value")}}, nil
}

func (h *Handler) v1ChangeByUnique(w http.ResponseWriter, r *http.Request) error {
	ref, err := v1Ref(r.URL.Query())
	if err != nil {
		return err
	}
	return h.v1Partial(w, r, ref)
}

func (h *Handler) v1Change(w http.ResponseWriter, r *http.Request) error {
	name := r.URL.Query().Get("property")
	if name == "" {
		return h.v1Partial(w, r, refOf(r))
	}
	value, err := readBody(r)
	if err != nil {
		return err
	}
	m, err := h.Entities.PartialByGUID(r.Context(), workspace, r.PathValue("guid"), name, string(value))
	if err != nil {
		return err
	}
	return h.v1Mutated(w, r, http.StatusOK, m)
}

// v1Partial changes what is given of an entity.
func (h *Handler) v1Partial(w http.ResponseWriter, r *http.Request, ref catalog.Ref) error {
	body, err := readBody(r)
	if err != nil {
		return err
	}
	batch, err := readV1Entities(body)
	if err != nil {
		return err
	}
	m, err := h.Entities.Partial(r.Context(), workspace, ref, batch)
	if err != nil {
		return err
	}
	return h.v1Mutated(w, r, http.StatusOK, m)
}

func (h *Handler) v1Delete(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if len(q["guid"]) > 0 {
		m, err := h.Entities.Delete(r.Context(), workspace, q["guid"])
		if err != nil {
			return err
		}
		return h.v1Mutated(w, r, http.StatusOK, m)
	}
	ref, err := v1Ref(q)
	if err != nil {
		return err
	}
	m, err := h.Entities.DeleteRef(r.Context(), workspace, ref)
	if err != nil {
		return err
	}
	return h.v1Mutated(w, r, http.StatusOK, m)
}

// A v1Definition is one entity, or one trait.
type v1Definition struct {
	Request    string       `json:"requestId"`
	Definition *v1Reference `json:"definition"`
}

func (h *Handler) v1Get(w http.ResponseWriter, r *http.Request) error {
	return h.v1Show(w, r, refOf(r))
}

func (h *Handler) v1Show(w http.ResponseWriter, r *http.Request, ref catalog.Ref) error {
	one, err := h.v1Reference(r, ref)
	if err != nil {
		return err
	}
	return answer(w, v1Definition{requestID(w), one})
}

// A v1List is a list of results.
type v1List struct {
	Request string `json:"requestId"`
	Type    string `json:"typeName,omitempty"`
	Results any    `json:"results"`
	Count   int    `json:"count"`
}

// v1Find gives the entity with a unique attribute, or lists the guids of a type.
func (h *Handler) v1Find(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if q.Get("property") == "" {
		guids, err := h.Entities.GUIDsOf(r.Context(), workspace, q.Get("type"))
		if err != nil {
			return err
		}
		return answer(w, v1List{requestID(w), q.Get("type"), guids, len(guids)})
	}
	ref, err := v1Ref(q)
	if err != nil {
		return err
	}
	return h.v1Show(w, r, ref)
}

func (h *Handler) v1Traits(w http.ResponseWriter, r *http.Request) error {
	all, err := h.Entities.Classifications(r.Context(), workspace, refOf(r))
	if err != nil {
		return err
	}
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].TypeName
	}
	return answer(w, v1List{Request: requestID(w), Results: names, Count: len(names)})
}

func (h *Handler) v1TraitDefinitions(w http.ResponseWriter, r *http.Request) error {
	all, err := h.Entities.Classifications(r.Context(), workspace, refOf(r))
	if err != nil {
		return err
	}
	traits := make([]*v1Values, len(all))
	for i := range all {
		traits[i] = v1Trait(&all[i])
	}
	return answer(w, v1List{Request: requestID(w), Results: traits, Count: len(traits)})
}

// A v1Result is one result.
type v1Result struct {
	Request string    `json:"requestId"`
	Results *v1Values `json:"results"`
}

func (h *Handler) v1TraitDefinition(w http.ResponseWriter, r *http.Request) error {
	c, err := h.Entities.Classification(r.Context(), workspace, r.PathValue("guid"), r.PathValue("trait"))
	if err != nil {
		return err
	}
	return answer(w, v1Result{requestID(w), v1Trait(c)})
}

// A v1TraitDone names the trait that was taken from an entity, if any.
type v1TraitDone struct {
	Request string `json:"requestId"`
	Trait   string `json:"traitName,omitempty"`
}

func (h *Handler) v1AddTrait(w http.ResponseWriter, r *http.Request) error {
	var in map[string]any
	if err := decode(r, &in); err != nil {
		return err
	}
	c := readV1Trait(in)
	if err := h.Entities.ClassifyAll(r.Context(), workspace, &catalog.Classifying{Class: c, GUIDs: []string{r.PathValue("guid")}}); err != nil {
		return err
	}
	w.Header().Set("Location", base+"/entities/"+url.PathEscape(r.PathValue("guid")))
	write(w, http.StatusCreated, v1TraitDone{Request: requestID(w)})
	return nil
}

func (h *Handler) v1DeleteTrait(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("trait")
	if err := h.Entities.Declassify(r.Context(), workspace, refOf(r), name, ""); err != nil {
		return err
	}
	return answer(w, v1TraitDone{requestID(w), name})
}

// A v1Event is one line of a history.
type v1Event struct {
	Entity     string       `json:"entityId"`
	Timestamp  int64        `json:"timestamp"`
	User       string       `json:"user"`
	Action     string       `json:"action"`
	Details    string       `json:"details"`
	Key        string       `json:"eventKey"`
	Definition *v1Reference `json:"entityDefinition"`
}

// v1Events are lines of a history.
type v1Events struct {
	Request string    `json:"requestId"`
	Events  []v1Event `json:"events"`
}

// v1AuditActions are the names of actions that are others in version 1.
var v1AuditActions = map[catalog.AuditAction]string{
	catalog.AuditClassificationAdd: "TAG_ADD", catalog.AuditClassificationDelete: "TAG_DELETE", catalog.AuditClassificationUpdate: "TAG_UPDATE",
	catalog.AuditPropagatedClassificationAdd: "PROPAGATED_TAG_ADD", catalog.AuditPropagatedClassificationDelete: "PROPAGATED_TAG_DELETE",
	catalog.AuditPropagatedClassificationUpdate: "PROPAGATED_TAG_UPDATE", catalog.AuditCustomAttributeUpdate: "ENTITY_UPDATE",
	catalog.AuditBusinessAttributeUpdate: "ENTITY_UPDATE", catalog.AuditPurge: "ENTITY_DELETE",
}

func (h *Handler) v1Audit(w http.ResponseWriter, r *http.Request) error {
	ask, err := auditQuery(r, r.URL.Query())
	if err != nil {
		return err
	}
	events, err := h.Entities.AuditEvents(r.Context(), workspace, ask)
	if err != nil {
		return err
	}
	t, err := h.types(r.Context())
	if err != nil {
		return err
	}
	out := v1Events{Request: requestID(w), Events: make([]v1Event, len(events))}
	for i := range events {
		e := &events[i]
		out.Events[i] = v1Event{Entity: e.EntityID, Timestamp: int64(e.Timestamp), User: e.User, Action: string(e.Action), Details: e.Details, Key: e.EventKey}
		if name, other := v1AuditActions[e.Action]; other {
			out.Events[i].Action = name
		}
		if e.Entity != nil {
			out.Events[i].Definition = (&v1Writer{types: t}).reference(e.Entity)
		}
	}
	return answer(w, out)
}
