package mlmdql

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// The engine finds mentions of properties and neighbours in the text, before it
// parses: they are lower-case, unquoted but for a key, and without spaces. They
// are one token each.

var valueParts = map[string]query.Part{
	"int_value": query.IntValue, "double_value": query.DoubleValue, "string_value": query.TextValue, "bool_value": query.BoolValue,
}

// neighbours lists what nodes of each kind can speak of.
var neighbours = map[pedigree.Kind]map[string]query.Relation{
	pedigree.Artifact:  {"contexts": query.Contexts, "events": query.Events},
	pedigree.Execution: {"contexts": query.Contexts, "events": query.Events},
	pedigree.Context: {
		"parent_contexts": query.Contexts, "child_contexts": query.Children,
		"artifacts": query.Artifacts, "executions": query.Executions,
	},
}

// readMention reads a mention, if one starts here.
func (l *lexer) readMention() (token, bool) {
	rest := l.text[l.pos:]
	name := leadingWord(rest)
	if !strings.HasPrefix(rest[len(name):], ".") {
		return token{}, false
	}
	switch name {
	case "properties":
		return l.readProperty(query.Fields, len(name))
	case "custom_properties":
		return l.readProperty(query.Customs, len(name))
	}
	for prefix, relation := range neighbours[l.kind] {
		if label, ok := strings.CutPrefix(name, prefix+"_"); ok && label != "" {
			at := l.pos
			l.pos += len(name)
			return token{kind: tokenMention, text: name, at: at, mention: &query.Column{Of: query.Source{Relation: relation, Label: name}}}, true
		}
	}
	return token{}, false
}

// readProperty reads key and part of a property, whose space takes n bytes.
func (l *lexer) readProperty(space query.Relation, n int) (token, bool) {
	rest := l.text[l.pos:]
	key, width := leadingKey(rest[n+1:])
	end := n + 1 + width
	if key == "" || !strings.HasPrefix(rest[end:], ".") {
		return token{}, false
	}
	name := leadingWord(rest[end+1:])
	part, ok := valueParts[name]
	if !ok {
		return token{}, false
	}
	at := l.pos
	l.pos += end + 1 + len(name)
	return token{kind: tokenMention, text: l.text[at:l.pos], at: at, mention: &query.Column{Of: query.Source{Relation: space, Label: key}, Part: part}}, true
}

// leadingKey gives the key that s starts with, and how many bytes it takes. In
// backquotes it may have any character but those.
func leadingKey(s string) (key string, width int) {
	quoted, ok := strings.CutPrefix(s, "`")
	if !ok {
		word := leadingWord(s)
		return word, len(word)
	}
	key, _, closed := strings.Cut(quoted, "`")
	if !closed {
		return "", 0
	}
	return key, len(key) + 2
}

// leadingWord gives the letters, digits and underscores that s starts with.
func leadingWord(s string) string {
	n := 0
	for n < len(s) && isWord(s[n]) {
		n++
	}
	return s[:n]
}
