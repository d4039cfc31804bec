package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// A reply is one answer in HTTP/1.1, read into buffers that the next one
// reuses.
type reply struct {
	status  int
	body    []byte
	length  int64 // of the body; -1 when unknown
	chunked bool
	closing bool // the server ends the connection after this answer
}

// read reads a whole answer.
func (r *reply) read(in *bufio.Reader) error {
	r.body, r.length, r.chunked, r.closing = r.body[:0], -1, false, false
	if err := r.readStatus(in); err != nil {
		return err
	}
	if err := r.readHeaders(in); err != nil {
		return err
	}
	switch {
	case r.chunked:
		return r.readChunks(in)
	case r.length >= 0:
		return r.extend(in, r.length)
	case r.status == 204 || r.status == 304:
		return nil
	}
	r.closing = true
	rest, err := io.ReadAll(in)
	r.body = append(r.body, rest...)
	return err
}

func (r *reply) readStatus(in *bufio.Reader) error {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) {
		return fmt.Errorf("not an HTTP/1 answer: %.40q", line)
	}
	r.status, err = strconv.Atoi(string(line[9:12]))
	return err
}

func (r *reply) readHeaders(in *bufio.Reader) error {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return nil
		}
		if err := r.header(line); err != nil {
			return err
		}
	}
}

// header takes note of the three headers that frame the body.
func (r *reply) header(line []byte) (err error) {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok {
		return fmt.Errorf("malformed header %.40q", line)
	}
	value = bytes.TrimSpace(value)
	switch {
	case bytes.EqualFold(name, []byte("Content-Length")):
		r.length, err = strconv.ParseInt(string(value), 10, 64)
		if err == nil && r.length < 0 {
			err = errors.New("negative content length")
		}
	case bytes.EqualFold(name, []byte("Transfer-Encoding")):
		r.chunked = bytes.EqualFold(value, []byte("chunked"))
	case bytes.EqualFold(name, []byte("Connection")):
		r.closing = bytes.EqualFold(value, []byte("close"))
	}
	return err
}

func (r *reply) readChunks(in *bufio.Reader) error {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, _, _ := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(";"))
		n, err := strconv.ParseInt(string(size), 16, 64)
		if err != nil || n < 0 {
			return fmt.Errorf("malformed chunk size %.40q", line)
		}
		if n == 0 {
			return r.readHeaders(in) // trailers, and the empty line
		}
		if err := r.extend(in, n); err != nil {
			return err
		}
		if _, err := in.Discard(len("\r\n")); err != nil {
			return err
		}
	}
}

// extend appends the next n bytes to the body.
func (r *reply) extend(in *bufio.Reader, n int64) error {
	at := len(r.body)
	if need := at + int(n); need <= cap(r.body) {
		r.body = r.body[:need]
	} else {
		r.body = append(r.body, make([]byte, n)...)
	}
	_, err := io.ReadFull(in, r.body[at:])
	return err
}
