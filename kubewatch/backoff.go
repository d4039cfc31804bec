package kubewatch

import (
	"context"
	"math/rand/v2"
	"time"
)

// A Backoff says how long to wait before trying again: Min after the first
// failure, twice that after the second and so on up to Max, each time less by up
// to a half at random, so that many watchers do not come back as one.
type Backoff struct {
	Min time.Duration // 0 stands for 1 s
	Max time.Duration // 0 stands for 60 s
}

func (b Backoff) withDefaults() Backoff {
	if b.Min <= 0 {
		b.Min = time.Second
	}
	if b.Max <= 0 {
		b.Max = time.Minute
	}
	b.Max = max(b.Max, b.Min)
	return b
}

// after gives the wait after so many failures in a row, 1 or more.
func (b Backoff) after(failures int) time.Duration {
	wait := b.Max
	if failures < 30 {
		wait = min(b.Min<<(failures-1), b.Max)
	}
	return wait - rand.N(wait/2+1)
}

// pause waits, less long if ctx ends.
func pause(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
