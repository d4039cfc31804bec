package tracking

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// RecordObjects keeps what became known of the bytes of artifacts while they
// arrived, in place of what was known of those keys. It is called once the
// bytes are durable. Should the process end in between, or two senders of one
// key overtake each other, the tags tell that what is kept is not of the bytes
// that stand, and those are read when somebody needs their digest.
func (s *Service) RecordObjects(ctx context.Context, ws pedigree.NodeID, objects ...pedigree.Object) error {
	return s.store.Update(ctx, func(tx store.Tx) error { return tx.PutObjects(ws, objects...) })
}

// ForgetObjects drops what is known of the bytes at a key and below it, for
// when they are gone.
func (s *Service) ForgetObjects(ctx context.Context, ws pedigree.NodeID, key string) error {
	return s.store.Update(ctx, func(tx store.Tx) error { return tx.DeleteObjects(ws, key) })
}
