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

// Show writes a qualified name as people write it: with the slashes of "://" in its
// namespace as they are. [Unshow] takes it back. A colon at the end of a namespace
// is %3A, so that it is not taken for the beginning of "://". What has no slash is
// no qualified name, and stays as it is.
func Show(qualified string) string {
	namespace, name, ok := strings.Cut(qualified, "/")
	if !ok {
		return qualified
	}
	namespace = strings.ReplaceAll(namespace, escapedAuthority, authority)
	if before, colon := strings.CutSuffix(namespace, ":"); colon {
		namespace = before + escapedColon
	}
	return namespace + "/" + name
}

const (
	authority        = "://"
	escapedAuthority = ":%2F%2F"
	escapedColon     = "%3A"
)

// Unshow undoes [Show]. Of the beginning of what [Show] writes it gives the
// beginning of what it was written of, or, where whole is false, a shorter one.
func Unshow(shown string) (qualified string, whole bool) {
	end := 0
	for {
		slash := strings.IndexByte(shown[end:], '/')
		if slash < 0 || strings.HasSuffix(shown, authority[:2]) && end+slash == len(shown)-1 {
			return strings.ReplaceAll(shown, authority, escapedAuthority), false
		}
		end += slash
		if end == 0 || !strings.HasPrefix(shown[end-1:], authority) {
			break
		}
		end += 2
	}
	namespace := strings.ReplaceAll(shown[:end], authority, escapedAuthority)
	if before, colon := strings.CutSuffix(namespace, escapedColon); colon {
		namespace = before + ":"
	}
	return namespace + shown[end:], true
}

// EscapeVersion writes a version so that no slash is in it.
func EscapeVersion(version string) string { return qualifier.Replace(version) }

// UnescapeVersion undoes [EscapeVersion].
func UnescapeVersion(text string) string { return unqualifier.Replace(text) }
