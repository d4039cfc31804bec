// Package sqlite opens a store in a SQLite file: the embedded engine, in pure
// Go. It writes ahead to a log, so readers and the writer do not wait for each
// other, and syncs it at each commit unless told otherwise.
package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"net/url"

	"github.com/pressly/goose/v3/database"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store/sqlstore"
)

// Durability says what an acknowledged write survives.
type Durability string

// The levels of durability.
const (
	Full   Durability = "full"   // a crash of the server and of the machine
	Normal Durability = "normal" // a crash of the server; a power cut may take the last writes
)

// Options tune a store. The zero value is right for most.
type Options struct {
	Durability Durability     // empty stands for Full
	Readers    int            // connections for reading; 0 stands for 4
	Selective  int            // see [sqlstore.Engine]; 0 stands for 500
	Columns    int64          // likewise; 0 stands for 128 MiB, -1 for none
	Eager      bool           // likewise
	Clock      pedigree.Clock // nil stands for the machine's
	KeepSchema bool           // refuse an older schema instead of bringing it up to date, for looking only
}

// Open opens the store in the file at path, making it if there is none. The
// file's folder must exist.
func Open(ctx context.Context, path string, o Options) (*sqlstore.Store, error) {
	name := "file:" + (&url.URL{Path: path}).EscapedPath()
	// Migrations are synced as a whole, when their connection closes, and not one by
	// one: what a power cut takes of them is made again at the next start.
	migrator, err := sqlite.NewConnector(name + "?_defensive=1&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
	if err != nil {
		return nil, pedigree.Hide(pedigree.Invalid, err, "the database path cannot be used")
	}
	migrations, err := fs.Sub(sqlstore.Migrations, "migrations/sqlite")
	if err != nil {
		return nil, err
	}
	if o.Readers == 0 {
		o.Readers = 4
	}
	if o.Selective == 0 {
		o.Selective = 500
	}
	switch o.Columns {
	case 0:
		o.Columns = 128 << 20
	case -1:
		o.Columns = 0
	}
	if o.Clock == nil {
		o.Clock = pedigree.SystemClock
	}
	ready := bufferLog
	if o.Durability == Normal { // it does not sync the log at each commit
		ready = nil
	}
	return sqlstore.Open(ctx, sqlstore.Engine{
		Writer:   ready,
		Connect:  connector{name}.Connect,
		Migrator: migrator,
		Setup: []string{
			"PRAGMA busy_timeout = 5000",
			"PRAGMA journal_mode = WAL",
			"PRAGMA synchronous = " + synchronous(o.Durability),
			"PRAGMA foreign_keys = ON",
			"PRAGMA temp_store = MEMORY",
			"PRAGMA cache_size = -16384",
			"PRAGMA wal_autocheckpoint = 8200", // pages; by then most are moved, see Checkpoint
		},
		Checkpoint:      "PRAGMA wal_checkpoint(PASSIVE)",
		CheckpointEvery: 2000,
		ReadOnly:        []string{"PRAGMA query_only = ON", "PRAGMA cache_size = -16384"},
		Readers:         o.Readers,
		Selective:       o.Selective,
		Columns:         o.Columns,
		Eager:           o.Eager,
		Dialect:         dialect,
		Classify:        classify,
		Migrations:      migrations,
		Goose:           database.DialectSQLite3,
		KeepSchema:      o.KeepSchema,
	}, o.Clock)
}

func synchronous(d Durability) string {
	if d == Normal {
		return "NORMAL"
	}
	return "FULL"
}

var dialect = sqlstore.Dialect{
	Begin:           "BEGIN",
	BeginWrite:      "BEGIN IMMEDIATE",
	UseIndex:        func(index string) string { return " INDEXED BY " + index },
	Like:            like,
	ILike:           func(expr, pattern string) (string, string) { return expr + " LIKE ?", pattern },
	CheckStatements: []string{"PRAGMA integrity_check(10)", "PRAGMA foreign_key_check"},
}

// classify reads SQLite's result codes, https://sqlite.org/rescode.html.
func classify(err error) sqlstore.ErrorClass {
	code := codeOf(err)
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return sqlstore.UniqueError
	}
	switch code & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return sqlstore.DamageError
	case sqlite3.SQLITE_FULL:
		return sqlstore.DiskFullError
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return sqlstore.BusyError
	}
	return sqlstore.OtherError
}

// codeOf gives the extended result code of an error of either driver, or 0.
func codeOf(err error) int {
	if f, ok := errors.AsType[*failure](err); ok {
		return int(f.code)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}
