package atlas

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/schema"
)

// categoryPaths are the paths by which definitions of one category are read.
var categoryPaths = map[string]schema.Category{
	"typedef": 0, "enumdef": schema.EnumCategory, "structdef": schema.StructCategory, "classificationdef": schema.ClassificationCategory,
	"entitydef": schema.EntityCategory, "relationshipdef": schema.RelationshipCategory, "businessmetadatadef": schema.BusinessCategory,
}

func (h *Handler) typeRoutes() []operation {
	const types = v2 + "/types"
	all := []operation{
		{method: "GET", path: types + "/typedefs", permission: route.Read, call: h.listTypes},
		{method: "GET", path: types + "/typedefs/headers", permission: route.Read, call: h.listTypeHeaders},
		{method: "POST", path: types + "/typedefs", permission: route.Write, call: h.createTypes},
		{method: "PUT", path: types + "/typedefs", permission: route.Write, call: h.updateTypes},
		{method: "DELETE", path: types + "/typedefs", permission: route.Delete, call: h.deleteTypes},
		{method: "DELETE", path: types + "/typedef/name/{name}", permission: route.Delete, call: h.deleteType, noBody: true},
	}
	for path, category := range categoryPaths {
		all = append(all,
			operation{method: "GET", path: types + "/" + path + "/name/{name}", permission: route.Read, call: h.typeByName(category)},
			operation{method: "GET", path: types + "/" + path + "/guid/{guid}", permission: route.Read, call: h.typeByGUID(category)},
		)
	}
	return all
}

// types gives all types as they are now.
func (h *Handler) types(ctx context.Context) (*schema.Types, error) { return h.Types.Now(ctx) }

func (h *Handler) typeByName(c schema.Category) call {
	return func(w http.ResponseWriter, r *http.Request) error {
		t, err := h.types(r.Context())
		if err != nil {
			return err
		}
		d, err := t.Find(c, r.PathValue("name"))
		if err != nil {
			return err
		}
		return answer(w, t.Shown(d))
	}
}

func (h *Handler) typeByGUID(c schema.Category) call {
	return func(w http.ResponseWriter, r *http.Request) error {
		t, err := h.types(r.Context())
		if err != nil {
			return err
		}
		d, err := t.FindGUID(c, r.PathValue("guid"))
		if err != nil {
			return err
		}
		return answer(w, t.Shown(d))
	}
}

// selectTypes lists what a query asks for.
func (h *Handler) selectTypes(r *http.Request) (*schema.Types, []schema.Def, error) {
	t, err := h.types(r.Context())
	if err != nil {
		return nil, nil, err
	}
	f, ok := typeFilter(r.URL.Query())
	if !ok {
		return t, nil, nil
	}
	return t, t.Select(f), nil
}

// typeFilter reads which definitions are asked for; ok is false where none can be
// meant. Clients spell the parameters in several ways, and send some empty.
func typeFilter(q url.Values) (f *schema.Filter, ok bool) {
	f, ok = &schema.Filter{}, true
	for key, values := range q {
		if len(values) == 0 || strings.TrimSpace(values[0]) == "" {
			continue
		}
		switch value := values[0]; strings.ToLower(key) {
		case "type":
			c, err := schema.ParseCategory(value)
			f.Category, ok = c, ok && err == nil
		case "name":
			f.Name = value
		case "supertype":
			f.SuperType = value
		case "servicetype":
			f.ServiceType = value
		case "notname":
			f.NotNames = append(f.NotNames, values...)
		case "notsupertype":
			f.NotSuperTypes = append(f.NotSuperTypes, values...)
		case "notservicetype":
			f.NotServiceType = value
		case "excludeinternaltypesandreferences":
			if flag(q, key, false) {
				f.NotNames = append(f.NotNames, schema.InternalType)
				f.NotSuperTypes = append(f.NotSuperTypes, schema.InternalType)
			}
		}
	}
	return f, ok
}

func (h *Handler) listTypes(w http.ResponseWriter, r *http.Request) error {
	t, defs, err := h.selectTypes(r)
	if err != nil {
		return err
	}
	return answer(w, t.ShownAll(defs))
}

func (h *Handler) listTypeHeaders(w http.ResponseWriter, r *http.Request) error {
	_, defs, err := h.selectTypes(r)
	if err != nil {
		return err
	}
	headers := make([]schema.Header, len(defs))
	for i, d := range defs {
		headers[i] = schema.HeaderOf(d)
	}
	return answer(w, headers)
}

func (h *Handler) createTypes(w http.ResponseWriter, r *http.Request) error {
	return changeTypes(w, r, h.Types.Create)
}

func (h *Handler) updateTypes(w http.ResponseWriter, r *http.Request) error {
	return changeTypes(w, r, h.Types.Update)
}

func changeTypes(w http.ResponseWriter, r *http.Request, change func(context.Context, *schema.Defs) (*schema.Defs, error)) error {
	var defs schema.Defs
	if err := decode(r, &defs); err != nil {
		return err
	}
	made, err := change(r.Context(), &defs)
	if err != nil {
		return err
	}
	return answer(w, made)
}

func (h *Handler) deleteTypes(w http.ResponseWriter, r *http.Request) error {
	var defs schema.Defs
	if err := decode(r, &defs); err != nil {
		return err
	}
	if err := h.Types.Delete(r.Context(), &defs, flag(r.URL.Query(), "force", false)); err != nil {
		return err
	}
	return done(w)
}

func (h *Handler) deleteType(w http.ResponseWriter, r *http.Request) error {
	if err := h.Types.DeleteNamed(r.Context(), r.PathValue("name"), flag(r.URL.Query(), "force", false)); err != nil {
		return err
	}
	return done(w)
}
