package blob

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"
	"os"

	"github.com/pedigree-ml/pedigree"
)

// A runningSum is the digest of the first parts of an upload. A digest can only
// be computed in the order of the bytes, while parts come in any; so a
// goroutine follows, and reads each part as soon as all before it are durable
// and while its bytes are still in memory. When the upload is completed little
// is left to read. After a restart it begins anew.
//
// All but hash belongs to the lock of the upload. The hash belongs to the
// follower, and when there is none to who completes the upload.
type runningSum struct {
	hash  hash.Hash
	next  int           // the first part that is not in the hash
	stale bool          // a part that is in it, or on its way there, is being replaced
	ended chan struct{} // closed when the follower ends; nil where there is none
}

func newRunningSum() runningSum { return runningSum{hash: sha256.New(), next: 1} }

// forget notes that a part is about to be written over.
func (s *runningSum) forget(number int) { s.stale = s.stale || number <= s.next }

// restart begins anew if what was read is stale.
func (s *runningSum) restart() {
	if s.stale {
		s.hash.Reset()
		s.next, s.stale = 1, false
	}
}

// follow reads on where the digest of an upload can go on, unless somebody
// does already.
func (f *Files) follow(u *upload) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.sum.ended != nil || !u.canFollow() || f.closing.Err() != nil {
		return
	}
	u.sum.ended = make(chan struct{})
	f.followers.Go(func() { f.readParts(u) })
}

// canFollow reports whether the next part is there to be read. The last is
// left for the end: its place may not be known before.
func (u *upload) canFollow() bool {
	u.sum.restart()
	_, durable := u.parts[u.sum.next]
	return durable && u.sum.next < u.count && !u.over
}

// readParts follows until the next part is missing. What goes wrong here goes
// wrong again, and is told, when the upload is completed.
func (f *Files) readParts(u *upload) {
	dir, err := f.uploadDir(u)
	if err == nil {
		defer dir.Close()
	}
	for {
		number, offset, size, more := u.nextPart(err)
		if !more {
			return
		}
		err = readPart(f.closing, u.sum.hash, dir, offset, size)
		u.mu.Lock()
		if err != nil {
			u.sum.stale = true
		} else if !u.sum.stale {
			u.sum.next = number + 1
		}
		u.mu.Unlock()
	}
}

// nextPart says what the follower reads next. Where there is nothing, or the
// last part could not be read, the follower has ended.
func (u *upload) nextPart(err error) (number int, offset, size int64, more bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err != nil || !u.canFollow() {
		close(u.sum.ended)
		u.sum.ended = nil
		return 0, 0, 0, false
	}
	number = u.sum.next
	return number, int64(number-1) * u.chunk, u.parts[number].Size, true
}

func readPart(ctx context.Context, sum hash.Hash, dir *os.Root, offset, size int64) error {
	file, err := dir.Open(uploadData)
	if err != nil {
		return err
	}
	defer file.Close()
	return readInto(ctx, sum, io.NewSectionReader(file, offset, size))
}

// readInto adds what a reader gives to a digest.
func readInto(ctx context.Context, sum hash.Hash, from io.Reader) error {
	buffer := buffers.Get().(*[128 << 10]byte)
	defer buffers.Put(buffer)
	for {
		n, err := from.Read(buffer[:])
		_, _ = sum.Write(buffer[:n]) // never fails
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return pedigree.Hide(pedigree.Unavailable, ctx.Err(), "The upload could not be read to its end in time")
		}
	}
}

// digest gives the digest of an upload whose parts are all in their places and
// which takes no more.
func (u *upload) digest(ctx context.Context, file *os.File) (string, error) {
	u.mu.Lock()
	ended := u.sum.ended
	u.mu.Unlock()
	if ended != nil {
		<-ended
	}
	u.mu.Lock()
	u.sum.restart()
	offset := int64(u.sum.next-1) * u.chunk
	u.sum.stale = true // should the upload be taken up again
	u.mu.Unlock()
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return "", err
	}
	if err := readInto(ctx, u.sum.hash, file); err != nil {
		return "", err
	}
	return hexOf(u.sum.hash), nil
}
