package archive

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"time"

	"github.com/klauspost/compress/flate"
)

// A Writer writes an archive, one file after the other.
type Writer struct {
	out     *bufio.Writer
	at      int64
	entries int64
	date    uint32 // of all files, as archives write it

	spool     *os.File // the directory that comes last
	directory *bufio.Writer
	length    int64 // of the directory

	pressed bytes.Buffer
	press   *flate.Writer
}

// NewWriter returns a writer to w. Close releases what it holds.
func NewWriter(w io.Writer, now time.Time) (*Writer, error) {
	spool, err := os.CreateTemp("", "pedigree-archive-")
	if err != nil {
		return nil, err
	}
	z := &Writer{out: bufio.NewWriter(w), date: dateOf(now), spool: spool, directory: bufio.NewWriter(spool)}
	z.press, err = flate.NewWriter(&z.pressed, flate.BestSpeed)
	return z, err
}

// dateOf writes a moment as two numbers of 16 bits, to two seconds.
func dateOf(t time.Time) uint32 {
	if t.Year() < 1980 {
		return 1<<21 | 1<<16
	}
	date := uint32(t.Year()-1980)<<9 | uint32(t.Month())<<5 | uint32(t.Day())
	return date<<16 | uint32(t.Hour())<<11 | uint32(t.Minute())<<5 | uint32(t.Second()/2)
}

// Entries counts the files that were added.
func (z *Writer) Entries() int64 { return z.entries }

// Add adds a file.
func (z *Writer) Add(name string, data []byte) error {
	z.pressed.Reset()
	z.press.Reset(&z.pressed)
	if _, err := z.press.Write(data); err != nil {
		return err
	}
	if err := z.press.Close(); err != nil {
		return err
	}
	if err := z.head(name, crc32.ChecksumIEEE(data), int64(z.pressed.Len()), int64(len(data))); err != nil {
		return err
	}
	return z.write(z.pressed.Bytes())
}

// head writes what comes before the content of a file, and lists the file.
func (z *Writer) head(name string, sum uint32, packed, size int64) error {
	if size >= all32 || packed >= all32 || len(name) > all16 {
		return errors.New("archive: a file is too large")
	}
	common := make([]byte, 0, 26) // of both headers
	common = binary.LittleEndian.AppendUint16(common, version20)
	common = binary.LittleEndian.AppendUint16(common, utf8Names)
	common = binary.LittleEndian.AppendUint16(common, deflated)
	common = binary.LittleEndian.AppendUint32(common, z.date)
	common = binary.LittleEndian.AppendUint32(common, sum)
	common = binary.LittleEndian.AppendUint32(common, uint32(packed))
	common = binary.LittleEndian.AppendUint32(common, uint32(size))
	common = binary.LittleEndian.AppendUint16(common, uint16(len(name)))
	if err := z.list(name, common); err != nil {
		return err
	}
	local := binary.LittleEndian.AppendUint32(make([]byte, 0, localSize+len(name)), localMark)
	local = append(local, common...)
	local = binary.LittleEndian.AppendUint16(local, 0)
	local = append(local, name...)
	z.entries++
	return z.write(local)
}

// list adds the file that comes next to the directory.
func (z *Writer) list(name string, common []byte) error {
	var extra []byte
	offset := uint32(all32)
	if z.at < all32 {
		offset = uint32(z.at)
	} else {
		extra = binary.LittleEndian.AppendUint16(extra, extra64)
		extra = binary.LittleEndian.AppendUint16(extra, 8)
		extra = binary.LittleEndian.AppendUint64(extra, uint64(z.at))
	}
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, centralSize+len(name)+len(extra)), centralMark)
	b = binary.LittleEndian.AppendUint16(b, version45)
	b = append(b, common...)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(extra)))
	b = append(b, make([]byte, 10)...) // no comment, the first disk, no attributes
	b = binary.LittleEndian.AppendUint32(b, offset)
	b = append(append(b, name...), extra...)
	z.length += int64(len(b))
	_, err := z.directory.Write(b)
	return err
}

func (z *Writer) write(b []byte) error {
	z.at += int64(len(b))
	_, err := z.out.Write(b)
	return err
}

// Flush sends what was added so far.
func (z *Writer) Flush() error { return z.out.Flush() }

// Finish writes the end of the archive.
func (z *Writer) Finish() error {
	if err := z.directory.Flush(); err != nil {
		return err
	}
	if _, err := z.spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	start := z.at
	n, err := io.Copy(z.out, z.spool)
	if err != nil {
		return err
	}
	z.at += n
	if err := z.write(z.ending(start)); err != nil {
		return err
	}
	return z.out.Flush()
}

// ending makes the last part of an archive whose directory starts at a place.
func (z *Writer) ending(start int64) (b []byte) {
	count, length, offset := uint16(all16), uint32(all32), uint32(all32)
	if z.entries < all16 && z.length < all32 && start < all32 {
		count, length, offset = uint16(z.entries), uint32(z.length), uint32(start)
	} else {
		b = binary.LittleEndian.AppendUint32(b, end64Mark)
		b = binary.LittleEndian.AppendUint64(b, end64Size-12)
		b = binary.LittleEndian.AppendUint16(b, version45)
		b = binary.LittleEndian.AppendUint16(b, version45)
		b = append(b, make([]byte, 8)...) // the first disk, twice
		for _, n := range []int64{z.entries, z.entries, z.length, start} {
			b = binary.LittleEndian.AppendUint64(b, uint64(n))
		}
		b = binary.LittleEndian.AppendUint32(b, locator64Mark)
		b = binary.LittleEndian.AppendUint32(b, 0)
		b = binary.LittleEndian.AppendUint64(b, uint64(z.at))
		b = binary.LittleEndian.AppendUint32(b, 1)
	}
	b = binary.LittleEndian.AppendUint32(b, endMark)
	b = append(b, make([]byte, 4)...)
	b = binary.LittleEndian.AppendUint16(b, count)
	b = binary.LittleEndian.AppendUint16(b, count)
	b = binary.LittleEndian.AppendUint32(b, length)
	b = binary.LittleEndian.AppendUint32(b, offset)
	return binary.LittleEndian.AppendUint16(b, 0)
}

// Close removes what lay in a temporary file. It ends no archive: see [Writer.Finish].
func (z *Writer) Close() error {
	return errors.Join(z.spool.Close(), os.Remove(z.spool.Name()))
}
