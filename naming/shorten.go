package naming

import "strings"

// Shorten cuts text to at most n bytes of whole characters, with dots for what
// is missing.
func Shorten(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n-3], "") + "..."
}
