package store

import (
	"context"
	"time"
)

// Wait returns once something has changed, as [Store].Changed tells, after a time, or
// when ctx ends, whichever comes first. Who waits for the time alone gives nil.
func Wait(ctx context.Context, changed <-chan struct{}, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-changed:
	case <-timer.C:
	}
}
