package webhook

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/egress"
	"github.com/pedigree-ml/pedigree/store"
)

func TestAChangeIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		w, other := f.create(draft("a")), f.create(Draft{Name: "b", URL: "https://example.com/b", Events: []Event{{"prompt", "created"}}})
		f.world.always(204)
		defer f.run()()
		f.tell("m1")
		c := <-f.world.calls
		synctest.Wait()
		want := fmt.Sprintf(`{"entity":"model_version","action":"created","timestamp":%q,"data":{"name":"m1"}}`, time.Now().UTC().Format(isoTime))
		if c.url != w.URL || c.body != want {
			t.Errorf("called %s with %s\nwant %s", c.url, c.body, want)
		}
		got := f.history(w.UID)
		if len(got) != 1 || got[0].State != pedigree.Delivered || got[0].Status != 204 || got[0].Attempts != 1 || c.said("X-MLflow-Delivery-Id") != got[0].UID {
			t.Errorf("history %+v, header %v", got, c.header)
		}
		if left := f.history(other.UID); len(left) != 0 || len(f.world.calls) != 0 {
			t.Errorf("the other heard of it: %+v", left)
		}
	})
}

func TestWhatFailsForNowIsTriedAgain(t *testing.T) {
	unreachable := pedigree.Errorf(pedigree.Unavailable, "the host cannot be reached")
	for name, c := range map[string]struct {
		outcomes []outcome // of the attempts; the last stays
		waits    []time.Duration
		end      pedigree.Delivery
	}{
		"a server that fails": {
			[]outcome{{Answer: egress.Answer{Status: 503}}, {Answer: egress.Answer{Status: 500}}, {Answer: egress.Answer{Status: 200}}},
			[]time.Duration{time.Second, 2 * time.Second},
			pedigree.Delivery{State: pedigree.Delivered, Attempts: 3, Status: 200},
		},
		"a host that is not there": {
			[]outcome{{err: unreachable}},
			[]time.Duration{time.Second, 2 * time.Second, 4 * time.Second},
			pedigree.Delivery{State: pedigree.Failed, Attempts: 4, Error: "the host cannot be reached"},
		},
		"a receiver that wants to be left alone": {
			[]outcome{{Answer: egress.Answer{Status: 429, RetryAfter: 7 * time.Second}}, {Answer: egress.Answer{Status: 429, RetryAfter: time.Hour}}, {Answer: egress.Answer{Status: 200}}},
			[]time.Duration{7 * time.Second, time.Minute},
			pedigree.Delivery{State: pedigree.Delivered, Attempts: 3, Status: 200},
		},
		"a receiver that refuses": {
			[]outcome{{Answer: egress.Answer{Status: 410}}},
			nil,
			pedigree.Delivery{State: pedigree.Failed, Attempts: 1, Status: 410, Error: "the receiver answered 410"},
		},
		"a receiver that has moved": { // case W3
			[]outcome{{Answer: egress.Answer{Status: 307}}},
			nil,
			pedigree.Delivery{State: pedigree.Failed, Attempts: 1, Status: 307, Error: "the receiver answered 307, and redirects are not followed"},
		},
		"a URL that may no longer be called": {
			[]outcome{{err: pedigree.Errorf(pedigree.Invalid, "the URL cannot be called")}},
			nil,
			pedigree.Delivery{State: pedigree.Failed, Attempts: 1, Error: "the URL cannot be called"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := open(t)
				w := f.create(draft("a"))
				n := 0
				f.world.answer(func(call) (egress.Answer, error) {
					o := c.outcomes[min(n, len(c.outcomes)-1)]
					n++
					return o.Answer, o.err
				})
				defer f.run()()
				f.tell("m")
				first, last := <-f.world.calls, time.Now()
				for _, wait := range c.waits {
					again := <-f.world.calls
					if got := time.Since(last); got != wait {
						t.Errorf("waited %v, want %v", got, wait)
					}
					if again.body != first.body || again.said("X-MLflow-Delivery-Id") != first.said("X-MLflow-Delivery-Id") {
						t.Errorf("another message: %v", again)
					}
					last = time.Now()
				}
				time.Sleep(time.Hour) // of the test's clock
				d := f.history(w.UID)[0]
				if d.State != c.end.State || d.Attempts != c.end.Attempts || d.Status != c.end.Status || d.Error != c.end.Error || len(f.world.calls) > 0 {
					t.Errorf("ended as %+v", d)
				}
				if failed := d.State == pedigree.Failed; strings.Contains(f.log.String(), "webhook delivery failed") != failed || strings.Contains(f.log.String(), "example.com") {
					t.Errorf("log: %s", f.log)
				}
			})
		})
	}
}

func TestWhatWaitsSurvivesTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		w := f.create(Draft{Name: "a", URL: "https://example.com", Events: []Event{versionCreated}, Secret: "s"})
		f.tell("never begun") // no sender runs
		f.reopen()
		stop := f.run()
		begun := <-f.world.calls
		stop() // while the receiver thinks
		if got := f.history(w.UID); got[0].State != pedigree.Waiting || got[0].Attempts != 0 {
			t.Errorf("after the stop: %+v", got)
		}
		f.reopen()
		f.world.always(200)
		defer f.run()()
		again := <-f.world.calls
		synctest.Wait()
		if again.body != begun.body || again.said("X-MLflow-Delivery-Id") != begun.said("X-MLflow-Delivery-Id") || !signed(again, "s") {
			t.Errorf("after the restart: %+v", again)
		}
		if got := f.history(w.UID); got[0].State != pedigree.Delivered || got[0].Attempts != 1 {
			t.Errorf("in the end: %+v", got)
		}
	})
}

func TestStoppingLetsShortCallsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		w := f.create(draft("a"))
		stop := f.run()
		f.tell("m")
		c := <-f.world.calls
		go func() {
			time.Sleep(grace - time.Second)
			c.reply(200)
		}()
		stop()
		if got := f.history(w.UID); got[0].State != pedigree.Delivered {
			t.Errorf("cut off: %+v", got)
		}
	})
}

func TestOnlyActiveWebhooksAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		off, gone, on := f.create(draft("off")), f.create(draft("gone")), f.create(draft("on"))
		f.tell("m1")
		no, yes := false, true
		_, err := f.Update(f.ctx, ws, off.UID, Change{Active: &no})
		f.must(err)
		f.must(f.Delete(f.ctx, ws, gone.UID))
		f.tell("m2")
		_, err = f.Update(f.ctx, ws, off.UID, Change{Active: &yes})
		f.must(err)
		f.tell("m3")
		f.world.always(200)
		defer f.run()()
		synctest.Wait()
		var told []string
		for len(f.world.calls) > 0 {
			c := <-f.world.calls
			told = append(told, c.url+" "+c.body[strings.Index(c.body, `"data"`):])
		}
		slices.Sort(told)
		if want := []string{off.URL + ` "data":{"name":"m3"}}`, on.URL + ` "data":{"name":"m1"}}`, on.URL + ` "data":{"name":"m2"}}`, on.URL + ` "data":{"name":"m3"}}`}; !slices.Equal(told, want) {
			t.Errorf("told %q", told)
		}
		if got := f.history(off.UID); len(got) != 2 || got[1].State != pedigree.Dropped || got[1].Error != "the webhook was disabled" {
			t.Errorf("history of the disabled one %+v", got)
		}
		_, err = f.Deliveries(f.ctx, ws, gone.UID, 0, 1)
		f.refused(err, pedigree.NotFound, "Webhook with ID "+gone.UID+" not found.")
	})
}

func TestAWebhookThatGoesWhileItIsCalledIsNoError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		w := f.create(draft("a"))
		defer f.run()()
		f.tell("m")
		c := <-f.world.calls
		f.must(f.Delete(f.ctx, ws, w.UID))
		c.reply(500)
		time.Sleep(time.Hour)
		if f.log.String() != "" || len(f.world.calls) > 0 {
			t.Errorf("log: %s", f.log)
		}
	})
}

// Case W6: receivers that stall hold up neither changes nor other receivers.
func TestSlowReceiversHoldUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		defer f.run()()
		f.create(draft("slow1"))
		f.create(draft("slow2"))
		for i := range 20 {
			f.tell(fmt.Sprint(i))
		}
		synctest.Wait()
		if n := len(f.world.calls); n != 2*maxPerHook {
			t.Errorf("%d calls to two slow receivers", n)
		}
		var stalled []call
		for len(f.world.calls) > 0 {
			stalled = append(stalled, <-f.world.calls)
		}
		quick := f.create(draft("quick"))
		f.world.always(200)
		begun := time.Now()
		f.tell("m")
		if c := <-f.world.calls; c.url != quick.URL || time.Since(begun) != 0 {
			t.Errorf("called %s after %v", c.url, time.Since(begun))
		}
		for _, c := range stalled {
			c.reply(200)
		}
		synctest.Wait()
		if n, err := f.countWaiting(); n != 0 || err != nil {
			t.Errorf("%d still wait (%v)", n, err)
		}
		for len(f.world.calls) > 0 {
			<-f.world.calls
		}
	})
}

func TestNoMoreCallsAtATimeThanThereIsRoomFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		for i := range 7 {
			f.create(draft(fmt.Sprint("w", i)))
		}
		for range 4 {
			f.tell("m")
		}
		defer f.run()()
		seen := map[string]int{}
		for range 28 {
			synctest.Wait()
			if n := len(f.world.calls); n > maxCalls {
				t.Fatalf("%d calls at a time", n)
			}
			c := <-f.world.calls
			seen[c.url]++
			c.reply(200)
		}
		if len(seen) != 7 || len(f.world.calls) != 0 {
			t.Errorf("called %v", seen)
		}
	})
}

func (f *fixture) countWaiting() (n int, err error) {
	err = f.store.View(f.ctx, func(r store.Reader) error {
		n, err = r.CountWaiting()
		return err
	})
	return n, err
}

func TestWhatWaitsIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		w := f.create(draft("a"))
		f.must(f.store.Update(f.ctx, func(tx store.Tx) error {
			for range maxWaiting - 1 {
				if err := tx.AddDelivery(&pedigree.Delivery{Webhook: w.ID, Event: "x", Due: tx.Now(), Ended: pedigree.NoTime}); err != nil {
					return err
				}
			}
			return nil
		}))
		for range keptDeliveries + 50 {
			f.tell("m")
		}
		if n, err := f.countWaiting(); n != maxWaiting || err != nil {
			t.Errorf("%d wait (%v)", n, err)
		}
		if n := strings.Count(f.log.String(), "are dropped"); n != 1 {
			t.Errorf("the log was told %d times", n)
		}
		got := f.history(w.UID)
		if got[0].State != pedigree.Dropped || got[0].Error != "too many deliveries were waiting" || got[keptDeliveries-1].State != pedigree.Dropped || got[keptDeliveries].State != pedigree.Waiting {
			t.Errorf("history begins with %+v", got[0])
		}
	})
}

func TestAMessageThatIsTooLargeIsDroppedAndTheChangeStays(t *testing.T) {
	f := open(t)
	w := f.create(draft("a"))
	f.tell(strings.Repeat("x", maxMessage))
	if got := f.history(w.UID); len(got) != 1 || got[0].State != pedigree.Dropped || got[0].Error != "the message was too large" {
		t.Errorf("history %+v", got)
	}
}

func TestHistoryKeepsTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		w := f.create(draft("a"))
		f.world.always(200)
		defer f.run()()
		for i := range keptDeliveries + 5 {
			f.tell(fmt.Sprint(i))
			<-f.world.calls
		}
		synctest.Wait()
		if got := f.history(w.UID); len(got) != keptDeliveries {
			t.Errorf("%d are kept", len(got))
		}
	})
}

func TestAChangeThatIsUndoneIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.create(draft("a"))
		defer f.run()()
		undone := errors.New("undone")
		err := f.store.Update(f.ctx, func(tx store.Tx) error {
			if err := f.Enqueue(tx, ws, registryEvent); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if len(f.world.calls) != 0 {
			t.Errorf("told %+v", <-f.world.calls)
		}
	})
}

// A delivery that nobody nudged about, from before a crash or from another
// process, is found by itself.
func TestTheSenderLooksByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		w := f.create(draft("a"))
		f.world.always(200)
		defer f.run()()
		synctest.Wait()
		f.must(f.store.Update(f.ctx, func(tx store.Tx) error {
			return tx.AddDelivery(&pedigree.Delivery{Webhook: w.ID, Event: "x", Due: tx.Now(), Ended: pedigree.NoTime})
		}))
		begun := time.Now()
		<-f.world.calls
		if waited := time.Since(begun); waited > lookEvery {
			t.Errorf("looked after %v", waited)
		}
	})
}
