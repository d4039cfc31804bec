package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	sqlite3 "modernc.org/sqlite/lib"
)

// A statement is prepared once and run many times, one result at a time.
type statement struct {
	conn    *connection
	handle  uintptr
	columns []string // names, once asked for
	texts   uintptr  // where bound texts stay until the next run
	room    int      // bytes there
	result  result   // the one result that is open, if any
	open    bool
	closed  bool
}

var (
	errBusy  = errors.New("sqlite: the statement has a result that is not closed")
	errEnded = errors.New("sqlite: the statement is closed")
)

// NumInput leaves it to SQLite to count: what is not bound is NULL.
func (s *statement) NumInput() int { return -1 }

// Exec is replaced by [statement.ExecContext].
func (s *statement) Exec([]driver.Value) (driver.Result, error) { return nil, errOffered }

// Query is replaced by [statement.QueryContext].
func (s *statement) Query([]driver.Value) (driver.Rows, error) { return nil, errOffered }

// ExecContext runs the statement to its end.
func (s *statement) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	for err == nil {
		err = s.result.Next(nil)
	}
	done := outcome{sqlite3.Xsqlite3_last_insert_rowid(s.conn.tls, s.conn.db), int64(sqlite3.Xsqlite3_changes(s.conn.tls, s.conn.db))}
	if closeErr := rows.Close(); closeErr != nil {
		return nil, closeErr
	}
	return done, nil
}

// QueryContext binds the arguments. The first row is looked for when it is
// asked for. When ctx ends before the result is closed, reading it fails.
func (s *statement) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	switch {
	case s.closed:
		return nil, errEnded
	case s.open:
		return nil, errBusy
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	if err := s.bind(args); err != nil {
		return nil, err
	}
	s.open = true
	s.result.begin(ctx)
	return &s.result, nil
}

// bind gives the arguments to SQLite. Texts are copied to memory that stays
// until the next run, so nothing of Go's is kept.
func (s *statement) bind(args []driver.NamedValue) error {
	if err := s.reserve(args); err != nil {
		return err
	}
	at := s.texts
	for i := range args {
		var rc int32
		column := int32(args[i].Ordinal)
		switch v := args[i].Value.(type) {
		case nil:
			rc = sqlite3.Xsqlite3_bind_null(s.conn.tls, s.handle, column)
		case int64:
			rc = sqlite3.Xsqlite3_bind_int64(s.conn.tls, s.handle, column, v)
		case float64:
			rc = sqlite3.Xsqlite3_bind_double(s.conn.tls, s.handle, column, v)
		case string:
			copy(unsafe.Slice((*byte)(address(at)), len(v)), v)
			rc = sqlite3.Xsqlite3_bind_text(s.conn.tls, s.handle, column, at, int32(len(v)), 0)
			at += uintptr(len(v))
		case []byte:
			copy(unsafe.Slice((*byte)(address(at)), len(v)), v)
			rc = sqlite3.Xsqlite3_bind_blob(s.conn.tls, s.handle, column, at, int32(len(v)), 0)
			at += uintptr(len(v))
		default:
			return fmt.Errorf("sqlite: argument %d is a %T", i+1, v)
		}
		if rc != sqlite3.SQLITE_OK {
			return s.conn.failure(rc)
		}
	}
	return nil
}

// reserve makes room for all texts and bytes among the arguments, and for one byte at
// least: a text at no address would be NULL.
func (s *statement) reserve(args []driver.NamedValue) error {
	need := 1
	for i := range args {
		switch v := args[i].Value.(type) {
		case string:
			need += len(v)
		case []byte:
			need += len(v)
		}
	}
	if need <= s.room {
		return nil
	}
	if need > 1<<30 {
		return s.conn.failure(sqlite3.SQLITE_TOOBIG)
	}
	need = max(need, 128)
	larger := libc.Xmalloc(s.conn.tls, types.Size_t(need))
	if larger == 0 {
		return s.conn.failure(sqlite3.SQLITE_NOMEM)
	}
	libc.Xfree(s.conn.tls, s.texts)
	s.texts, s.room = larger, need
	return nil
}

// Close frees the statement, or has its open result free it when that is
// closed.
func (s *statement) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	if !s.open {
		s.free()
	}
	return nil
}

func (s *statement) free() {
	sqlite3.Xsqlite3_finalize(s.conn.tls, s.handle) // repeats the error of the last run
	libc.Xfree(s.conn.tls, s.texts)
	s.handle, s.texts = 0, 0
}

// outcome is what a statement that writes came to.
type outcome struct{ id, changed int64 }

func (o outcome) LastInsertId() (int64, error) { return o.id, nil }
func (o outcome) RowsAffected() (int64, error) { return o.changed, nil }
