package main

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// privateModes says that the mode of a file tells who may open it.
const privateModes = false

// restrictFiles does nothing: files inherit the rights of their directory.
func restrictFiles() {}

// tryLock locks an open file for this process, or reports that another has it.
// The lock goes with the process, however that ends. It lies beyond the end of
// the file, so that others can still read who holds it.
func tryLock(f *os.File) (bool, error) {
	at := windows.Overlapped{OffsetHigh: 1}
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}

// diskSpace gives the bytes that this user may still write where path is, and
// the size of that disk.
func diskSpace(path string) (free, total uint64, err error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, 0, err
	}
	err = windows.GetDiskFreeSpaceEx(name, &free, &total, nil)
	return free, total, err
}
