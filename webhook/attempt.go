package webhook

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/egress"
)

// How often and when a delivery that failed is tried again.
const (
	maxRetries = 3
	firstDelay = time.Second // doubled at each further attempt
	maxDelay   = time.Minute
)

// attempt sends d once and notes what came of it, unless ctx cut it off.
func (s *Service) attempt(ctx context.Context, w *pedigree.Webhook, d *pedigree.Delivery) {
	d.Attempts++
	answer, err := s.post(ctx, w, d.UID, []byte(d.Body))
	if err != nil && ctx.Err() != nil {
		return
	}
	d.Status, d.Error = answer.Status, fault(answer, err)
	switch {
	case d.Error == "":
		s.end(w, d, pedigree.Delivered, nil)
	case !passing(answer, err) || d.Attempts > maxRetries:
		s.end(w, d, pedigree.Failed, err)
	default:
		d.Due = pedigree.SystemClock() + pedigree.Time(delay(d.Attempts, answer.RetryAfter).Milliseconds())
	}
}

// post sends a signed body, or nothing where its signature cannot be made.
func (s *Service) post(ctx context.Context, w *pedigree.Webhook, delivery string, body []byte) (egress.Answer, error) {
	secret, err := s.key.open(w.Secret, w.UID)
	if err != nil {
		return egress.Answer{}, err
	}
	return s.Client.Post(ctx, w.URL, newHeader(delivery, pedigree.SystemClock(), secret, body), body)
}

// end notes that there will be no further attempt.
func (s *Service) end(w *pedigree.Webhook, d *pedigree.Delivery, state pedigree.DeliveryState, cause error) {
	d.State, d.Ended = state, pedigree.SystemClock()
	if state != pedigree.Failed {
		return
	}
	attributes := []any{"webhook", w.UID, "delivery", d.UID, "event", d.Event, "attempts", d.Attempts, "error", d.Error}
	if inner := errors.Unwrap(cause); inner != nil {
		attributes = append(attributes, "cause", inner.Error())
	}
	s.Log.Warn("webhook delivery failed", attributes...)
}

// fault says what is wrong with an answer; nothing is with one that accepts.
func fault(a egress.Answer, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case a.Status >= 200 && a.Status < 300:
		return ""
	case a.Status >= 300 && a.Status < 400:
		return "the receiver answered " + strconv.Itoa(a.Status) + ", and redirects are not followed"
	}
	return "the receiver answered " + strconv.Itoa(a.Status)
}

// passing reports whether the next attempt may end otherwise.
func passing(a egress.Answer, err error) bool {
	if err != nil {
		return pedigree.CodeOf(err) == pedigree.Unavailable
	}
	return a.Status == 429 || a.Status >= 500
}

// delay is how long to wait after so many attempts. A receiver may ask for more.
func delay(attempts int, asked time.Duration) time.Duration {
	return min(max(firstDelay<<(attempts-1), asked), maxDelay)
}
