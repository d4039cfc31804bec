package server

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// packed reports whether a body came compressed by gzip, and by nothing else.
func packed(encodings []string) bool {
	return len(encodings) == 1 && strings.EqualFold(strings.TrimSpace(encodings[0]), "gzip")
}

// unpack makes of a compressed body the one that it stands for, which is bounded
// too: a few bytes can stand for very many.
func unpack(r *http.Request, limit int64) {
	r.Body = &unpacked{packed: r.Body, left: limit}
	r.ContentLength = -1
	r.Header.Del("Content-Encoding")
}

// An unpacked is a body that came compressed.
type unpacked struct {
	packed io.ReadCloser
	from   *gzip.Reader // nil until the first byte is asked for
	left   int64
}

// Read reads some of what the body stands for.
func (u *unpacked) Read(p []byte) (n int, err error) {
	if u.from == nil {
		if u.from, err = gzip.NewReader(u.packed); err != nil {
			return 0, unpackError(err)
		}
	}
	if int64(len(p)) > u.left+1 {
		p = p[:u.left+1]
	}
	n, err = u.from.Read(p)
	if u.left -= int64(n); u.left < 0 {
		return 0, errBodyTooLarge
	}
	if err == io.EOF {
		return n, err
	}
	return n, unpackError(err)
}

// Close reads what is left of the body as it came.
func (u *unpacked) Close() error { return u.packed.Close() }

func unpackError(err error) error {
	if err == nil {
		return nil
	}
	if _, known := errors.AsType[*pedigree.Error](err); known {
		return err
	}
	return pedigree.Hide(pedigree.Invalid, err, "the request body is not valid gzip")
}
