package openlineage

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/jobs"
)

// Bounds on what is taken in.
const (
	maxBody  = 32 << 20 // bytes
	maxBatch = 10_000   // events
	atOnce   = 200      // events of a batch that share a transaction
)

// take records one event.
func (h *Handler) take(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	e, err := decode(body)
	if err != nil {
		return err
	}
	if err := h.rules.Record(r.Context(), h.workspace(), e); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusCreated)
	return nil
}

// A batchAnswer says what became of the events of a batch.
type batchAnswer struct {
	Status  string        `json:"status"` // success or partial_success
	Summary batchSummary  `json:"summary"`
	Failed  []failedEvent `json:"failed_events"`
}

type batchSummary struct {
	Received     int `json:"received"`
	Successful   int `json:"successful"`
	Failed       int `json:"failed"`
	Retriable    int `json:"retriable"`
	NonRetriable int `json:"non_retriable"`
}

type failedEvent struct {
	Index     int    `json:"index"`
	Reason    string `json:"reason"`
	Retriable bool   `json:"retriable"`
}

// takeBatch records many events. Each that is sound is recorded, whatever the
// others are.
func (h *Handler) takeBatch(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	raw, err := split(body)
	if err != nil {
		return err
	}
	b := batch{handler: h, r: r, failed: []failedEvent{}}
	for i, text := range raw {
		if err := b.add(i, text); err != nil {
			return err
		}
	}
	if err := b.flush(); err != nil {
		return err
	}
	a := batchAnswer{Status: "success", Failed: b.failed}
	a.Summary = batchSummary{Received: len(raw), Successful: len(raw) - len(b.failed), Failed: len(b.failed)}
	for _, f := range b.failed {
		if f.Retriable {
			a.Summary.Retriable++
		} else {
			a.Summary.NonRetriable++
		}
	}
	if len(b.failed) > 0 {
		a.Status = "partial_success"
	}
	return answer(w, a)
}

// split takes a batch apart.
func split(body []byte) ([]json.RawMessage, error) {
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '[' {
		return nil, malformed("the batch must be a JSON array of events")
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, malformed("the batch is not valid JSON: " + err.Error())
	}
	if len(raw) > maxBatch {
		return nil, pedigree.Errorf(pedigree.TooLarge, "the batch has %d events, more than %d", len(raw), maxBatch)
	}
	return raw, nil
}

// A batch gathers events and records them some at a time.
type batch struct {
	handler *Handler
	r       *http.Request
	waiting []*jobs.Event
	places  []int // of those in the batch
	failed  []failedEvent
}

func (b *batch) add(place int, text []byte) error {
	e, err := decode(text)
	if err != nil {
		b.fail(place, err)
		return nil
	}
	b.waiting, b.places = append(b.waiting, e), append(b.places, place)
	if len(b.waiting) < atOnce {
		return nil
	}
	return b.flush()
}

// flush records what waits: together, or where one of them is refused, one by
// one.
func (b *batch) flush() error {
	waiting, places := b.waiting, b.places
	b.waiting, b.places = nil, nil
	if len(waiting) == 0 {
		return nil
	}
	ctx, ws := b.r.Context(), b.handler.workspace()
	err := b.handler.rules.Record(ctx, ws, waiting...)
	if err == nil || len(waiting) == 1 && ctx.Err() == nil {
		if err != nil {
			b.fail(places[0], err)
		}
		return nil
	}
	for i, e := range waiting {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := b.handler.rules.Record(ctx, ws, e); err != nil {
			b.fail(places[i], err)
		}
	}
	return nil
}

func (b *batch) fail(place int, err error) {
	reason := ""
	if list, ok := errors.AsType[*invalid](err); ok {
		reason = list.Error()
	} else {
		_, reason = statusOf(err)
	}
	b.failed = append(b.failed, failedEvent{place, reason, pedigree.CodeOf(err) != pedigree.Invalid})
}
