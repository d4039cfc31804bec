package api

import (
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/route"
)

// joinEndpoints let people correct what lineage takes for one thing.
func (h *Handler) joinEndpoints() []endpoint {
	missing := []pedigree.Code{pedigree.NotFound}
	return []endpoint{{
		id: "listJoins", method: "GET", path: "/joins", group: changingGroup, permission: route.Read,
		summary:    "Tell what people said of an artifact: what it is one with, and what not",
		parameters: []parameter{nodeIn("of", "the artifact's number").must()}, answer: JoinsAnswer{}, problems: missing, call: h.joins,
	}, {
		id: "putJoin", method: "POST", path: "/joins", group: changingGroup, permission: route.Write,
		summary: "Say that two artifacts are one thing, or that they are not",
		detail:  "It takes the place of what was said of the two before, and is a line in the history of both.",
		body:    Saying{}, answer: Join{}, problems: missing, call: h.putJoin,
	}, {
		id: "deleteJoin", method: "DELETE", path: "/joins", group: changingGroup, permission: route.Write,
		summary:    "Take back what was said of two artifacts, so that the rule alone judges",
		parameters: []parameter{nodeIn("a", "the number of one artifact").must(), nodeIn("b", "the number of the other").must(), reasonParameter()},
		answer:     Nothing{}, problems: missing, call: h.deleteJoin,
	}}
}

// reasonParameter is what the history says beside a change.
func reasonParameter() parameter { return textOf("reason", "why, for the history") }

// Nothing is the answer where there is nothing to say but that it is done.
type Nothing struct{}

// A Saying is what somebody says of two artifacts.
type Saying struct {
	A      pedigree.NodeID `json:"a" minimum:"1"`
	B      pedigree.NodeID `json:"b" minimum:"1"`
	Same   *bool           `json:"same"` // they are one, or they are not though they look it
	Reason string          `json:"reason,omitempty"`
}

// A Join is what somebody said of two artifacts.
type Join struct {
	A      pedigree.NodeID `json:"a"`
	B      pedigree.NodeID `json:"b"`
	Same   bool            `json:"same"` // they are one, or they are not though they look it
	Reason string          `json:"reason,omitempty"`
	Actor  string          `json:"actor,omitempty"` // who said so; absent for the one local user
	Time   string          `json:"time" format:"date-time"`
}

func joinOf(r *pedigree.Relation) Join {
	return Join{A: r.Source, B: r.Target, Same: r.Kind == pedigree.Same, Reason: r.Reason, Actor: r.Actor, Time: moment(r.Time)}
}

// A JoinsAnswer holds what was said of one artifact.
type JoinsAnswer struct {
	Joins []Join `json:"joins"`
}

// joins tells what was said of an artifact.
func (h *Handler) joins(w http.ResponseWriter, r *request) error {
	said, err := h.Lineage.Said(r.Context(), h.workspace(), r.node("of"))
	if err != nil {
		return err
	}
	a := JoinsAnswer{Joins: make([]Join, len(said))}
	for i := range said {
		a.Joins[i] = joinOf(&said[i])
	}
	return answer(w, a)
}

// putJoin says that two artifacts are one or are not, in place of what was said
// before.
func (h *Handler) putJoin(w http.ResponseWriter, r *request) error {
	var s Saying
	if err := r.read(&s); err != nil {
		return err
	}
	if s.Same == nil {
		return pedigree.Errorf(pedigree.Invalid, "The field same is missing: true says that the two artifacts are one, false that they are not")
	}
	say := h.Lineage.Split
	if *s.Same {
		say = h.Lineage.Join
	}
	said, err := say(r.Context(), lineage.Saying{Workspace: h.workspace(), A: s.A, B: s.B, Actor: pedigree.ActorOf(r.Context()).Name, Reason: s.Reason})
	if err != nil {
		return err
	}
	return answer(w, joinOf(&said))
}

// deleteJoin takes back what was said of two artifacts.
func (h *Handler) deleteJoin(w http.ResponseWriter, r *request) error {
	err := h.Lineage.Unsay(r.Context(), lineage.Saying{
		Workspace: h.workspace(), A: r.node("a"), B: r.node("b"), Actor: pedigree.ActorOf(r.Context()).Name, Reason: r.text("reason"),
	})
	if err != nil {
		return err
	}
	return answer(w, Nothing{})
}
