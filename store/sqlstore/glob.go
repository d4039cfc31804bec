package sqlstore

import "unicode/utf8"

// glob reports whether the whole of a text matches a pattern, as GLOB of the database
// does: * is any text, ? a character, [a-z] one of some and [^a-z] one of the others.
func glob(pattern, text []byte) bool {
	star, retry := -1, 0 // where the pattern goes on after the last *, and the text that this has not taken yet
	p, t := 0, 0
	for {
		if p < len(pattern) && pattern[p] == '*' {
			p++
			star, retry = p, t
			continue
		}
		if p == len(pattern) && t == len(text) {
			return true
		}
		if t < len(text) && p < len(pattern) {
			if width, size := globOne(pattern[p:], text[t:]); size > 0 {
				p, t = p+width, t+size
				continue
			}
		}
		if star < 0 || retry >= len(text) {
			return false
		}
		_, size := utf8.DecodeRune(text[retry:])
		retry += size
		p, t = star, retry
	}
}

// globOne matches one character. It gives how much of the pattern that took, and of
// the text, which is nothing where they differ.
func globOne(pattern, text []byte) (width, size int) {
	c, size := utf8.DecodeRune(text)
	switch pattern[0] {
	case '?':
		return 1, size
	case '[':
		width, in := globSet(pattern, c)
		if !in {
			return width, 0
		}
		return width, size
	}
	want, width := utf8.DecodeRune(pattern)
	if want != c {
		return width, 0
	}
	return width, size
}

// globSet matches a character with a set in brackets. One that does not end matches
// nothing.
func globSet(pattern []byte, c rune) (width int, in bool) {
	at := 1
	next := func() rune {
		if at >= len(pattern) {
			return 0
		}
		r, n := utf8.DecodeRune(pattern[at:])
		at += n
		return r
	}
	one := next()
	inverted := one == '^'
	if inverted {
		one = next()
	}
	if one == ']' { // at the beginning it stands for itself
		in = c == ']'
		one = next()
	}
	before := rune(0)
	for one != 0 && one != ']' {
		if one == '-' && before > 0 && at < len(pattern) && pattern[at] != ']' {
			end := next()
			in = in || c >= before && c <= end
			before = 0
		} else {
			in = in || c == one
			before = one
		}
		one = next()
	}
	return at, one != 0 && in != inverted
}
