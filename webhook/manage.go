package webhook

import (
	"context"
	"encoding/base64"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// maxWebhooks bounds the webhooks of a workspace.
const maxWebhooks = 1000

// Create makes a webhook.
func (s *Service) Create(ctx context.Context, ws pedigree.NodeID, d Draft) (pedigree.Webhook, error) {
	w := pedigree.Webhook{
		Workspace: ws, UID: newUUID(), Name: d.Name, Description: d.Description, URL: d.URL, Active: !d.Disabled,
	}
	w.Secret = s.key.seal(d.Secret, w.UID)
	var err error
	if err = checkName(d.Name); err != nil {
		return w, err
	}
	if err = s.checkURL(d.URL); err != nil {
		return w, err
	}
	if w.Events, err = checkEvents(d.Events); err != nil {
		return w, err
	}
	if err = checkDescription(d.Description); err != nil {
		return w, err
	}
	if err = checkSecret(d.Secret); err != nil {
		return w, err
	}
	err = s.store.Update(ctx, func(tx store.Tx) error {
		all, err := tx.Webhooks(ws, 0, maxWebhooks)
		if err != nil {
			return err
		}
		if len(all) == maxWebhooks {
			return pedigree.Errorf(pedigree.Exhausted, "There are %d webhooks already; delete one first.", maxWebhooks)
		}
		return tx.CreateWebhook(&w)
	})
	return w, err
}

// Webhook finds a webhook by its UID.
func (s *Service) Webhook(ctx context.Context, ws pedigree.NodeID, id string) (w pedigree.Webhook, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		w, err = find(r, ws, id)
		return err
	})
	return w, err
}

func find(r store.Reader, ws pedigree.NodeID, id string) (pedigree.Webhook, error) {
	w, err := r.Webhook(ws, id)
	if err != nil && pedigree.CodeOf(err) == pedigree.NotFound {
		err = pedigree.Errorf(pedigree.NotFound, "Webhook with ID %s not found.", shortened(id))
	}
	return w, err
}

// Sizes of a page.
const (
	defaultPage = 100
	maxPage     = 1000
)

// Webhooks gives one page of webhooks, newest first. No limit stands for 100.
func (s *Service) Webhooks(ctx context.Context, ws pedigree.NodeID, limit int, token string) (page Page, err error) {
	if limit == 0 {
		limit = defaultPage
	}
	if limit < 1 || limit > maxPage {
		return page, naming.Invalid("max_results must be between 1 and 1000.")
	}
	before, err := parseToken(token)
	if err != nil {
		return page, err
	}
	err = s.store.View(ctx, func(r store.Reader) error {
		page.Items, err = r.Webhooks(ws, before, limit+1)
		return err
	})
	if len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = makeToken(page.Items[limit-1].ID)
	}
	return page, err
}

// A token holds the number of the last webhook of its page.
func makeToken(last int64) string {
	return base64.URLEncoding.EncodeToString(strconv.AppendInt(nil, last, 10))
}

func parseToken(token string) (int64, error) {
	if token == "" {
		return 0, nil
	}
	raw, err := base64.URLEncoding.DecodeString(token)
	if err != nil {
		return 0, naming.Invalid("Invalid page token, could not base64-decode")
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || n < 1 {
		return 0, naming.Invalid("Invalid page token, parsed value is not a token of this server")
	}
	return n, nil
}

// Update changes a webhook. What waits for it goes by the new values, or not at
// all if it is no longer active.
func (s *Service) Update(ctx context.Context, ws pedigree.NodeID, id string, c Change) (w pedigree.Webhook, err error) {
	err = s.store.Update(ctx, func(tx store.Tx) error {
		if w, err = find(tx, ws, id); err != nil {
			return err
		}
		if err = s.apply(&w, c); err != nil {
			return err
		}
		if err = tx.UpdateWebhook(&w); err != nil || w.Active {
			return err
		}
		if err = tx.DropWaiting(w.ID, "the webhook was disabled"); err != nil {
			return err
		}
		return tx.TrimDeliveries(w.ID, keptDeliveries)
	})
	return w, err
}

// apply changes w in memory.
func (s *Service) apply(w *pedigree.Webhook, c Change) (err error) {
	if c.Events != nil {
		if w.Events, err = checkEvents(c.Events); err != nil {
			return err
		}
	}
	if c.Active != nil {
		w.Active = *c.Active
	}
	sealed := func(secret string) string { return s.key.seal(secret, w.UID) }
	for _, text := range []struct {
		given *string
		check func(string) error
		store func(string) string
		at    *string
	}{
		{c.Name, checkName, nil, &w.Name},
		{c.Description, checkDescription, nil, &w.Description},
		{c.URL, s.checkURL, nil, &w.URL},
		{c.Secret, checkSecret, sealed, &w.Secret},
	} {
		if text.given == nil {
			continue
		}
		if err := text.check(*text.given); err != nil {
			return err
		}
		*text.at = *text.given
		if text.store != nil {
			*text.at = text.store(*text.given)
		}
	}
	return nil
}

// Delete removes a webhook, with what waits for it and its history.
func (s *Service) Delete(ctx context.Context, ws pedigree.NodeID, id string) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		w, err := find(tx, ws, id)
		if err != nil {
			return err
		}
		return tx.DeleteWebhook(w.ID)
	})
}

// Deliveries gives deliveries of a webhook, newest first, from before the one
// with the given ID (0: from the newest), at most limit: those that wait, and of
// those that have ended the last 100. They come without bodies.
func (s *Service) Deliveries(ctx context.Context, ws pedigree.NodeID, id string, before int64, limit int) (all []pedigree.Delivery, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		w, err := find(r, ws, id)
		if err != nil {
			return err
		}
		all, err = r.Deliveries(w.ID, before, limit)
		return err
	})
	return all, err
}

// newUUID makes a random identity in the form that MLflow's webhooks and their
// receivers know.
func newUUID() string {
	id := naming.NewUID()
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}
