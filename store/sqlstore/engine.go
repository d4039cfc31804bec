package sqlstore

import (
	"context"
	"database/sql/driver"
	"io/fs"

	"github.com/pressly/goose/v3/database"
)

// An Engine is what one database brings: how to connect, how it differs, and
// what its errors mean. All SQL is in this package.
type Engine struct {
	Connect  func(context.Context) (driver.Conn, error) // for the store's own use
	Migrator driver.Connector                           // for migrations, which go through database/sql
	Setup    []string                                   // statements run on each new connection
	ReadOnly []string                                   // further ones for connections that read; they make it refuse writes
	Writer   func(driver.Conn) error                    // readies the connection that writes, which has read something; nil for nothing
	Readers  int                                        // connections for reading

	// Checkpoint, for a database that leaves it to others to move what was
	// committed from its log to its place, is the statement that does so. It is
	// run beside the writer after each CheckpointEvery pages that it has written.
	// Connections are then PageCounters.
	Checkpoint      string
	CheckpointEvery int64

	// Selective is how many index entries a condition may match for a search
	// to start from it. Below, reading and sorting all matches is cheap;
	// above, walking the order asked for and dropping what does not match
	// finds a page sooner.
	Selective int

	// Columns is how many bytes columns of properties may take in memory, which
	// searches over many entities of the catalog read instead of the database; 0
	// for none. Eager has them made for every search, for tests.
	Columns int64
	Eager   bool

	Dialect  Dialect
	Classify func(error) ErrorClass

	Migrations fs.FS // numbered schema changes
	Goose      database.Dialect
	KeepSchema bool // refuse an older schema instead of bringing it up to date
}

// Dialect holds the words in which databases differ.
type Dialect struct {
	Begin      string // starts a read transaction
	BeginWrite string // starts a write transaction, taking the lock at once

	// UseIndex names the index that a table in FROM must be read by, where
	// the database takes such orders.
	UseIndex func(index string) string

	// Like and ILike compare an expression in SQL with a pattern, minding the
	// case or not. In the pattern "%" stands for any text and "_" for any
	// character; nothing escapes them. The argument is for the placeholder "?",
	// which the comparison has once.
	Like, ILike func(expr, pattern string) (sql, arg string)

	// CheckStatements return one row "ok", or rows that each name a damage.
	CheckStatements []string
}

// A PageCounter is a connection that can say how many pages it has written.
type PageCounter interface{ PagesWritten() int64 }

// ErrorClass says what an error of the database means to us.
type ErrorClass int

// The classes.
const (
	OtherError    ErrorClass = iota
	UniqueError              // a unique index refused the row
	DamageError              // the stored data is damaged
	DiskFullError            // no room to write
	BusyError                // somebody else holds the lock
)
