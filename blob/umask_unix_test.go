//go:build unix

package blob_test

import "syscall"

func umask(mask int) int { return syscall.Umask(mask) }
