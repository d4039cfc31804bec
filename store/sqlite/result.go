package sqlite

import (
	"context"
	"database/sql/driver"
	"io"
	"strings"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// A result is read row by row. Besides copying a row, as package driver has
// it, it lets single columns be read where they are; see
// [sqlstore.Cursor].
type result struct {
	of   *statement
	ctx  context.Context
	stop func() bool   // ends the watch on ctx; nil where there is none
	over chan struct{} // closed to end interrupts
	done chan struct{} // closed when they have ended
	err  error         // of the last step
}

// insist is how often SQLite is told to give up until it has: it forgets what it
// was told before the first step of a statement.
const insist = 10 * time.Millisecond

// begin watches ctx, if it can end at all. Then SQLite is told to give up,
// which it does within a few thousand steps.
func (r *result) begin(ctx context.Context) {
	r.ctx, r.stop, r.err = ctx, nil, nil
	if ctx.Done() == nil {
		return
	}
	conn, over, done := r.of.conn, make(chan struct{}), make(chan struct{})
	r.over, r.done = over, done
	r.stop = context.AfterFunc(ctx, func() {
		defer close(done)
		tick := time.NewTicker(insist)
		defer tick.Stop()
		for {
			conn.interrupt()
			select {
			case <-over:
				return
			case <-tick.C:
			}
		}
	})
}

// Columns names the columns.
func (r *result) Columns() []string {
	s := r.of
	if s.columns == nil {
		s.columns = make([]string, sqlite3.Xsqlite3_column_count(s.conn.tls, s.handle))
		for i := range s.columns {
			s.columns[i] = libc.GoString(sqlite3.Xsqlite3_column_name(s.conn.tls, s.handle, int32(i)))
		}
	}
	return s.columns
}

// Next moves to the next row and copies as many of its columns as dest has
// room for.
func (r *result) Next(dest []driver.Value) error {
	if r.err != nil {
		return r.err
	}
	s := r.of
	switch rc := sqlite3.Xsqlite3_step(s.conn.tls, s.handle); rc {
	case sqlite3.SQLITE_ROW:
	case sqlite3.SQLITE_DONE:
		r.err = io.EOF
	default:
		if r.err = r.ctx.Err(); r.err == nil {
			r.err = s.conn.failure(rc)
		}
	}
	if r.err == nil {
		for i := range dest {
			dest[i] = r.value(i)
		}
	}
	return r.err
}

func (r *result) value(i int) driver.Value {
	switch sqlite3.Xsqlite3_column_type(r.of.conn.tls, r.of.handle, int32(i)) {
	case sqlite3.SQLITE_INTEGER:
		return r.Int(i)
	case sqlite3.SQLITE_FLOAT:
		return r.Float(i)
	case sqlite3.SQLITE_NULL:
		return nil
	}
	return r.Text(i)
}

// Null reports whether a column of the row is NULL.
func (r *result) Null(i int) bool {
	return sqlite3.Xsqlite3_column_type(r.of.conn.tls, r.of.handle, int32(i)) == sqlite3.SQLITE_NULL
}

// Int reads a column as an integer, 0 where it is NULL.
func (r *result) Int(i int) int64 {
	return sqlite3.Xsqlite3_column_int64(r.of.conn.tls, r.of.handle, int32(i))
}

// Float reads a column as a number, 0 where it is NULL.
func (r *result) Float(i int) float64 {
	return sqlite3.Xsqlite3_column_double(r.of.conn.tls, r.of.handle, int32(i))
}

// Text reads a column as text, empty where it is NULL.
func (r *result) Text(i int) string {
	return string(r.bytes(i))
}

// bytes gives a column where it is.
func (r *result) bytes(i int) []byte {
	text := sqlite3.Xsqlite3_column_text(r.of.conn.tls, r.of.handle, int32(i))
	size := sqlite3.Xsqlite3_column_bytes(r.of.conn.tls, r.of.handle, int32(i))
	if text == 0 || size == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(address(text)), size)
}

// Texts reads columns from the first on, as many as into has room for, into one
// piece of memory.
func (r *result) Texts(first int, into []string) {
	size := 0
	for i := range into {
		size += len(r.bytes(first + i))
	}
	var all strings.Builder
	all.Grow(size)
	for i := range into {
		from := all.Len()
		all.Write(r.bytes(first + i))
		into[i] = all.String()[from:]
	}
}

// Close ends the result and gives the error that ended it early, if one did.
func (r *result) Close() error {
	s := r.of
	if !s.open {
		return nil
	}
	if r.stop != nil && !r.stop() {
		close(r.over)
		<-r.done // an interrupt that came later would meet another statement
	}
	r.stop, r.ctx = nil, nil
	sqlite3.Xsqlite3_reset(s.conn.tls, s.handle) // repeats the error of the last step
	s.open = false
	if s.closed {
		s.free()
	}
	if r.err != nil && r.err != io.EOF {
		return r.err
	}
	return nil
}
