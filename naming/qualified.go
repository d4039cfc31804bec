package naming

import "strings"

// Qualify writes a namespace and a name as one text that [Unqualify] takes
// apart again: a slash between them, and none in the namespace, where it is %2F.
func Qualify(namespace, name string) string {
	return qualifier.Replace(namespace) + "/" + name
}

var (
	qualifier   = strings.NewReplacer("%", "%25", "/", "%2F")
	unqualifier = strings.NewReplacer("%2F", "/", "%25", "%")
)

// Unqualify undoes [Qualify].
func Unqualify(text string) (namespace, name string) {
	namespace, name, _ = strings.Cut(text, "/")
	return unqualifier.Replace(namespace), name
}
