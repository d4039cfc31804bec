package atlasql

import (
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
)

// A parser reads tokens by recursive descent. After the first mistake it sees
// the end of the text only.
type parser struct {
	tokens []token
	at     int
	depth  int
	parts  int
	sums   int // operations of arithmetic
	err    *pedigree.Error
}

func (p *parser) peek() token { return p.ahead(0) }

func (p *parser) ahead(n int) token {
	if p.err != nil || p.at+n >= len(p.tokens) {
		return p.tokens[len(p.tokens)-1]
	}
	return p.tokens[p.at+n]
}

func (p *parser) next() token {
	t := p.peek()
	if t.class != end {
		p.at++
	}
	return t
}

func (t token) is(class class, text string) bool { return t.class == class && t.text == text }

func (p *parser) isWord(text string) bool { return p.peek().is(keyword, text) }

func (p *parser) isSign(text string) bool { return p.peek().is(sign, text) }

// took passes over a keyword if it is next.
func (p *parser) took(text string) bool {
	if !p.isWord(text) {
		return false
	}
	p.next()
	return true
}

func (p *parser) expect(text string) {
	if !p.isSign(text) {
		p.unexpected("'" + text + "'")
		return
	}
	p.next()
}

// unexpected notes that the next token is not what could follow.
func (p *parser) unexpected(wanted string) {
	t := p.peek()
	p.fail(t, "mismatched input '%s' at character %d, expecting %s", t.raw, t.at+1, wanted)
}

func (p *parser) fail(t token, format string, args ...any) {
	if p.err == nil {
		p.err = problem(t.at, format, args...)
	}
}

// count bounds how much one query is made of.
func (p *parser) count() {
	if p.parts++; p.parts > maxParts {
		p.fail(p.peek(), "it has more than %d parts", maxParts)
	}
}

// deeper bounds nesting; call what it returns on the way out.
func (p *parser) deeper() func() {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.peek(), "it is nested more than %d deep", maxDepth)
	}
	return func() { p.depth-- }
}

func (p *parser) query() *Query {
	q := &Query{}
	p.sources(q)
	if p.took("groupby") {
		p.expect("(")
		q.GroupBy = p.items()
		p.expect(")")
	}
	if p.took("select") {
		q.Select = p.items()
	}
	if p.took("orderby") {
		q.Order = &Order{By: p.expression()}
		if p.took("desc") {
			q.Order.Desc = true
		} else {
			p.took("asc")
		}
	}
	if p.took("limit") {
		q.Page = &Paging{Limit: p.whole()}
		if p.took("offset") {
			q.Page.Offset = p.whole()
		}
	}
	if p.peek().class != end {
		p.unexpected("<EOF>")
	}
	return q
}

// sources reads what is looked at and what is kept of it, in any mix: all of it
// must hold.
func (p *parser) sources(q *Query) {
	for first := true; p.err == nil; first = false {
		t := p.peek()
		switch {
		case t.is(keyword, "from"):
			p.next()
			p.source(q)
		case t.is(keyword, "where"):
			p.next()
			q.keep(p.expression())
		case t.class == word && p.isSource():
			p.source(q)
		case t.class == word || t.class == number || t.class == truth || t.is(sign, "(") || t.is(sign, "["):
			q.keep(p.expression())
		case first:
			p.unexpected("a type, a classification or a condition")
			return
		default:
			return
		}
		if p.isSign(",") {
			p.next()
			if p.peek().class != word && !p.isWord("from") && !p.isWord("where") && !p.isSign("(") {
				p.unexpected("a type, a classification or a condition")
			}
		}
	}
}

func (q *Query) keep(e Expr) {
	if q.Where == nil {
		q.Where = e
	} else {
		q.Where = And{q.Where, e}
	}
}

// isSource reports whether the name that is next stands alone, and so names a
// source, rather than being the beginning of a condition.
func (p *parser) isSource() bool {
	switch t := p.ahead(1); t.class {
	case keyword:
		return t.text != "is" && t.text != "isa" && t.text != "has" && t.text != "hasterm" && t.text != "like" && t.text != "and" && t.text != "or"
	case sign:
		return t.text == "(" || t.text == ","
	case word: // `in` is no keyword, so that attributes may bear the name
		return !strings.EqualFold(t.text, "in") || t.quote != 0 || !p.ahead(2).is(sign, "[")
	}
	return true
}

func (p *parser) source(q *Query) {
	from := From{Name: p.name("the name of a type or a classification")}
	if p.took("as") {
		from.Alias = p.name("an alias")
	}
	q.From = append(q.From, from)
	if p.took("where") {
		q.keep(p.expression())
	}
}

func (p *parser) name(wanted string) Name {
	p.count()
	t := p.peek()
	if t.class != word || t.text == "" {
		p.unexpected(wanted)
		return Name{}
	}
	p.next()
	return Name{Text: t.text, Quote: t.quote}
}

func (p *parser) whole() int {
	t := p.peek()
	n, err := strconv.Atoi(strings.TrimPrefix(t.text, "+"))
	if t.class != number || err != nil || n < 0 || n > 1<<31-1 {
		p.unexpected("a whole number")
		return 0
	}
	p.next()
	return n
}

func (p *parser) items() []Item {
	var all []Item
	for p.err == nil {
		from := p.at
		item := Item{Expr: p.expression()}
		for _, t := range p.tokens[from:p.at] {
			item.Label += t.raw
		}
		if p.took("as") {
			item.Alias = p.name("an alias")
			item.Label = item.Alias.Raw()
		}
		all = append(all, item)
		if !p.isSign(",") {
			break
		}
		p.next()
	}
	return all
}

// expression reads conditions with `and` and `or` between them, which bind alike.
func (p *parser) expression() Expr {
	defer p.deeper()()
	e := p.comparison()
	turns := 0
	for last := ""; p.err == nil && (p.isWord("and") || p.isWord("or")); {
		t := p.next()
		if t.text != last {
			last = t.text
			if turns++; turns > maxDepth {
				p.fail(t, "it goes to and fro between and, or more than %d times", maxDepth)
			}
		}
		if t.text == "and" {
			e = And{e, p.comparison()}
		} else {
			e = Or{e, p.comparison()}
		}
		p.count()
	}
	return e
}

// comparison reads one condition, or a value.
func (p *parser) comparison() Expr {
	left := p.sum()
	t := p.peek()
	switch {
	case t.is(keyword, "is"), t.is(keyword, "isa"):
		p.next()
		return Is{left, p.name("the name of a classification")}
	case t.is(keyword, "has"):
		p.next()
		return Has{left, p.name("the name of an attribute")}
	case t.is(keyword, "hasterm"):
		p.next()
		return HasTerm{left, p.name("the name of a term")}
	}
	op, ok := p.comparator()
	if !ok {
		return left
	}
	p.next()
	return p.compare(op, left, p.sum())
}

// comparators are the comparisons by their signs.
var comparators = map[string]Op{"=": Eq, "!=": Ne, "<": Lt, "<=": Le, ">": Gt, ">=": Ge}

// comparator tells which comparison is next, if one is.
func (p *parser) comparator() (Op, bool) {
	t := p.peek()
	switch {
	case t.is(keyword, "like"):
		return Like, true
	case t.class == sign && comparators[t.text] != 0:
		return comparators[t.text], true
	case t.class == word && t.quote == 0 && strings.EqualFold(t.text, "in") && p.ahead(1).is(sign, "["):
		return In, true
	}
	return 0, false
}

// compare makes the comparison with a list one with its members.
func (p *parser) compare(op Op, left, right Expr) Expr {
	if _, list := right.(List); list {
		switch op {
		case Eq, Like, In:
			op = In
		case Ne:
			op = NotIn
		default:
			p.fail(p.peek(), "a list can be compared for equality only")
		}
	}
	if _, list := left.(List); list {
		p.fail(p.peek(), "a list stands on the right side of a comparison only")
	}
	return Compare{op, left, right}
}

// sum reads values with + and - between them. The sign of a number that follows
// a value joins the two.
func (p *parser) sum() Expr {
	e := p.product()
	for p.err == nil {
		t := p.peek()
		switch {
		case t.is(sign, "+"), t.is(sign, "-"):
			p.next()
			e = p.arithmetic(t.text[0], e, p.product())
		case t.class == number && (t.text[0] == '+' || t.text[0] == '-') && isValue(e):
			p.tokens[p.at].text = t.text[1:]
			e = p.arithmetic(t.text[0], e, p.product())
		default:
			return e
		}
	}
	return e
}

func (p *parser) product() Expr {
	e := p.atom()
	for p.err == nil && (p.isSign("*") || p.isSign("/")) {
		op := p.next().text[0]
		e = p.arithmetic(op, e, p.atom())
	}
	return e
}

func (p *parser) arithmetic(op byte, left, right Expr) Expr {
	if p.sums++; p.sums > maxDepth {
		p.fail(p.peek(), "it computes more than %d times", maxDepth)
	}
	if !isValue(left) || !isValue(right) {
		p.fail(p.peek(), "'%c' joins values only", op)
	}
	return Arithmetic{op, left, right}
}

// isValue tells values from conditions.
func isValue(e Expr) bool {
	switch e.(type) {
	case Name, Number, Arithmetic, Aggregate:
		return true
	}
	return false
}

func (p *parser) atom() Expr {
	p.count()
	t := p.peek()
	switch {
	case t.class == word:
		p.next()
		return Name{Text: t.text, Quote: t.quote}
	case t.class == number:
		p.next()
		return Number{t.text}
	case t.class == truth:
		p.next()
		return Bool(t.text == "true")
	case t.class == keyword && functions[t.text] != 0 && p.ahead(1).is(sign, "("):
		return p.aggregate()
	case t.is(sign, "("):
		p.next()
		e := p.expression()
		p.expect(")")
		return e
	case t.is(sign, "["):
		return p.list()
	}
	p.unexpected("a name or a value")
	return Name{}
}

// functions are the aggregates by their names.
var functions = map[string]Function{"count": Count, "min": Min, "max": Max, "sum": Sum}

func (p *parser) aggregate() Expr {
	a := Aggregate{Of: functions[p.next().text]}
	p.expect("(")
	if a.Of != Count {
		a.Arg = p.expression()
	}
	p.expect(")")
	return a
}

func (p *parser) list() Expr {
	p.expect("[")
	list := List{}
	for p.err == nil {
		p.count()
		t := p.peek()
		switch t.class {
		case word:
			list = append(list, Name{Text: t.text, Quote: t.quote})
		case number:
			list = append(list, Number{t.text})
		case truth:
			list = append(list, Bool(t.text == "true"))
		default:
			p.unexpected("a constant")
			return list
		}
		p.next()
		if !p.isSign(",") {
			break
		}
		p.next()
	}
	p.expect("]")
	return list
}
