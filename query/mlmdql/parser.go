package mlmdql

import (
	"math"
	"slices"
	"strconv"

	"github.com/pedigree-ml/pedigree/query"
)

type parser struct {
	lexer
	tok        token // the next one
	passed     int   // how many tokens came before it
	depth      int
	scopes     []scope // of subqueries, innermost last
	unrunnable string  // the first construct that no engine runs
}

// next passes a token; behind the last one it stays there.
func (p *parser) next() { p.jump(min(p.passed+1, len(p.tokens)-1)) }

// jump goes to a token, from which reading goes on.
func (p *parser) jump(passed int) { p.passed, p.tok = passed, p.tokens[passed] }

// accept passes a sign if it is next.
func (p *parser) accept(sign string) bool {
	if !p.tok.is(sign) {
		return false
	}
	p.next()
	return true
}

func (p *parser) acceptWord(word string) bool {
	if p.tok.word != word {
		return false
	}
	p.next()
	return true
}

func (p *parser) expect(sign string) {
	if !p.accept(sign) {
		p.unexpected()
	}
}

func (p *parser) expectWord(word string) {
	if !p.acceptWord(word) {
		p.unexpected()
	}
}

func (p *parser) end() {
	if p.tok.kind != tokenEnd {
		p.fail(p.tok.at, "Expected end of input but got %s", p.tok.describe())
	}
}

func (p *parser) unexpected() {
	p.fail(p.tok.at, "Unexpected %s", p.tok.describe())
}

func (t *token) describe() string {
	switch {
	case t.kind == tokenEnd:
		return "end of expression"
	case t.kind == tokenName && reserved[t.word]:
		return "keyword " + t.word
	case t.kind == tokenName, t.kind == tokenQuotedName, t.kind == tokenMention:
		return `identifier "` + t.text + `"`
	case t.kind == tokenString:
		return "string literal"
	case t.kind == tokenBytes:
		return "bytes literal"
	case t.kind == tokenInt:
		return `integer literal "` + t.text + `"`
	case t.kind == tokenFloat:
		return `floating point literal "` + t.text + `"`
	}
	return `"` + t.text + `"`
}

// enter counts levels of nesting; the caller leaves when it returns.
func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		refuse("it is nested more than %d levels deep", maxDepth)
	}
}

func (p *parser) leave() { p.depth-- }

// call makes an expression of others.
func (p *parser) call(typ string, op query.Operation, args ...value) value {
	v := value{typ: typ, size: 1}
	trees := make([]query.Scalar, len(args))
	for i, a := range args {
		trees[i] = a.tree
		v.add(p, a)
	}
	v.tree = query.Call{Op: op, Args: trees}
	return v
}

// checkRuns notes a value for which no engine has a notation.
func (p *parser) checkRuns(v value) {
	if v.stuck {
		p.cannotRun("syntax error near a literal of type %s", v.typ)
	}
}

// add counts a part of an expression.
func (v *value) add(p *parser, part value) {
	p.checkRuns(part)
	v.size += part.size
	v.depth = max(v.depth, part.depth+1)
	v.length = max(v.length, part.length)
	if v.size > maxParts {
		refuse("it has more than %d parts", maxParts)
	}
	if v.depth > 2*maxDepth {
		refuse("it is nested more than %d levels deep", 2*maxDepth)
	}
}

func (p *parser) expression() value {
	p.enter()
	defer p.leave()
	return p.logic("OR", query.AnyOf, func() value { return p.logic("AND", query.AllOf, p.negation) })
}

// logic reads terms with a word between them.
func (p *parser) logic(word string, op query.Operation, term func() value) value {
	at := p.tok.at
	terms := []value{term()}
	for p.acceptWord(word) {
		terms = append(terms, term())
	}
	if len(terms) == 1 {
		return terms[0]
	}
	for _, t := range terms {
		if !t.becomes(boolType) {
			p.noSignature("operator "+word, at, terms...)
		}
	}
	return p.call(boolType, op, all(terms, boolType)...)
}

func (p *parser) noSignature(what string, at int, args ...value) {
	refuse("No matching signature for %s for argument types: %s [at %s]", what, describe(args), p.place(at))
}

func (p *parser) negation() value {
	at := p.tok.at
	if !p.acceptWord("NOT") {
		return p.comparison()
	}
	p.enter()
	defer p.leave()
	v := p.negation()
	p.notNull("NOT", at, v)
	if v.typ != boolType {
		p.noSignature("operator NOT", at, v)
	}
	return p.call(boolType, query.Negate, v)
}

// notNull refuses the bare word NULL as an operand.
func (p *parser) notNull(op string, at int, operands ...value) {
	if slices.ContainsFunc(operands, func(v value) bool { return v.null }) {
		refuse("Operands of %s cannot be literal NULL [at %s]", op, p.place(at))
	}
}

// levels are the binary operators that bind more tightly than comparisons, the
// loosest first.
var levels = [][]string{{"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"||"}, {"*", "/"}}

func (p *parser) binary(level int) value {
	if level == len(levels) {
		return p.unary()
	}
	at := p.tok.at
	v := p.binary(level + 1)
	for p.tok.kind == tokenSign && slices.Contains(levels[level], p.tok.text) {
		op := p.tok.text
		p.next()
		v = p.arithmetic(op, at, v, p.binary(level+1))
	}
	return v
}

func (p *parser) operand() value { return p.binary(0) }

func (p *parser) unary() value {
	at, op := p.tok.at, p.tok.text
	if p.tok.kind != tokenSign || op != "-" && op != "+" && op != "~" {
		return p.postfix(p.primary())
	}
	p.next()
	if op == "-" && (p.tok.kind == tokenInt || p.tok.kind == tokenFloat) {
		return p.postfix(p.negative())
	}
	p.enter()
	defer p.leave()
	v := p.unary()
	p.notNull(op, at, v)
	return p.sign(op, at, v)
}

// negative reads a number behind a minus as one constant.
func (p *parser) negative() value {
	t := p.tok
	p.next()
	switch {
	case t.kind == tokenFloat:
		return literal(doubleType, -t.float())
	case t.number > 1<<63:
		refuse("Invalid integer literal: -%s [at %s]", t.text, p.place(t.at))
	}
	return literal(int64Type, -int64(t.number)) // the least one is its own negative
}

func (p *parser) sign(op string, at int, v value) value {
	switch {
	case op == "+" && isNumeric(v.typ):
		return v
	case op == "~" && isInteger(v.typ):
		return p.call(v.typ, query.BitNot, v)
	case op == "~" && v.typ == bytesType:
		p.cannotRun("~ of bytes")
		return v
	case op == "-" && (v.typ == int32Type || v.typ == int64Type || v.typ == floatType || v.typ == doubleType):
		return p.call(v.typ, query.Minus, v)
	}
	p.noSignature("operator "+op, at, v)
	return value{}
}

func (p *parser) number() value {
	t := p.tok
	p.next()
	switch {
	case t.kind == tokenFloat:
		return literal(doubleType, t.float())
	case t.number > math.MaxInt64:
		return largeLiteral(t.number)
	}
	return literal(int64Type, int64(t.number))
}

// float gives the value of a fraction; what is out of range is infinite.
func (t *token) float() float64 {
	f, _ := strconv.ParseFloat(t.text, 64)
	return f
}
