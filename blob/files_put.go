package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"sync"

	"github.com/pedigree-ml/pedigree"
)

// Put stores an object: aside first, then moved into place.
func (f *Files) Put(ctx context.Context, key Key, body io.Reader, size int64) (Stored, error) {
	if key.IsZero() {
		return Stored{}, invalidPath(errors.New("no key"))
	}
	if err := f.room(max(size, 0)); err != nil {
		return Stored{}, err
	}
	name := randomName()
	defer func() { _ = f.incoming.Remove(name) }() // fails where it was moved, as it should
	sum := sha256.New()
	if err := f.receive(ctx, name, io.TeeReader(body, sum), size); err != nil {
		return Stored{}, err
	}
	info, err := f.publish(f.incoming, name, key)
	return Stored{info, hexOf(sum)}, err
}

// hexOf writes a digest as text.
func hexOf(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)) }

// receive writes a body to a new file of the staging area, durably.
func (f *Files) receive(ctx context.Context, name string, body io.Reader, size int64) error {
	file, err := f.incoming.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return broken("store the artifact", err)
	}
	err = f.copy(ctx, file, body, size)
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	return writing("store the artifact", err)
}

// buffers are what bytes pass through: large enough that a gigabyte is a few
// thousand calls, small enough that a thousand uploads fit in memory.
var buffers = sync.Pool{New: func() any { return new([128 << 10]byte) }}

// roomEvery is how many bytes are written between two looks at the disk.
const roomEvery = 64 << 20

// copy moves a body of the given size (-1: any) to w.
func (f *Files) copy(ctx context.Context, w io.Writer, body io.Reader, size int64) error {
	buffer := buffers.Get().(*[128 << 10]byte)
	defer buffers.Put(buffer)
	var n, looked int64
	for {
		got, err := body.Read(buffer[:])
		if n += int64(got); size >= 0 && n > size {
			return pedigree.Errorf(pedigree.Invalid, "The body is longer than its declared length")
		}
		if _, err := w.Write(buffer[:got]); err != nil {
			return broken("store the artifact", err)
		}
		if err != nil {
			return ended(err, n, size)
		}
		if err := ctx.Err(); err != nil {
			return pedigree.Hide(pedigree.Invalid, err, "The request ended before its body")
		}
		if n-looked >= roomEvery {
			looked = n
			if err := f.room(0); err != nil {
				return err
			}
		}
	}
}

// ended judges the error with which a body ended after n bytes.
func ended(err error, n, size int64) error {
	if _, known := errors.AsType[*pedigree.Error](err); known {
		return err
	}
	switch {
	case err == io.EOF && n < size, errors.Is(err, io.ErrUnexpectedEOF):
		return pedigree.Errorf(pedigree.Invalid, "The body is shorter than its declared length")
	case err == io.EOF:
		return nil
	}
	return pedigree.Hide(pedigree.Invalid, err, "The body broke off")
}

// publishTries is how often moving into place starts again when somebody
// removed the directory in between because it was empty.
const publishTries = 100

// publish moves a file of the staging area to its key.
func (f *Files) publish(from *os.Root, name string, key Key) (info Info, err error) {
	for range publishTries {
		info, err = f.place(from, name, key)
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err != nil {
		return Info{}, writing("store the artifact", err)
	}
	return info, nil
}

func (f *Files) place(from *os.Root, name string, key Key) (Info, error) {
	dir, err := f.dir(key.Parent(), true)
	if err != nil {
		return Info{}, err
	}
	defer dir.Close()
	if _, err := look(dir, key.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Info{}, err
	}
	info, err := from.Lstat(name)
	if err != nil {
		return Info{}, broken("store the artifact", err)
	}
	if err := move(from, name, dir, key.Name()); err != nil {
		return Info{}, err
	}
	return infoOf(info), syncDir(dir)
}
