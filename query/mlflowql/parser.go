package mlflowql

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// A clause is one comparison as it was written.
type clause struct {
	field  token
	op     string // in upper case, one space between words
	value  token  // end for IS NULL and IS NOT NULL; open for a list
	values []token
	list   string // the list as it was written

	operator pedigree.Span
	suspect  pedigree.Span // what is at fault if the clause is refused now
}

// A tree is the shape of a filter: indexes into its clauses.
type tree interface {
	build([]query.Compare) query.Expr
}

type (
	leaf   int
	allOf  []tree
	anyOf  []tree
	negate struct{ term tree }
)

func (l leaf) build(c []query.Compare) query.Expr { return c[l] }

func (a allOf) build(c []query.Compare) query.Expr {
	terms := make(query.And, len(a))
	for i := range a {
		terms[i] = a[i].build(c)
	}
	return terms
}

func (a anyOf) build(c []query.Compare) query.Expr {
	terms := make(query.Or, len(a))
	for i := range a {
		terms[i] = a[i].build(c)
	}
	return terms
}

func (n negate) build(c []query.Compare) query.Expr { return query.Not{Term: n.term.build(c)} }

// A parser reads a whole filter even if parts make no sense, and remembers the
// tokens of those: the error names all of them, as MLflow's does.
type parser struct {
	filter  string
	tokens  []token
	clauses []clause
	invalid []token
	depth   int
	deepest int
}

// parse reads a filter. The tree is nil for one without clauses. When the
// shape is wrong, refuse words the error about the tokens that make no sense.
func parse(filter string, refuse func([]token) error) ([]clause, tree, error) {
	if len(filter) > MaxFilter {
		return nil, nil, invalid("Search filter is too long: %d bytes, at most %d are allowed.", len(filter), MaxFilter)
	}
	if !utf8.ValidString(filter) || strings.Contains(filter, "\x00") {
		return nil, nil, invalid("Search filter is not text in UTF-8.")
	}
	p := parser{filter: filter, tokens: lex(filter)}
	t := p.whole()
	switch {
	case p.deepest > MaxDepth:
		return nil, nil, invalid("Search filter is nested more than %d levels deep.", MaxDepth)
	case len(p.clauses) > MaxClauses:
		return nil, nil, invalid("Search filter has %d comparisons, at most %d are allowed.", len(p.clauses), MaxClauses)
	case len(p.invalid) > 0:
		slices.SortFunc(p.invalid, func(a, b token) int { return a.at - b.at })
		return nil, nil, blame(filter, p.invalid[0].span(), refuse(p.invalid))
	}
	for i := range p.clauses {
		if n := (len(p.clauses[i].values) + 1) / 2; n > MaxValues { // commas between them
			return nil, nil, invalid("Search filter has a list of %d values, at most %d are allowed.", n, MaxValues)
		}
	}
	return p.clauses, t, nil
}

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) take() token {
	t := p.tokens[0]
	if t.kind != end {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *parser) reject(tokens ...token) tree {
	p.invalid = append(p.invalid, tokens...)
	return nil
}

func (p *parser) whole() tree {
	t := p.or()
	for p.peek().kind != end { // a parenthesis that none opens
		p.reject(p.take())
		p.or()
	}
	return t
}

func (p *parser) or() tree {
	terms := anyOf{p.and()}
	for p.peek().is("OR") {
		or := p.take()
		terms = append(terms, p.and())
		if terms[len(terms)-2] == nil || terms[len(terms)-1] == nil {
			p.reject(or)
		}
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return terms
}

// and reads comparisons with an AND between any two, or none: MLflow minds
// neither a missing AND nor one too many.
func (p *parser) and() tree {
	var terms allOf
	for {
		switch t := p.peek(); {
		case t.is("AND"):
			p.take()
		case t.kind == end, t.kind == shut, t.is("OR"):
			switch len(terms) {
			case 0:
				return nil
			case 1:
				return terms[0]
			}
			return terms
		default:
			terms = append(terms, p.term())
		}
	}
}

func (p *parser) term() tree {
	switch t := p.peek(); {
	case t.is("NOT"):
		p.take()
		return p.not(t)
	case t.kind == open:
		p.take()
		return p.group(t)
	}
	return p.comparison()
}

func (p *parser) not(not token) tree {
	if t := p.peek(); t.kind == end || t.kind == shut || t.is("OR") || t.is("AND") || !p.enter() {
		return p.reject(not)
	}
	defer p.leave()
	return negate{p.term()}
}

func (p *parser) group(open token) tree {
	if !p.enter() {
		return p.reject(open)
	}
	defer p.leave()
	t := p.or()
	if p.peek().kind != shut {
		return p.reject(open)
	}
	if shut := p.take(); t == nil {
		return p.reject(open, shut)
	}
	return t
}

func (p *parser) enter() bool {
	p.depth++
	p.deepest = max(p.deepest, p.depth)
	if p.depth > MaxDepth {
		p.depth--
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

func (p *parser) comparison() tree {
	field := p.take()
	if field.kind != word && field.kind != text {
		return p.reject(field)
	}
	op := p.operator()
	if op == nil {
		return p.reject(field)
	}
	c := clause{field: field, op: opText(op), operator: pedigree.Span{From: op[0].at, To: op[len(op)-1].span().To}}
	if c.op == "IS NULL" || c.op == "IS NOT NULL" {
		return p.add(c)
	}
	value := p.peek()
	inList := c.op == "IN" || c.op == "NOT IN"
	switch {
	case value.kind == open:
		if !p.list(&c) {
			return p.reject(append([]token{field}, op...)...)
		}
	case inList, value.kind != word && value.kind != text, value.is("AND"), value.is("OR"):
		return p.reject(append([]token{field}, op...)...)
	default:
		c.value = p.take()
	}
	return p.add(c)
}

func (p *parser) add(c clause) tree {
	p.clauses = append(p.clauses, c)
	return leaf(len(p.clauses) - 1)
}

// operator reads the tokens of a comparator; nil if there is none.
func (p *parser) operator() []token {
	n := 0
	switch t := p.tokens; {
	case t[0].kind == operator, t[0].is("IN"), t[0].is("LIKE"), t[0].is("ILIKE"), t[0].is("RLIKE"):
		n = 1
	case t[0].is("IS") && t[1].is("NULL"):
		n = 2
	case t[0].is("IS") && t[1].is("NOT") && t[2].is("NULL"):
		n = 3
	case t[0].is("NOT") && (t[1].is("IN") || t[1].is("LIKE") || t[1].is("ILIKE") || t[1].is("RLIKE")):
		n = 2
	default:
		return nil
	}
	op := p.tokens[:n:n]
	p.tokens = p.tokens[n:]
	return op
}

func opText(op []token) string {
	words := make([]string, len(op))
	for i, t := range op {
		words[i] = strings.ToUpper(t.raw)
	}
	return strings.Join(words, " ")
}

// list reads values in parentheses. A comma may follow the last. It reports
// whether a parenthesis closes the list; what stands in it is judged later.
func (p *parser) list(c *clause) bool {
	rest := p.tokens
	c.value = rest[0]
	for i := 1; ; i++ {
		switch t := rest[i]; t.kind {
		case end, open:
			return false
		case shut:
			c.list = p.filter[c.value.at : t.at+1]
			p.tokens = rest[i+1:]
			return true
		default:
			c.values = append(c.values, t)
		}
	}
}
