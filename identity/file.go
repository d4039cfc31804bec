package identity

import (
	"path"
	"strings"

	"github.com/pedigree-ml/pedigree/naming"
)

// reserved escapes what would be read as something else in a URI.
var reserved = strings.NewReplacer("%", "%25", "?", "%3F")

// filePath writes the path of a local file as a URI. Escapes of one that comes
// from a URI are undone first.
func filePath(p string, escaped bool) string {
	if escaped {
		p = naming.UnescapePercent(p)
	}
	p = strings.ReplaceAll(p, `\`, "/")
	p = path.Clean("/" + strings.TrimLeft(p, "/"))
	return "file://" + reserved.Replace(strings.TrimSpace(p))
}
