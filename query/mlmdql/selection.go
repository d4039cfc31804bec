package mlmdql

import (
	"strings"

	"github.com/pedigree-ml/pedigree/query"
)

// A subquery reads no table, for there is none: it has one row at most, and so
// it can be replaced by what it computes.
type selection struct {
	names  []string // of columns, empty where they have none
	values []value
	when   *value // the row is there where this is true; nil: always
	none   bool   // the row is not there
}

// scope is what a subquery gives to the one around it.
type scope struct {
	name    string
	columns map[string]value
}

// find looks a name up in the subqueries around it.
func (p *parser) find(name string) (value, bool) {
	name = strings.ToLower(name)
	for i := len(p.scopes) - 1; i >= 0; i-- {
		s := p.scopes[i]
		if s.name == name && p.tok.is(".") {
			p.next()
			column := strings.ToLower(p.tok.text)
			v, ok := s.columns[column]
			if !ok {
				refuse("Name %s not found inside %s [at %s]", p.tok.text, name, p.place(p.tok.at))
			}
			p.next()
			return v, true
		}
		if v, ok := s.columns[name]; ok {
			return v, true
		}
	}
	return value{}, false
}

// selection reads a subquery up to its closing parenthesis.
func (p *parser) selection() selection {
	p.enter()
	defer p.leave()
	s := p.simpleSelection()
	for {
		switch p.tok.word {
		case "UNION", "INTERSECT", "EXCEPT":
			word := p.tok.word
			p.next()
			if !p.acceptWord("ALL") && !p.acceptWord("DISTINCT") {
				p.unexpected()
			}
			other := p.simpleSelection()
			if len(other.values) != len(s.values) {
				refuse("Queries in %s have mismatched column count [at %s]", word, p.place(p.tok.at))
			}
			p.cannotRun("syntax error near %s", word)
		default:
			return s
		}
	}
}

func (p *parser) simpleSelection() selection {
	if p.accept("(") {
		s := p.selection()
		p.expect(")")
		return s
	}
	p.expectWord("SELECT")
	if p.tok.word == "DISTINCT" {
		refuse("Query without FROM clause cannot use SELECT DISTINCT [at %s]", p.place(p.tok.at))
	}
	p.acceptWord("ALL")
	if p.acceptWord("AS") && !p.acceptWord("VALUE") {
		p.expectWord("STRUCT")
		p.cannotRun("no such column: STRUCT")
	}
	// The columns can be read only when it is known what they are selected from.
	list := p.passed
	if !p.passToFrom() {
		p.jump(list)
		s := p.columns()
		p.limit(&s)
		return s
	}
	from := p.from()
	rest := p.passed
	p.jump(list)
	p.scopes = append(p.scopes, from.scope())
	s := p.columns()
	p.expectWord("FROM")
	p.jump(rest)
	s.when, s.none = from.when, from.none
	if p.acceptWord("WHERE") {
		p.restrict(&s)
	}
	p.scopes = p.scopes[:len(p.scopes)-1]
	p.limit(&s)
	return s
}

// passToFrom moves behind the word FROM of this subquery and reports whether
// there is one.
func (p *parser) passToFrom() bool {
	for depth := 0; p.tok.kind != tokenEnd; p.next() {
		switch {
		case p.tok.is("("), p.tok.is("["):
			depth++
		case p.tok.is(")"), p.tok.is("]"):
			depth--
		case depth == 0 && p.tok.word == "FROM":
			p.next()
			return true
		}
		if depth < 0 {
			return false
		}
	}
	return false
}

func (p *parser) columns() selection {
	var s selection
	for {
		if p.tok.is("*") {
			refuse("SELECT * is not supported [at %s]", p.place(p.tok.at))
		}
		name := ""
		if p.tok.kind == tokenName || p.tok.kind == tokenQuotedName {
			name = p.tok.text
		}
		start := p.tok.at
		v := p.expression()
		if strings.Trim(strings.TrimSpace(p.text[start:p.tok.at]), "`") != name {
			name = ""
		}
		if alias := p.alias(); alias != "" {
			name = alias
		}
		s.names, s.values = append(s.names, strings.ToLower(name)), append(s.values, v)
		if !p.accept(",") || p.tok.word == "FROM" || p.tok.is(")") {
			return s
		}
	}
}

// alias reads a name for what stands before it, if there is one.
func (p *parser) alias() string {
	as := p.acceptWord("AS")
	if p.tok.kind == tokenQuotedName || p.tok.kind == tokenName && !reserved[p.tok.word] {
		name := p.tok.text
		p.next()
		return name
	}
	if as {
		p.unexpected()
	}
	return ""
}

// derived is a subquery that another one selects from.
type derived struct {
	selection
	name string
}

func (p *parser) from() derived {
	if p.acceptWord("UNNEST") {
		p.expect("(")
		array := p.expression()
		p.expect(")")
		if !isArray(array.typ) {
			refuse("Values referenced in UNNEST must be arrays [at %s]", p.place(p.tok.at))
		}
		p.cannotRun("no such table: UNNEST")
		name := strings.ToLower(p.alias())
		return derived{selection{names: []string{name}, values: []value{{typ: elementOf(array.typ), tree: query.Literal{}, size: 1}}}, ""}
	}
	if !p.tok.is("(") {
		refuse("Table not found: %s [at %s]", p.tok.text, p.place(p.tok.at))
	}
	p.next()
	s := p.selection()
	p.expect(")")
	d := derived{s, strings.ToLower(p.alias())}
	if p.tok.is(",") || p.tok.word == "JOIN" || p.tok.word == "CROSS" || p.tok.word == "INNER" || p.tok.word == "LEFT" {
		p.cannotRun("joins in a subquery")
		p.giveUp()
	}
	return d
}

func (d derived) scope() scope {
	s := scope{name: d.name, columns: map[string]value{}}
	for i, name := range d.names {
		if name != "" {
			v := d.values[i]
			v.literal = false
			s.columns[name] = v
		}
	}
	return s
}

// restrict reads the condition of a subquery.
func (p *parser) restrict(s *selection) {
	v := p.expression()
	if !v.becomes(boolType) {
		refuse("WHERE clause should return type BOOL, but returns %s [at %s]", v.typ, p.place(p.tok.at))
	}
	v = v.as(boolType)
	if s.when != nil {
		v = p.call(boolType, query.AllOf, *s.when, v)
	}
	s.when = &v
}

// limit reads LIMIT and OFFSET, which may leave no row.
func (p *parser) limit(s *selection) {
	switch word := p.tok.word; word {
	case "WHERE", "GROUP", "HAVING", "ORDER":
		refuse("Query cannot have a %s clause here [at %s]", word, p.place(p.tok.at))
	}
	if !p.acceptWord("LIMIT") {
		return
	}
	s.none = s.none || p.count() == 0
	if p.acceptWord("OFFSET") {
		s.none = s.none || p.count() > 0
	}
}

func (p *parser) count() uint64 {
	if p.tok.kind != tokenInt {
		p.unexpected()
	}
	n := p.tok.number
	p.next()
	return n
}

// scalar makes a subquery the value that it selects, null where there is no row.
func (p *parser) scalar(at int, s selection) value {
	if len(s.values) != 1 {
		refuse("Scalar subquery cannot have more than one column unless using SELECT AS STRUCT to build STRUCT values [at %s]", p.place(at))
	}
	v := s.values[0].as(s.values[0].typ)
	v.literal, v.null = false, false
	when := s.condition(p)
	if when == nil {
		return v
	}
	c := value{typ: v.typ, size: 2, tree: query.Case{When: []query.Branch{{If: when.tree, Then: v.tree}}}}
	c.add(p, v)
	c.add(p, *when)
	return c
}

// condition says when there is a row; nil for always.
func (s *selection) condition(p *parser) *value {
	if !s.none {
		return s.when
	}
	never := literal(boolType, false)
	if s.when != nil { // it is named, so what it names must be there
		never = p.call(boolType, query.AllOf, never, *s.when)
	}
	return &never
}

// exists tells whether a subquery has a row. What it selects does not count,
// but the neighbours that it names must be there.
func (p *parser) exists(s selection) value {
	when := s.condition(p)
	if when == nil {
		always := literal(boolType, true)
		when = &always
	}
	terms := []value{p.call(boolType, query.IsTrue, *when)}
	for _, v := range s.values {
		if namesSource(v.tree) {
			present := p.call(boolType, query.IsAbsent, v)
			terms = append(terms, p.call(boolType, query.AnyOf, literal(boolType, true), present))
		}
	}
	return p.call(boolType, query.AllOf, terms...)
}

func namesSource(tree query.Scalar) (found bool) {
	query.Walk(tree, func(s query.Scalar) {
		if c, ok := s.(query.Column); ok && c.Of != (query.Source{}) {
			found = true
		}
	})
	return found
}

// inSelection compares with what a subquery selects; without a row it is false.
func (p *parser) inSelection(at int, v value, s selection) value {
	if len(s.values) != 1 {
		refuse("Subquery of type IN must have only one output column [at %s]", p.place(at))
	}
	other := s.values[0]
	other.literal = false
	list := []value{v, other}
	if v.literal || !mixedIntegers(v, other) {
		typ, ok := common(list)
		if !ok {
			refuse("Cannot execute IN subquery with uncomparable types %s and %s [at %s]", v.describe(), other.describe(), p.place(at))
		}
		list = all(list, typ)
	}
	in := p.call(boolType, query.OneOf, list...)
	when := s.condition(p)
	if when == nil {
		return in
	}
	c := value{typ: boolType, size: 2, tree: query.Case{When: []query.Branch{{If: when.tree, Then: in.tree}}, Else: query.Literal{Value: false}}}
	c.add(p, in)
	c.add(p, *when)
	return c
}
