package api

import (
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/schema"
)

// guid is what Atlas's protocol knows a node by.
func (h *Handler) guid(t pedigree.Type, uid string, id pedigree.NodeID) string {
	if t.Protocol() == pedigree.ProtocolAtlas {
		return uid
	}
	return schema.NodeGUID(h.Mark, id)
}

// atlasScheme may stand before a guid, so that it is a reference like others.
const atlasScheme = "atlas:"

// fromGUID makes of a reference that is a guid one that lineage knows, and leaves
// others as they are.
func (h *Handler) fromGUID(ref string) string {
	guid := strings.TrimPrefix(ref, atlasScheme)
	if id, ok := h.Mark.NodeID(guid); ok {
		return strconv.FormatInt(int64(id), 10)
	}
	if isGUID(guid) {
		return atlasScheme + guid
	}
	return ref
}

// isGUID reports whether a text has the form of one.
func isGUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, c := range []byte(text) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", rune(c)) {
			return false
		}
	}
	return true
}
