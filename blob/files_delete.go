package blob

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"
)

// Delete removes an object or a tree. It goes out of sight in one step, to be
// taken apart afterwards.
func (f *Files) Delete(_ context.Context, key Key) error {
	if key.IsZero() {
		return invalidPath(errors.New("no key"))
	}
	if err := f.discard(key); err != nil {
		return reading("delete the artifact", err)
	}
	f.prune(key.Parent())
	return nil
}

func (f *Files) discard(key Key) error {
	dir, err := f.dir(key.Parent(), false)
	if err != nil {
		return err
	}
	defer dir.Close()
	if info, err := dir.Lstat(key.Name()); err != nil {
		return err
	} else if !info.IsDir() && !info.Mode().IsRegular() {
		return errLink
	}
	name := randomName()
	if err := move(dir, key.Name(), f.trash, name); err != nil {
		return err
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	return f.shred(name)
}

// shred removes what is in the trash. Links in it are removed, never followed.
// An upload that lost its directory at the last moment may still add to it.
func (f *Files) shred(name string) (err error) {
	for range publishTries {
		if err = f.trash.RemoveAll(name); err == nil {
			return nil
		}
	}
	return err
}

// prune removes a directory and those around it as far as they are empty.
func (f *Files) prune(p Prefix) {
	names := p.segments()
	for n := len(names) - 1; n >= 0; n-- {
		dir, err := f.walk(names[:n], false)
		if err != nil {
			return
		}
		err = removeEmptyDir(dir, names[n])
		_ = dir.Close() // a directory has nothing to lose
		if err != nil {
			return
		}
	}
}

// Sweep removes what processes that ended left behind, and uploads in parts
// that nobody completed in time. It is quick; once an hour is often enough.
func (f *Files) Sweep(ctx context.Context) error {
	f.expireUploads()
	if err := f.sweepDir(ctx, f.trash, 0); err != nil {
		return err
	}
	return f.sweepDir(ctx, f.incoming, abandoned)
}

func (f *Files) sweepDir(ctx context.Context, dir *os.Root, age time.Duration) error {
	names, err := namesIn(dir)
	if err != nil {
		return broken("sweep the artifact store", err)
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		info, err := dir.Lstat(name)
		if err == nil && f.now().Sub(info.ModTime()) >= age {
			err = dir.RemoveAll(name)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return broken("sweep the artifact store", err)
		}
	}
	return nil
}
