package naming

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// MaxNameUID is the length of a name, in bytes, that can be a public identity.
const MaxNameUID = 200

// hashed is what the identities of names begin with that cannot be identities
// themselves.
const hashed = "sha256:"

// UIDOfName gives the public identity of an artifact or execution of ML Metadata
// that has a name.
func UIDOfName(name string) string {
	if len(name) <= MaxNameUID && strings.IndexByte(name, 0) < 0 && !strings.HasPrefix(name, hashed) {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return hashed + hex.EncodeToString(sum[:])
}

// UIDOfDataset derives the public identity of a data set of MLflow from its name and
// digest. The length of the name comes first, so that no two pairs run together.
func UIDOfDataset(name, digest string) string {
	text := binary.AppendUvarint(nil, uint64(len(name)))
	text = append(append(text, name...), digest...)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// UIDOfVersion gives that of a version of the registered model that has an identity.
func UIDOfVersion(model, version string) string { return model + "/" + version }
