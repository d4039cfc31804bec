package jobs

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/pedigree-ml/pedigree/naming"
)

// maxUID is what a store takes of a public identity, in bytes.
const maxUID = 255

// UID is the public identity of the job or data set of a name.
func UID(namespace, name string) string { return short(naming.Qualify(namespace, name)) }

// VersionUID is that of a state of a data set.
func VersionUID(namespace, name, version string) string {
	return short(naming.Qualify(namespace, name) + "@" + versionEscaper.Replace(version))
}

var versionEscaper = strings.NewReplacer("%", "%25", "@", "%40")

// short keeps a text that can be an identity, and stands a digest in for one
// that is too long. No qualified name looks like one: it has a slash.
func short(text string) string {
	if len(text) <= maxUID {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + hex.EncodeToString(sum[:])
}
