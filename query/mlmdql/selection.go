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
		word := p.tok.word
		if !unions[word] {
			return s
		}
		p.next()
		if !p.acceptWord("ALL") && !p.acceptWord("DISTINCT") {
			p.unexpected()
		}
		other := p.simpleSelection()
		if len(other.values) != len(s.values) {
			refuse("Queries in %s have mismatched column count [at %s]", word, p.place(p.tok.at))
		}
		p.cannotRun("syntax error near %s", word)
	}
}

func (p *parser) simpleSelection() selection {
	if p.accept("(") {
		s := p.selection()
		p.expect(")")
		return s
	}
	p.selectWords()
	// What a column is, is known only behind it, from what it is selected from.
	columns := p.passed
	if !p.passToFrom() {
		p.jump(columns)
		s := p.columns()
		p.limit(&s)
		return s
	}
	from := p.from()
	behind := p.passed
	p.jump(columns)
	p.scopes = append(p.scopes, from.scope())
	s := p.columns()
	p.expectWord("FROM")
	p.jump(behind)
	s.when, s.none = from.when, from.none
	if p.acceptWord("WHERE") {
		p.restrict(&s)
	}
	p.scopes = p.scopes[:len(p.scopes)-1]
	p.limit(&s)
	return s
}

// selectWords reads the word SELECT and those that may follow it at once.
func (p *parser) selectWords() {
	p.expectWord("SELECT")
	if p.tok.word == "DISTINCT" {
		refuse("Query without FROM clause cannot use SELECT DISTINCT [at %s]", p.place(p.tok.at))
	}
	p.acceptWord("ALL")
	if p.acceptWord("AS") && !p.acceptWord("VALUE") {
		p.expectWord("STRUCT")
		p.cannotRun("no such column: STRUCT")
	}
}

// isSelection tells whether what follows, up to a closing parenthesis, is one
// subquery, in parentheses of its own or not, rather than a list of expressions.
func (p *parser) isSelection() bool {
	start := p.passed
	defer p.jump(start)
	for p.accept("(") {
	}
	if p.tok.word != "SELECT" {
		return false
	}
	for opened := p.passed - start; opened > 0; opened-- {
		for depth := 0; depth >= 0 && p.tok.kind != tokenEnd; p.next() {
			if p.tok.is("(") {
				depth++
			} else if p.tok.is(")") {
				depth--
			}
		}
		if !p.tok.is(")") && !unions[p.tok.word] {
			return false
		}
	}
	return true
}

var unions = set("UNION INTERSECT EXCEPT")

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

// columns reads what is selected. A column that is a name alone has that name.
func (p *parser) columns() selection {
	var s selection
	for {
		if p.tok.is("*") {
			refuse("SELECT * is not supported [at %s]", p.place(p.tok.at))
		}
		name, start := "", p.passed
		if p.tok.kind == tokenName || p.tok.kind == tokenQuotedName {
			name = p.tok.text
		}
		v := p.expression()
		p.checkRuns(v)
		if p.passed > start+1 {
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
		return p.unnest()
	}
	if !p.tok.is("(") {
		refuse("Table not found: %s [at %s]", p.tok.text, p.place(p.tok.at))
	}
	p.next()
	s := p.selection()
	p.expect(")")
	d := derived{s, strings.ToLower(p.alias())}
	if p.tok.is(",") || joins[p.tok.word] {
		p.cannotRun("joins in a subquery")
		p.giveUp()
	}
	return d
}

var joins = set("JOIN CROSS INNER LEFT RIGHT FULL")

// unnest reads an array that is selected from.
func (p *parser) unnest() derived {
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
