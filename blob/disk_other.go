//go:build !unix

package blob

import (
	"os"
	"path/filepath"
	"syscall"
)

// move renames a file or directory across two open directories, replacing a
// file.
func move(from *os.Root, name string, to *os.Root, newName string) error {
	return os.Rename(filepath.Join(from.Name(), name), filepath.Join(to.Name(), newName))
}

// removeEmptyDir removes a directory that is empty, and never a file of that
// name.
func removeEmptyDir(parent *os.Root, name string) error {
	if info, err := parent.Lstat(name); err != nil || !info.IsDir() {
		return syscall.ENOTDIR
	}
	return parent.Remove(name)
}

// syncDir does nothing: names are durable without it where directories cannot
// be opened.
func syncDir(*os.Root) error { return nil }
