//go:build unix

package server_test

import (
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/pedigree-ml/pedigree/server"
)

// BenchmarkEmptyCall measures a unary call that answers its message, all guards
// included, over a real connection. cpu-ns/op is the processor time of client
// and server together.
func BenchmarkEmptyCall(b *testing.B) {
	e := &echo{}
	b.Run("plain", func(b *testing.B) { callMany(b, e.run(b, server.Options{}, nil).client(b)) })
	b.Run("TLS", func(b *testing.B) {
		r, trust := e.secured(b, server.Options{})
		callMany(b, r.client(b, grpc.WithTransportCredentials(credentials.NewTLS(trust))))
	})
}

func callMany(b *testing.B, c *grpc.ClientConn) {
	if _, err := say(b, c, nil); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	before := cpuTime(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := sayWithin(b.Context(), c, nil); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
