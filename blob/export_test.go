package blob

import "time"

// Staging is where a test looks for what was left behind.
const Staging = staging

// WithClock sets the clock.
func WithClock(now func() time.Time) FilesOption { return func(f *Files) { f.now = now } }

// WithDisk sets what is known of the disk.
func WithDisk(free func() (free, total int64, err error)) FilesOption {
	return func(f *Files) { f.free = free }
}
