package mlmdql

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenQuotedName // in backquotes: never a keyword
	tokenString
	tokenBytes
	tokenInt
	tokenFloat
	tokenSign // an operator or punctuation
	tokenMention
)

// token is a word of the filter. Mentions of properties and neighbours are one
// word, as the engine has it: no space or comment may stand within.
type token struct {
	kind    tokenKind
	text    string        // a name as it is spelled, the content of a string, a number, a sign
	word    string        // an unquoted name in capitals, empty for all else
	at      int           // where it starts, in bytes
	number  uint64        // of an integer
	mention *query.Column // without a part it is a neighbour, whose attribute follows
}

// lexer takes a filter apart.
type lexer struct {
	text   string
	kind   pedigree.Kind
	pos    int
	tokens []token // those read
}

func (t *token) is(sign string) bool { return t.kind == tokenSign && t.text == sign }

// readAll takes the whole filter apart.
func (l *lexer) readAll() {
	l.tokens = make([]token, 0, len(l.text)/4+2)
	for {
		l.skip()
		if !l.rewriteEnumeration() {
			l.tokens = append(l.tokens, l.read())
		}
		if l.last().kind == tokenEnd {
			return
		}
	}
}

// last gives the token before.
func (l *lexer) last() *token {
	if len(l.tokens) == 0 {
		return &token{}
	}
	return &l.tokens[len(l.tokens)-1]
}

// skip passes space and comments.
func (l *lexer) skip() {
	for l.pos < len(l.text) {
		rest := l.text[l.pos:]
		if n := spaceLength(rest); n > 0 {
			l.pos += n
			continue
		}
		switch {
		case rest[0] == '#' || strings.HasPrefix(rest, "--"):
			if n := strings.IndexAny(rest, "\r\n"); n >= 0 {
				l.pos += n
			} else {
				l.pos = len(l.text)
			}
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				l.fail(l.pos, "Unclosed comment")
			}
			l.pos += n + 4
		default:
			return
		}
	}
}

// spaceLength gives the length of the space character that s starts with: those
// of ASCII and those that Unicode calls separators, but for a few.
func spaceLength(s string) int {
	if s[0] < utf8.RuneSelf {
		return strings.Count(" \t\r\n\v\f\b", s[:1])
	}
	r, n := utf8.DecodeRuneInString(s)
	if unicode.Is(unicode.Zs, r) && r != '\u1680' {
		return n
	}
	return 0
}

func (l *lexer) read() token {
	at := l.pos
	if at == len(l.text) {
		return token{kind: tokenEnd, at: at}
	}
	c, rest := l.text[at], l.text[at:]
	switch {
	case isLetter(c):
		if n := stringPrefix(rest); n > 0 {
			return l.readString(at, strings.ToLower(rest[:n]))
		}
		return l.readName()
	case c == '\'' || c == '"':
		return l.readString(at, "")
	case c == '`':
		return l.readQuotedName()
	case isDigit(c), c == '.' && len(rest) > 1 && isDigit(rest[1]) && !l.afterPath():
		return l.readNumber()
	}
	return l.readSign()
}

// afterPath tells whether the last token ends a path, which a dot goes on with.
func (l *lexer) afterPath() bool {
	last := l.last()
	return last.kind == tokenName && !reserved[last.word] || last.kind == tokenQuotedName
}

var signs = []string{
	"<=", ">=", "<>", "!=", "<<", ">>", "||", "->", "=>",
	"=", "<", ">", "+", "-", "*", "/", "&", "|", "^", "~", "(", ")", "[", "]", "{", "}", ",", ".", ";", ":", "@", "?",
}

func (l *lexer) readSign() token {
	rest := l.text[l.pos:]
	for _, s := range signs {
		if strings.HasPrefix(rest, s) {
			l.pos += len(s)
			return token{kind: tokenSign, text: s, at: l.pos - len(s)}
		}
	}
	_, n := utf8.DecodeRuneInString(rest)
	l.fail(l.pos, "Illegal input character %q", rest[:n])
	return token{}
}

func (l *lexer) readName() token {
	at := l.pos
	if !l.last().is(".") {
		if t, ok := l.readMention(); ok {
			return t
		}
	}
	name := leadingWord(l.text[at:])
	l.pos += len(name)
	return token{kind: tokenName, text: name, word: strings.ToUpper(name), at: at}
}

func (l *lexer) readQuotedName() token {
	at := l.pos
	raw := l.quoted("`", false)
	text := l.unescape(raw, at+1, false)
	if text == "" {
		l.fail(at, "Invalid empty identifier")
	}
	return token{kind: tokenQuotedName, text: text, at: at}
}

// stringPrefix gives the length of the letters before a string literal, 0 where
// none starts here.
func stringPrefix(s string) int {
	for n := 1; n <= 2 && n < len(s); n++ {
		if s[n] == '\'' || s[n] == '"' {
			switch strings.ToLower(s[:n]) {
			case "r", "b", "rb", "br":
				return n
			}
		}
	}
	return 0
}

// readString reads a literal in single, double or triple quotes.
func (l *lexer) readString(at int, prefix string) token {
	l.pos = at + len(prefix)
	raw, isBytes := strings.Contains(prefix, "r"), strings.Contains(prefix, "b")
	quote := l.text[l.pos : l.pos+1]
	if strings.HasPrefix(l.text[l.pos:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	start := l.pos + len(quote)
	content := l.quoted(quote, true)
	t := token{kind: tokenString, at: at}
	if isBytes {
		t.kind = tokenBytes
	}
	if strings.Contains(content, "\r") {
		content = newlines.Replace(content)
	}
	if t.text = content; !raw {
		t.text = l.unescape(content, start, isBytes)
	}
	return t
}

// quoted reads up to the closing quote and gives what stands between. A
// backslash keeps the character after it from closing.
func (l *lexer) quoted(quote string, literal bool) string {
	at := l.pos
	what := "identifier literal"
	if literal {
		what = "string literal"
	}
	if len(quote) == 3 {
		what = "triple-quoted " + what
	}
	for i := at + len(quote); i < len(l.text); i++ {
		switch {
		case strings.HasPrefix(l.text[i:], quote):
			l.pos = i + len(quote)
			return l.text[at+len(quote) : i]
		case l.text[i] == '\\':
			i++
		case len(quote) == 1 && (l.text[i] == '\n' || l.text[i] == '\r'):
			l.fail(at, "Unclosed %s", what)
		}
	}
	l.fail(at, "Unclosed %s", what)
	return ""
}

// newlines makes all line ends one character, as in the language.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// readNumber reads a decimal or hexadecimal integer, or a decimal fraction. A
// name may not follow at once.
func (l *lexer) readNumber() token {
	at, rest := l.pos, l.text[l.pos:]
	n, isFloat := numberLength(rest)
	l.pos += n
	if l.pos < len(l.text) && isLetter(l.text[l.pos]) {
		l.fail(l.pos, "Missing whitespace between literal and alias")
	}
	if isFloat {
		return token{kind: tokenFloat, text: rest[:n], at: at}
	}
	number, err := parseUint(rest[:n])
	if err != nil {
		refuse("Invalid integer literal: %s [at %s]", rest[:n], l.place(at))
	}
	return token{kind: tokenInt, text: rest[:n], at: at, number: number}
}

func parseUint(s string) (uint64, error) {
	if len(s) > 1 && (s[1] == 'x' || s[1] == 'X') {
		return strconv.ParseUint(s[2:], 16, 64)
	}
	return strconv.ParseUint(s, 10, 64)
}

// numberLength measures the number that s starts with.
func numberLength(s string) (n int, isFloat bool) {
	if len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && isHex(s[2]) {
		for n = 2; n < len(s) && isHex(s[n]); n++ {
		}
		return n, false
	}
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n < len(s) && s[n] == '.' {
		isFloat = true
		for n++; n < len(s) && isDigit(s[n]); n++ {
		}
	}
	if e := exponentLength(s[n:]); e > 0 {
		return n + e, true
	}
	return n, isFloat
}

func exponentLength(s string) int {
	if len(s) < 2 || s[0] != 'e' && s[0] != 'E' {
		return 0
	}
	n := 1
	if s[n] == '+' || s[n] == '-' {
		n++
	}
	start := n
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n == start {
		return 0
	}
	return n
}

// fail refuses the filter for what stands at a place.
func (l *lexer) fail(at int, format string, args ...any) {
	refuse("Syntax error: "+format+" [at %s]", append(args, l.place(at))...)
}

// place writes a position as line and column.
func (l *lexer) place(at int) string {
	before := l.text[:at]
	line := strings.Count(before, "\n")
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return strconv.Itoa(line+1) + ":" + strconv.Itoa(column+1)
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }
func isWord(c byte) bool   { return isLetter(c) || isDigit(c) }
func isHex(c byte) bool    { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
