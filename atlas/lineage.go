package atlas

import (
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree/discovery"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/route"
)

func (h *Handler) lineageRoutes() []operation {
	const lineage = v2 + "/lineage"
	return []operation{
		{method: "GET", path: lineage + "/{guid}", permission: route.Read, call: h.lineage},
		{method: "POST", path: lineage + "/{guid}", permission: route.Read, call: h.lineageOnDemand},
		{method: "GET", path: lineage + "/uniqueAttribute/type/{type}", permission: route.Read, call: h.lineage},
	}
}

func (h *Handler) lineage(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	o := discovery.LineageOptions{HideProcess: flag(q, "hideProcess", false), Direction: strings.ToUpper(q.Get("direction"))}
	switch o.Direction {
	case "", discovery.Inputs, discovery.Outputs, discovery.Both:
	default:
		return fault.New(fault.InstanceLineageInvalidParams, "direction", q.Get("direction"))
	}
	var err error
	if o.Depth, err = number(q, "depth", discovery.DefaultDepth); err != nil {
		return err
	}
	found, err := h.Discovery.Lineage(r.Context(), workspace, refOf(r), o)
	if err != nil {
		return err
	}
	return answer(w, found)
}

func (h *Handler) lineageOnDemand(w http.ResponseWriter, r *http.Request) error {
	var demands map[string]*discovery.Demand
	if err := decode(r, &demands); err != nil {
		return err
	}
	found, err := h.Discovery.LineageOnDemand(r.Context(), workspace, r.PathValue("guid"), demands)
	if err != nil {
		return err
	}
	return answer(w, found)
}
