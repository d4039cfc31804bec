package sqlstore

import (
	"math"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

const webhookColumns = "w.id, w.workspace, w.uid, w.name, w.description, w.url, w.events, w.active, w.secret, w.created, w.updated"

var (
	webhookByUID = define("webhook by public identity", "webhook_uid",
		"SELECT "+webhookColumns+" FROM webhook w WHERE w.workspace = ? AND w.uid = ?")
	webhooksNewest = define("newest webhooks", "webhook_workspace",
		"SELECT "+webhookColumns+" FROM webhook w WHERE w.workspace = ? AND w.id < ? ORDER BY w.id DESC LIMIT ?")
	webhooksByEvent = define("webhooks that want an event", "PRIMARY KEY",
		"SELECT "+webhookColumns+" FROM webhook_event e CROSS JOIN webhook w ON w.id = e.webhook "+
			"WHERE e.workspace = ? AND e.event = ? AND w.active = 1 ORDER BY e.webhook")
	webhookWaiting = define("next webhook with a delivery that waits", "delivery_waiting",
		"SELECT "+webhookColumns+" FROM delivery d CROSS JOIN webhook w ON w.id = d.webhook "+
			"WHERE d.state = 0 AND d.webhook > ? ORDER BY d.webhook LIMIT 1")
	webhookInsert = define("add webhook", "",
		"INSERT INTO webhook (workspace, uid, name, description, url, events, active, secret, created, updated) VALUES (?,?,?,?,?,?,?,?,?,?)")
	webhookUpdate = define("change webhook", "",
		"UPDATE webhook SET name = ?, description = ?, url = ?, events = ?, active = ?, secret = ?, updated = ? WHERE id = ?")
	webhookDelete       = define("remove webhook", "", "DELETE FROM webhook WHERE id = ?")
	webhookEventsDelete = define("forget what a webhook wants", "webhook_event_webhook", "DELETE FROM webhook_event WHERE webhook = ?")
	webhookEventAdd     = define("note what a webhook wants", "",
		"INSERT INTO webhook_event (workspace, event, webhook) VALUES (?,?,?)")
)

func readWebhook(r *rows) pedigree.Webhook {
	return pedigree.Webhook{
		ID: r.int(0), Workspace: r.id(1), UID: r.text(2), Name: r.text(3), Description: r.text(4), URL: r.text(5),
		Events: strings.Fields(r.text(6)), Active: r.int(7) != 0, Secret: r.text(8), Created: r.time(9), Updated: r.time(10),
	}
}

func (t *tx) webhooks(r *rows, err error) ([]pedigree.Webhook, error) {
	if err != nil {
		return nil, err
	}
	var all []pedigree.Webhook
	for r.next() {
		all = append(all, readWebhook(r))
	}
	return all, r.close()
}

// webhook reads the only row of a result.
func (t *tx) webhook(r *rows, err error) (pedigree.Webhook, error) {
	all, err := t.webhooks(r, err)
	if err != nil {
		return pedigree.Webhook{}, err
	}
	if len(all) == 0 {
		return pedigree.Webhook{}, errNotFound
	}
	return all[0], nil
}

func (t *tx) Webhook(workspace pedigree.NodeID, uid string) (pedigree.Webhook, error) {
	return t.webhook(t.query(webhookByUID, workspace, uid))
}

func (t *tx) WebhookWaiting(after int64) (pedigree.Webhook, error) {
	return t.webhook(t.query(webhookWaiting, after))
}

func (t *tx) Webhooks(workspace pedigree.NodeID, before int64, limit int) ([]pedigree.Webhook, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return t.webhooks(t.query(webhooksNewest, workspace, before, limit))
}

func (t *tx) Subscribers(workspace pedigree.NodeID, event string) ([]pedigree.Webhook, error) {
	return t.webhooks(t.query(webhooksByEvent, workspace, event))
}

func (t *tx) CreateWebhook(w *pedigree.Webhook) error {
	if err := checkWebhook(w); err != nil {
		return err
	}
	w.Created, w.Updated = t.now, t.now
	id, err := t.insert(webhookInsert, w.Workspace, w.UID, w.Name, w.Description, w.URL, strings.Join(w.Events, " "),
		truth(w.Active), w.Secret, w.Created, w.Updated)
	if err != nil {
		return classify(t.store.engine, err)
	}
	w.ID = id
	return t.addWebhookEvents(w)
}

func (t *tx) UpdateWebhook(w *pedigree.Webhook) error {
	if err := checkWebhook(w); err != nil {
		return err
	}
	w.Updated = max(t.now, w.Updated+1)
	changed, err := t.exec(webhookUpdate, w.Name, w.Description, w.URL, strings.Join(w.Events, " "), truth(w.Active), w.Secret, w.Updated, w.ID)
	if err != nil {
		return err
	}
	if changed == 0 {
		return errNotFound
	}
	if _, err := t.exec(webhookEventsDelete, w.ID); err != nil {
		return err
	}
	return t.addWebhookEvents(w)
}

func (t *tx) addWebhookEvents(w *pedigree.Webhook) error {
	for _, event := range w.Events {
		if _, err := t.exec(webhookEventAdd, w.Workspace, event, w.ID); err != nil {
			return classify(t.store.engine, err)
		}
	}
	return nil
}

func (t *tx) DeleteWebhook(id int64) error {
	_, err := t.exec(webhookDelete, id)
	return err
}

// Limits of text columns of webhooks and deliveries, in bytes.
const (
	maxEvent  = 255
	maxSecret = 8000
	maxBody   = 16 << 20
)

func checkWebhook(w *pedigree.Webhook) error {
	return checkTexts([]limited{
		{"the identity", w.UID, maxUID},
		{"the name", w.Name, maxName},
		{"the description", w.Description, maxLabel},
		{"the URL", w.URL, maxURL},
		{"the secret", w.Secret, maxSecret},
		{"the list of events", strings.Join(w.Events, " "), maxLabel},
	})
}

// A limited text is one that a column must hold.
type limited struct {
	what, text string
	limit      int
}

func checkTexts(texts []limited) error {
	for _, t := range texts {
		if err := checkText(t.what, t.text, t.limit); err != nil {
			return err
		}
	}
	return nil
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}
