package webhook

import (
	"context"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// Bounds on tests: how many may be under way, and how long each may take, which
// is less than the server waits for an answer to begin.
const (
	maxTests = 4
	testTime = 20 * time.Second
)

// A TestResult is what came of a test.
type TestResult struct {
	Success bool
	Status  int    // of HTTP; 0 where there was no answer
	Body    string // how the answer begins, as text
	Error   string // why there was no answer, or none that counts; a status of 400 and above speaks for itself
}

// Test sends an example of an event to a webhook, active or not, once and at
// once: of the given event, or with none of the first that the webhook wants.
func (s *Service) Test(ctx context.Context, ws pedigree.NodeID, id string, e Event) (TestResult, error) {
	if e != (Event{}) {
		if err := checkEvent(e); err != nil {
			return TestResult{}, err
		}
	}
	w, err := s.Webhook(ctx, ws, id)
	if err != nil {
		return TestResult{}, err
	}
	if e == (Event{}) {
		e = ParseEvent(w.Events[0])
	}
	select {
	case s.tests <- struct{}{}:
		defer func() { <-s.tests }()
	default:
		return TestResult{}, pedigree.Errorf(pedigree.Exhausted, "Too many webhooks are being tested; try again in a moment.")
	}
	return s.send(ctx, &w, e)
}

func (s *Service) send(ctx context.Context, w *pedigree.Webhook, e Event) (TestResult, error) {
	body, err := newMessage(e, pedigree.SystemClock(), examples[e])
	if err != nil {
		return TestResult{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, testTime)
	defer cancel()
	answer, err := s.post(ctx, w, newUUID(), body)
	why := fault(answer, err)
	result := TestResult{Success: why == "", Status: answer.Status, Body: answer.Text}
	if why != "" && answer.Status < 400 {
		result.Error = failedTest + why
	}
	return result, nil
}

const failedTest = "Failed to test webhook: "
