package pedigree

import (
	"math"
	"time"
)

// Time is a moment in milliseconds since the Unix epoch, UTC: the unit of every
// wire the server speaks. It may be negative; [NoTime] says that there is none.
type Time int64

// NoTime is the absent time. Zero is a moment like any other: clients do send
// runs that started in 1970.
const NoTime Time = math.MinInt64

// TimeOf returns t in milliseconds.
func TimeOf(t time.Time) Time { return Time(t.UnixMilli()) }

// Set reports whether there is a time.
func (t Time) Set() bool { return t != NoTime }

// A Clock tells the time. The real one is [SystemClock]; tests bring their own.
type Clock func() Time

// SystemClock reads the machine's clock.
func SystemClock() Time { return TimeOf(time.Now()) }
