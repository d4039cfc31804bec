package webhook

import (
	"context"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

const (
	maxCalls   = 10               // at a time
	maxPerHook = 3                // of them to one webhook, so that a slow receiver holds up few others
	lookEvery  = 30 * time.Second // for what nobody told of
	tryAgain   = time.Second      // after the store failed
	grace      = 5 * time.Second  // for calls under way when the server stops
)

// Run sends what waits until ctx ends, and a little longer what is under way
// then. What is not done by then waits in the store for the next start, as it
// does if the process is killed: a receiver may get a delivery twice, and knows
// it by its identity.
func (s *Service) Run(ctx context.Context) {
	calls, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	run := &sender{Service: s, calls: calls, underWay: map[int64]int64{}, perHook: map[int64]int{}, done: make(chan int64)}
	for {
		wait := run.start(ctx)
		select {
		case <-ctx.Done():
			run.finish(cancel)
			return
		case id := <-run.done:
			run.forget(id)
		case <-s.nudges:
		case <-time.After(wait):
		}
	}
}

// A sender is one Run. Its fields belong to its goroutine.
type sender struct {
	*Service
	calls    context.Context
	underWay map[int64]int64 // webhooks by delivery
	perHook  map[int64]int   // number under way by webhook
	last     int64           // webhook that was served last
	done     chan int64      // deliveries whose attempt is over and noted
}

// A task is one attempt to make.
type task struct {
	webhook  pedigree.Webhook
	delivery pedigree.Delivery
}

// start begins the attempts that are due and there is room for. It returns how
// long to wait before it is worth looking again.
func (r *sender) start(ctx context.Context) time.Duration {
	if len(r.underWay) == maxCalls {
		return lookEvery
	}
	var tasks []task
	var next pedigree.Time
	// It reads in the writers' turn: whatever wrote before it nudged has been
	// committed by then.
	err := r.store.Update(ctx, func(tx store.Tx) (err error) {
		tasks, next, err = r.choose(tx)
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			r.Log.Error("webhook deliveries cannot be read", "error", err)
		}
		return tryAgain
	}
	for _, t := range tasks {
		r.underWay[t.delivery.ID] = t.webhook.ID
		r.perHook[t.webhook.ID]++
		r.last = t.webhook.ID
		go r.perform(t)
	}
	if next.Set() {
		return min(max(time.Duration(next-pedigree.SystemClock())*time.Millisecond, time.Millisecond), lookEvery)
	}
	return lookEvery
}

// choose picks what is due, webhook by webhook from after the one served last,
// and tells when the next is.
func (r *sender) choose(tx store.Tx) (tasks []task, next pedigree.Time, err error) {
	next = pedigree.NoTime
	last, wrapped := r.last, r.last == 0
	for after := last; ; {
		w, err := tx.WebhookWaiting(after)
		switch {
		case err != nil && pedigree.CodeOf(err) != pedigree.NotFound:
			return nil, next, err
		case err != nil && wrapped, err == nil && wrapped && last > 0 && w.ID > last:
			return tasks, next, nil
		case err != nil:
			after, wrapped = 0, true
			continue
		}
		after = w.ID
		due, soonest, err := r.due(tx, &w)
		if err != nil {
			return nil, next, err
		}
		if soonest.Set() && (!next.Set() || soonest < next) {
			next = soonest
		}
		for _, d := range due {
			if len(r.underWay)+len(tasks) == maxCalls {
				return tasks, pedigree.NoTime, nil
			}
			tasks = append(tasks, task{w, d})
		}
	}
}

// due gives the deliveries of a webhook to be sent now, and when it has another
// to be sent later.
func (r *sender) due(tx store.Tx, w *pedigree.Webhook) (due []pedigree.Delivery, next pedigree.Time, err error) {
	next = pedigree.NoTime
	busy := r.perHook[w.ID]
	if busy == maxPerHook {
		return nil, next, nil
	}
	waiting, err := tx.DeliveriesWaiting(w.ID, maxPerHook+1)
	now := pedigree.SystemClock()
	for _, d := range waiting {
		if _, under := r.underWay[d.ID]; under {
			continue
		}
		if d.Due > now {
			return due, d.Due, err
		}
		if busy+len(due) < maxPerHook {
			due = append(due, d)
		}
	}
	return due, next, err
}

// perform makes one attempt and keeps what came of it.
func (r *sender) perform(t task) {
	defer func() { r.done <- t.delivery.ID }()
	r.attempt(r.calls, &t.webhook, &t.delivery)
	if r.calls.Err() != nil && t.delivery.State != pedigree.Delivered {
		return // cut off by us: it does not count
	}
	for {
		err := r.keep(&t.delivery)
		if err == nil {
			return
		}
		r.Log.Error("webhook delivery cannot be noted", "webhook", t.webhook.UID, "delivery", t.delivery.UID, "error", err)
		select {
		case <-time.After(tryAgain):
		case <-r.calls.Done():
			return
		}
	}
}

// keep stores what came of an attempt. A webhook may have been deleted
// meanwhile, or disabled; then nothing is left to store.
func (r *sender) keep(d *pedigree.Delivery) error {
	return r.store.Update(context.WithoutCancel(r.calls), func(tx store.Tx) error {
		there, err := tx.UpdateDelivery(d)
		if err != nil || !there || d.State == pedigree.Waiting {
			return err
		}
		return tx.TrimDeliveries(d.Webhook, keptDeliveries)
	})
}

func (r *sender) forget(delivery int64) {
	webhook := r.underWay[delivery]
	delete(r.underWay, delivery)
	if r.perHook[webhook]--; r.perHook[webhook] == 0 {
		delete(r.perHook, webhook)
	}
}

// finish waits for what is under way, and cuts it off after the grace.
func (r *sender) finish(cancel func()) {
	late := time.After(grace)
	for len(r.underWay) > 0 {
		select {
		case id := <-r.done:
			r.forget(id)
		case <-late:
			cancel()
			late = nil
		}
	}
}
