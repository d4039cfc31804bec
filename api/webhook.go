package api

import (
	"net/http"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// webhookRoutes tell what no other protocol does of webhooks.
func (h *Handler) webhookRoutes() []route.Route {
	return []route.Route{{
		Method: "GET", Pattern: base + "/webhooks/{webhook}/deliveries", Permission: route.Manage, Body: route.NoBody,
		Handler: failing(h.deliveries),
	}}
}

type deliveriesAnswer struct {
	Webhook    string     `json:"webhook"`
	Deliveries []delivery `json:"deliveries"`     // newest first
	Next       string     `json:"next,omitempty"` // for the parameter before of the next page
}

type delivery struct {
	ID       string `json:"id"` // as receivers know it
	Event    string `json:"event"`
	State    string `json:"state"` // waiting, delivered, failed or dropped
	Attempts int    `json:"attempts"`
	Status   int    `json:"status,omitempty"` // of HTTP, at the last attempt
	Error    string `json:"error,omitempty"`  // why the last attempt failed
	Created  string `json:"created"`
	Due      string `json:"due,omitempty"` // when the next attempt is made
	Ended    string `json:"ended,omitempty"`
}

// deliveries tells what a webhook was told of late, and what it is to be told.
func (h *Handler) deliveries(w http.ResponseWriter, r *http.Request) error {
	limit, err := pageSize(r, 100, 1000)
	if err != nil {
		return err
	}
	before := int64(0)
	if text := r.URL.Query().Get("before"); text != "" {
		if before, err = strconv.ParseInt(text, 10, 64); err != nil || before < 1 {
			return pedigree.Errorf(pedigree.Invalid, "The parameter before must be the next of the page before")
		}
	}
	id := r.PathValue("webhook")
	found, err := h.Webhooks.Deliveries(r.Context(), h.workspace(), id, before, limit)
	if err != nil {
		return err
	}
	a := deliveriesAnswer{Webhook: id, Deliveries: make([]delivery, len(found))}
	for i := range found {
		a.Deliveries[i] = deliveryOf(&found[i])
	}
	if len(found) == limit {
		a.Next = strconv.FormatInt(found[limit-1].ID, 10)
	}
	return answer(w, a)
}

func deliveryOf(d *pedigree.Delivery) delivery {
	out := delivery{
		ID: d.UID, Event: d.Event, State: d.State.String(), Attempts: d.Attempts, Status: d.Status, Error: d.Error, Created: moment(d.Created),
	}
	if d.State == pedigree.Waiting {
		out.Due = moment(d.Due)
	} else {
		out.Ended = moment(d.Ended)
	}
	return out
}
