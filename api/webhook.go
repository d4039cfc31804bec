package api

import (
	"net/http"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
)

// serverEndpoints tell of the server itself.
func (h *Handler) serverEndpoints() []endpoint {
	return []endpoint{{
		id: "listDeliveries", method: "GET", path: "/webhooks/{webhook}/deliveries", group: serverGroup, permission: route.Manage,
		summary: "Tell what a webhook was told of late, and what it is to be told",
		parameters: []parameter{
			textOf("webhook", "the webhook's id").onPath(), limitOf(100, 1000), cursorOf("before"),
		},
		answer: DeliveriesAnswer{}, problems: []pedigree.Code{pedigree.NotFound}, call: h.deliveries,
	}, {
		id: "getDescription", method: "GET", path: documentPath, group: serverGroup, permission: route.Read,
		summary: "Give this document", answer: map[string]any{}, call: describe,
	}}
}

// A DeliveriesAnswer is one page of what became of the calls of a webhook.
type DeliveriesAnswer struct {
	Webhook    string     `json:"webhook"`
	Deliveries []Delivery `json:"deliveries"`     // newest first
	Next       string     `json:"next,omitempty"` // for the parameter before of the next page
}

// A Delivery is one call of a webhook.
type Delivery struct {
	ID       string `json:"id"` // as receivers know it
	Event    string `json:"event"`
	State    string `json:"state" enum:"waiting,delivered,failed,dropped"`
	Attempts int    `json:"attempts"`
	Status   int    `json:"status,omitempty"` // of HTTP, at the last attempt
	Error    string `json:"error,omitempty"`  // why the last attempt failed
	Created  string `json:"created" format:"date-time"`
	Due      string `json:"due,omitempty" format:"date-time"` // when the next attempt is made
	Ended    string `json:"ended,omitempty" format:"date-time"`
}

// deliveries tells what a webhook was told of late, and what it is to be told.
func (h *Handler) deliveries(w http.ResponseWriter, r *request) error {
	id, limit := r.text("webhook"), r.limit()
	found, err := h.Webhooks.Deliveries(r.Context(), h.workspace(), id, r.number("before"), limit)
	if err != nil {
		return err
	}
	a := DeliveriesAnswer{Webhook: id, Deliveries: make([]Delivery, len(found))}
	for i := range found {
		a.Deliveries[i] = deliveryOf(&found[i])
	}
	if len(found) == limit {
		a.Next = strconv.FormatInt(found[limit-1].ID, 10)
	}
	return answer(w, a)
}

func deliveryOf(d *pedigree.Delivery) Delivery {
	out := Delivery{
		ID: d.UID, Event: d.Event, State: d.State.String(), Attempts: d.Attempts, Status: d.Status, Error: d.Error, Created: moment(d.Created),
	}
	if d.State == pedigree.Waiting {
		out.Due = moment(d.Due)
	} else {
		out.Ended = moment(d.Ended)
	}
	return out
}
