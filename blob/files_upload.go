package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// The files of an upload in its directory of the staging area. Parts go
// straight to their place in the data, so that completing an upload of any
// size copies at most its last part.
const (
	uploadData = "data" // the object to be
	uploadTail = "tail" // the last part, when it came before its place was known
	uploadLog  = "log"  // what the upload is, and each part as it became durable
)

// An upload is an open upload in parts.
type upload struct {
	id      UploadID
	key     Key
	count   int
	created time.Time

	mu    sync.Mutex
	chunk int64 // size of every part but the last; 0 while unknown
	parts map[int]uploadPart
	busy  map[int]bool // parts that are being sent
	over  bool         // completed or aborted, or about to be
	sum   runningSum
}

// An uploadPart is a part that is durable.
type uploadPart struct {
	Size int64
	Tag  string
	Tail bool // it is in its own file
}

var (
	errNoUpload      = pedigree.Errorf(pedigree.NotFound, "No such upload")
	errForeignUpload = pedigree.Errorf(pedigree.Invalid, "The upload id is not one of this artifact")
	errPartBusy      = pedigree.Errorf(pedigree.Aborted, "A part of the upload is still being sent")
	errUnevenParts   = pedigree.Errorf(pedigree.Invalid, "All parts of an upload but the last must be of one size")
)

// CreateUpload begins an upload.
func (f *Files) CreateUpload(_ context.Context, key Key, parts int) (UploadID, error) {
	if key.IsZero() {
		return "", invalidPath(errors.New("no key"))
	}
	if parts < 1 || parts > MaxParts {
		return "", pedigree.Errorf(pedigree.Invalid, "An upload must have 1 to %d parts", MaxParts)
	}
	if err := f.room(0); err != nil {
		return "", err
	}
	f.expireUploads()
	u := newUpload(UploadID(randomName()), key, parts, f.now())
	if !f.admit(u) {
		return "", pedigree.Errorf(pedigree.Exhausted, "%d uploads are open, no more can be", MaxUploads)
	}
	if err := f.begin(u); err != nil {
		f.drop(u)
		return "", broken("begin the upload", err)
	}
	return u.id, nil
}

// admit adds an upload to those that are open, if there may be one more.
func (f *Files) admit(u *upload) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.uploads) >= MaxUploads {
		return false
	}
	f.uploads[u.id] = u
	return true
}

func newUpload(id UploadID, key Key, count int, created time.Time) *upload {
	return &upload{
		id: id, key: key, count: count, created: created,
		parts: make(map[int]uploadPart), busy: make(map[int]bool), sum: newRunningSum(),
	}
}

// upload finds an open upload of a key. What an id may look like is known, and
// any other text is refused before anything is looked up.
func (f *Files) upload(key Key, id UploadID) (*upload, error) {
	if raw, err := hex.DecodeString(string(id)); err != nil || len(raw) != 16 {
		return nil, errForeignUpload
	}
	f.mu.Lock()
	u := f.uploads[id]
	f.mu.Unlock()
	switch {
	case u == nil || f.now().Sub(u.created) >= UploadLife:
		return nil, errNoUpload
	case u.key != key:
		return nil, errForeignUpload
	}
	return u, nil
}

// PutPart stores a part.
func (f *Files) PutPart(ctx context.Context, key Key, id UploadID, number int, body io.Reader, size int64) (string, error) {
	u, err := f.upload(key, id)
	if err != nil {
		return "", err
	}
	if size < 0 || size > MaxPart {
		return "", pedigree.Errorf(pedigree.Invalid, "A part must declare its length, at most %d bytes", int64(MaxPart))
	}
	if err := f.room(size); err != nil {
		return "", err
	}
	dir, err := f.uploadDir(u)
	if err != nil {
		return "", err
	}
	defer dir.Close()
	tail, offset, err := u.take(dir, number, size)
	if err != nil {
		return "", err
	}
	defer u.release(number)
	tag, err := f.writePart(ctx, dir, tail, offset, body, size)
	if err != nil {
		return "", err
	}
	if err := u.record(dir, number, uploadPart{size, tag, tail}); err != nil {
		return "", err
	}
	f.follow(u)
	return tag, nil
}

// uploadDir opens the directory of an upload. It is gone when the upload ended
// since it was looked up.
func (f *Files) uploadDir(u *upload) (*os.Root, error) {
	dir, err := enter(f.pending, string(u.id), false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoUpload
	}
	if err != nil {
		return nil, writing("open the upload", err)
	}
	return dir, nil
}

// take reserves a part for the caller and says where it goes.
func (u *upload) take(dir *os.Root, number int, size int64) (tail bool, offset int64, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.over:
		return false, 0, errNoUpload
	case number < 1 || number > u.count:
		return false, 0, pedigree.Errorf(pedigree.Invalid, "The part number must be 1 to %d", u.count)
	case u.busy[number]:
		return false, 0, errPartBusy
	}
	if number < u.count && u.chunk == 0 {
		u.chunk = size
	}
	if number < u.count && size != u.chunk || size == 0 && u.count > 1 {
		return false, 0, errUnevenParts
	}
	if err := u.forget(dir, number); err != nil {
		return false, 0, broken("store the part", err)
	}
	u.busy[number] = true
	return number > 1 && u.chunk == 0, int64(number-1) * u.chunk, nil
}

func (u *upload) release(number int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.busy, number)
}

// writePart writes a part durably and gives its tag.
func (f *Files) writePart(ctx context.Context, dir *os.Root, tail bool, offset int64, body io.Reader, size int64) (string, error) {
	name := uploadData
	if tail {
		name = uploadTail
	}
	file, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return "", broken("store the part", err)
	}
	sum := sha256.New()
	err = f.copy(ctx, io.MultiWriter(io.NewOffsetWriter(file, offset), sum), body, size)
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return "", writing("store the part", err)
	}
	return hexOf(sum), nil
}

// CompleteUpload makes one object of the parts.
func (f *Files) CompleteUpload(ctx context.Context, key Key, id UploadID, parts []Part) (Stored, error) {
	u, err := f.upload(key, id)
	if err != nil {
		return Stored{}, err
	}
	if err := u.close(parts); err != nil {
		return Stored{}, err
	}
	stored, err := f.assemble(ctx, u)
	if err != nil {
		u.reopen()
		return Stored{}, err
	}
	f.drop(u)
	return stored, nil
}

// close takes no more parts, if those that came are the ones listed.
func (u *upload) close(parts []Part) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.over:
		return errNoUpload
	case len(u.busy) > 0:
		return errPartBusy
	case len(parts) != u.count:
		return pedigree.Errorf(pedigree.Invalid, "The upload has %d parts, %d were listed", u.count, len(parts))
	}
	listed := make(map[int]bool, len(parts))
	for _, p := range parts {
		have, ok := u.parts[p.Number]
		if !ok || listed[p.Number] || have.Tag != p.Tag {
			return pedigree.Errorf(pedigree.Invalid, "Part %d is not listed as it was stored", p.Number)
		}
		listed[p.Number] = true
	}
	u.over = true
	return nil
}

func (u *upload) reopen() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.over = false
}

// assemble moves the data, with the last part in its place, to the key.
func (f *Files) assemble(ctx context.Context, u *upload) (Stored, error) {
	dir, err := f.uploadDir(u)
	if err != nil {
		return Stored{}, err
	}
	defer dir.Close()
	file, err := dir.OpenFile(uploadData, os.O_RDWR, 0)
	if err != nil {
		return Stored{}, broken("complete the upload", err)
	}
	err = f.finish(ctx, dir, u, file)
	sum := ""
	if err == nil {
		sum, err = u.digest(ctx, file)
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return Stored{}, writing("complete the upload", err)
	}
	info, err := f.publish(dir, uploadData, u.key)
	return Stored{info, sum}, err
}

func (f *Files) finish(ctx context.Context, dir *os.Root, u *upload, file *os.File) error {
	last, offset := u.parts[u.count], int64(u.count-1)*u.chunk
	if last.Tail {
		tail, err := dir.Open(uploadTail)
		if err != nil {
			return err
		}
		defer tail.Close()
		if err := f.copy(ctx, io.NewOffsetWriter(file, offset), tail, last.Size); err != nil {
			return err
		}
	}
	if err := file.Truncate(offset + last.Size); err != nil {
		return err
	}
	return file.Sync()
}

// AbortUpload ends an upload.
func (f *Files) AbortUpload(_ context.Context, key Key, id UploadID) error {
	u, err := f.upload(key, id)
	if err != nil {
		return err
	}
	u.mu.Lock()
	over := u.over
	u.over = true
	u.mu.Unlock()
	if over {
		return errNoUpload
	}
	f.drop(u)
	return nil
}

// drop forgets an upload that is over, on disk too. What cannot be removed now
// is swept up later.
func (f *Files) drop(u *upload) {
	f.mu.Lock()
	delete(f.uploads, u.id)
	f.mu.Unlock()
	name := randomName()
	if move(f.pending, string(u.id), f.trash, name) == nil {
		_ = f.shred(name) // the next sweep tries again
	}
}

// expireUploads ends uploads that are past their life, but for those that are
// being completed.
func (f *Files) expireUploads() {
	var expired []*upload
	f.mu.Lock()
	for _, u := range f.uploads {
		if f.now().Sub(u.created) >= UploadLife {
			expired = append(expired, u)
		}
	}
	f.mu.Unlock()
	for _, u := range expired {
		u.mu.Lock()
		over := u.over
		u.over = true
		u.mu.Unlock()
		if !over {
			f.drop(u)
		}
	}
}
