package atlasql

import (
	"strings"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
)

// class is what kind of token one is.
type class uint8

const (
	end     class = iota
	word          // a name, quoted or not
	number        // with its sign
	truth         // true or false
	keyword       // in lower case
	sign          // punctuation and comparisons
)

// A token is the smallest part of a query.
type token struct {
	class class
	text  string // of keywords and signs their one spelling; of words what stands in the quotes
	raw   string // as it was written
	quote byte   // of words
	at    int    // where it begins, in bytes
}

var keywords = map[string]bool{
	"from": true, "where": true, "select": true, "as": true, "groupby": true, "orderby": true, "asc": true, "desc": true,
	"limit": true, "offset": true, "is": true, "isa": true, "has": true, "hasterm": true, "like": true, "and": true, "or": true,
	"count": true, "min": true, "max": true, "sum": true,
}

// compared gives the sign that a word stands for.
var compared = map[string]string{"lt": "<", "lte": "<=", "eq": "=", "neq": "!=", "gt": ">", "gte": ">="}

// scanner reads tokens.
type scanner struct {
	text string
	at   int
}

func problem(at int, format string, args ...any) *pedigree.Error {
	err := pedigree.Errorf(pedigree.Invalid, format, args...)
	err.Part = pedigree.Span{From: at, To: at + 1}
	return err
}

func scan(text string) ([]token, error) {
	if !utf8.ValidString(text) {
		return nil, problem(0, "it is not valid UTF-8")
	}
	s := &scanner{text: text}
	var all []token
	for {
		if err := s.blank(); err != nil {
			return nil, err
		}
		t, err := s.next()
		if err != nil {
			return nil, err
		}
		all = append(all, t)
		if t.class == end {
			return all, nil
		}
	}
}

// blank passes over spaces and comments. One that is not closed ends the text.
func (s *scanner) blank() error {
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		switch {
		case strings.ContainsRune(" \t\r\n", rune(rest[0])):
			s.at++
		case strings.HasPrefix(rest, "--"):
			s.skip(strings.IndexAny(rest, "\r\n"))
		case strings.HasPrefix(rest, "/*"):
			if i := strings.Index(rest[2:], "*/"); i >= 0 {
				s.at += i + 4
			} else {
				s.at = len(s.text)
			}
		default:
			return nil
		}
	}
	return nil
}

func (s *scanner) skip(n int) {
	if n < 0 {
		n = len(s.text) - s.at
	}
	s.at += n
}

func (s *scanner) next() (token, error) {
	if s.at >= len(s.text) {
		return token{class: end, raw: "<EOF>", at: s.at}, nil
	}
	from, c := s.at, s.text[s.at]
	switch {
	case c == '"' || c == '\'' || c == '`':
		return s.quoted(c)
	case isLetter(c):
		return s.bare(), nil
	case isDigit(c) || (c == '+' || c == '-') && s.at+1 < len(s.text) && isDigit(s.text[s.at+1]):
		s.number()
		raw := s.text[from:s.at]
		return token{class: number, text: raw, raw: raw, at: from}, nil
	}
	for _, two := range []string{"<=", ">=", "!="} {
		if strings.HasPrefix(s.text[s.at:], two) {
			s.at += 2
			return token{class: sign, text: two, raw: two, at: from}, nil
		}
	}
	if strings.IndexByte("<>=+-*/()[],", c) < 0 {
		r, _ := utf8.DecodeRuneInString(s.text[s.at:])
		return token{}, problem(from, "token recognition error at: '%c' at character %d", r, from+1)
	}
	s.at++
	return token{class: sign, text: string(c), raw: string(c), at: from}, nil
}

// quoted reads a text in quotes, in which nothing is escaped. What follows one
// in back quotes after a dot belongs to it: `Log Data`.kind is one path.
func (s *scanner) quoted(quote byte) (token, error) {
	from := s.at
	n := strings.IndexByte(s.text[s.at+1:], quote)
	if n < 0 {
		return token{}, problem(from, "a text that begins with %c at character %d is not closed", quote, from+1)
	}
	t := token{class: word, text: s.text[from+1 : from+1+n], quote: quote, at: from}
	s.at += n + 2
	if quote == '`' && s.dotted() {
		rest := s.at
		for s.dotted() {
			s.at++
			s.letters()
		}
		t.text, t.quote = t.text+s.text[rest:s.at], '`'
	}
	t.raw = s.text[from:s.at]
	return t, nil
}

// dotted reports whether a dot and a name follow.
func (s *scanner) dotted() bool {
	return s.at+1 < len(s.text) && s.text[s.at] == '.' && isLetter(s.text[s.at+1])
}

func (s *scanner) letters() {
	for s.at < len(s.text) && (isLetter(s.text[s.at]) || isDigit(s.text[s.at])) {
		s.at++
	}
}

// bare reads a name without quotes, with its dots, or a keyword.
func (s *scanner) bare() token {
	from := s.at
	s.letters()
	for s.dotted() {
		s.at++
		s.letters()
	}
	raw := s.text[from:s.at]
	t := token{class: word, text: raw, raw: raw, at: from}
	lower := strings.ToLower(raw)
	switch {
	case keywords[lower]:
		t.class, t.text = keyword, lower
	case compared[lower] != "":
		t.class, t.text = sign, compared[lower]
	case lower == "true" || lower == "false":
		t.class, t.text = truth, lower
	}
	return t
}

func (s *scanner) number() {
	digits := func() {
		for s.at < len(s.text) && isDigit(s.text[s.at]) {
			s.at++
		}
	}
	s.at++ // a sign or the first digit
	digits()
	if s.at+1 < len(s.text) && s.text[s.at] == '.' && isDigit(s.text[s.at+1]) {
		s.at++
		digits()
	}
	if s.at < len(s.text) && (s.text[s.at] == 'e' || s.text[s.at] == 'E') {
		to := s.at + 1
		if to < len(s.text) && (s.text[to] == '+' || s.text[to] == '-') {
			to++
		}
		if to < len(s.text) && isDigit(s.text[to]) {
			s.at = to
			digits()
		}
	}
}

func isLetter(c byte) bool { return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
