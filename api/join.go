package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/route"
)

// joinRoutes let people correct what lineage takes for one thing.
func (h *Handler) joinRoutes() []route.Route {
	handle := func(method string, permission route.Permission, body route.Body, call func(http.ResponseWriter, *http.Request) error) route.Route {
		return route.Route{
			Method: method, Pattern: base + "/joins", Permission: permission, Body: body,
			Handler: failing(call),
		}
	}
	return []route.Route{
		handle("GET", route.Read, route.NoBody, h.joins),
		handle("POST", route.Write, route.JSONBody, h.putJoin),
		handle("DELETE", route.Write, route.NoBody, h.deleteJoin),
	}
}

// A Saying is what somebody says of two artifacts.
type Saying struct {
	A      pedigree.NodeID `json:"a"`
	B      pedigree.NodeID `json:"b"`
	Same   *bool           `json:"same"` // they are one, or they are not though they look it
	Reason string          `json:"reason,omitempty"`
	Actor  string          `json:"actor,omitempty"` // who said so; only in answers
	Time   string          `json:"time,omitempty"`  // when; only in answers
}

func sayingOf(r *pedigree.Relation) Saying {
	same := r.Kind == pedigree.Same
	return Saying{A: r.Source, B: r.Target, Same: &same, Reason: r.Reason, Actor: r.Actor, Time: moment(r.Time)}
}

type joinsAnswer struct {
	Joins []Saying `json:"joins"`
}

// joins tells what was said of the artifact that the parameter of names.
func (h *Handler) joins(w http.ResponseWriter, r *http.Request) error {
	id, err := nodeNumber(r, "of")
	if err != nil {
		return err
	}
	said, err := h.Lineage.Said(r.Context(), h.workspace(), id)
	if err != nil {
		return err
	}
	a := joinsAnswer{Joins: make([]Saying, len(said))}
	for i := range said {
		a.Joins[i] = sayingOf(&said[i])
	}
	return answer(w, a)
}

// putJoin says that two artifacts are one or are not, in place of what was said
// before.
func (h *Handler) putJoin(w http.ResponseWriter, r *http.Request) error {
	var s Saying
	d := json.NewDecoder(r.Body)
	if err := d.Decode(&s); err != nil {
		if _, known := errors.AsType[*pedigree.Error](err); known { // the limit of the body
			return err
		}
		return pedigree.Errorf(pedigree.Invalid, "The body must be an object such as {\"a\": 17, \"b\": 18, \"same\": true, \"reason\": \"...\"}")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return pedigree.Errorf(pedigree.Invalid, "The body must be one object")
	}
	if s.Same == nil {
		return pedigree.Errorf(pedigree.Invalid, "The field same is missing: true says that the two artifacts are one, false that they are not")
	}
	say := h.Lineage.Split
	if *s.Same {
		say = h.Lineage.Join
	}
	said, err := say(r.Context(), lineage.Saying{Workspace: h.workspace(), A: s.A, B: s.B, Reason: s.Reason})
	if err != nil {
		return err
	}
	return answer(w, sayingOf(&said))
}

// deleteJoin takes back what was said of two artifacts.
func (h *Handler) deleteJoin(w http.ResponseWriter, r *http.Request) error {
	a, err := nodeNumber(r, "a")
	if err != nil {
		return err
	}
	b, err := nodeNumber(r, "b")
	if err != nil {
		return err
	}
	err = h.Lineage.Unsay(r.Context(), lineage.Saying{Workspace: h.workspace(), A: a, B: b, Reason: r.URL.Query().Get("reason")})
	if err != nil {
		return err
	}
	return answer(w, struct{}{})
}

func nodeNumber(r *http.Request, parameter string) (pedigree.NodeID, error) {
	id, err := strconv.ParseInt(r.URL.Query().Get(parameter), 10, 64)
	if err != nil {
		return 0, pedigree.Errorf(pedigree.Invalid, "The parameter %s must be the number of an artifact", parameter)
	}
	return pedigree.NodeID(id), nil
}
