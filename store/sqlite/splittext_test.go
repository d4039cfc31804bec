package sqlite_test

import (
	"database/sql"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/store/sqlstore"
)

// Texts that were stored whole read the same, and are found, after migration 16
// has split them.
func TestTextsStayWholeWhenTheyAreSplit(t *testing.T) {
	texts := []string{
		"", "short", strings.Repeat("a", 63), strings.Repeat("b", 64), strings.Repeat("c", 65), strings.Repeat("é", 64), strings.Repeat("é", 65) + "ü",
		strings.Repeat("𝛼", 200), strings.Repeat("d", 64) + "\x00" + strings.Repeat("d", 9), "e\x00f", strings.Repeat("d", 64) + "other",
	}
	path := filepath.Join(t.TempDir(), "db")
	storeWhole(t, path, texts)
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.View(t.Context(), func(r store.Reader) error {
		for i, text := range texts {
			id := pedigree.NodeID(i + 100)
			if got, ok, err := r.Property(id, pedigree.Param, "p"); err != nil || !ok || got != text {
				t.Errorf("%q reads as %q (%v, %v)", text, got, ok, err)
			}
			facts, err := r.Facts([]pedigree.NodeID{id})
			if err != nil || len(facts[0].Properties) != 1 || facts[0].Properties[0].Value != text {
				t.Errorf("%q is told as %+v (%v)", text, facts, err)
			}
			found, _, err := r.Find(&query.Query{
				Workspace: 1, Type: pedigree.RunType, Homes: []pedigree.NodeID{1}, Limit: 10,
				Where: query.Compare{Field: query.Property{Space: pedigree.Param, Key: "p"}, Op: query.Eq, Value: query.Value{Text: text}},
			})
			if err != nil || len(found) != 1 || found[0].ID != id {
				t.Errorf("%q finds %d nodes (%v)", text, len(found), err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// storeWhole makes a store of the schema before the one that splits texts, with
// a run, numbered from 100, for each text.
func storeWhole(t *testing.T, path string, texts []string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	migrations, err := fs.Sub(sqlstore.Migrations, "migrations/sqlite")
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, migrations)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 15); err != nil {
		t.Fatal(err)
	}
	exec := func(q string, args ...any) {
		if _, err := db.ExecContext(t.Context(), q, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec("INSERT INTO type (id, kind, name) VALUES (50, ?, ?)", pedigree.Execution, pedigree.RunType.Name)
	exec("INSERT INTO key (id, space, name) VALUES (50, ?, 'p')", pedigree.Param)
	for i, text := range texts {
		id := i + 100
		exec("INSERT INTO node (id, workspace, home, kind, type, uid, name, version, state, owner, uri, created, updated) "+
			"VALUES (?, 1, 1, ?, 50, ?, '', '', '', '', '', 1, 1)", id, pedigree.Execution, id)
		exec("INSERT INTO property (node, space, key, home, text) VALUES (?, ?, 50, 1, ?)", id, pedigree.Param, text)
	}
}
