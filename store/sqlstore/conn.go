package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"github.com/pedigree-ml/pedigree"
)

// maxStatements bounds the prepared statements of a connection. Fixed shapes
// number a few dozen; the rest are searches of many forms.
const maxStatements = 400

// conn is one connection to the database with its prepared statements. It
// talks to the driver directly: the pool of database/sql, its argument
// conversion and its reflection cost more than most of our statements do.
// It serves one goroutine at a time, and each statement one result at a time.
type conn struct {
	raw     driver.Conn
	dialect Dialect
	stmts   map[string]driver.Stmt
	args    []driver.NamedValue
}

func newConn(ctx context.Context, e Engine) (*conn, error) {
	raw, err := e.Connect(ctx)
	if err != nil {
		return nil, err
	}
	c := &conn{raw: raw, dialect: e.Dialect, stmts: make(map[string]driver.Stmt)}
	for _, s := range e.Setup {
		if _, err := c.exec(ctx, s); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", s, err), c.close())
		}
	}
	return c, nil
}

func (c *conn) close() error {
	c.forget()
	return c.raw.Close()
}

// forget drops all prepared statements.
func (c *conn) forget() {
	for _, s := range c.stmts {
		_ = s.Close() // the statement is gone either way
	}
	clear(c.stmts)
}

func (c *conn) prepare(sql string) (driver.Stmt, error) {
	if s, ok := c.stmts[sql]; ok {
		return s, nil
	}
	if len(c.stmts) >= maxStatements {
		c.forget()
	}
	s, err := c.raw.Prepare(sql)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", sql, err)
	}
	c.stmts[sql] = s
	return s, nil
}

// exec runs a statement and returns what the driver says of it.
func (c *conn) exec(ctx context.Context, sql string, args ...any) (driver.Result, error) {
	s, err := c.prepare(sql)
	if err != nil {
		return nil, err
	}
	return s.(driver.StmtExecContext).ExecContext(ctx, c.bind(args))
}

// query runs a statement that returns rows. The caller closes them before it
// runs the same statement again.
func (c *conn) query(ctx context.Context, sql string, args ...any) (*rows, error) {
	s, err := c.prepare(sql)
	if err != nil {
		return nil, err
	}
	r, err := s.(driver.StmtQueryContext).QueryContext(ctx, c.bind(args))
	if err != nil {
		return nil, err
	}
	if c, ok := r.(Cursor); ok {
		return &rows{raw: r, cursor: c}, nil
	}
	return &rows{raw: r, row: make([]driver.Value, len(r.Columns()))}, nil
}

// bind turns arguments into the few types that drivers take.
func (c *conn) bind(args []any) []driver.NamedValue {
	c.args = c.args[:0]
	for i, a := range args {
		switch v := a.(type) {
		case pedigree.NodeID:
			a = int64(v)
		case pedigree.Time:
			if a = int64(v); v == pedigree.NoTime {
				a = nil
			}
		case pedigree.Space:
			a = int64(v)
		case pedigree.Kind:
			a = int64(v)
		case pedigree.Direction:
			a = int64(v)
		case pedigree.Role:
			a = int64(v)
		case pedigree.Form:
			a = int64(v)
		case pedigree.RelationKind:
			a = int64(v)
		case pedigree.LocationID:
			a = int64(v)
		case pedigree.TypeID:
			a = int64(v)
		case pedigree.RelationshipID:
			a = int64(v)
		case pedigree.ClassificationID:
			a = int64(v)
		case pedigree.Passage:
			a = int64(v)
		case bool:
			if a = int64(0); v {
				a = int64(1)
			}
		case int:
			a = int64(v)
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.args
}

// A Cursor is a result whose columns can be read where they are, which spares
// the copy of each row into values. Rows of a driver may offer it. It speaks of
// the row that Next moved to; what a column holds is converted as the database
// has it, NULL to zero.
type Cursor interface {
	Null(column int) bool
	Int(column int) int64
	Float(column int) float64
	Text(column int) string

	// Texts reads as many columns as into has room for, the first of them given,
	// into one piece of memory: for rows that are kept whole.
	Texts(first int, into []string)
}

// rows is a result that is read from first to last.
type rows struct {
	raw    driver.Rows
	cursor Cursor         // nil where the driver offers none
	row    []driver.Value // nil where it does
	err    error
}

// next moves to the next row. At the end, and on an error, it closes the rows.
func (r *rows) next() bool {
	if r.err != nil {
		return false
	}
	if err := r.raw.Next(r.row); err != nil {
		if !errors.Is(err, io.EOF) {
			r.err = err
		}
		return false
	}
	return true
}

// close ends the result and returns the first error met while reading it.
func (r *rows) close() error {
	if err := r.raw.Close(); r.err == nil {
		r.err = err
	}
	return r.err
}

// width is the number of columns.
func (r *rows) width() int { return len(r.raw.Columns()) }

func (r *rows) null(i int) bool {
	if r.cursor != nil {
		return r.cursor.Null(i)
	}
	return r.row[i] == nil
}

func (r *rows) int(i int) int64 {
	if r.cursor != nil {
		return r.cursor.Int(i)
	}
	v, _ := r.row[i].(int64)
	return v
}

func (r *rows) id(i int) pedigree.NodeID { return pedigree.NodeID(r.int(i)) }

func (r *rows) time(i int) pedigree.Time {
	if r.null(i) {
		return pedigree.NoTime
	}
	return pedigree.Time(r.int(i))
}

func (r *rows) float(i int) float64 {
	if r.cursor != nil {
		return r.cursor.Float(i)
	}
	switch v := r.row[i].(type) {
	case float64:
		return v
	case int64:
		return float64(v)
	}
	return 0
}

// texts reads columns from the first on into one piece of memory.
func (r *rows) texts(first int, into []string) {
	if r.cursor != nil {
		r.cursor.Texts(first, into)
		return
	}
	for i := range into {
		into[i] = r.text(first + i)
	}
}

func (r *rows) text(i int) string {
	if r.cursor != nil {
		return r.cursor.Text(i)
	}
	switch v := r.row[i].(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return ""
}
