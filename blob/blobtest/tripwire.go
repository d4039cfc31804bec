package blobtest

import (
	"context"
	"io"
	"iter"
	"strings"
	"sync"
	"testing"

	"github.com/pedigree-ml/pedigree/blob"
)

// A Tripwire is a store that fails its test on every access but those that
// were allowed before.
type Tripwire struct {
	blob.Store
	t       testing.TB
	mu      sync.Mutex
	allowed []string
}

// NewTripwire guards a store. Nothing is allowed yet.
func NewTripwire(t testing.TB, s blob.Store) *Tripwire {
	return &Tripwire{Store: s, t: t}
}

// Allow lets pass accesses such as "Get a/b". A "*" at the end stands for
// anything. It takes the place of what was allowed before.
func (w *Tripwire) Allow(accesses ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.allowed = accesses
}

func (w *Tripwire) touch(doing, key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	access := doing + " " + key
	for _, a := range w.allowed {
		if front, ok := strings.CutSuffix(a, "*"); a == access || ok && strings.HasPrefix(access, front) {
			return
		}
	}
	w.t.Errorf("the store was touched: %s", access)
}

// Put implements [blob.Store].
func (w *Tripwire) Put(ctx context.Context, key blob.Key, body io.Reader, size int64) (blob.Stored, error) {
	w.touch("Put", key.String())
	return w.Store.Put(ctx, key, body, size)
}

// Get implements [blob.Store].
func (w *Tripwire) Get(ctx context.Context, key blob.Key, span blob.Span) (*blob.Object, error) {
	w.touch("Get", key.String())
	return w.Store.Get(ctx, key, span)
}

// Stat implements [blob.Store].
func (w *Tripwire) Stat(ctx context.Context, key blob.Key) (blob.Info, error) {
	w.touch("Stat", key.String())
	return w.Store.Stat(ctx, key)
}

// List implements [blob.Store].
func (w *Tripwire) List(ctx context.Context, dir blob.Prefix) iter.Seq2[blob.Entry, error] {
	w.touch("List", dir.String())
	return w.Store.List(ctx, dir)
}

// Delete implements [blob.Store].
func (w *Tripwire) Delete(ctx context.Context, key blob.Key) error {
	w.touch("Delete", key.String())
	return w.Store.Delete(ctx, key)
}

// CreateUpload implements [blob.Store].
func (w *Tripwire) CreateUpload(ctx context.Context, key blob.Key, parts int) (blob.UploadID, error) {
	w.touch("CreateUpload", key.String())
	return w.Store.CreateUpload(ctx, key, parts)
}

// PutPart implements [blob.Store].
func (w *Tripwire) PutPart(ctx context.Context, key blob.Key, id blob.UploadID, number int, body io.Reader, size int64) (string, error) {
	w.touch("PutPart", key.String())
	return w.Store.PutPart(ctx, key, id, number, body, size)
}

// CompleteUpload implements [blob.Store].
func (w *Tripwire) CompleteUpload(ctx context.Context, key blob.Key, id blob.UploadID, parts []blob.Part) (blob.Stored, error) {
	w.touch("CompleteUpload", key.String())
	return w.Store.CompleteUpload(ctx, key, id, parts)
}

// AbortUpload implements [blob.Store].
func (w *Tripwire) AbortUpload(ctx context.Context, key blob.Key, id blob.UploadID) error {
	w.touch("AbortUpload", key.String())
	return w.Store.AbortUpload(ctx, key, id)
}
