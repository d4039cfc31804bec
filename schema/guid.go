package schema

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// A Mark is that of a store: the guids of nodes of other wires and of events are
// made of it and the number that the store knows the thing by, so that no two
// stores give the same guid to different things.
type Mark pedigree.Mark

// What a guid that is made of a mark is of stands in its version nibble, which is
// one that no generator of guids uses.
const (
	nodeDigit  = '0'
	eventDigit = '9'
)

// NodeGUID gives the guid of a node that another wire wrote.
func NodeGUID(m Mark, id pedigree.NodeID) string { return m.guid(nodeDigit, int64(id)) }

// RelationGUID gives the guid of what an execution read or wrote, by its event.
func RelationGUID(m Mark, event int64) string { return m.guid(eventDigit, event) }

// guid writes a mark, a digit that says what the number is of, and the number in
// the form of a UUID: 8 hex digits of the mark, 4 more, the digit and 3, and 16 of
// the number.
func (m Mark) guid(digit byte, n int64) string {
	var number [8]byte
	binary.BigEndian.PutUint64(number[:], uint64(n))
	text := hex.EncodeToString(m[:]) + hex.EncodeToString(number[:])
	b := []byte(text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:])
	b[14] = digit
	return string(b)
}

// NodeID gives the number of the node that a guid is of, ok only if the guid is
// made of the mark.
func (m Mark) NodeID(guid string) (id pedigree.NodeID, ok bool) {
	n, ok := m.number(nodeDigit, guid)
	return pedigree.NodeID(n), ok
}

// EventID does the same for events.
func (m Mark) EventID(guid string) (id int64, ok bool) { return m.number(eventDigit, guid) }

func (m Mark) number(digit byte, guid string) (int64, bool) {
	text := strings.ReplaceAll(guid, "-", "")
	if len(guid) != 36 || len(text) != 32 {
		return 0, false
	}
	b, err := hex.DecodeString(text[16:])
	if err != nil {
		return 0, false
	}
	n := int64(binary.BigEndian.Uint64(b))
	return n, n > 0 && m.guid(digit, n) == guid
}

// builtinGUID gives the guid of a definition that the server comes with: the same
// in every store and at every start.
func builtinGUID(name string) string {
	sum := sha256.Sum256([]byte("pedigree type " + name))
	sum[6] = sum[6]&0x0f | 0x80 // version 8: made of what its maker likes
	sum[8] = sum[8]&0x3f | 0x80
	text := hex.EncodeToString(sum[:16])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
