package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"
)

func connect(t *testing.T) *connection {
	t.Helper()
	c, err := connector{"file:" + filepath.Join(t.TempDir(), "driver.db")}.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c.(*connection)
}

func prepare(t *testing.T, c *connection, sql string) *statement {
	t.Helper()
	s, err := c.Prepare(sql)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s.(*statement)
}

func named(values ...driver.Value) []driver.NamedValue {
	args := make([]driver.NamedValue, len(values))
	for i, v := range values {
		args[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return args
}

func run(t *testing.T, c *connection, sql string, values ...driver.Value) driver.Result {
	t.Helper()
	r, err := prepare(t, c, sql).ExecContext(t.Context(), named(values...))
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return r
}

// query starts a result, which the test ends.
func query(t *testing.T, s *statement, values ...driver.Value) *result {
	t.Helper()
	rows, err := s.QueryContext(t.Context(), named(values...))
	if err != nil {
		t.Fatal(err)
	}
	return rows.(*result)
}

func TestDriverGivesBackWhatWasBound(t *testing.T) {
	c := connect(t)
	run(t, c, "CREATE TABLE v (x ANY) STRICT")
	values := []driver.Value{
		nil, int64(0), int64(math.MinInt64), int64(math.MaxInt64), 0.5, math.Inf(1), math.Inf(-1), math.MaxFloat64,
		"", "text", "ünïcödé 模型", strings.Repeat("long ", 100_000),
	}
	insert, read := prepare(t, c, "INSERT INTO v VALUES (?)"), prepare(t, c, "SELECT x FROM v WHERE rowid = ?")
	for _, want := range values {
		done, err := insert.ExecContext(t.Context(), named(want))
		if err != nil {
			t.Fatal(err)
		}
		id, _ := done.LastInsertId()
		row := make([]driver.Value, 1)
		r := query(t, read, id)
		if err := r.Next(row); err != nil {
			t.Fatal(err)
		}
		if row[0] != want {
			t.Errorf("%.40v of %T came back as %.40v of %T", want, want, row[0], row[0])
		}
		if r.Null(0) != (want == nil) {
			t.Errorf("%.40v: Null says %t", want, r.Null(0))
		}
		if err := r.Next(row); !errors.Is(err, io.EOF) {
			t.Errorf("after the last row: %v", err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestDriverReadsColumnsWhereTheyAre(t *testing.T) {
	r := query(t, prepare(t, connect(t), "SELECT 7 AS i, 2.5 AS f, 'x' AS t, NULL AS n"))
	defer r.Close()
	if err := r.Next(nil); err != nil {
		t.Fatal(err)
	}
	if r.Int(0) != 7 || r.Float(1) != 2.5 || r.Text(2) != "x" || !r.Null(3) || r.Int(3) != 0 || r.Text(3) != "" {
		t.Errorf("read %d, %g, %q, %t, %d, %q", r.Int(0), r.Float(1), r.Text(2), r.Null(3), r.Int(3), r.Text(3))
	}
	if got := r.Columns(); !slices.Equal(got, []string{"i", "f", "t", "n"}) {
		t.Errorf("columns %v", got)
	}
}

func TestDriverForgetsTheTextsOfTheRunBefore(t *testing.T) {
	s := prepare(t, connect(t), "SELECT ? || '|' || ?")
	for _, pair := range [][2]string{{"a long first text", "b"}, {"", ""}, {strings.Repeat("c", 1000), "d"}, {"e", "a second text"}} {
		r := query(t, s, pair[0], pair[1])
		if err := r.Next(nil); err != nil {
			t.Fatal(err)
		}
		if got := r.Text(0); got != pair[0]+"|"+pair[1] {
			t.Errorf("got %.60q for %.40q", got, pair)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDriverCountsWhatAStatementChanged(t *testing.T) {
	c := connect(t)
	run(t, c, "CREATE TABLE v (x INTEGER PRIMARY KEY)")
	if n, _ := run(t, c, "INSERT INTO v VALUES (5), (6), (9)").RowsAffected(); n != 3 {
		t.Errorf("%d rows inserted, want 3", n)
	}
	if n, _ := run(t, c, "DELETE FROM v WHERE x > ?", int64(5)).RowsAffected(); n != 2 {
		t.Errorf("%d rows deleted, want 2", n)
	}
}

func TestDriverTellsErrorsApart(t *testing.T) {
	c := connect(t)
	run(t, c, "CREATE TABLE v (x INTEGER PRIMARY KEY, y TEXT UNIQUE)")
	run(t, c, "INSERT INTO v VALUES (1, 'a')")
	insert := prepare(t, c, "INSERT INTO v VALUES (?, ?)")
	for _, k := range []struct {
		id   int64
		text string
		want int
	}{{1, "b", sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}, {2, "a", sqlite3.SQLITE_CONSTRAINT_UNIQUE}} {
		_, err := insert.ExecContext(t.Context(), named(k.id, k.text))
		if codeOf(err) != k.want {
			t.Errorf("(%d, %s): error %v with code %d, want %d", k.id, k.text, err, codeOf(err), k.want)
		}
	}
	if _, err := insert.ExecContext(t.Context(), named(int64(2), "b")); err != nil {
		t.Errorf("after two errors: %v", err)
	}
	if _, err := c.Prepare("SELEC 1"); err == nil || !strings.Contains(err.Error(), "syntax error") {
		t.Errorf("a bad statement: %v", err)
	}
	if _, err := insert.ExecContext(t.Context(), named(struct{}{})); err == nil {
		t.Error("an argument of no known type was bound")
	}
	if _, err := (connector{"file:" + t.TempDir()}).Connect(t.Context()); codeOf(err) != sqlite3.SQLITE_CANTOPEN {
		t.Errorf("opening a folder: %v", err)
	}
}

func TestDriverHasOneResultOfAStatementAtATime(t *testing.T) {
	s := prepare(t, connect(t), "SELECT 1")
	r := query(t, s)
	if _, err := s.QueryContext(t.Context(), nil); !errors.Is(err, errBusy) {
		t.Errorf("a second result: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := query(t, s).Close(); err != nil {
		t.Errorf("after the first was closed: %v", err)
	}
}

func TestDriverKeepsAResultWhoseStatementIsClosed(t *testing.T) {
	s := prepare(t, connect(t), "SELECT 1 UNION ALL SELECT 2")
	r := query(t, s)
	if err := r.Next(nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.Next(nil); err != nil || r.Int(0) != 2 {
		t.Errorf("second row: %d, %v", r.Int(0), err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := s.QueryContext(t.Context(), nil); !errors.Is(err, errEnded) {
		t.Errorf("a run of a closed statement: %v", err)
	}
}

func TestDriverGivesUpWhenTheContextEnds(t *testing.T) {
	c := connect(t)
	endless := prepare(t, c, "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")
	ctx, cancel := context.WithCancel(t.Context())
	rows, err := endless.QueryContext(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	go cancel()
	if err := rows.Next(nil); !errors.Is(err, context.Canceled) {
		t.Errorf("reading on: %v", err)
	}
	if err := rows.Close(); !errors.Is(err, context.Canceled) {
		t.Errorf("closing: %v", err)
	}
	if _, err := endless.QueryContext(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("starting: %v", err)
	}
	next := query(t, prepare(t, c, "SELECT 1"))
	defer next.Close()
	if err := next.Next(nil); err != nil {
		t.Errorf("the next statement: %v", err)
	}
}

func TestDriverGivesUpWhenTheContextEndedBeforeTheFirstStep(t *testing.T) {
	c := connect(t)
	endless := prepare(t, c, "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")
	ctx, cancel := context.WithCancel(t.Context())
	rows, err := endless.QueryContext(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for range 100 { // until the interrupt has come
		runtime.Gosched()
	}
	if err := rows.Next(nil); !errors.Is(err, context.Canceled) {
		t.Errorf("reading on: %v", err)
	}
	if err := rows.Close(); !errors.Is(err, context.Canceled) {
		t.Errorf("closing: %v", err)
	}
}

// A store that keeps a plan whatever is bound prepares its searches once.
func TestDriverKeepsThePlanWhateverIsBound(t *testing.T) {
	c := connect(t)
	run(t, c, "CREATE TABLE v (x TEXT, y INTEGER)")
	run(t, c, "CREATE INDEX part ON v (x) WHERE y > 5")
	s := prepare(t, c, "SELECT x FROM v WHERE y > ? AND x = 'a'")
	for i := range int64(3) {
		r := query(t, s, i*10)
		if err := r.Next(nil); !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if n := sqlite3.Xsqlite3_stmt_status(c.tls, s.handle, sqlite3.SQLITE_STMTSTATUS_REPREPARE, 0); n != 0 {
		t.Errorf("prepared %d times more", n)
	}
}
