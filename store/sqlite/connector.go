package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	sqlite3 "modernc.org/sqlite/lib"
)

// A connector opens connections to one database file. It is a driver of our
// own over the same translation of SQLite that modernc.org/sqlite drives: that
// one takes a mutex for each column of each row, describes the columns anew
// for each result and copies every row into interfaces, which together cost
// more than SQLite does for rows as small as ours.
//
// Its connections have no mutex inside and serve one goroutine at a time, as
// package driver has it; only an interrupt comes from another. They offer what
// package sqlstore asks for and no more: migrations go through the other.
type connector struct{ name string }

var errOffered = errors.New("sqlite: not offered by this driver")

// Connect opens the file, making it if there is none.
func (c connector) Connect(context.Context) (driver.Conn, error) {
	const flags = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_CREATE | sqlite3.SQLITE_OPEN_NOMUTEX | sqlite3.SQLITE_OPEN_URI
	k := &connection{tls: libc.NewTLS()}
	name, err := libc.CString(c.name)
	if err != nil {
		k.tls.Close()
		return nil, err
	}
	defer libc.Xfree(k.tls, name)
	rc := k.out(func(p uintptr) int32 { return sqlite3.Xsqlite3_open_v2(k.tls, name, p, flags, 0) }, &k.db)
	if rc == sqlite3.SQLITE_OK {
		rc = k.configure()
	}
	if rc != sqlite3.SQLITE_OK {
		return nil, errors.Join(k.failure(rc), k.Close())
	}
	return k, nil
}

// A connection is one open database handle.
type connection struct {
	tls *libc.TLS // what the translated code uses as its thread
	db  uintptr

	closing sync.Mutex // held by an interrupt and while closing
}

// configure makes the handle tell errors apart, refuse statements that could
// damage the file, and keep a plan whatever values are bound: SQLite otherwise
// prepares some statements anew for each value.
func (c *connection) configure() int32 {
	rc := sqlite3.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	for _, option := range []int32{sqlite3.SQLITE_DBCONFIG_DEFENSIVE, sqlite3.SQLITE_DBCONFIG_ENABLE_QPSG} {
		if rc == sqlite3.SQLITE_OK {
			rc = c.turnOn(option)
		}
	}
	return rc
}

func (c *connection) turnOn(option int32) int32 {
	const slot = 8 // bytes of one variadic argument, on every target
	args := libc.Xmalloc(c.tls, 2*slot)
	if args == 0 {
		return sqlite3.SQLITE_NOMEM
	}
	defer libc.Xfree(c.tls, args)
	return sqlite3.Xsqlite3_db_config(c.tls, c.db, option, libc.VaList(args, int32(1), uintptr(0)))
}

// out calls f with room for a pointer and gives what f left there.
func (c *connection) out(f func(p uintptr) int32, pointer *uintptr) int32 {
	room := libc.Xcalloc(c.tls, 1, types.Size_t(unsafe.Sizeof(uintptr(0))))
	if room == 0 {
		return sqlite3.SQLITE_NOMEM
	}
	defer libc.Xfree(c.tls, room)
	rc := f(room)
	*pointer = *(*uintptr)(address(room))
	return rc
}

// address is a pointer into memory that SQLite allocated, where no Go object
// lives and nothing moves.
func address(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// Prepare compiles the one statement that sql holds.
func (c *connection) Prepare(sql string) (driver.Stmt, error) {
	text, err := libc.CString(sql)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, text)
	s := &statement{conn: c}
	rc := c.out(func(p uintptr) int32 {
		return sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, text, int32(len(sql)+1), sqlite3.SQLITE_PREPARE_PERSISTENT, p, 0)
	}, &s.handle)
	if rc != sqlite3.SQLITE_OK {
		return nil, c.failure(rc)
	}
	s.result.of = s
	return s, nil
}

// Begin is not offered: transactions are statements like others.
func (c *connection) Begin() (driver.Tx, error) { return nil, errOffered }

// Close closes the handle. Statements that are not closed by then keep it from
// being freed, but not from being closed.
func (c *connection) Close() error {
	c.closing.Lock()
	defer c.closing.Unlock()
	if c.tls == nil {
		return nil
	}
	rc := sqlite3.Xsqlite3_close_v2(c.tls, c.db)
	c.tls.Close()
	c.tls, c.db = nil, 0
	if rc != sqlite3.SQLITE_OK {
		return &failure{rc, "close"}
	}
	return nil
}

// PagesWritten implements [sqlstore.PageCounter].
func (c *connection) PagesWritten() int64 {
	p := libc.Xcalloc(c.tls, 2, 8) // two numbers of 64 bits
	if p == 0 {
		return 0
	}
	defer libc.Xfree(c.tls, p)
	sqlite3.Xsqlite3_db_status64(c.tls, c.db, sqlite3.SQLITE_DBSTATUS_CACHE_WRITE, p, p+8, 0)
	return *(*int64)(address(p))
}

// interrupt makes the statement under way fail soon. It may be called from any
// goroutine.
func (c *connection) interrupt() {
	c.closing.Lock()
	defer c.closing.Unlock()
	if c.db != 0 {
		sqlite3.Xsqlite3_interrupt(c.tls, c.db)
	}
}

// failure describes what went wrong last on the handle.
func (c *connection) failure(rc int32) error {
	if c.db == 0 {
		return &failure{rc, libc.GoString(sqlite3.Xsqlite3_errstr(c.tls, rc))}
	}
	return &failure{rc, libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))}
}

// A failure is an extended result code of SQLite and its words.
type failure struct {
	code int32
	text string
}

func (f *failure) Error() string { return fmt.Sprintf("sqlite: %s (%d)", f.text, f.code) }
