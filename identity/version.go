package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// maxVersion bounds a version, in bytes.
const maxVersion = 255

// versionText makes of any text one that names a version: what no store can
// hold becomes its digest.
func versionText(text string) string {
	if len(text) <= maxVersion && utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + hex.EncodeToString(sum[:])
}
