//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"
)

// privateModes says that the mode of a file tells who may open it.
const privateModes = true

// restrictFiles makes every file of the process private to its user, whatever
// the shell's umask: databases make files of their own.
func restrictFiles() { syscall.Umask(0o077) }

// tryLock locks an open file for this process, or reports that another has it.
// The lock goes with the process, however that ends.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// diskSpace gives the bytes that this user may still write where path is, and
// the size of that disk.
func diskSpace(path string) (free, total uint64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, 0, err
	}
	block := uint64(s.Bsize)
	return uint64(s.Bavail) * block, s.Blocks * block, nil //nolint:unconvert // some systems count in signed numbers
}
