package blob

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/pedigree-ml/pedigree"
)

var (
	errNoObject = pedigree.Errorf(pedigree.NotFound, "No such artifact")
	errIsDir    = pedigree.Errorf(pedigree.Invalid, "The path is a directory, not an artifact")
	errBelow    = pedigree.Errorf(pedigree.Invalid, "A part of the path is an artifact, not a directory")
	errLink     = invalidPath(errors.New("a link or device is in the way"))
)

// enterTries is how often entering starts again when the directory was removed
// and made anew between two looks, as neighbours do who come and go.
const enterTries = 100

// enter opens a directory inside another by its one name. A link is refused
// also when it takes the directory's place between two looks: what was opened
// must be what was seen. With create, a missing directory is made.
func enter(parent *os.Root, name string, create bool) (dir *os.Root, err error) {
	for range enterTries {
		if dir, err = enterOnce(parent, name, create); !errors.Is(err, errReplaced) {
			return dir, err
		}
	}
	return nil, errLink
}

// errReplaced says that what was opened is not what was seen.
var errReplaced = errors.New("the directory was replaced")

func enterOnce(parent *os.Root, name string, create bool) (*os.Root, error) {
	seen, err := parent.Lstat(name)
	if create && errors.Is(err, fs.ErrNotExist) {
		if err := makeDir(parent, name); err != nil {
			return nil, err
		}
		seen, err = parent.Lstat(name)
	}
	if err != nil {
		return nil, err
	}
	if !seen.IsDir() {
		return nil, notDir(seen)
	}
	dir, err := parent.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	if opened, err := dir.Stat("."); err != nil || !os.SameFile(seen, opened) {
		_ = dir.Close() // nothing was written
		return nil, errReplaced
	}
	return dir, nil
}

func notDir(info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return errBelow
	}
	return errLink
}

func makeDir(parent *os.Root, name string) error {
	if err := parent.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(parent)
}

// dir opens the directory of a prefix, to be closed by the caller.
func (f *Files) dir(p Prefix, create bool) (*os.Root, error) {
	return f.walk(p.segments(), create)
}

func (f *Files) walk(segments []string, create bool) (*os.Root, error) {
	dir, err := f.root.OpenRoot(".")
	for _, name := range segments {
		if err != nil {
			return nil, err
		}
		parent := dir
		dir, err = enter(parent, name, create)
		_ = parent.Close() // a directory has nothing to lose
	}
	return dir, err
}

// look tells about an object without following a link.
func look(dir *os.Root, name string) (fs.FileInfo, error) {
	info, err := dir.Lstat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errIsDir
	case !info.Mode().IsRegular():
		return nil, errLink
	}
	return info, nil
}

// openSeen opens a plain file for reading, again where another file took its
// place between the two looks, as one that is put anew does.
func openSeen(dir *os.Root, name string) (file *os.File, info fs.FileInfo, err error) {
	for range enterTries {
		if file, info, err = openOnce(dir, name); !errors.Is(err, errReplaced) {
			return file, info, err
		}
	}
	return nil, nil, errLink
}

// openOnce does not wait for the other end of a pipe that takes the file's
// place.
func openOnce(dir *os.Root, name string) (*os.File, fs.FileInfo, error) {
	seen, err := look(dir, name)
	if err != nil {
		return nil, nil, err
	}
	file, err := dir.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	opened, err := file.Stat()
	if err != nil || !os.SameFile(seen, opened) {
		_ = file.Close() // nothing was written
		if err == nil {
			err = errReplaced
		}
		return nil, nil, err
	}
	return file, opened, nil
}

// reading gives an error of the way to an object its code. Below an object
// there is nothing.
func reading(doing string, err error) error {
	if errors.Is(err, fs.ErrNotExist) || err == errBelow {
		return errNoObject
	}
	return writing(doing, err)
}

// writing does the same where something was to be made. An error that has a
// code keeps it.
func writing(doing string, err error) error {
	if _, coded := errors.AsType[*pedigree.Error](err); coded || err == nil {
		return err
	}
	return broken(doing, err)
}
