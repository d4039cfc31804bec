package main

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/store"
)

// within is a store inside a transaction that is open already: what it is told
// to write is part of that transaction. An error leaves what was written
// before it, so the transaction has to end with that error.
type within struct{ tx store.Tx }

func (w within) View(_ context.Context, fn func(store.Reader) error) error { return fn(w.tx) }

func (w within) Update(_ context.Context, fn func(store.Tx) error) error { return fn(w.tx) }

// Changed is never closed: nobody waits for what is written here.
func (w within) Changed() <-chan struct{} { return nil }

func (w within) Check(context.Context) error { return nil }

func (w within) Close() error { return nil }

// elsewhere is where all versions lie: no server serves their bytes.
type elsewhere struct{}

func (elsewhere) Find(string) (s blob.Store, dir blob.Prefix, err error) {
	return s, dir, pedigree.Errorf(pedigree.Invalid, "the bytes are elsewhere")
}

func (elsewhere) Owns(blob.Store) bool { return false }
