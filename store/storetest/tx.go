package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// tagOf reads a tag in a view of its own.
func (e *env) tagOf(n *pedigree.Node, key string) (value string, ok bool) {
	e.Helper()
	e.view(func(tx store.Reader) (err error) {
		value, ok, err = tx.Property(n.ID, pedigree.Tag, key)
		return err
	})
	return value, ok
}

func tag(key, value string) pedigree.Property {
	return pedigree.Property{Space: pedigree.Tag, Key: key, Value: value}
}

func undo(e *env) {
	n := e.run(e.experiment())
	err := e.Update(e.Context(), func(tx store.Tx) error {
		if err := tx.PutProperties(n, tag("new key", "v")); err != nil {
			return err
		}
		if err := tx.AppendPoints(n, []pedigree.Point{{Key: "new metric"}}); err != nil {
			return err
		}
		return pedigree.Errorf(pedigree.Invalid, "no")
	})
	e.wantCode(err, pedigree.Invalid)
	if _, ok := e.tagOf(n, "new key"); ok {
		e.Error("the tag stayed")
	}
	// Names that the undone write brought are usable afterwards.
	e.update(func(tx store.Tx) error { return tx.PutProperties(n, tag("other", "o"), tag("new key", "w")) })
	if v, _ := e.tagOf(n, "new key"); v != "w" {
		e.Errorf("tag is %q", v)
	}
	if v, _ := e.tagOf(n, "other"); v != "o" {
		e.Errorf("other tag is %q", v)
	}
}

func panics(e *env) {
	n := e.run(e.experiment())
	func() {
		defer func() {
			if p := recover(); p != "boom" {
				e.Errorf("recovered %v", p)
			}
		}()
		_ = e.Update(e.Context(), func(tx store.Tx) error {
			if err := tx.PutProperties(n, tag("k", "v")); err != nil {
				return err
			}
			panic("boom")
		})
	}()
	if _, ok := e.tagOf(n, "k"); ok {
		e.Error("the tag stayed")
	}
	e.update(func(tx store.Tx) error { return tx.PutProperties(n, tag("k", "after")) })
}

func sharedCommit(e *env) {
	n := e.run(e.experiment())
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			key := "k" + strconv.Itoa(i)
			err := e.Update(context.Background(), func(tx store.Tx) error {
				if err := tx.PutProperties(n, tag(key, key)); err != nil {
					return err
				}
				if i%3 == 0 {
					return errTest
				}
				return nil
			})
			if (err != nil) != (i%3 == 0) {
				e.Errorf("write %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	for i := range 200 {
		key := "k" + strconv.Itoa(i)
		if v, ok := e.tagOf(n, key); ok != (i%3 != 0) || ok && v != key {
			e.Errorf("tag %s is %q, %v", key, v, ok)
		}
	}
}

func numbers(e *env) {
	var mu sync.Mutex
	var got []int64
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			var n int64
			err := e.Update(context.Background(), func(tx store.Tx) (err error) {
				if n, err = tx.NextNumber(pedigree.DefaultWorkspace, "s"); err == nil && i%5 == 0 {
					err = errTest
				}
				return err
			})
			if err == nil {
				mu.Lock()
				got = append(got, n)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(got)
	for i, n := range got {
		if n != int64(i+1) {
			e.Fatalf("numbers %v", got)
		}
	}
	if len(got) != 80 {
		e.Errorf("%d numbers", len(got))
	}
}

func snapshot(e *env) {
	n := e.run(e.experiment())
	e.update(func(tx store.Tx) error { return tx.PutProperties(n, tag("k", "old")) })
	e.view(func(tx store.Reader) error {
		before, _, err := tx.Property(n.ID, pedigree.Tag, "k")
		if err != nil {
			return err
		}
		e.update(func(tx store.Tx) error { return tx.PutProperties(n, tag("k", "new")) })
		e.now.Add(5)
		after, _, err := tx.Property(n.ID, pedigree.Tag, "k")
		if before != "old" || after != "old" {
			e.Errorf("one view saw %q, then %q", before, after)
		}
		if tx.Now() == pedigree.Time(e.now.Load()) {
			e.Error("the time of a view moved")
		}
		return err
	})
	if v, _ := e.tagOf(n, "k"); v != "new" {
		e.Errorf("the next view saw %q", v)
	}
}

func cancelled(e *env) {
	n := e.run(e.experiment())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := e.Update(ctx, func(tx store.Tx) error { return tx.PutProperties(n, tag("k", "v")) })
	e.wantCode(err, pedigree.Unavailable)
	if _, ok := e.tagOf(n, "k"); ok {
		e.Error("a cancelled write was made")
	}
}

func closed(e *env) {
	inside, goOn := make(chan struct{}), make(chan struct{})
	read := make(chan error, 1)
	go func() { read <- e.View(e.Context(), func(store.Reader) error { close(inside); <-goOn; return nil }) }()
	<-inside
	ended := make(chan error, 1)
	go func() { ended <- e.Close() }()
	for e.Update(e.Context(), func(store.Tx) error { return nil }) == nil { // until the store is closing
	}
	close(goOn)
	if err := errors.Join(<-read, <-ended); err != nil {
		e.Errorf("a read under way and the end: %v", err)
	}
	if err := e.View(e.Context(), func(store.Reader) error { return nil }); pedigree.CodeOf(err) != pedigree.Unavailable {
		e.Errorf("a read of a closed store: %v", err)
	}
	if err := e.Update(e.Context(), func(store.Tx) error { return nil }); pedigree.CodeOf(err) != pedigree.Unavailable {
		e.Errorf("a write to a closed store: %v", err)
	}
	if err := e.Check(e.Context()); pedigree.CodeOf(err) != pedigree.Unavailable {
		e.Errorf("a check of a closed store: %v", err)
	}
	if err := e.Close(); err != nil {
		e.Errorf("a second end: %v", err)
	}
}

func reopen(e *env) {
	n := e.run(e.experiment())
	e.update(func(tx store.Tx) error {
		if err := tx.PutProperties(n, tag("k", "v")); err != nil {
			return err
		}
		return tx.AppendPoints(n, []pedigree.Point{{Key: "m", Value: 2}})
	})
	if err := e.Close(); err != nil {
		e.Fatal(err)
	}
	e.wantCode(e.Update(e.Context(), func(store.Tx) error { return nil }), pedigree.Unavailable)
	e.start()
	if v, _ := e.tagOf(n, "k"); v != "v" {
		e.Errorf("tag is %q", v)
	}
	e.view(func(tx store.Reader) error {
		got, err := tx.Node(pedigree.DefaultWorkspace, pedigree.RunType, n.UID)
		if err != nil || got != *n {
			e.Errorf("node is %+v (%v)", got, err)
		}
		return nil
	})
	m := e.run(n)
	if m.ID <= n.ID {
		e.Errorf("identity %d given after %d", m.ID, n.ID)
	}
}

func sound(e *env) {
	if err := e.Check(e.Context()); err != nil {
		e.Error(err)
	}
	e.view(func(tx store.Reader) error {
		w, err := tx.NodeNamed(pedigree.DefaultWorkspace, pedigree.WorkspaceType, "default")
		if err != nil || w.ID != pedigree.DefaultWorkspace || w.Home != w.ID {
			return fmt.Errorf("the default workspace is %+v (%w)", w, err)
		}
		return nil
	})
}
