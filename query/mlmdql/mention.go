package mlmdql

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// The engine finds mentions of properties and neighbours in the text, before it
// parses: they are lower-case, unquoted and without spaces, but for the key.
var (
	propertyMention  = regexp.MustCompile("^(properties|custom_properties)\\.(`[^`]+`|[0-9A-Za-z_]+)\\.(int_value|double_value|string_value|bool_value)")
	neighbourMention = regexp.MustCompile(`^(contexts|parent_contexts|child_contexts|artifacts|executions|events)_([0-9A-Za-z_]+)\.`)
	equalState       = regexp.MustCompile(`^[ \t\r\n\f\v]*(!?=)[ \t\r\n\f\v]*([0-9A-Za-z_]+)`)
	stateList        = regexp.MustCompile(`^[ \t\r\n\f\v]+(?i:(not[ \t\r\n\f\v]+)?in)[ \t\r\n\f\v]+\([ \t\r\n\f\v]*([0-9A-Za-z_][^()]*)\)`)
)

var valueParts = map[string]query.Part{
	"int_value": query.IntValue, "double_value": query.DoubleValue, "string_value": query.TextValue, "bool_value": query.BoolValue,
}

// readMention reads a property, or a neighbour up to the dot before its
// attribute.
func (l *lexer) readMention() (token, bool) {
	rest := l.text[l.pos:]
	if m := propertyMention.FindStringSubmatch(rest); m != nil && (len(rest) == len(m[0]) || !isWord(rest[len(m[0])])) {
		relation := query.Fields
		if m[1] == "custom_properties" {
			relation = query.Customs
		}
		l.pos += len(m[0])
		source := query.Source{Relation: relation, Label: strings.Trim(m[2], "`")}
		return token{kind: tokenMention, text: m[0], at: l.pos - len(m[0]), column: query.Column{Of: source, Part: valueParts[m[3]]}}, true
	}
	m := neighbourMention.FindStringSubmatch(rest)
	if m == nil {
		return token{}, false
	}
	relation, ok := neighbours[l.kind][m[1]]
	if !ok {
		return token{}, false
	}
	l.pos += len(m[0]) - 1
	return token{kind: tokenMention, text: m[1] + "_" + m[2], at: l.pos - len(m[0]) + 1,
		column: query.Column{Of: query.Source{Relation: relation, Label: m[1] + "_" + m[2]}}}, true
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

// Enumerations are numbers. Their names are known right behind the attribute
// and nowhere else, and not all of them.
var (
	artifactStates  = map[string]int64{"UNKNOWN": 0, "PENDING": 1, "LIVE": 2, "MARKED_FOR_DELETION": 3, "DELETED": 4}
	executionStates = map[string]int64{"UNKNOWN": 0, "NEW": 1, "RUNNING": 2, "COMPLETE": 3, "FAILED": 4, "CACHED": 5, "CANCELED": 6}
	eventTypes      = map[string]int64{
		"DECLARED_OUTPUT": 1, "DECLARED_INPUT": 2, "INPUT": 3, "OUTPUT": 4, "INTERNAL_INPUT": 5, "INTERNAL_OUTPUT": 6,
	}
)

// readStates looks behind an attribute that is an enumeration for names of it.
// "state = LIVE" stays three tokens, the last a number; "state != LIVE" and
// "state NOT IN (LIVE)" hold for nodes without a state as well and become one
// token, which stands for an expression in parentheses.
func (l *lexer) readStates(name token) token {
	names, ofEvent := l.enumeration(name.text)
	if names == nil {
		return name
	}
	rest := l.text[l.pos:]
	if m := equalState.FindStringSubmatchIndex(rest); m != nil {
		value := l.stateNumber(names, rest[m[4]:m[5]])
		at := l.pos + m[4]
		l.pos += m[1]
		if rest[m[2]:m[3]] == "!=" {
			return l.notStates(name, ofEvent, []int64{value})
		}
		l.held = append(l.held, token{kind: tokenSign, text: "=", at: at}, number(value, at))
		return name
	}
	m := stateList.FindStringSubmatchIndex(rest)
	if m == nil || isDigit(rest[m[4]]) && (m[2] >= 0 || !strings.Contains(rest[m[4]:m[5]], ",")) {
		return name
	}
	var values []int64
	for item := range strings.SplitSeq(rest[m[4]:m[5]], ",") {
		values = append(values, l.stateNumber(names, strings.TrimSpace(item)))
	}
	at := l.pos + m[4]
	l.pos += m[1]
	if m[2] >= 0 {
		return l.notStates(name, ofEvent, values)
	}
	l.held = append(l.held, token{kind: tokenName, text: "IN", at: at}, token{kind: tokenSign, text: "(", at: at})
	for i, v := range values {
		if i > 0 {
			l.held = append(l.held, token{kind: tokenSign, text: ",", at: at})
		}
		l.held = append(l.held, number(v, at))
	}
	l.held = append(l.held, token{kind: tokenSign, text: ")", at: l.pos - 1})
	return name
}

// enumeration gives the names of the enumeration that an attribute is.
func (l *lexer) enumeration(name string) (names map[string]int64, ofEvent bool) {
	switch name {
	case "state":
		return artifactStates, false
	case "last_known_state":
		return executionStates, false
	case "type":
		if l.last.is(".") && l.prior.kind == tokenMention && l.prior.column.Of.Relation == query.Events {
			return eventTypes, true
		}
	}
	return nil, false
}

func (l *lexer) stateNumber(names map[string]int64, name string) int64 {
	value, ok := names[name]
	if !ok {
		refuse("Unsupported enum value specified in the query: %s", name)
	}
	return value
}

// notStates makes the one token. Behind a neighbour the engine knows it for
// events only.
func (l *lexer) notStates(name token, ofEvent bool, values []int64) token {
	if l.last.is(".") && !ofEvent {
		l.fail(name.at, `Unexpected "("`)
	}
	return token{kind: tokenStates, text: name.text, at: name.at, states: slices.Clip(values)}
}

func number(v int64, at int) token {
	return token{kind: tokenInt, int: v, large: uint64(v), at: at}
}
