package sqlite

import (
	"database/sql/driver"
	"sync"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	sqlite3 "modernc.org/sqlite/lib"
)

// A logBuffer stands between the connection that writes and the log of the database.
// SQLite writes each page of a commit to the log with two calls of the system, dozens
// for a small one, which together cost more than all else there is to it. The buffer
// keeps what is appended until SQLite syncs the log, as it does at the end of a commit
// before it tells other connections, and writes it in one piece then. What is written,
// in which order, and what is on the disk after a commit stays the same.
//
// It is for connections alone that sync at each commit: see [Full].
type logBuffer struct {
	methods sqlite3.Tsqlite3_io_methods // those of the log itself
	own     uintptr                     // the same but for ours, in memory of SQLite
	room    uintptr                     // logRoom bytes, in memory of SQLite
	begin   int64                       // where in the log they belong
	size    int                         // how many of them wait
}

// logRoom is how much waits at the most, in bytes: what about 30 pages take. SQLite
// writes less than 128 KiB at once.
const logRoom = 124 << 10

// logBuffers are those in use, by the file of the log, which is all that the methods
// of a file are told.
var logBuffers sync.Map // uintptr to *logBuffer

// bufferLog puts a buffer before the log of a connection that has read something.
func bufferLog(raw driver.Conn) error {
	c, ok := raw.(*connection)
	if !ok {
		return errOffered
	}
	name, err := libc.CString("main")
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, name)
	var log uintptr
	rc := c.out(func(p uintptr) int32 {
		return sqlite3.Xsqlite3_file_control(c.tls, c.db, name, sqlite3.SQLITE_FCNTL_JOURNAL_POINTER, p)
	}, &log)
	if rc != sqlite3.SQLITE_OK {
		return c.failure(rc)
	}
	methods := (*uintptr)(address(log)) // the first member of a file
	if *methods == 0 {
		return &failure{sqlite3.SQLITE_MISUSE, "the database has no log that is open"}
	}
	b := &logBuffer{
		methods: *(*sqlite3.Tsqlite3_io_methods)(address(*methods)),
		own:     libc.Xmalloc(c.tls, types.Size_t(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{}))),
		room:    libc.Xmalloc(c.tls, logRoom),
	}
	if b.own == 0 || b.room == 0 {
		b.free(c.tls)
		return &failure{sqlite3.SQLITE_NOMEM, "no memory for the log"}
	}
	own := (*sqlite3.Tsqlite3_io_methods)(address(b.own))
	*own = b.methods
	own.FxWrite, own.FxRead, own.FxSync = pointer(logWrite), pointer(logRead), pointer(logSync)
	own.FxTruncate, own.FxFileSize, own.FxClose = pointer(logTruncate), pointer(logSize), pointer(logClose)
	logBuffers.Store(log, b)
	*methods = b.own
	return nil
}

func (b *logBuffer) free(tls *libc.TLS) {
	libc.Xfree(tls, b.own)
	libc.Xfree(tls, b.room)
}

// flush writes what waits. What could not be written is forgotten: the commit that it
// is of fails.
func (b *logBuffer) flush(tls *libc.TLS, log uintptr) int32 {
	if b.size == 0 {
		return sqlite3.SQLITE_OK
	}
	size := b.size
	b.size = 0
	return function[writeMethod](b.methods.FxWrite)(tls, log, b.room, int32(size), b.begin)
}

// The methods of a file that concern what is written to it.
type (
	writeMethod    = func(tls *libc.TLS, file, from uintptr, size int32, at int64) int32
	readMethod     = func(tls *libc.TLS, file, into uintptr, size int32, at int64) int32
	syncMethod     = func(tls *libc.TLS, file uintptr, flags int32) int32
	truncateMethod = func(tls *libc.TLS, file uintptr, size int64) int32
	sizeMethod     = func(tls *libc.TLS, file, into uintptr) int32
	closeMethod    = func(tls *libc.TLS, file uintptr) int32
)

func logWrite(tls *libc.TLS, log, from uintptr, size int32, at int64) int32 {
	b := bufferOf(log)
	if b.size > 0 && (at != b.begin+int64(b.size) || b.size+int(size) > logRoom) {
		if rc := b.flush(tls, log); rc != sqlite3.SQLITE_OK {
			return rc
		}
	}
	if size > logRoom {
		return function[writeMethod](b.methods.FxWrite)(tls, log, from, size, at)
	}
	if b.size == 0 {
		b.begin = at
	}
	copy(unsafe.Slice((*byte)(address(b.room+uintptr(b.size))), size), unsafe.Slice((*byte)(address(from)), size))
	b.size += int(size)
	return sqlite3.SQLITE_OK
}

func logRead(tls *libc.TLS, log, into uintptr, size int32, at int64) int32 {
	b := bufferOf(log)
	if rc := b.flush(tls, log); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return function[readMethod](b.methods.FxRead)(tls, log, into, size, at)
}

func logSync(tls *libc.TLS, log uintptr, flags int32) int32 {
	b := bufferOf(log)
	if rc := b.flush(tls, log); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return function[syncMethod](b.methods.FxSync)(tls, log, flags)
}

func logTruncate(tls *libc.TLS, log uintptr, size int64) int32 {
	b := bufferOf(log)
	if rc := b.flush(tls, log); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return function[truncateMethod](b.methods.FxTruncate)(tls, log, size)
}

func logSize(tls *libc.TLS, log, into uintptr) int32 {
	b := bufferOf(log)
	if rc := b.flush(tls, log); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return function[sizeMethod](b.methods.FxFileSize)(tls, log, into)
}

func logClose(tls *libc.TLS, log uintptr) int32 {
	b := bufferOf(log)
	written := b.flush(tls, log)
	logBuffers.Delete(log)
	rc := function[closeMethod](b.methods.FxClose)(tls, log)
	b.free(tls)
	if written != sqlite3.SQLITE_OK {
		return written
	}
	return rc
}

func bufferOf(log uintptr) *logBuffer {
	b, _ := logBuffers.Load(log)
	return b.(*logBuffer)
}

// pointer and function turn a declared function into what the translated code holds
// of it, and back: the address of where its address stands.
func pointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

func function[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&p)) }
