package mlflow

import (
	"context"

	"github.com/pedigree-ml/pedigree/blob"
)

// Remove deletes all artifacts at a location, for when the record that they
// belong to is removed for ever. A location that this server does not serve is
// a label with nothing behind it, and one with no artifacts is done already. A
// root as a whole is never removed.
func (a *Artifacts) Remove(ctx context.Context, uri string) error {
	p, err := a.place(uri)
	if err == nil && !p.prefix.IsRoot() {
		return unlessAbsent(p.store.Delete(ctx, blob.Key(p.prefix)))
	}
	return nil
}
