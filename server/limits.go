package server

import (
	"cmp"
	"time"
)

// Limits bound what one client can make the server hold or wait for. Zero
// stands for the default of each.
type Limits struct {
	HeaderBytes int           // request line and headers; 64 KiB
	HeaderCount int           // header lines; 200
	CookieBytes int           // all cookies; 16 KiB
	QueryParams int           // parameters in the URL; 1,024
	JSONBytes   int64         // body of an operation that names no limit; 4 MiB
	InFlight    int64         // requests being answered; 1,000
	Connections int64         // open connections of all listeners; 10,000
	MessageSize int           // bytes of one gRPC message to the server; 100 MiB
	Streams     uint32        // gRPC calls at once on one connection; 250
	HeaderTime  time.Duration // from the first byte to the last header; 10 s
	IdleTime    time.Duration // between requests of a connection; 120 s
	StallTime   time.Duration // without progress in a body, either way; 30 s
	JSONTime    time.Duration // for a whole body of JSON or a gRPC message; 120 s, as clients wait no longer
	AnswerTime  time.Duration // until a handler that has all of its body begins to answer; 30 s. Uploads of bytes are exempt
}

func (l Limits) orDefaults() Limits {
	return Limits{
		HeaderBytes: cmp.Or(l.HeaderBytes, 64<<10),
		HeaderCount: cmp.Or(l.HeaderCount, 200),
		CookieBytes: cmp.Or(l.CookieBytes, 16<<10),
		QueryParams: cmp.Or(l.QueryParams, 1024),
		JSONBytes:   cmp.Or(l.JSONBytes, 4<<20),
		InFlight:    cmp.Or(l.InFlight, 1000),
		Connections: cmp.Or(l.Connections, 10_000),
		MessageSize: cmp.Or(l.MessageSize, 100<<20),
		Streams:     cmp.Or(l.Streams, 250),
		HeaderTime:  cmp.Or(l.HeaderTime, 10*time.Second),
		IdleTime:    cmp.Or(l.IdleTime, 120*time.Second),
		StallTime:   cmp.Or(l.StallTime, 30*time.Second),
		JSONTime:    cmp.Or(l.JSONTime, 120*time.Second),
		AnswerTime:  cmp.Or(l.AnswerTime, 30*time.Second),
	}
}

// callTime is the most that a unary gRPC call may take, its message included.
func (l *Limits) callTime() time.Duration { return l.JSONTime + l.AnswerTime }

// rearm is how old a deadline may be before progress renews it: setting one
// costs more than moving a few bytes.
func (l *Limits) rearm() time.Duration { return l.StallTime / 32 }
