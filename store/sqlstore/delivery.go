package sqlstore

import (
	"math"

	"github.com/pedigree-ml/pedigree"
)

const (
	deliveryColumns = "id, webhook, uid, event, state, attempts, status, error, created, due, ended"
	deliveryWidth   = 11 // the number of columns in deliveryColumns
)

var (
	deliveryByID = define("delivery by number", "PRIMARY KEY",
		"SELECT "+deliveryColumns+", body FROM delivery WHERE id = ?")
	deliveriesNewest = define("newest deliveries of a webhook", "delivery_webhook",
		"SELECT "+deliveryColumns+", '' FROM delivery WHERE webhook = ? AND id < ? ORDER BY id DESC LIMIT ?")
	deliveriesWaiting = define("deliveries of a webhook that wait", "delivery_waiting",
		"SELECT "+deliveryColumns+", body FROM delivery WHERE webhook = ? AND state = 0 ORDER BY due, id LIMIT ?")
	// Numbers are positive; saying so makes it a search of the index.
	deliveriesCount = define("number of deliveries that wait", "delivery_waiting",
		"SELECT count(*) FROM delivery WHERE state = 0 AND webhook > 0")
	deliveryInsert = define("add delivery", "",
		"INSERT INTO delivery (webhook, uid, event, body, state, attempts, status, error, created, due, ended) VALUES (?,?,?,?,?,?,?,?,?,?,?)")
	deliveryUpdate = define("note an attempt", "",
		"UPDATE delivery SET state = ?, attempts = ?, status = ?, error = ?, due = ?, ended = ?, body = CASE ? WHEN 0 THEN body ELSE '' END WHERE id = ? AND state = 0")
	deliveriesDrop = define("drop deliveries that wait", "delivery_waiting",
		"UPDATE delivery SET state = 3, error = ?, ended = ?, body = '' WHERE webhook = ? AND state = 0")
	deliveriesTrim = define("remove old deliveries", "delivery_ended",
		"DELETE FROM delivery WHERE webhook = ? AND state <> 0 AND id < "+
			"(SELECT k.id FROM delivery k WHERE k.webhook = ? AND k.state <> 0 ORDER BY k.id DESC LIMIT 1 OFFSET ?)")
)

func readDelivery(r *rows) pedigree.Delivery {
	return pedigree.Delivery{
		ID: r.int(0), Webhook: r.int(1), UID: r.text(2), Event: r.text(3), State: pedigree.DeliveryState(r.int(4)),
		Attempts: int(r.int(5)), Status: int(r.int(6)), Error: r.text(7), Created: r.time(8), Due: r.time(9), Ended: r.time(10),
		Body: r.text(deliveryWidth),
	}
}

func (t *tx) deliveries(r *rows, err error) ([]pedigree.Delivery, error) {
	if err != nil {
		return nil, err
	}
	var all []pedigree.Delivery
	for r.next() {
		all = append(all, readDelivery(r))
	}
	return all, r.close()
}

func (t *tx) Delivery(id int64) (pedigree.Delivery, error) {
	all, err := t.deliveries(t.query(deliveryByID, id))
	if err != nil {
		return pedigree.Delivery{}, err
	}
	if len(all) == 0 {
		return pedigree.Delivery{}, errNotFound
	}
	return all[0], nil
}

func (t *tx) Deliveries(webhook, before int64, limit int) ([]pedigree.Delivery, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return t.deliveries(t.query(deliveriesNewest, webhook, before, limit))
}

func (t *tx) DeliveriesWaiting(webhook int64, limit int) ([]pedigree.Delivery, error) {
	return t.deliveries(t.query(deliveriesWaiting, webhook, limit))
}

func (t *tx) CountWaiting() (int, error) {
	n, err := t.oneInt(deliveriesCount)
	return int(n), err
}

func (t *tx) AddDelivery(d *pedigree.Delivery) error {
	if err := checkDelivery(d); err != nil {
		return err
	}
	d.Created = t.now
	id, err := t.insert(deliveryInsert, d.Webhook, d.UID, d.Event, d.Body, int(d.State), d.Attempts, d.Status, d.Error, d.Created, d.Due, d.Ended)
	d.ID = id
	return classify(t.store.engine, err)
}

func (t *tx) UpdateDelivery(d *pedigree.Delivery) (bool, error) {
	if err := checkDelivery(d); err != nil {
		return false, err
	}
	changed, err := t.exec(deliveryUpdate, int(d.State), d.Attempts, d.Status, d.Error, d.Due, d.Ended, int(d.State), d.ID)
	return changed > 0, err
}

func (t *tx) DropWaiting(webhook int64, why string) error {
	if err := checkText("the reason", why, maxLabel); err != nil {
		return err
	}
	_, err := t.exec(deliveriesDrop, why, t.now, webhook)
	return err
}

func (t *tx) TrimDeliveries(webhook int64, keep int) error {
	_, err := t.exec(deliveriesTrim, webhook, webhook, keep-1)
	return err
}

func checkDelivery(d *pedigree.Delivery) error {
	return checkTexts([]limited{
		{"the identity", d.UID, maxUID},
		{"the event", d.Event, maxEvent},
		{"the body", d.Body, maxBody},
		{"the error", d.Error, maxLabel},
	})
}
