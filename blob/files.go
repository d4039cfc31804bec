package blob

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// staging is the directory inside the root where bytes wait until they are
// whole. No key can name it, since no key has a number sign, and so nothing in
// it can be read, listed, written or deleted through the store. It lies inside
// so that moving into place never crosses a file system.
const staging = ".pedigree#staging"

// The parts of the staging area.
const (
	incoming = "put"   // bytes that are being sent
	trash    = "trash" // trees on their way out
	pending  = "parts" // uploads in parts
)

// abandoned is how old a file in the staging area must be before it is taken
// for the rest of a process that ended. A body that is being sent moves on
// much more often.
const abandoned = time.Hour

// Files is a [Store] in a directory. Its objects are plain files whose paths
// are their keys, so that people can look at them and move them in and out;
// symbolic links and everything else that is no plain file or directory are
// refused wherever they stand, and left out of lists.
type Files struct {
	root *os.Root
	incoming,
	trash,
	pending *os.Root
	keepFree int64
	free     func() (free, total int64, err error)
	now      func() time.Time

	mu      sync.Mutex
	uploads map[UploadID]*upload

	closing   context.Context // ended by stop; ends what reads in the background
	stop      context.CancelFunc
	followers sync.WaitGroup
}

// A FilesOption changes how a [Files] store works.
type FilesOption func(*Files)

// KeepFree sets how many bytes of disk uploads leave free, or 5 % of the disk
// if that is less. The default is 1 GiB; 0 lets them fill it.
func KeepFree(bytes int64) FilesOption {
	return func(f *Files) { f.keepFree = bytes }
}

// OpenFiles opens the store in a directory, which it makes if it is not there.
// One process at a time should have it open, or they throw away each other's
// uploads in parts.
func OpenFiles(root string, options ...FilesOption) (*Files, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, pedigree.Errorf(pedigree.Unavailable, "open the artifact store: %w", err)
	}
	f := &Files{keepFree: 1 << 30, now: time.Now, uploads: make(map[UploadID]*upload)}
	f.free = f.diskFree
	f.closing, f.stop = context.WithCancel(context.Background())
	for _, option := range options {
		option(f)
	}
	if err := f.open(root); err != nil {
		_ = f.Close() // the error that matters is err
		return nil, pedigree.Errorf(pedigree.Unavailable, "open the artifact store: %w", err)
	}
	return f, nil
}

func (f *Files) open(root string) (err error) {
	if f.root, err = os.OpenRoot(root); err != nil {
		return err
	}
	stage, err := enter(f.root, staging, true)
	if err != nil {
		return err
	}
	defer stage.Close()
	for name, at := range map[string]**os.Root{incoming: &f.incoming, trash: &f.trash, pending: &f.pending} {
		if *at, err = enter(stage, name, true); err != nil {
			return err
		}
	}
	if err := f.loadUploads(); err != nil {
		return err
	}
	return f.Sweep(context.Background())
}

// Close releases the store. Uploads in parts stay on disk for the next time.
func (f *Files) Close() error {
	f.stop()
	f.followers.Wait()
	var errs []error
	for _, r := range []*os.Root{f.incoming, f.trash, f.pending, f.root} {
		if r != nil {
			errs = append(errs, r.Close())
		}
	}
	return errors.Join(errs...)
}

// randomName gives a name that nobody can guess, hexadecimal and 32 long.
func randomName() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// errShort answers when the disk is too full.
var errShort = pedigree.Errorf(pedigree.Unavailable, "The server is short of disk space, nothing was stored")

// room checks that the disk can take some more bytes and keep its reserve.
func (f *Files) room(bytes int64) error {
	free, total, err := f.free()
	if err != nil {
		return broken("measure the disk", err)
	}
	if total > 0 && free-bytes < min(total/20, f.keepFree) {
		return errShort
	}
	return nil
}

// broken wraps what the operating system says, for the log.
func broken(doing string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return errShort
	}
	return pedigree.Hide(pedigree.Internal, err, doing)
}

// tagOf derives an object's tag from what changes when it is replaced.
func tagOf(info fs.FileInfo) string {
	stamp := info.ModTime().UnixNano()
	var b [16]byte
	for i := range 8 {
		b[i], b[8+i] = byte(stamp>>(8*i)), byte(info.Size()>>(8*i))
	}
	return hex.EncodeToString(b[:])
}

func infoOf(info fs.FileInfo) Info {
	return Info{Size: info.Size(), Modified: info.ModTime(), Tag: tagOf(info)}
}
