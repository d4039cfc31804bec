package archive

import (
	"bufio"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"os"

	"github.com/klauspost/compress/flate"
)

// A Spool is a file of an archive that is made beside others and is too long for
// memory: it lies packed in a temporary file until it is added.
type Spool struct {
	file   *os.File
	packed *bufio.Writer
	press  *flate.Writer
	text   *bufio.Writer // gathers what is written, which comes in small pieces
	sum    hash.Hash32
	size   int64
}

// Spool begins a file. Close removes what it holds.
func (z *Writer) Spool() (*Spool, error) {
	file, err := os.CreateTemp("", "pedigree-archive-")
	if err != nil {
		return nil, err
	}
	s := &Spool{file: file, packed: bufio.NewWriter(file), sum: crc32.NewIEEE()}
	s.press, err = flate.NewWriter(s.packed, flate.BestSpeed)
	s.text = bufio.NewWriter(io.MultiWriter(s.press, s.sum))
	return s, err
}

// WriteString writes on.
func (s *Spool) WriteString(text string) (int, error) {
	s.size += int64(len(text))
	return s.text.WriteString(text)
}

// finish writes all that was gathered, and says how much that is, packed.
func (s *Spool) finish() (packed int64, err error) {
	if err := errors.Join(s.text.Flush(), s.press.Close(), s.packed.Flush()); err != nil {
		return 0, err
	}
	if packed, err = s.file.Seek(0, io.SeekCurrent); err != nil {
		return 0, err
	}
	_, err = s.file.Seek(0, io.SeekStart)
	return packed, err
}

// Close removes the temporary file.
func (s *Spool) Close() error { return errors.Join(s.file.Close(), os.Remove(s.file.Name())) }

// AddSpool adds a file that was made beside others, which ends it.
func (z *Writer) AddSpool(name string, s *Spool) error {
	packed, err := s.finish()
	if err != nil {
		return err
	}
	if err := z.head(name, s.sum.Sum32(), packed, s.size); err != nil {
		return err
	}
	n, err := io.Copy(z.out, s.file)
	z.at += n
	return err
}
