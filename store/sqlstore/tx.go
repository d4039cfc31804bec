package sqlstore

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// tx is one transaction, of either sort: a reader has no draft of names.
type tx struct {
	ctx   context.Context
	conn  *conn
	store *Store
	now   pedigree.Time
	fresh *draft
	wrote bool // whether this closure has changed anything

	touches []touched
	touchAt map[pedigree.NodeID]int // places in touches, once they are many

	made newborn

	grown []growth // series that have more points now

	counts counted // what it has changed that is in no feed

	finds []*finding // what a reader has found in columns, for who asks for a page, then for the number

	bin map[pedigree.NodeID]bool // see knownInBin; nil until it is asked for
}

var _ store.Tx = (*tx)(nil)

func (t *tx) Now() pedigree.Time { return t.now }

// query runs a fixed shape. These are short, so they do not watch the
// context: watching costs more than they do.
func (t *tx) query(s *shape, args ...any) (*rows, error) {
	return t.conn.query(background, s.sql, args...)
}

// exec runs a fixed shape that writes and returns the number of rows it changed.
func (t *tx) exec(s *shape, args ...any) (int64, error) {
	r, err := t.conn.exec(background, s.sql, args...)
	if err != nil {
		t.wrote = true // some databases give up the transaction with the statement
		return 0, err
	}
	changed, err := r.RowsAffected()
	t.wrote = t.wrote || changed > 0
	return changed, err
}

// insert adds one row and returns its number.
func (t *tx) insert(s *shape, args ...any) (int64, error) {
	t.wrote = true
	r, err := t.conn.exec(background, s.sql, args...)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

// oneInt returns the first column of the first row, 0 where there is none.
func (t *tx) oneInt(s *shape, args ...any) (int64, error) {
	r, err := t.query(s, args...)
	if err != nil {
		return 0, err
	}
	var v int64
	if r.next() {
		v = r.int(0)
	}
	return v, r.close()
}

// batches calls fn with identities or texts in groups whose size is one of few, so
// that lists of any length share a handful of prepared statements. A group is
// filled up by repeating its last member.
func batches[T any](ids []T, fn func(list string, args []any) error) error {
	for some := range slices.Chunk(ids, maxBatch) {
		args := make([]any, batchSize(len(some)))
		for i := range args {
			args[i] = some[min(i, len(some)-1)]
		}
		if err := fn(placeholders(len(args)), args); err != nil {
			return err
		}
	}
	return nil
}

// batchesGiven is batches for statements that start from a table of the
// identities, "given g (id)", whose text it gives. They are read one after the
// other as they stand, where IN first makes a sorted set of them: a third of the
// time of a statement that reads little of each. A table is filled up with NULL,
// which equals nothing.
func batchesGiven(ids []pedigree.NodeID, fn func(given string, args []any) error) error {
	for some := range slices.Chunk(ids, maxBatch) {
		args := make([]any, batchSize(len(some)))
		for i, id := range some {
			args[i] = id
		}
		if err := fn(given(len(args)), args); err != nil {
			return err
		}
	}
	return nil
}

const maxBatch = 256

// batchSize gives the size of a group that so many fit in.
func batchSize(n int) int {
	size := 1
	for size < n {
		size *= 4
	}
	return size
}

// given starts a statement that has identities in a table.
func given(size int) string {
	return "WITH given (id) AS (VALUES " + strings.TrimSuffix(strings.Repeat("(?),", size), ",") + ") "
}

// rowSizes are the numbers of rows that one statement writes: few, so that lists
// of any length share a handful of prepared statements.
var rowSizes = []int{8, 4, 2, 1}

// rowsAtOnce says how many of so many rows the next statement writes.
func rowsAtOnce(rows int) int {
	for _, size := range rowSizes {
		if size <= rows {
			return size
		}
	}
	return 0
}

// severalRows writes out a statement for each number of rows. One that writes
// several costs less than as many that write one each.
func severalRows(head, row, tail string) map[int]string {
	statements := make(map[int]string, len(rowSizes))
	for _, size := range rowSizes {
		statements[size] = head + strings.TrimSuffix(strings.Repeat(row+",", size), ",") + tail
	}
	return statements
}

func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// checkText refuses text that not every engine can hold.
func checkText(what, s string, limit int) error {
	if len(s) > limit {
		return pedigree.Errorf(pedigree.Invalid, "%s is longer than %d bytes", what, limit)
	}
	if strings.IndexByte(s, 0) >= 0 {
		return pedigree.Errorf(pedigree.Invalid, "%s contains a NUL character", what)
	}
	if !utf8.ValidString(s) {
		return pedigree.Errorf(pedigree.Invalid, "%s is not valid UTF-8", what)
	}
	return nil
}

// errNotFound is what a lookup says that finds nothing; callers know what they
// were looking for and say so to the client.
var errNotFound = pedigree.Errorf(pedigree.NotFound, "not found")
