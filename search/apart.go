package search

import (
	"strings"
	"unicode"
)

// apart puts a sign between the letters of scripts that do not part words, each of
// which is a word then: so that one is found that others stand around.
func apart(text string) string {
	if !strings.ContainsFunc(text, isWordOfItsOwn) {
		return text
	}
	var b strings.Builder
	var before rune
	for _, r := range text {
		if (isWordOfItsOwn(r) && inWord(before)) || (isWordOfItsOwn(before) && inWord(r)) {
			b.WriteByte('_')
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

func isWordOfItsOwn(r rune) bool { return r > 0x2e00 && unicode.In(r, unicode.Han, unicode.Hiragana) }

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
