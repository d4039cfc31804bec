package store

import "github.com/pedigree-ml/pedigree"

// A WebhookReader reads webhooks and what they are to be told. It is part of
// every [Reader].
type WebhookReader interface {
	// Webhook finds a webhook by its public identity; else NotFound.
	Webhook(workspace pedigree.NodeID, uid string) (pedigree.Webhook, error)

	// Webhooks gives the webhooks of a workspace, newest first, from before the
	// one with the given ID (0: from the newest), at most limit.
	Webhooks(workspace pedigree.NodeID, before int64, limit int) ([]pedigree.Webhook, error)

	// Subscribers gives the active webhooks of a workspace that want to be told
	// of an event, oldest first.
	Subscribers(workspace pedigree.NodeID, event string) ([]pedigree.Webhook, error)

	// Delivery finds a delivery by its ID; else NotFound.
	Delivery(id int64) (pedigree.Delivery, error)

	// Deliveries gives the deliveries of a webhook, newest first, without their
	// bodies, from before the one with the given ID (0: from the newest), at
	// most limit.
	Deliveries(webhook, before int64, limit int) ([]pedigree.Delivery, error)

	// WebhookWaiting finds the first webhook of any workspace whose ID is higher
	// than the given one and for which a delivery waits; else NotFound.
	WebhookWaiting(after int64) (pedigree.Webhook, error)

	// DeliveriesWaiting gives the deliveries of a webhook that wait, by the time
	// at which they are due, then by arrival, at most limit.
	DeliveriesWaiting(webhook int64, limit int) ([]pedigree.Delivery, error)

	// CountWaiting counts the deliveries of all workspaces that wait.
	CountWaiting() (int, error)
}

// A WebhookTx changes webhooks and what they are to be told. It is part of
// every [Tx].
type WebhookTx interface {
	// CreateWebhook stores w and sets its ID, Created and Updated.
	CreateWebhook(w *pedigree.Webhook) error

	// UpdateWebhook stores all of w but what can never change (ID, workspace,
	// UID, Created) and sets Updated; NotFound where it is gone.
	UpdateWebhook(w *pedigree.Webhook) error

	// DeleteWebhook removes a webhook with all of its deliveries.
	DeleteWebhook(id int64) error

	// AddDelivery stores d and sets its ID and Created.
	AddDelivery(d *pedigree.Delivery) error

	// UpdateDelivery stores what became of a delivery that waits: its state,
	// attempts, status, error, due and ended. One that has ended loses its body.
	// It reports whether the delivery was still there and waiting.
	UpdateDelivery(d *pedigree.Delivery) (bool, error)

	// DropWaiting ends all deliveries of a webhook that wait as Dropped.
	DropWaiting(webhook int64, why string) error

	// TrimDeliveries removes the deliveries of a webhook that have ended, but
	// for the newest.
	TrimDeliveries(webhook int64, keep int) error
}
