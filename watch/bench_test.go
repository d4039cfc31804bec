package watch

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// BenchmarkTellAThousand measures what one change costs that a thousand watchers
// hear of, beside the change itself and the connections.
func BenchmarkTellAThousand(b *testing.B) {
	records, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		b.Fatal(err)
	}
	defer records.Close()
	s := New(records)
	n := &pedigree.Node{
		Workspace: 1, Home: 1, Type: pedigree.RunType, UID: "u", Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	must(records.Update(b.Context(), func(tx store.Tx) error { return tx.CreateNode(n) }))
	must(s.restart(b.Context()))
	var watchers []*Watcher
	for range 1000 {
		w, err := s.Open(b.Context(), Selection{Workspace: pedigree.DefaultWorkspace}, nil)
		must(err)
		defer w.Close()
		watchers = append(watchers, w)
	}
	for b.Loop() {
		b.StopTimer()
		must(records.Update(b.Context(), func(tx store.Tx) error { return tx.TouchNode(n) }))
		b.StartTimer()
		_, err := s.advance(b.Context())
		must(err)
		for _, w := range watchers {
			events, _, err := w.take(context.Background())
			if must(err); len(events) != 1 {
				b.Fatalf("a watcher hears of %d events", len(events))
			}
		}
	}
}
