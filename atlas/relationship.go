package atlas

import (
	"net/http"

	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/route"
)

func (h *Handler) relationshipRoutes() []operation {
	const relationship = v2 + "/relationship"
	return []operation{
		{method: "POST", path: relationship, permission: route.Write, call: h.relate},
		{method: "PUT", path: relationship, permission: route.Write, call: h.updateRelationship},
		{method: "GET", path: relationship + "/guid/{guid}", permission: route.Read, call: h.getRelationship},
		{method: "DELETE", path: relationship + "/guid/{guid}", permission: route.Delete, call: h.unrelate, noBody: true},
	}
}

func (h *Handler) relate(w http.ResponseWriter, r *http.Request) error {
	var in catalog.Relationship
	if err := decode(r, &in); err != nil {
		return err
	}
	made, err := h.Entities.Relate(r.Context(), workspace, &in)
	if err != nil {
		return err
	}
	return answer(w, made)
}

func (h *Handler) updateRelationship(w http.ResponseWriter, r *http.Request) error {
	var in catalog.Relationship
	if err := decode(r, &in); err != nil {
		return err
	}
	changed, err := h.Entities.UpdateRelationship(r.Context(), workspace, &in)
	if err != nil {
		return err
	}
	return answer(w, changed)
}

func (h *Handler) getRelationship(w http.ResponseWriter, r *http.Request) error {
	info, err := h.Entities.Relationship(r.Context(), workspace, r.PathValue("guid"), flag(r.URL.Query(), "extendedInfo", false))
	if err != nil {
		return err
	}
	return answer(w, info)
}

func (h *Handler) unrelate(w http.ResponseWriter, r *http.Request) error {
	if err := h.Entities.Unrelate(r.Context(), workspace, r.PathValue("guid")); err != nil {
		return err
	}
	return done(w)
}
