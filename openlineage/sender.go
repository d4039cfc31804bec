package openlineage

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree/egress"
	"github.com/pedigree-ml/pedigree/jobs"
)

// Bounds on sending.
const (
	sendEntries = 500              // of the feed, read at once
	sendIdle    = 30 * time.Second // until the feed is looked at although nobody said that it grew
	sendFirst   = time.Second      // until an event is sent again, doubled each time
	sendLast    = 5 * time.Minute  // at the most
)

// A Sender tells another system by OpenLineage what is written here, each thing
// at least once, also across restarts. It keeps its place in the store.
type Sender struct {
	Rules  *jobs.Service
	Client *egress.Client
	Log    *slog.Logger
	URL    string // of the other system, without the path of its operation
	APIKey string // sent as a bearer's token; empty for none
	Relay  bool   // also tell what came by OpenLineage

	// Pause waits, or until the context ends; nil stands for the clock. Tests
	// need not wait.
	Pause func(context.Context, time.Duration)
}

// Run sends until ctx ends.
func (s *Sender) Run(ctx context.Context) {
	for ctx.Err() == nil {
		changed := s.Rules.Changed()
		more, err := s.sendSome(ctx)
		switch {
		case err != nil:
			if ctx.Err() == nil {
				s.Log.Error("what to send by OpenLineage cannot be read", "error", err)
			}
			s.pause(ctx, sendIdle)
		case !more:
			idle := time.NewTimer(sendIdle)
			select {
			case <-ctx.Done():
			case <-changed:
			case <-idle.C:
			}
			idle.Stop()
		}
	}
}

// follower is the name under which the sender keeps its place.
func (s *Sender) follower() string { return "openlineage " + s.URL }

// sendSome sends one stretch of the feed and notes that it did. It reports
// whether there may be more.
func (s *Sender) sendSome(ctx context.Context) (more bool, err error) {
	news, err := s.Rules.Unsent(ctx, s.follower(), s.Relay, sendEntries)
	if err != nil || news.Position == 0 {
		return false, err
	}
	for _, e := range outgoingEvents(&news) {
		if !s.send(ctx, &e) {
			return false, ctx.Err()
		}
	}
	return news.More, s.Rules.Sent(ctx, s.follower(), news.Position)
}

// send sends one event until the other system has taken it or refused it for
// good. It reports whether one of both came about before ctx ended.
func (s *Sender) send(ctx context.Context, e *outgoing) bool {
	header := http.Header{"Content-Type": {"application/json"}}
	if s.APIKey != "" {
		header.Set("Authorization", "Bearer "+s.APIKey)
	}
	body := encode(e)
	for wait := sendFirst; ctx.Err() == nil; wait = min(2*wait, sendLast) {
		answer, err := s.Client.Post(ctx, strings.TrimRight(s.URL, "/")+"/api/v1/lineage", header, body)
		switch {
		case err != nil:
			s.Log.Warn("an event could not be sent by OpenLineage and will be again", "error", err, "in", wait)
		case answer.Status < 300:
			return true
		case answer.Status == http.StatusBadRequest, answer.Status == http.StatusUnprocessableEntity, answer.Status == http.StatusRequestEntityTooLarge:
			s.Log.Error("an event was refused by the receiver of OpenLineage", "status", answer.Status, "answer", answer.Text)
			return true
		default:
			s.Log.Warn("an event was not taken by the receiver of OpenLineage and will be sent again", "status", answer.Status, "in", wait)
		}
		s.pause(ctx, max(wait, answer.RetryAfter))
	}
	return false
}

func (s *Sender) pause(ctx context.Context, d time.Duration) {
	if s.Pause != nil {
		s.Pause(ctx, d)
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
