//go:build unix

package sqlite_test

import (
	"strconv"
	"syscall"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// BenchmarkPublish writes executions as ML Metadata's clients do, a hundred to a
// commit: three nodes with five properties each, four events, six memberships.
// cpu-ns/op is the processor time of one.
func BenchmarkPublish(b *testing.B) {
	f := newBench(b, 0)
	read := f.update(b, func(tx store.Tx) pedigree.Node { return published(b, tx, pedigree.Artifact, "read") })
	context := f.update(b, func(tx store.Tx) pedigree.Node { return published(b, tx, pedigree.Context, "run") })
	before := cpuTime(b)
	for n := 0; b.Loop(); n++ {
		if n%100 > 0 {
			continue
		}
		f.update(b, func(tx store.Tx) (none pedigree.Node) {
			for i := range 100 {
				name := strconv.Itoa(n + i)
				execution := published(b, tx, pedigree.Execution, "step-"+name)
				for k := range 2 {
					written := published(b, tx, pedigree.Artifact, "out-"+name+"-"+strconv.Itoa(k))
					put(b, tx, &pedigree.Event{Execution: execution.ID, Artifact: written.ID, Direction: pedigree.Output})
					put(b, tx, &pedigree.Event{Execution: execution.ID, Artifact: read.ID, Direction: pedigree.Input, Role: pedigree.Role(k)})
					for _, id := range []pedigree.NodeID{execution.ID, written.ID} {
						if _, err := tx.AddMember(context.ID, id); err != nil {
							b.Fatal(err)
						}
					}
				}
			}
			return none
		})
	}
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
}

func (f *bench) update(b *testing.B, fn func(store.Tx) pedigree.Node) (n pedigree.Node) {
	b.Helper()
	if err := f.Update(b.Context(), func(tx store.Tx) error { n = fn(tx); return nil }); err != nil {
		b.Fatal(err)
	}
	return n
}

func put(b *testing.B, tx store.Tx, e *pedigree.Event) {
	if _, err := tx.PutEvent(e); err != nil {
		b.Fatal(err)
	}
}

func published(b *testing.B, tx store.Tx, kind pedigree.Kind, name string) pedigree.Node {
	n := pedigree.Node{
		Workspace: 1, Home: 1, Type: pedigree.Type{Kind: kind, Name: "bench." + kind.String()}, UID: name, Name: name, URI: "s3://bucket/" + name,
		State: "LIVE", Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
	if kind != pedigree.Artifact {
		n.URI = ""
	}
	if err := tx.CreateNode(&n); err != nil {
		b.Fatal(err)
	}
	err := tx.PutProperties(&n,
		pedigree.Property{Space: pedigree.Field, Key: "s", Value: "value"}, pedigree.Property{Space: pedigree.Field, Key: "x", Form: pedigree.Int, Int: int64(n.ID % 100)},
		pedigree.Property{Space: pedigree.Field, Key: "y", Form: pedigree.Double, Number: 0.5},
		pedigree.Property{Space: pedigree.Custom, Key: "owner", Value: "team"}, pedigree.Property{Space: pedigree.Custom, Key: "rank", Form: pedigree.Int, Int: 7})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func cpuTime(b *testing.B) int64 {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}
