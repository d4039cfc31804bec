package sqlite_test

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, path string, clock pedigree.Clock) (store.Store, error) {
		return sqlite.Open(t.Context(), path, sqlite.Options{Clock: clock})
	})
}
