package catalog

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"

	"github.com/pedigree-ml/pedigree"
)

// newGUID makes a guid, a version 7 UUID: those that are made one after the other
// stand near each other in indexes.
func newGUID(now pedigree.Time) string {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(now)<<16) //nolint:gosec // 48 bits of milliseconds last to the year 10889
	rand.Read(id[6:])                                   // never fails
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	text := hex.EncodeToString(id[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
