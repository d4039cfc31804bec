package archive

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"strings"
	"unicode/utf8"
)

// A Reader reads an archive in the order of its directory.
type Reader struct {
	file   io.ReaderAt
	size   int64
	limits Limits

	entries       int64
	start, length int64 // of the directory
	inflate       io.ReadCloser
}

// Open finds the directory of an archive and checks how much it says that there
// is. The error is [ErrEmpty] or an *[Error].
func Open(file io.ReaderAt, size int64, limits Limits) (*Reader, error) {
	z := &Reader{file: file, size: size, limits: limits, inflate: flate.NewReader(strings.NewReader(""))}
	if size == 0 {
		return nil, ErrEmpty
	}
	if err := z.findDirectory(); err != nil {
		return nil, err
	}
	switch {
	case z.entries == 0:
		return nil, ErrEmpty
	case z.entries > limits.Entries:
		return nil, badf("", "it holds %d files, and %d are the most", z.entries, limits.Entries)
	case z.start < 0 || z.length < 0 || z.start > size || z.length > size-z.start || z.length/centralSize < z.entries:
		return nil, badf("", "its directory is damaged")
	}
	return z, nil
}

// Entries counts the files.
func (z *Reader) Entries() int64 { return z.entries }

var errShort = badf("", "it is no zip archive, or its end is missing")

func (z *Reader) findDirectory() error {
	tail := make([]byte, min(z.size, endSize+all16))
	if _, err := z.file.ReadAt(tail, z.size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for at := len(tail) - endSize; at >= 0; at-- {
		if binary.LittleEndian.Uint32(tail[at:]) != endMark || int(binary.LittleEndian.Uint16(tail[at+20:])) != len(tail)-at-endSize {
			continue
		}
		end := tail[at:]
		z.entries = int64(binary.LittleEndian.Uint16(end[10:]))
		z.length, z.start = int64(binary.LittleEndian.Uint32(end[12:])), int64(binary.LittleEndian.Uint32(end[16:]))
		if z.entries == all16 || z.length == all32 || z.start == all32 {
			return z.findDirectory64(z.size - int64(len(tail)-at))
		}
		return nil
	}
	return errShort
}

// findDirectory64 reads the larger numbers of an archive whose end is at a place.
func (z *Reader) findDirectory64(end int64) error {
	var locator [locator64Size]byte
	if end < locator64Size {
		return nil // the numbers are what they look like
	}
	if _, err := z.file.ReadAt(locator[:], end-locator64Size); err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(locator[:]) != locator64Mark {
		return nil
	}
	at := int64(binary.LittleEndian.Uint64(locator[8:]))
	var b [end64Size]byte
	if at < 0 || at > z.size-end64Size {
		return errShort
	}
	if _, err := z.file.ReadAt(b[:], at); err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(b[:]) != end64Mark {
		return errShort
	}
	z.entries = int64(binary.LittleEndian.Uint64(b[32:]))
	z.length, z.start = int64(binary.LittleEndian.Uint64(b[40:])), int64(binary.LittleEndian.Uint64(b[48:]))
	return nil
}

// A File is one file of an archive, unread.
type File struct {
	Name   string
	reader *Reader
	flags  uint16
	method uint16
	sum    uint32
	packed int64
	size   int64
	at     int64
}

// Each calls fn with every file. Files are checked before fn sees them, all
// together too: what an archive unpacks to stays within its limits. How much one may
// unpack to counts when it is read.
func (z *Reader) Each(fn func(*File) error) error {
	directory := bufio.NewReaderSize(io.NewSectionReader(z.file, z.start, z.length), 64<<10)
	var total int64
	for range z.entries {
		f, err := z.next(directory)
		if err != nil {
			return err
		}
		if err := z.check(f); err != nil {
			return err
		}
		if total += f.size; (total-free)/z.limits.Ratio > z.size {
			return badf("", "it unpacks to more than %d times its size", z.limits.Ratio)
		}
		if err := fn(f); err != nil {
			return err
		}
	}
	return nil
}

var errDirectory = badf("", "its directory is damaged")

// next reads the next entry of the directory.
func (z *Reader) next(directory io.Reader) (*File, error) {
	var b [centralSize]byte
	if _, err := io.ReadFull(directory, b[:]); err != nil || binary.LittleEndian.Uint32(b[:]) != centralMark {
		return nil, errDirectory
	}
	n, extra, comment := int(binary.LittleEndian.Uint16(b[28:])), int(binary.LittleEndian.Uint16(b[30:])), int(binary.LittleEndian.Uint16(b[32:]))
	rest := make([]byte, n+extra+comment)
	if _, err := io.ReadFull(directory, rest); err != nil {
		return nil, errDirectory
	}
	f := &File{
		Name: string(rest[:n]), reader: z, flags: binary.LittleEndian.Uint16(b[8:]), method: binary.LittleEndian.Uint16(b[10:]),
		sum: binary.LittleEndian.Uint32(b[16:]), packed: int64(binary.LittleEndian.Uint32(b[20:])),
		size: int64(binary.LittleEndian.Uint32(b[24:])), at: int64(binary.LittleEndian.Uint32(b[42:])),
	}
	return f, f.readExtra(rest[n : n+extra])
}

// readExtra takes the larger numbers of an entry from where they stand.
func (f *File) readExtra(b []byte) error {
	for len(b) >= 4 {
		id, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if b = b[4:]; n > len(b) {
			return errDirectory
		}
		field := b[:n]
		b = b[n:]
		if id != extra64 {
			continue
		}
		for _, number := range []*int64{&f.size, &f.packed, &f.at} {
			if *number != all32 {
				continue
			}
			if len(field) < 8 {
				return errDirectory
			}
			*number = int64(binary.LittleEndian.Uint64(field))
			field = field[8:]
		}
	}
	return nil
}

// check refuses a file that cannot be read or is too much.
func (z *Reader) check(f *File) error {
	name := f.Name
	if !utf8.ValidString(name) || len(name) > 300 {
		return badf("", "a file has no name that can be read")
	}
	switch {
	case f.flags&secret != 0:
		return badf(name, "it is encrypted")
	case f.method != stored && f.method != deflated:
		return badf(name, "it is packed by a method that is not known")
	case f.size < 0 || f.packed < 0 || f.at < 0 || f.at > z.size || f.packed > z.size-f.at:
		return badf(name, "it lies outside of the archive")
	case (f.size-free)/z.limits.Ratio > f.packed:
		return badf(name, "it unpacks to more than %d times its size", z.limits.Ratio)
	}
	return nil
}

// Size is how many bytes the file unpacks to.
func (f *File) Size() int64 { return f.size }

// Read unpacks the file. It must be what the directory says of it.
func (f *File) Read() ([]byte, error) {
	var local [localSize]byte
	z := f.reader
	if f.size > z.limits.Entry {
		return nil, badf(f.Name, "it unpacks to %d bytes, and %d are the most", f.size, z.limits.Entry)
	}
	if _, err := z.file.ReadAt(local[:], f.at); err != nil || binary.LittleEndian.Uint32(local[:]) != localMark {
		return nil, badf(f.Name, "its beginning is damaged")
	}
	start := f.at + localSize + int64(binary.LittleEndian.Uint16(local[26:])) + int64(binary.LittleEndian.Uint16(local[28:]))
	if start > z.size || f.packed > z.size-start {
		return nil, badf(f.Name, "it lies outside of the archive")
	}
	var in io.Reader = io.NewSectionReader(z.file, start, f.packed)
	if f.method == deflated {
		// The contract of flate.Resetter has no error but that of its source.
		if err := z.inflate.(flate.Resetter).Reset(bufio.NewReader(in), nil); err != nil {
			return nil, err
		}
		in = z.inflate
	}
	var b bytes.Buffer
	n, err := b.ReadFrom(io.LimitReader(in, f.size+1))
	if err != nil || n != f.size || crc32.ChecksumIEEE(b.Bytes()) != f.sum {
		return nil, badf(f.Name, "its content is damaged")
	}
	return b.Bytes(), nil
}
