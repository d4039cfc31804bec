package mlflowql

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// cut splits the name of a field at its first dot outside quotes. Without one
// the entity is empty. Quotes around the key are taken off, and backquotes
// around the entity.
func cut(name string) (entity, key string) {
	n := 0
	if name != "" && (name[0] == '`' || name[0] == '"') {
		n = quoted(name)
	} else {
		n = strings.IndexByte(name, '.')
	}
	if n < 0 || n >= len(name) {
		return "", unquote(name)
	}
	entity = name[:n]
	if entity != "" && entity[0] == '`' {
		entity = unquote(entity)
	}
	return entity, unquote(strings.TrimPrefix(name[n:], "."))
}

// set writes names as Python writes a set, in order.
func set(names ...string) string {
	slices.Sort(names)
	return "{" + listed(names) + "}"
}

func listed(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = "'" + n + "'"
	}
	return strings.Join(quoted, ", ")
}

// repr writes a text as Python would show it.
func repr(s string) string {
	q := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		q = `"`
	}
	s = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s)
	if q == "'" {
		s = strings.ReplaceAll(s, "'", `\'`)
	}
	return q + s + q
}

var ops = map[string]query.Op{
	"=": query.Eq, "!=": query.Ne, "<": query.Lt, "<=": query.Le, ">": query.Gt, ">=": query.Ge,
	"LIKE": query.Like, "ILIKE": query.ILike, "IN": query.In, "NOT IN": query.NotIn,
	"IS NULL": query.IsNull, "IS NOT NULL": query.NotNull,
}

// Comparators by sort of field.
var (
	numberOps = []string{"!=", "<", "<=", "=", ">", ">="}
	keyedOps  = []string{"!=", "=", "ILIKE", "IS NOT NULL", "IS NULL", "LIKE"}
	textOps   = []string{"!=", "=", "ILIKE", "IN", "LIKE", "NOT IN"}
)

// written gives the value of a clause as the client wrote it.
func (c *clause) written() string {
	if c.value.kind == open {
		return c.list
	}
	return c.value.raw
}

// given is where the value of a clause stands.
func (c *clause) given() pedigree.Span {
	if c.value.kind == open {
		return pedigree.Span{From: c.value.at, To: c.value.at + len(c.list)}
	}
	return c.value.span()
}

// blame says which part of a filter an error is about.
func blame(filter string, part pedigree.Span, err error) error {
	if e, ok := errors.AsType[*pedigree.Error](err); ok && e.Part == (pedigree.Span{}) {
		e.Part = pedigree.Span{From: utf8.RuneCountInString(filter[:part.From]), To: utf8.RuneCountInString(filter[:part.To])}
	}
	return err
}

// number reads a value that must be a number.
func (c *clause) number() (float64, bool) {
	c.suspect = c.given()
	if c.value.kind != word || !isNumber(c.value.raw) {
		return 0, false
	}
	v, err := strconv.ParseFloat(c.value.raw, 64)
	return v, err == nil || v != 0 // too large is infinite, which is larger still
}

// text reads a value that must be text in quotes. what words the error for a
// value that cannot be text at all.
func (c *clause) text(what string) (string, error) {
	c.suspect = c.given()
	switch {
	case c.value.kind == text:
		return unquote(c.value.raw), nil
	case c.value.kind == word && isIdentifier(c.value) && !c.value.is("NULL"):
		return "", invalid("Parameter value is either not quoted or unidentified quote types used for string value %s."+
			" Use either single or double quotes.", c.value.raw)
	}
	return "", invalid("Expected a quoted string value for %s. Got value %s", what, c.written())
}

// texts reads a list of texts.
func (c *clause) texts() ([]string, error) {
	c.suspect = c.given()
	var values []string
	for i, t := range c.values {
		if separator := i%2 == 1; separator != (t.kind == comma) {
			return nil, invalid("While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.")
		}
		switch t.kind {
		case comma:
		case text:
			values = append(values, unquote(t.raw))
		default:
			return nil, invalid("While parsing a list in the query, expected string value, punctuation, or whitespace,"+
				" but got different type in list: %s", c.list)
		}
	}
	if values == nil {
		return nil, invalid("While parsing a list in the query, expected a non-empty list of string values, but got empty list")
	}
	return values, nil
}

// build checks every clause and puts them together. All are read before the
// first comparator is judged, which decides what error a client sees.
func build(filter string, clauses []clause, t tree, read func(*clause) (query.Compare, error), judge func(*clause, *query.Compare) error) (query.Expr, error) {
	compares := make([]query.Compare, len(clauses))
	for i := range clauses {
		var err error
		clauses[i].suspect = clauses[i].field.span()
		if compares[i], err = read(&clauses[i]); err != nil {
			return nil, blame(filter, clauses[i].suspect, err)
		}
	}
	for i := range clauses {
		clauses[i].suspect = clauses[i].operator
		if err := judge(&clauses[i], &compares[i]); err != nil {
			return nil, blame(filter, clauses[i].suspect, err)
		}
		compares[i].Op = ops[clauses[i].op]
	}
	if t == nil {
		return nil, nil
	}
	return t.build(compares), nil
}

func refuseClauses(filter string, quote func(string) string) func([]token) error {
	return func(tokens []token) error {
		for _, t := range tokens {
			if t.raw == ";" && strings.TrimSpace(filter[t.at+1:]) != "" {
				return invalid("Search filter contained multiple expression %s. Provide AND-ed expression list.", repr(filter))
			}
		}
		texts := make([]string, len(tokens))
		for i, t := range tokens {
			texts[i] = quote(t.raw)
		}
		return invalid("Invalid clause(s) in filter string: %s", strings.Join(texts, ", "))
	}
}

// listNeedsIn refuses a list after any comparator but IN and NOT IN.
func (c *clause) listNeedsIn() error {
	c.suspect = c.operator
	if c.value.kind == open && c.op != "IN" && c.op != "NOT IN" {
		return invalid("Invalid comparison clause. A list of values needs the comparator IN or NOT IN, found '%s'", c.op)
	}
	return nil
}
