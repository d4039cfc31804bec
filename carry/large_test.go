package carry

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// fan makes a data set that so many executions read, each of which writes another.
func fan(t testing.TB, s store.Store, width int) (source pedigree.NodeID, ends []pedigree.NodeID) {
	t.Helper()
	make := func(tx store.Tx, kind pedigree.Kind, uid string) (pedigree.NodeID, error) {
		n := pedigree.Node{
			Workspace: workspace, Home: workspace, Type: kinds[kind-1], UID: uid, Name: uid,
			Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
		}
		err := tx.CreateNode(&n)
		return n.ID, err
	}
	for from := 0; from < width; from += 1000 {
		err := s.Update(t.Context(), func(tx store.Tx) (err error) {
			if from == 0 {
				if source, err = make(tx, pedigree.Artifact, "source"); err != nil {
					return err
				}
			}
			made := ends[:from]
			for i := from; i < min(from+1000, width); i++ {
				x, err := make(tx, pedigree.Execution, "x"+strconv.Itoa(i))
				if err != nil {
					return err
				}
				a, err := make(tx, pedigree.Artifact, "a"+strconv.Itoa(i))
				if err != nil {
					return err
				}
				for _, e := range []pedigree.Event{{Execution: x, Artifact: source, Direction: pedigree.Input}, {Execution: x, Artifact: a, Direction: pedigree.Output}} {
					if _, err := tx.PutEvent(&e); err != nil {
						return err
					}
				}
				made = append(made, a)
			}
			ends = made
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return source, ends
}

func put(t testing.TB, s store.Store, node pedigree.NodeID) *pedigree.Classification {
	t.Helper()
	c := pedigree.Classification{Workspace: workspace, Node: node, Type: "PII", Propagate: true}
	if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.PutClassification(&c) }); err != nil {
		t.Fatal(err)
	}
	return &c
}

// heldBy reports whether a classification is carried to a node, as a reader sees it,
// and to how many it is in all.
func heldBy(t testing.TB, s store.Store, c *pedigree.Classification, node pedigree.NodeID) (held bool, reached int) {
	t.Helper()
	err := s.View(t.Context(), func(r store.Reader) error {
		of, err := Of(r, []pedigree.NodeID{node})
		if err != nil {
			return err
		}
		held = slices.ContainsFunc(of[node], func(o pedigree.Classification) bool { return o.ID == c.ID })
		nodes, err := Reach(r, c)
		reached = len(nodes)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return held, reached
}

// stopping is a store whose writes fail after some of them, as if the process ended.
type stopping struct {
	store.Store
	left int
}

var errStopped = errors.New("stopped")

func (s *stopping) Update(ctx context.Context, fn func(store.Tx) error) error {
	if s.left--; s.left < 0 {
		return errStopped
	}
	return s.Store.Update(ctx, fn)
}

func TestNothingIsLostWhereverTheNotesStop(t *testing.T) {
	s, _ := open(t)
	source, ends := fan(t, s, 3*batch)
	c := put(t, s, source)
	last := ends[len(ends)-1]
	for stop := 0; ; stop++ {
		halting := &stopping{Store: s, left: 1}
		err := New(halting).Settle(t.Context()) // each time one write further
		if held, reached := heldBy(t, s, c, last); !held || reached != 2*len(ends) {
			t.Fatalf("stopped %d times, it is carried to %d nodes, to the last: %t", stop, reached, held)
		}
		if err == nil {
			break
		}
		if !errors.Is(err, errStopped) || stop > 100 {
			t.Fatalf("stopped %d times: %v", stop, err)
		}
	}
	if err := s.Update(t.Context(), func(tx store.Tx) error { _, err := tx.DeleteClassification(c.ID); return err }); err != nil {
		t.Fatal(err)
	}
	if held, _ := heldBy(t, s, c, last); held {
		t.Error("it is carried on although it is gone")
	}
	if err := New(s).Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := s.View(t.Context(), func(r store.Reader) error {
		left, err := noted(r, c.ID)
		if len(left) > 0 {
			t.Errorf("%d notes are left of what is gone", len(left))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// BenchmarkCarry adds a classification that is carried to 100,000 data sets and as
// many executions: the write itself, the first read of the farthest before anything
// is noted, all of them at that moment, and the notes.
func BenchmarkCarry(b *testing.B) {
	s := openWith(b, sqlite.Options{})
	source, ends := fan(b, s, 100_000)
	rules := New(s)
	if err := rules.Settle(b.Context()); err != nil {
		b.Fatal(err)
	}
	var c *pedigree.Classification
	drop := func() {
		if c == nil {
			return
		}
		if err := s.Update(b.Context(), func(tx store.Tx) error { _, err := tx.DeleteClassification(c.ID); return err }); err != nil {
			b.Fatal(err)
		}
		if err := rules.Settle(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("put", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			drop()
			b.StartTimer()
			c = put(b, s, source)
		}
	})
	b.Run("one of them at once", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			err := s.View(b.Context(), func(r store.Reader) error {
				of, err := Of(r, ends[i%len(ends):i%len(ends)+1])
				if len(of) != 1 {
					b.Fatal("it is not seen")
				}
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("all of them at once", func(b *testing.B) {
		for b.Loop() {
			if _, reached := heldBy(b, s, c, ends[0]); reached != 2*len(ends) {
				b.Fatal(reached)
			}
		}
	})
	b.Run("note", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			drop()
			c = put(b, s, source)
			b.StartTimer()
			if err := rules.Settle(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("one of them noted", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			err := s.View(b.Context(), func(r store.Reader) error {
				_, err := Of(r, ends[i%len(ends):i%len(ends)+1])
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
