// Package archive writes and reads zip archives of any number of small files in
// constant memory: what else would be held until the end lies in a temporary file.
// What it reads may come from anybody. It unpacks to memory alone, never to a path,
// and refuses what would unpack to more than it may before it has.
package archive

import (
	"errors"
	"fmt"
)

// Limits bound what is read.
type Limits struct {
	Entries int64 // files in an archive
	Entry   int64 // bytes that one of them unpacks to
	Ratio   int64 // bytes that one unpacks to, and all together, for each that is packed; the first MiB of each is free
}

// DefaultLimits are for archives of entities.
var DefaultLimits = Limits{Entries: 10_000_000, Entry: 64 << 20, Ratio: 100}

// free is how much of what unpacks does not count for [Limits.Ratio].
const free = 1 << 20

// ErrEmpty is that of an archive that holds nothing.
var ErrEmpty = errors.New("archive: there is nothing in it")

// An Error says what is wrong with an archive, or with one file in it.
type Error struct {
	Entry  string // empty for the archive itself
	Reason string
}

// Error gives the message.
func (e *Error) Error() string {
	if e.Entry == "" {
		return "archive: " + e.Reason
	}
	return fmt.Sprintf("archive: %s: %s", e.Entry, e.Reason)
}

func badf(entry, format string, args ...any) error {
	return &Error{Entry: entry, Reason: fmt.Sprintf(format, args...)}
}

// The signatures of the parts of an archive, and what else of them is fixed.
const (
	localMark     = 0x04034b50
	centralMark   = 0x02014b50
	endMark       = 0x06054b50
	end64Mark     = 0x06064b50
	locator64Mark = 0x07064b50

	localSize     = 30
	centralSize   = 46
	endSize       = 22
	end64Size     = 56
	locator64Size = 20

	stored   = 0
	deflated = 8

	utf8Names = 0x800
	secret    = 0x1

	version20 = 20
	version45 = 45

	all32 = 1<<32 - 1 // says that the number is elsewhere
	all16 = 1<<16 - 1

	extra64 = 1 // the extra field that has such numbers
)
