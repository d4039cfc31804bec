package bench_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree/bench"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/mlmd"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/server"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// BenchmarkMLMD is the load of bench/cmd/mlmdload in one process, for profiles:
// a store in a file, the rules, the wire, the guards and real connections.
// cpu-ms/op is the processor time of server and clients together.
func BenchmarkMLMD(b *testing.B) {
	base := serveMLMD(b)
	load := &bench.MLMD{Artifacts: 2000, Graph: bench.Parts{Nodes: 3 * bench.Chains.Nodes(), Shape: bench.Chains}}
	must(b, load.Seed(base))
	for _, w := range load.Workloads() {
		for _, clients := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/clients=%d", w.Name, clients), func(b *testing.B) {
				b.ReportAllocs()
				r, err := bench.Run(base, os.Getpid(), w, bench.Plan{Clients: clients, Most: b.N, Time: time.Hour, Timeout: time.Minute})
				must(b, err)
				if r.Errors > 0 {
					b.Fatal(r.FirstError)
				}
				b.ReportMetric(r.CPU, "cpu-ms/op")
			})
		}
	}
}

// serveMLMD serves the wire from an empty store and gives its address.
func serveMLMD(b *testing.B) string {
	b.Helper()
	ctx, stop := context.WithCancel(context.Background())
	s, err := sqlite.Open(ctx, filepath.Join(b.TempDir(), "bench.db"), sqlite.Options{})
	must(b, err)
	rules := graph.New(s, graph.Options{})
	must(b, rules.Prepare(ctx))
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	must(b, err)
	served := server.New(server.Options{Wires: []route.Wire{mlmd.New(rules).Wire()}, Log: slog.New(slog.DiscardHandler)})
	ended := make(chan error, 1)
	go func() {
		ended <- served.Serve(ctx, server.Drain{Timeout: 5 * time.Second}, server.Listener{Listener: l, Handler: served.Handler(l.Addr().String())})
	}()
	b.Cleanup(func() {
		stop()
		<-ended
		must(b, s.Close())
	})
	return "grpc://" + l.Addr().String()
}
