// Package blob keeps the bytes of artifacts. A [Store] is a tree of objects
// named by [Key], the only form in which text from outside gets this far.
// The comments of Store are the contract; package blobtest is its executable
// form, and every engine passes all of it. [Files] is the engine on a
// directory.
package blob

import (
	"context"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// A Store keeps objects. It is safe for use by many goroutines. Memory does
// not grow with the size of an object. Errors are [pedigree.Error] values:
// NotFound where there is no such object or upload; Invalid where the names
// clash (a directory is read or written as an object, or an object used as a
// directory to write in) or the bytes are not what was announced; Unavailable
// when the store runs out of room.
type Store interface {
	// Put stores what body gives until its end and makes it durable before it
	// returns. Size is how many bytes that must be, -1 when unknown; more or
	// fewer are Invalid. An object becomes visible whole or not at all: until
	// then, and after an error, the one that stood there stays. Of two calls
	// at once for one key, one wins. An error of body is returned as it is.
	// The digest is computed of the bytes as they pass.
	Put(ctx context.Context, key Key, body io.Reader, size int64) (Stored, error)

	// Get opens a part of an object, or all with the zero Span. The reader
	// goes on to see that object, whatever becomes of the key. A span with no
	// byte inside the object is Invalid with a [SpanError] as its cause.
	Get(ctx context.Context, key Key, span Span) (*Object, error)

	// Stat tells about an object without opening it.
	Stat(ctx context.Context, key Key) (Info, error)

	// List gives what is in a directory, one level, by name in byte order.
	// Where there is no directory there is nothing in it. It ends with the
	// first error.
	List(ctx context.Context, dir Prefix) iter.Seq2[Entry, error]

	// Delete removes an object, or a directory with all in it, at once. What
	// directories that leaves empty go too.
	Delete(ctx context.Context, key Key) error

	// CreateUpload begins an upload in parts, which come in any order and at
	// the same time. At most [MaxUploads] are open at once (Exhausted), each
	// for [UploadLife].
	CreateUpload(ctx context.Context, key Key, parts int) (UploadID, error)

	// PutPart stores a part of an upload, numbered from 1, of exactly size
	// bytes, and gives its tag. All parts but the last are of one size. A part
	// that is sent again replaces what came before; while it is still being
	// sent, that is Aborted. An id that belongs to another key is Invalid.
	PutPart(ctx context.Context, key Key, id UploadID, number int, body io.Reader, size int64) (tag string, err error)

	// CompleteUpload makes one object of all parts, visible and durable like
	// one that was Put, and ends the upload. The parts listed must be all of
	// them, by their tags. Most of the digest is computed while parts arrive,
	// so that an upload of any size is completed soon.
	CompleteUpload(ctx context.Context, key Key, id UploadID, parts []Part) (Stored, error)

	// AbortUpload ends an upload and forgets its parts.
	AbortUpload(ctx context.Context, key Key, id UploadID) error

	// Close releases the store.
	Close() error
}

// The bounds of uploads in parts.
const (
	MaxParts   = 10_000
	MaxPart    = 5 << 30 // bytes
	MaxUploads = 1000
	UploadLife = 7 * 24 * time.Hour
)

// Info tells about an object.
type Info struct {
	Size     int64
	Modified time.Time
	Tag      string // differs whenever the bytes do; letters, digits and dashes
}

// Stored tells about an object as it arrived.
type Stored struct {
	Info
	SHA256 string // of all its bytes; lower-case hex
}

// A Span picks bytes of an object. The zero Span picks all of them.
type Span struct {
	Offset int64 // first byte; -n for the last n bytes
	Length int64 // 0 for all from Offset on; cut where the object ends
}

// An Object is an open object. Body gives Length bytes from Offset on.
type Object struct {
	Info
	Offset, Length int64
	Body           io.ReadCloser
}

// An Entry is a name in a directory.
type Entry struct {
	Name string // one segment
	Dir  bool
	Size int64  // bytes; 0 for a directory
	Tag  string // as that of Info; empty for a directory
}

// An UploadID names an open upload. Engines make it of random bits, so that
// knowing one proves that a caller was given it.
type UploadID string

// A Part is a part of an upload as its sender remembers it.
type Part struct {
	Number int
	Tag    string
}

// A SpanError says that a span lies outside its object.
type SpanError struct {
	Size int64 // of the object
}

// Error gives the size that was not met.
func (e *SpanError) Error() string { return fmt.Sprintf("no such bytes in %d", e.Size) }

// Resolve gives the bytes that a span picks of an object of the given size.
// The error is Invalid with a [SpanError] as its cause.
func (s Span) Resolve(size int64) (offset, length int64, err error) {
	if s == (Span{}) {
		return 0, size, nil
	}
	offset = s.Offset
	if offset < 0 {
		offset = max(0, size+offset)
	}
	if offset >= size || s.Length < 0 {
		return 0, 0, pedigree.Hide(pedigree.Invalid, &SpanError{size}, "The requested range is not in the artifact")
	}
	length = size - offset
	if s.Length > 0 {
		length = min(length, s.Length)
	}
	return offset, length, nil
}
