package webhook

import (
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
)

var _ registry.Outbox = (*Service)(nil)

// Bounds on what waits. A change is never refused because there is too much:
// the delivery is, and the webhook's history says so.
const (
	maxWaiting = 10_000  // deliveries, of all webhooks
	maxMessage = 1 << 20 // bytes of one
)

// keptDeliveries is how many deliveries that have ended a webhook's history
// keeps.
const keptDeliveries = 100

// Enqueue implements [registry.Outbox]: it notes a delivery for each webhook
// that wants to be told, in the transaction of the change.
func (s *Service) Enqueue(tx store.Tx, ws pedigree.NodeID, e registry.Event) error {
	event := Event{strings.ToLower(e.Entity), strings.ToLower(e.Action)}
	subscribers, err := tx.Subscribers(ws, event.String())
	if err != nil || len(subscribers) == 0 {
		return err
	}
	body, err := newMessage(event, tx.Now(), e.Data)
	if err != nil {
		return err
	}
	waiting, err := tx.CountWaiting()
	if err != nil {
		return err
	}
	for _, w := range subscribers {
		if err := s.enqueue(tx, w, event, body, waiting); err != nil {
			return err
		}
		waiting++
	}
	s.nudge()
	return nil
}

func (s *Service) enqueue(tx store.Tx, w pedigree.Webhook, e Event, body []byte, waiting int) error {
	d := pedigree.Delivery{Webhook: w.ID, UID: newUUID(), Event: e.String(), Due: tx.Now(), Ended: pedigree.NoTime}
	switch {
	case waiting >= maxWaiting:
		d.Error = "too many deliveries were waiting"
	case len(body) > maxMessage:
		d.Error = "the message was too large"
	default:
		d.Body = string(body)
		return tx.AddDelivery(&d)
	}
	d.State, d.Ended = pedigree.Dropped, tx.Now()
	s.complain(&w, &d)
	if err := tx.AddDelivery(&d); err != nil {
		return err
	}
	return tx.TrimDeliveries(w.ID, keptDeliveries)
}

// complain tells the log of a delivery that was dropped, once a minute: where one
// is, there are many.
func (s *Service) complain(w *pedigree.Webhook, d *pedigree.Delivery) {
	last, now := s.complained.Load(), int64(d.Ended)
	if now-last >= time.Minute.Milliseconds() && s.complained.CompareAndSwap(last, now) {
		s.Log.Warn("webhook deliveries are dropped", "webhook", w.UID, "event", d.Event, "error", d.Error)
	}
}

// nudge tells the sender that something may wait.
func (s *Service) nudge() {
	select {
	case s.nudges <- struct{}{}:
	default: // it has been told already
	}
}
