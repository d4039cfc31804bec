package bench

import (
	"fmt"
	"time"
)

// engineMethod is what bench/mlmdengine answers with the sums of an
// [EngineSpent], in this order, as text.
const engineMethod = "/bench.Engine/Spent"

// An EngineSpent is what the calls to the engine of a peer have cost, without
// the server around it. They run one after the other.
type EngineSpent struct {
	Calls int64
	CPU   time.Duration // of the threads that called
	Time  time.Duration
}

// AskEngine asks a server for what its engine has spent up to now.
func AskEngine(base string) (EngineSpent, error) {
	var s EngineSpent
	c, err := newCaller(base, time.Minute)
	if err != nil {
		return s, err
	}
	defer c.Close()
	answer, err := c.Call(&Request{Path: engineMethod})
	if err == nil {
		_, err = fmt.Sscan(string(answer), &s.Calls, &s.CPU, &s.Time)
	}
	return s, err
}

// Since gives what a phase came to in the engine: its processor time, and the
// rate at which it would answer if all around it cost nothing. r is what the
// phase came to over the wire.
func (s EngineSpent) Since(before EngineSpent, r Result) Result {
	calls := s.Calls - before.Calls
	alone := Result{Op: r.Op, Clients: r.Clients, Done: int(calls), Seconds: (s.Time - before.Time).Seconds()}
	if calls > 0 {
		alone.CPU = milliseconds(s.CPU-before.CPU) / float64(calls)
		alone.Rate = float64(calls) / alone.Seconds
	}
	return alone
}
