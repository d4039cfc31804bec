package mlmdql

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

var plainEscapes = map[byte]byte{
	'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
	'\\': '\\', '?': '?', '"': '"', '\'': '\'', '`': '`',
}

// unescape resolves the backslashes of a literal that starts at a place. In
// text, \x and octal escapes name a character; in bytes, a byte, and there are
// no Unicode escapes.
func (l *lexer) unescape(s string, at int, isBytes bool) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			i++
			continue
		}
		value, width, ok := escapeAt(s[i:], isBytes)
		switch {
		case !ok:
			l.fail(min(at+i, len(l.text)), "Illegal escape sequence: %s", s[i:min(i+2, len(s))])
		case isBytes:
			b.WriteByte(byte(value))
		default:
			b.WriteRune(value)
		}
		i += width
	}
	return b.String()
}

// escapeAt reads the escape sequence that s starts with.
func escapeAt(s string, isBytes bool) (value rune, width int, ok bool) {
	if len(s) < 2 {
		return 0, 0, false
	}
	if c, ok := plainEscapes[s[1]]; ok {
		return rune(c), 2, true
	}
	switch s[1] {
	case 'x', 'X':
		return codeEscape(s, 2, 2, 16)
	case '0', '1', '2', '3':
		return codeEscape(s, 1, 3, 8)
	case 'u', 'U':
		if isBytes {
			return 0, 0, false
		}
		if s[1] == 'u' {
			return codeEscape(s, 2, 4, 16)
		}
		return codeEscape(s, 2, 8, 16)
	}
	return 0, 0, false
}

func codeEscape(s string, from, digits, base int) (value rune, width int, ok bool) {
	width = from + digits
	if len(s) < width {
		return 0, 0, false
	}
	n, err := strconv.ParseUint(s[from:width], base, 32)
	if err != nil || n > utf8.MaxRune || n >= 0xd800 && n < 0xe000 {
		return 0, 0, false
	}
	return rune(n), width, true
}
