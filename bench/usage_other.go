//go:build !linux

package bench

import "time"

// TreeCPU is known on Linux only and 0 elsewhere.
func TreeCPU(int) time.Duration { return 0 }

// TreeUsage is known on Linux only and empty elsewhere.
func TreeUsage(int) Usage { return Usage{} }
