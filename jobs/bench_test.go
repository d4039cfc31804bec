//go:build unix

package jobs

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

// BenchmarkRecord measures one run after the other, each with a start and an
// end, an input that they share and an output of its own, and the facets of a
// small table; alone, and a hundred events at a time.
func BenchmarkRecord(b *testing.B) {
	for _, atOnce := range []int{1, 100} {
		b.Run(fmt.Sprint(atOnce), func(b *testing.B) {
			f := open(b)
			schema := `{"_producer":"p","_schemaURL":"s","fields":[{"name":"a","type":"int"},{"name":"b","type":"text"},{"name":"c","type":"double"}]}`
			var events []*Event
			for i := 0; b.Loop(); i++ {
				e := &Event{
					State: []string{"START", "COMPLETE"}[i%2], Time: pedigree.Time(i), Run: &Run{ID: fmt.Sprintf("00000000-0000-0000-0000-%012d", i/2)},
					Job:    &Job{Namespace: "n", Name: fmt.Sprint("job", i/2%100)},
					Inputs: []Dataset{{Namespace: "s3://b", Name: "in", Facets: Facets{SchemaFacet: schema}}},
					Body:   fmt.Appendf(nil, `{"number":%d,"schema":%s}`, i, schema),
				}
				if i%2 == 1 {
					e.Outputs = []Dataset{{Namespace: "s3://b", Name: fmt.Sprint("out", i/2), Facets: Facets{SchemaFacet: schema}}}
				}
				if events = append(events, e); len(events) == atOnce {
					f.must(f.Record(f.ctx, ws, events...))
					events = events[:0]
				}
			}
		})
	}
}

// BenchmarkLineage asks for the graph around the first data set of fifty jobs in
// a row, each of which ran every day for a quarter of a year.
func BenchmarkLineage(b *testing.B) {
	f := open(b)
	for i := range 50 {
		f.often(90, fmt.Sprint("job", i), fmt.Sprint("data", i), fmt.Sprint("data", i+1))
	}
	times, before := 0, cpu()
	for b.Loop() {
		times++
		g, err := f.Lineage(f.ctx, ws, Ref{Name{"s", "data0"}, false}, 100)
		if err != nil || len(g.Jobs) != 50 || len(g.Datasets) != 51 {
			b.Fatalf("%d jobs, %d data sets (%v)", len(g.Jobs), len(g.Datasets), err)
		}
	}
	b.ReportMetric((cpu()-before)*1000/float64(times), "cpu-ms/op")
}

// cpu gives the processor time that this process has used, in seconds: what
// others do to the machine does not count.
func cpu() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // never fails for oneself
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
