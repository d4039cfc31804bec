package blob

import "time"

// Staging is where a test looks for what was left behind.
const Staging = staging

// DecodeRounds is how deep a key is looked through.
const DecodeRounds = decodeRounds

// Unescape decodes percent escapes once.
func Unescape(s string) string { return unescape(s) }

// Spare takes the marks of an image out of a text.
func Spare(s string) string { return spare(s) }

// HasScheme reports whether text starts like a URI.
func HasScheme(s string) bool { return hasScheme(s) }

// WithClock sets the clock.
func WithClock(now func() time.Time) FilesOption { return func(f *Files) { f.now = now } }

// WithDisk sets what is known of the disk.
func WithDisk(free func() (free, total int64, err error)) FilesOption {
	return func(f *Files) { f.free = free }
}

// Summed waits until nobody reads parts of an upload and gives the number of
// those that are in its digest.
func (f *Files) Summed(id UploadID) int {
	u := f.uploads[id]
	for {
		u.mu.Lock()
		ended, next := u.sum.ended, u.sum.next
		u.mu.Unlock()
		if ended == nil {
			return next - 1
		}
		<-ended
	}
}
