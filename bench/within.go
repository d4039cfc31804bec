package bench

import (
	"context"

	"github.com/pedigree-ml/pedigree/store"
)

// Within is a store inside a transaction that is open already: what it is told
// to write is part of that transaction, so that rules can write much in one
// commit. An error leaves what was written before it, so the transaction has to
// end with that error.
type Within struct{ Tx store.Tx }

var _ store.Store = Within{}

// View implements [store.Store].
func (w Within) View(_ context.Context, fn func(store.Reader) error) error { return fn(w.Tx) }

// Update implements [store.Store].
func (w Within) Update(_ context.Context, fn func(store.Tx) error) error { return fn(w.Tx) }

// Changed is never closed: nobody waits for what is written here.
func (w Within) Changed() <-chan struct{} { return nil }

// Condense does nothing: the store itself will.
func (w Within) Condense(context.Context) error { return nil }

// Check finds no damage.
func (w Within) Check(context.Context) error { return nil }

// Close does nothing: the transaction belongs to who opened it.
func (w Within) Close() error { return nil }
