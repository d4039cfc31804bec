package mlflowql

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
)

type kind uint8

const (
	end      kind = iota
	word          // a key, a number, a keyword: bare, or with `quoted`, "quoted" or 'quoted' segments
	text          // 'quoted' or "quoted", and nothing around it
	operator      // any run of < > = ! ~
	open          // (
	shut          // )
	comma
	junk // a quote that nothing closes, a semicolon
)

// A token is a piece of the filter as it was written.
type token struct {
	kind kind
	raw  string
	at   int // offset in the filter
}

func (t token) span() pedigree.Span { return pedigree.Span{From: t.at, To: t.at + len(t.raw)} }

// is reports whether the token is a keyword, in any case.
func (t token) is(keyword string) bool { return t.kind == word && strings.EqualFold(t.raw, keyword) }

const (
	operators  = "<>=!~"
	delimiters = operators + "(),;"
)

// lex cuts a filter into tokens, the last of which is the end.
func lex(filter string) []token {
	var tokens []token
	for at := 0; ; {
		at += len(filter[at:]) - len(strings.TrimLeftFunc(filter[at:], unicode.IsSpace))
		t := next(filter[at:])
		t.at = at
		tokens = append(tokens, t)
		if t.kind == end {
			return tokens
		}
		at += len(t.raw)
	}
}

func next(s string) token {
	if s == "" {
		return token{kind: end}
	}
	switch c := s[0]; c {
	case '(':
		return token{kind: open, raw: s[:1]}
	case ')':
		return token{kind: shut, raw: s[:1]}
	case ',':
		return token{kind: comma, raw: s[:1]}
	case ';':
		return token{kind: junk, raw: s[:1]}
	case '\'', '"', '`':
		n := quoted(s)
		switch {
		case n == 0:
			return token{kind: junk, raw: s[:1]}
		case c == '\'' || c == '"' && !strings.HasPrefix(s[n:], "."):
			return token{kind: text, raw: s[:n]}
		}
	}
	if n := len(s) - len(strings.TrimLeft(s, operators)); n > 0 {
		return token{kind: operator, raw: s[:n]}
	}
	return token{kind: word, raw: s[:wordLength(s)]}
}

// wordLength measures segments joined by dots. Only a segment that starts with
// a quote is quoted, and a word starts with none but ` and ".
func wordLength(s string) int {
	n := 0
	for {
		if n < len(s) && strings.IndexByte("'\"`", s[n]) >= 0 {
			q := quoted(s[n:])
			if q == 0 {
				return n
			}
			n += q
		} else {
			n += bareLength(s[n:])
		}
		if n == len(s) || s[n] != '.' {
			return n
		}
		n++
	}
}

func bareLength(s string) int {
	i := strings.IndexFunc(s, func(c rune) bool {
		return c == '.' || strings.ContainsRune("'\"`"+delimiters, c) || unicode.IsSpace(c)
	})
	if i < 0 {
		return len(s)
	}
	return i
}

// quoted measures the quoted text that s starts with, quotes included; 0 if it
// is never closed. A quote written twice stands for itself.
func quoted(s string) int {
	q := s[0]
	for i := 1; i < len(s); i++ {
		if s[i] != q {
			continue
		}
		if i+1 < len(s) && s[i+1] == q {
			i++
			continue
		}
		return i + 1
	}
	return 0
}

// isQuoted reports whether s is one quoted text, from its first to its last
// character.
func isQuoted(s string) bool {
	return len(s) >= 2 && strings.IndexByte("'\"`", s[0]) >= 0 && quoted(s) == len(s)
}

// unquote takes the quotes off a text that has them.
func unquote(s string) string {
	if !isQuoted(s) {
		return s
	}
	q := s[:1]
	return strings.ReplaceAll(s[1:len(s)-1], q+q, q)
}

// isNumber reports whether a word is a decimal number. Go knows more forms
// (hexadecimal, underscores, infinity), which no filter may use.
func isNumber(s string) bool {
	s = strings.TrimLeft(s, "+-")
	digits := 0
	for i, c := range s {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case c == '.':
		case (c == 'e' || c == 'E') && digits > 0:
			return isExponent(s[i+1:])
		default:
			return false
		}
	}
	return digits > 0
}

func isExponent(s string) bool {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isIdentifier reports whether a token can name a field.
func isIdentifier(t token) bool {
	if t.kind == text {
		return t.raw[0] == '"'
	}
	if t.kind != word {
		return false
	}
	if c, _ := utf8.DecodeRuneInString(t.raw); c != '`' && c != '"' && c != '_' && !unicode.IsLetter(c) {
		return false
	}
	for rest := t.raw; rest != ""; {
		n := 0
		if strings.IndexByte("'\"`", rest[0]) >= 0 {
			n = quoted(rest)
		} else {
			n = bareLength(rest)
			if strings.ContainsFunc(rest[:n], notInKey) {
				return false
			}
		}
		rest = strings.TrimPrefix(rest[n:], ".")
	}
	return true
}

func notInKey(c rune) bool {
	return !unicode.IsLetter(c) && !unicode.IsNumber(c) && !strings.ContainsRune("_$#@*", c)
}
