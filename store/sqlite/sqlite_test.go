package sqlite_test

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/store/storetest"
)

func TestStore(t *testing.T) {
	for name, o := range map[string]sqlite.Options{
		"searches start from a filter":  {},
		"searches start from the order": {Selective: 1, Readers: 1, Columns: 2000},
		"searches read columns":         {Selective: 1, Eager: true},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T, path string, clock pedigree.Clock) (store.Store, error) {
				o.Clock = clock
				return sqlite.Open(t.Context(), path, o)
			})
		})
	}
}
