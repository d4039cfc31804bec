package sqlite

import (
	"database/sql/driver"
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
)

// logged opens connections to a database with a log; the first of them syncs it at
// each commit and buffers it. It has little room for pages, so that a transaction
// that changes many writes some before its end and reads them again.
func logged(t *testing.T, connections int) []*connection {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.db")
	var all []*connection
	for range connections {
		raw, err := connector{"file:" + path}.Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c := raw.(*connection)
		t.Cleanup(func() {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
		all = append(all, c)
		for _, sql := range []string{"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA cache_size = 10", "PRAGMA wal_autocheckpoint = 0"} {
			once(t, c, sql)
		}
	}
	once(t, all[0], "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT) STRICT")
	if err := bufferLog(all[0]); err != nil {
		t.Fatal(err)
	}
	return all
}

// once runs a statement and gives the number in its first row, 0 where it has none.
func once(t *testing.T, c *connection, sql string, values ...driver.Value) int64 {
	t.Helper()
	s, err := c.Prepare(sql)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.(*statement).QueryContext(t.Context(), named(values...))
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	row := make([]driver.Value, len(r.Columns()))
	if err := r.Next(row); err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("%s: %v", sql, err)
	}
	if err := errors.Join(r.Close(), s.Close()); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if len(row) == 0 {
		return 0
	}
	n, _ := row[0].(int64)
	return n
}

func TestWhatIsCommittedThroughABufferOthersSeeAtOnce(t *testing.T) {
	all := logged(t, 2)
	w, r := all[0], all[1]
	random := rand.New(rand.NewPCG(1, 2))
	var rows, size int64
	for range 50 {
		once(t, w, "BEGIN IMMEDIATE")
		added, grown := int64(1+random.IntN(3)), int64(0)
		if random.IntN(6) == 0 { // more pages than there is room for
			added = 60
		}
		for range added {
			text := strings.Repeat("x", random.IntN(6000))
			once(t, w, "INSERT INTO t (text) VALUES (?)", text)
			grown += int64(len(text))
		}
		if got := once(t, w, "SELECT sum(length(text)) FROM t"); got != size+grown {
			t.Fatalf("within the transaction: %d, want %d", got, size+grown)
		}
		if got := once(t, r, "SELECT count(*) FROM t"); got != rows {
			t.Fatalf("others see %d rows before the commit, want %d", got, rows)
		}
		if random.IntN(4) == 0 {
			once(t, w, "ROLLBACK")
			continue
		}
		once(t, w, "COMMIT")
		rows, size = rows+added, size+grown
		if got := once(t, r, "SELECT sum(length(text)) FROM t"); got != size {
			t.Fatalf("others see %d after the commit, want %d", got, size)
		}
		switch random.IntN(10) {
		case 0:
			once(t, r, "PRAGMA wal_checkpoint(PASSIVE)")
		case 1:
			once(t, w, "PRAGMA wal_checkpoint(TRUNCATE)")
		}
	}
	for _, c := range all {
		if got := once(t, c, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"); got != 0 {
			t.Errorf("%d damages", got)
		}
	}
}

func TestALogIsBufferedOnlyWhereThereIsOne(t *testing.T) {
	if err := bufferLog(connect(t)); err == nil {
		t.Error("a database without a log took a buffer")
	}
}
