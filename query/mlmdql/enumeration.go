package mlmdql

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// Enumerations are numbers. Their names are known right behind the attribute
// and nowhere else, and not all of them.
var (
	artifactStates  = map[string]int64{"UNKNOWN": 0, "PENDING": 1, "LIVE": 2, "MARKED_FOR_DELETION": 3, "DELETED": 4}
	executionStates = map[string]int64{"UNKNOWN": 0, "NEW": 1, "RUNNING": 2, "COMPLETE": 3, "FAILED": 4, "CACHED": 5, "CANCELED": 6}
	eventTypes      = map[string]int64{
		"DECLARED_OUTPUT": 1, "DECLARED_INPUT": 2, "INPUT": 3, "OUTPUT": 4, "INTERNAL_INPUT": 5, "INTERNAL_OUTPUT": 6,
	}
)

// enumerationPredicate is what the engine looks for in the text before it
// parses: an attribute, a comparison, and one word or a list of them. It splits
// words where that makes the list fit, so that it takes (2, 3) and (10) for names
// and leaves (2) and (2, 3, 4) to the parser.
var enumerationPredicate = regexp.MustCompile(`^(state|last_known_state|events_\w+\.type)[\s\v]*` +
	`(=|!=|[\s\v](?i:in|not[\s\v]*in)[\s\v])[\s\v]*` +
	`(\w+|\((?:[\s\v]*\w+[\s\v]*,*[\s\v]*\w+[\s\v]*)*\))`)

// rewriteEnumeration looks for a comparison of an enumeration with its names. If
// one starts here, it reads what the engine puts in its place: numbers for names,
// and what has no state passes where some are excluded.
func (l *lexer) rewriteEnumeration() bool {
	rest := l.text[l.pos:]
	if rest == "" || strings.IndexByte("sle", rest[0]) < 0 {
		return false
	}
	m := enumerationPredicate.FindStringSubmatch(rest)
	if m == nil || m[3] == "()" {
		return false
	}
	names := enumeration(l.kind, m[1])
	if names == nil {
		return false
	}
	attribute, op, list := m[1], strings.TrimSpace(m[2]), numbersOf(names, m[2], m[3])
	text := fmt.Sprintf("%s %s %s", attribute, op, list)
	if op == "!=" || len(op) > len("in") {
		text = fmt.Sprintf("((%s) OR (%s IS NULL))", text, attribute)
	}
	inner := lexer{text: text, kind: l.kind}
	for inner.skip(); inner.pos < len(text); inner.skip() {
		t := inner.read()
		t.at = l.pos
		l.tokens = append(l.tokens, t)
	}
	l.pos += len(m[0])
	return true
}

// enumeration gives the names of the enumeration that an attribute of a node of
// that kind is.
func enumeration(kind pedigree.Kind, attribute string) map[string]int64 {
	switch {
	case attribute == "state" && kind != pedigree.Execution:
		return artifactStates
	case attribute == "last_known_state" && kind != pedigree.Artifact:
		return executionStates
	case strings.HasPrefix(attribute, "events_") && kind != pedigree.Context:
		return eventTypes
	}
	return nil
}

// numbersOf writes numbers for names: one behind a sign, and a list in
// parentheses behind a word.
func numbersOf(names map[string]int64, op, list string) string {
	if op == "=" || op == "!=" {
		return numberOf(names, list)
	}
	inner, ok := strings.CutPrefix(list, "(")
	if !ok {
		refuse("Expected a list of enum values enclosed in parentheses but got %s", list)
	}
	items := strings.Split(strings.TrimSuffix(inner, ")"), ",")
	for i, item := range items {
		items[i] = numberOf(names, strings.TrimSpace(item))
	}
	return "(" + strings.Join(items, ", ") + ")"
}

func numberOf(names map[string]int64, name string) string {
	n, ok := names[name]
	if !ok {
		refuse("Unsupported enum value specified in the query: %s", name)
	}
	return strconv.FormatInt(n, 10)
}
