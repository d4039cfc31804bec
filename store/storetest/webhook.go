package storetest

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func (e *env) webhook(uid string, events ...string) *pedigree.Webhook {
	e.Helper()
	w := &pedigree.Webhook{
		Workspace: pedigree.DefaultWorkspace, UID: uid, Name: "name", Description: "what for", URL: "https://example.com/" + uid,
		Events: events, Active: true, Secret: "sealed",
	}
	e.update(func(tx store.Tx) error { return tx.CreateWebhook(w) })
	return w
}

func (e *env) delivery(w *pedigree.Webhook, due pedigree.Time) *pedigree.Delivery {
	e.Helper()
	e.made++
	d := &pedigree.Delivery{Webhook: w.ID, UID: "d", Event: "model_version.created", Body: "{}", Due: due, Ended: pedigree.NoTime}
	e.update(func(tx store.Tx) error { return tx.AddDelivery(d) })
	return d
}

func webhooks(e *env) {
	w := e.webhook("a", "model_version.created", "prompt.created")
	if w.ID == 0 || w.Created != pedigree.Time(e.now.Load()) || w.Updated != w.Created {
		e.Errorf("made %+v", w)
	}
	e.wantWebhook(*w)
	w.Name, w.Description, w.URL, w.Events, w.Active, w.Secret = "n", "", "https://example.org", []string{"prompt.created"}, false, ""
	e.update(func(tx store.Tx) error { return tx.UpdateWebhook(w) })
	if w.Updated <= w.Created {
		e.Errorf("changed at %d, made at %d: no later", w.Updated, w.Created)
	}
	e.wantWebhook(*w)
	e.wantCode(e.Update(e.Context(), func(tx store.Tx) error {
		return tx.CreateWebhook(&pedigree.Webhook{Workspace: w.Workspace, UID: "a"})
	}), pedigree.AlreadyExists)
	e.wantCode(e.Update(e.Context(), func(tx store.Tx) error {
		return tx.CreateWebhook(&pedigree.Webhook{Workspace: w.Workspace, UID: "z", URL: strings.Repeat("x", 8001)})
	}), pedigree.Invalid)
	e.update(func(tx store.Tx) error { return tx.DeleteWebhook(w.ID) })
	e.wantCode(e.View(e.Context(), func(tx store.Reader) error { _, err := tx.Webhook(w.Workspace, "a"); return err }), pedigree.NotFound)
	e.wantCode(e.Update(e.Context(), func(tx store.Tx) error { return tx.UpdateWebhook(w) }), pedigree.NotFound)
	if again := e.webhook("a"); again.ID <= w.ID {
		e.Errorf("number %d after %d", again.ID, w.ID)
	}
}

func (e *env) wantWebhook(want pedigree.Webhook) {
	e.Helper()
	e.view(func(tx store.Reader) error {
		got, err := tx.Webhook(want.Workspace, want.UID)
		if err != nil || !slices.Equal(got.Events, want.Events) {
			e.Fatalf("got %+v (%v), want %+v", got, err, want)
		}
		got.Events, want.Events = nil, nil
		if got.ID != want.ID || got.Name != want.Name || got.Description != want.Description || got.URL != want.URL || got.Active != want.Active ||
			got.Secret != want.Secret || got.Created != want.Created || got.Updated != want.Updated {
			e.Errorf("got %+v, want %+v", got, want)
		}
		return nil
	})
}

func webhookLists(e *env) {
	for _, uid := range []string{"a", "b", "c"} {
		e.webhook(uid, "model_version.created")
	}
	off := e.webhook("off", "model_version.created")
	off.Active = false
	other := e.webhook("other", "prompt.created")
	foreign := pedigree.Webhook{Workspace: 999, UID: "a", Events: []string{"model_version.created"}, Active: true}
	e.update(func(tx store.Tx) error {
		if err := tx.UpdateWebhook(off); err != nil {
			return err
		}
		other.Events = []string{"model_version.created"}
		if err := tx.UpdateWebhook(other); err != nil {
			return err
		}
		return tx.CreateWebhook(&foreign)
	})
	list := func(read func(store.Reader) ([]pedigree.Webhook, error)) string {
		var uids []string
		e.view(func(tx store.Reader) error {
			all, err := read(tx)
			for _, w := range all {
				uids = append(uids, w.UID)
			}
			return err
		})
		return strings.Join(uids, " ")
	}
	for want, read := range map[string]func(store.Reader) ([]pedigree.Webhook, error){
		"other off c b a": func(tx store.Reader) ([]pedigree.Webhook, error) {
			return tx.Webhooks(pedigree.DefaultWorkspace, 0, 10)
		},
		"off c": func(tx store.Reader) ([]pedigree.Webhook, error) {
			return tx.Webhooks(pedigree.DefaultWorkspace, other.ID, 2)
		},
		"a": func(tx store.Reader) ([]pedigree.Webhook, error) { return tx.Webhooks(999, 0, 10) },
		"a b c other": func(tx store.Reader) ([]pedigree.Webhook, error) {
			return tx.Subscribers(pedigree.DefaultWorkspace, "model_version.created")
		},
		"": func(tx store.Reader) ([]pedigree.Webhook, error) {
			return tx.Subscribers(pedigree.DefaultWorkspace, "prompt.created")
		},
	} {
		if got := list(read); got != want {
			e.Errorf("got %q, want %q", got, want)
		}
	}
}

func deliveries(e *env) {
	w, idle := e.webhook("a"), e.webhook("b")
	late, soon, sooner := e.delivery(w, 30), e.delivery(w, 20), e.delivery(w, 20)
	e.wantWaiting(w, 3, soon, sooner, late)
	e.view(func(tx store.Reader) error {
		if got, err := tx.DeliveriesWaiting(w.ID, 1); err != nil || len(got) != 1 || got[0] != *soon {
			e.Errorf("first to go %+v (%v), want %+v", got, err, soon)
		}
		return nil
	})
	soon.State, soon.Attempts, soon.Status, soon.Error, soon.Due = pedigree.Waiting, 1, 503, "again", 40
	sooner.State, sooner.Attempts, sooner.Status, sooner.Ended = pedigree.Delivered, 1, 200, 25
	for _, d := range []*pedigree.Delivery{soon, sooner} {
		e.noteAttempt(d, true)
	}
	sooner.Body = ""
	e.noteAttempt(sooner, false)
	e.wantWaiting(w, 2, late, soon)
	e.view(func(tx store.Reader) error {
		if got, err := tx.Delivery(sooner.ID); err != nil || got != *sooner {
			e.Errorf("the one that ended is %+v (%v), want %+v", got, err, sooner)
		}
		return nil
	})
	e.wantHistory(w, 0, 10, sooner, soon, late)
	e.wantHistory(w, sooner.ID, 1, soon)
	e.wantHistory(idle, 0, 10)

	e.update(func(tx store.Tx) error { return tx.DropWaiting(w.ID, "disabled") })
	e.wantWaiting(w, 0)
	for _, d := range []*pedigree.Delivery{late, soon} {
		d.State, d.Error, d.Ended = pedigree.Dropped, "disabled", pedigree.Time(e.now.Load())
	}
	e.wantHistory(w, 0, 10, sooner, soon, late)
	newest := e.delivery(w, 1)
	e.update(func(tx store.Tx) error { return tx.TrimDeliveries(w.ID, 2) })
	e.wantHistory(w, 0, 10, newest, sooner, soon)
	e.update(func(tx store.Tx) error { return tx.DeleteWebhook(w.ID) })
	e.wantHistory(w, 0, 10)
	e.wantWaiting(w, 0)
	e.wantCode(e.View(e.Context(), func(tx store.Reader) error { _, err := tx.Delivery(newest.ID); return err }), pedigree.NotFound)
}

func (e *env) noteAttempt(d *pedigree.Delivery, want bool) {
	e.Helper()
	e.update(func(tx store.Tx) error {
		if there, err := tx.UpdateDelivery(d); err != nil || there != want {
			e.Errorf("UpdateDelivery gave %v, %v", there, err)
		}
		return nil
	})
}

func (e *env) wantWaiting(w *pedigree.Webhook, count int, want ...*pedigree.Delivery) {
	e.Helper()
	e.view(func(tx store.Reader) error {
		got, err := tx.DeliveriesWaiting(w.ID, 10)
		if err != nil || !same(got, want) {
			e.Errorf("waiting are %+v (%v)", got, err)
		}
		if n, err := tx.CountWaiting(); err != nil || n != count {
			e.Errorf("%d wait (%v), want %d", n, err, count)
		}
		return nil
	})
}

// wantHistory looks at what a list tells: all but the bodies.
func (e *env) wantHistory(w *pedigree.Webhook, before int64, limit int, want ...*pedigree.Delivery) {
	e.Helper()
	bare := make([]*pedigree.Delivery, len(want))
	for i := range want {
		d := *want[i]
		d.Body = ""
		bare[i] = &d
	}
	e.view(func(tx store.Reader) error {
		if got, err := tx.Deliveries(w.ID, before, limit); err != nil || !same(got, bare) {
			e.Errorf("history is %+v (%v)", got, err)
		}
		return nil
	})
}

func same(got []pedigree.Delivery, want []*pedigree.Delivery) bool {
	return slices.EqualFunc(got, want, func(d pedigree.Delivery, w *pedigree.Delivery) bool { return d == *w })
}

func webhooksWaiting(e *env) {
	var hooks []*pedigree.Webhook
	for _, uid := range []string{"a", "b", "c", "d"} {
		hooks = append(hooks, e.webhook(uid))
	}
	for range 3 {
		e.delivery(hooks[1], 1)
		e.delivery(hooks[3], 1)
	}
	e.view(func(tx store.Reader) error {
		var found []string
		after := int64(0)
		for {
			w, err := tx.WebhookWaiting(after)
			if pedigree.CodeOf(err) == pedigree.NotFound && err != nil {
				break
			}
			if err != nil {
				return err
			}
			found, after = append(found, w.UID), w.ID
		}
		if !slices.Equal(found, []string{"b", "d"}) {
			e.Errorf("waiting are %q", found)
		}
		return nil
	})
}
