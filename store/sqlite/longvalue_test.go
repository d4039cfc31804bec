package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

func TestLongValuesGoWithTheirProperties(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), func(tx store.Tx) error {
		long := pedigree.Property{Space: pedigree.Custom, Value: strings.Repeat("x", 10_000)}
		for _, uid := range []string{"kept", "replaced", "removed", "purged"} {
			n := pedigree.Node{Workspace: 1, Home: 1, Type: pedigree.DatasetType, UID: uid, Deleted: pedigree.NoTime}
			if err := tx.CreateNode(&n); err != nil {
				return err
			}
			long.Key = "k"
			if err := tx.PutProperties(&n, long); err != nil {
				return err
			}
			switch uid {
			case "replaced":
				long.Key = "k"
				short := long
				short.Value = "short"
				err = tx.PutProperties(&n, short)
			case "removed":
				_, err = tx.DeleteProperty(&n, pedigree.Custom, "k")
			case "purged":
				err = tx.Purge(n.ID)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var left int
	if err := db.QueryRow("SELECT count(*) FROM long_value").Scan(&left); err != nil || left != 1 {
		t.Errorf("%d long values are left of 1 (%v)", left, err)
	}
}
