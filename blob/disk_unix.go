//go:build unix

package blob

import (
	"os"

	"golang.org/x/sys/unix"
)

// move renames a file or directory across two open directories, replacing a
// file. Both ends are single names, so no link can bend the way.
func move(from *os.Root, name string, to *os.Root, newName string) error {
	source, err := from.Open(".")
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := to.Open(".")
	if err != nil {
		return err
	}
	defer target.Close()
	return unix.Renameat(int(source.Fd()), name, int(target.Fd()), newName)
}

// removeEmptyDir removes a directory that is empty, and never a file of that
// name.
func removeEmptyDir(parent *os.Root, name string) error {
	dir, err := parent.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	return unix.Unlinkat(int(dir.Fd()), name, unix.AT_REMOVEDIR)
}

// syncDir makes the names in a directory durable.
func syncDir(dir *os.Root) error {
	handle, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer handle.Close()
	return handle.Sync()
}
