package mlmdql

import "github.com/pedigree-ml/pedigree/query"

var comparisons = map[string]query.Operation{
	"=": query.Equals, "!=": query.Differs, "<>": query.Differs,
	"<": query.Below, "<=": query.AtMost, ">": query.Above, ">=": query.AtLeast,
}

// comparison reads an operand and what it is compared with. Comparisons do not
// chain, but for one behind IS UNKNOWN.
func (p *parser) comparison() value {
	at := p.tok.at
	v := p.operand()
	for {
		if p.tok.kind == tokenSign {
			if op, ok := comparisons[p.tok.text]; ok {
				word := p.tok.text
				p.next()
				return p.compare(word, op, at, v, p.operand())
			}
			return v
		}
		switch p.tok.word {
		case "IS":
			p.next()
			var chains bool
			if v, chains = p.is(at, v); !chains {
				return v
			}
		case "NOT":
			p.next()
			return p.call(boolType, query.Negate, p.relation(at, v))
		case "IN", "LIKE", "BETWEEN":
			return p.relation(at, v)
		default:
			return v
		}
	}
}

func (p *parser) compare(word string, op query.Operation, at int, a, b value) value {
	p.notNull(word, at, a, b)
	typ, ok := common([]value{a, b})
	switch {
	case mixedIntegers(a, b):
		return p.call(boolType, op, a, b)
	case !ok, isArray(typ), typ == structType && op != query.Equals && op != query.Differs:
		p.noSignature("operator "+word, at, a, b)
	}
	return p.call(boolType, op, a.as(typ), b.as(typ))
}

// mixedIntegers tells whether one is signed and the other is not: they can be
// compared although they have no type in common.
func mixedIntegers(a, b value) bool {
	return a.typ == uint64Type && isSigned(b.typ) || isSigned(a.typ) && b.typ == uint64Type
}

// relation reads what follows IN, LIKE or BETWEEN.
func (p *parser) relation(at int, v value) value {
	switch {
	case p.acceptWord("IN"):
		return p.in(at, v)
	case p.acceptWord("LIKE"):
		return p.like(at, v, p.operand())
	case p.acceptWord("BETWEEN"):
		low := p.operand()
		p.expectWord("AND")
		high := p.operand()
		typ, ok := common([]value{v, low, high})
		if !ok || isArray(typ) || typ == structType {
			p.noSignature("operator BETWEEN", at, v, low, high)
		}
		return p.call(boolType, query.Between, all([]value{v, low, high}, broad(typ))...)
	}
	p.unexpected()
	return value{}
}

func (p *parser) like(at int, v, pattern value) value {
	p.notNull("LIKE", at, v, pattern)
	if v.typ == bytesType && pattern.typ == bytesType {
		p.cannotRun("LIKE of bytes")
	} else if v.typ != stringType || pattern.typ != stringType {
		p.noSignature("operator LIKE", at, v, pattern)
	}
	return p.call(boolType, query.Matches, v, pattern)
}

func (p *parser) in(at int, v value) value {
	if p.acceptWord("UNNEST") {
		return p.inArray(at, v)
	}
	p.expect("(")
	if p.isSelection() {
		s := p.selection()
		p.expect(")")
		return p.inSelection(at, v, s)
	}
	list := []value{v, p.expression()}
	for p.accept(",") {
		list = append(list, p.expression())
	}
	p.expect(")")
	typ, ok := common(list)
	if !ok || isArray(typ) {
		refuse("No matching signature for operator IN for argument types %s and {%s} [at %s]", v.describe(), describe(list[1:]), p.place(at))
	}
	return p.call(boolType, query.OneOf, all(list, typ)...)
}

func (p *parser) inArray(at int, v value) value {
	p.expect("(")
	array := p.expression()
	p.expect(")")
	if !array.null {
		if !isArray(array.typ) {
			refuse("Second argument of IN UNNEST must be an array but was %s [at %s]", array.typ, p.place(at))
		}
		if _, ok := common([]value{v, {typ: elementOf(array.typ), tree: query.Literal{}}}); !ok {
			p.noSignature("operator IN UNNEST", at, v, array)
		}
	}
	p.cannotRun("no such table: UNNEST")
	return literal(boolType, nil)
}

// is reads what follows IS, and tells whether a comparison may follow in turn.
func (p *parser) is(at int, v value) (result value, chains bool) {
	negated := p.acceptWord("NOT")
	word := p.tok.word
	p.next()
	switch word {
	case "NULL":
		result = p.call(boolType, query.IsAbsent, v)
	case "TRUE", "FALSE", "UNKNOWN":
		if !v.becomes(boolType) {
			p.noSignature("operator IS "+word, at, v)
		}
		op := map[string]query.Operation{"TRUE": query.IsTrue, "FALSE": query.IsFalse, "UNKNOWN": query.IsAbsent}[word]
		result = p.call(boolType, op, v.as(boolType))
	default:
		p.fail(at, "Expected keyword FALSE or keyword NULL or keyword TRUE or keyword UNKNOWN behind IS")
	}
	if negated {
		result = p.call(boolType, query.Negate, result)
	}
	return result, word == "UNKNOWN"
}

var arithmetics = map[string]query.Operation{
	"+": query.Add, "-": query.Subtract, "*": query.Multiply, "/": query.Divide,
	"&": query.BitAnd, "|": query.BitOr, "<<": query.ShiftLeft, ">>": query.ShiftRight,
}

func (p *parser) arithmetic(op string, at int, a, b value) value {
	switch op {
	case "<<", ">>":
		return p.shift(op, at, a, b)
	case "||":
		return p.join(at, a, b)
	}
	p.notNull(op, at, a, b)
	switch op {
	case "&", "|", "^":
		return p.bitwise(op, at, a, b)
	case "+", "-", "*":
		for _, typ := range []string{int64Type, uint64Type} {
			if a.becomes(typ) && b.becomes(typ) && (a.typ == typ || b.typ == typ || !a.literal || !b.literal) {
				result := typ
				if typ == uint64Type && op == "-" {
					result = int64Type
				}
				return p.call(result, arithmetics[op], a.as(typ), b.as(typ))
			}
		}
	}
	if !a.becomes(doubleType) || !b.becomes(doubleType) || op != "/" && unrelated(a, b) {
		p.noSignature("operator "+op, at, a, b)
	}
	return p.call(doubleType, arithmetics[op], a.as(doubleType), b.as(doubleType))
}

// unrelated tells whether two integers have no type in common.
func unrelated(a, b value) bool {
	_, ok := common([]value{a, b})
	return !ok
}

func (p *parser) bitwise(op string, at int, a, b value) value {
	typ, ok := common([]value{a, b})
	if !ok || !a.becomes(typ) || !b.becomes(typ) || !isInteger(typ) && typ != bytesType || !a.literal && a.typ != typ || !b.literal && b.typ != typ {
		refuse("Bitwise operator %s requires two integer/BYTES arguments of the same type, but saw %s and %s [at %s]", op, a.describe(), b.describe(), p.place(at))
	}
	if op == "^" || typ == bytesType {
		p.cannotRun("unrecognized token: %q", op)
		return p.call(typ, query.BitOr, a, b)
	}
	return p.call(typ, arithmetics[op], a.as(typ), b.as(typ))
}

func (p *parser) shift(op string, at int, a, b value) value {
	if !b.becomes(int64Type) || !isInteger(a.typ) && a.typ != bytesType {
		p.noSignature("operator "+op, at, a, b)
	}
	if a.typ == bytesType {
		p.cannotRun("%s of bytes", op)
	}
	return p.call(a.typ, arithmetics[op], a.as(a.typ), b.as(int64Type))
}

// join reads ||, which the engine's database has no function for.
func (p *parser) join(at int, a, b value) value {
	typ, ok := common([]value{a, b})
	if a.null && b.null {
		typ = stringType
	}
	if !ok || typ != stringType && typ != bytesType && !isArray(typ) {
		p.noSignature("operator ||", at, a, b)
	}
	p.cannotRun("no such function: CONCAT")
	return value{typ: typ, tree: query.Literal{}, size: 1}
}
