package mlmdql

import (
	"strings"

	"github.com/pedigree-ml/pedigree/query"
)

// primary reads what operators stand between.
func (p *parser) primary() value {
	switch p.tok.kind {
	case tokenInt, tokenFloat:
		return p.number()
	case tokenString:
		t := p.tok
		p.next()
		return literal(stringType, t.text)
	case tokenBytes:
		t := p.tok
		p.next()
		v := literal(bytesType, t.text)
		v.stuck = true
		return v
	case tokenMention:
		return p.mention()
	case tokenName:
		return p.word()
	case tokenQuotedName:
		return p.named()
	}
	switch {
	case p.tok.is("("):
		return p.parenthesis()
	case p.tok.is("["):
		return p.array("")
	case p.tok.is("@"):
		refuse("Query parameter not found [at %s]", p.place(p.tok.at))
	case p.tok.is("?"):
		refuse("Positional parameters are not supported [at %s]", p.place(p.tok.at))
	}
	p.unexpected()
	return value{}
}

// mention reads a property, or a neighbour's attribute.
func (p *parser) mention() value {
	t := p.tok
	p.next()
	if t.mention.Part != 0 {
		return value{typ: propertyTypes[t.mention.Part], tree: *t.mention, size: 1}
	}
	p.expect(".")
	name := p.tok
	if name.kind != tokenName && name.kind != tokenQuotedName {
		p.unexpected()
	}
	p.next()
	a, ok := p.neighbourAttribute(t.mention.Of, name.text)
	if !ok {
		refuse("Field name %s does not exist in %s [at %s]", name.text, t.text, p.place(name.at))
	}
	return p.column(t.mention.Of, a)
}

// word reads what starts with an unquoted name: a constant, an expression with
// a keyword, a function or an attribute.
func (p *parser) word() value {
	switch word := p.tok.word; word {
	case "NULL":
		p.next()
		return nullValue
	case "TRUE", "FALSE":
		p.next()
		return literal(boolType, word == "TRUE")
	case "CASE":
		return p.cases()
	case "CAST":
		p.next()
		return p.cast(false)
	case "EXISTS":
		p.next()
		p.expect("(")
		s := p.selection()
		p.expect(")")
		return p.exists(s)
	case "ARRAY", "STRUCT":
		return p.constructor(word)
	case "EXTRACT":
		return p.extract()
	case "IF", "LEFT", "RIGHT":
		at := p.tok.at
		p.next()
		return p.function(word, at)
	default:
		if reserved[word] {
			p.unexpected()
		}
	}
	return p.named()
}

// named reads a function, or an attribute by its name.
func (p *parser) named() value {
	t := p.tok
	p.next()
	upper := strings.ToUpper(t.text)
	if p.tok.is("(") {
		if t.kind == tokenName && upper == "SAFE_CAST" {
			return p.cast(true)
		}
		return p.function(upper, t.at)
	}
	if t.kind == tokenName && p.tok.kind == tokenString && (upper == dateType || upper == timestampType) {
		v := literal(stringType, p.tok.text).as(upper)
		p.next()
		p.cannotRun("syntax error near a literal of type %s", upper)
		return v
	}
	if v, ok := p.find(t.text); ok {
		return v
	}
	if a, ok := p.own(t.text); ok {
		return p.column(query.Source{}, a)
	}
	if upper == "CURRENT_DATE" || upper == "CURRENT_TIMESTAMP" {
		p.cannotRun("syntax error near (")
		return value{typ: strings.TrimPrefix(upper, "CURRENT_"), tree: query.Literal{}, size: 1}
	}
	refuse("Unrecognized name: %s [at %s]", t.text, p.place(t.at))
	return value{}
}

// postfix reads field and element accesses.
func (p *parser) postfix(v value) value {
	for {
		switch {
		case p.tok.is("."):
			p.next()
			if v.typ != structType {
				refuse("Cannot access field %s on a value with type %s [at %s]", p.tok.text, v.typ, p.place(p.tok.at))
			}
			p.cannotRun("syntax error near a field of a struct")
			p.giveUp()
		case p.tok.is("["):
			if !isArray(v.typ) {
				refuse("Subscript access is not supported on values of type %s [at %s]", v.typ, p.place(p.tok.at))
			}
			p.next()
			p.subscript()
			v = value{typ: elementOf(v.typ), tree: query.Literal{}, size: 1}
		default:
			return v
		}
	}
}

// giveUp ends the parse where types can no longer be told.
func (p *parser) giveUp() {
	panic(unrunnableError(p.unrunnable))
}

func (p *parser) subscript() {
	word := p.tok.word
	if word == "OFFSET" || word == "ORDINAL" || word == "SAFE_OFFSET" || word == "SAFE_ORDINAL" {
		p.next()
	}
	index := p.expression()
	if !index.becomes(int64Type) {
		refuse("Array position must be coercible to INT64 type, but has type %s [at %s]", index.typ, p.place(p.tok.at))
	}
	p.expect("]")
	p.cannotRun("syntax error near an element of an array")
}

// parenthesis reads an expression, a subquery or a tuple.
func (p *parser) parenthesis() value {
	at := p.tok.at
	p.next()
	if p.tok.word == "SELECT" {
		p.enter()
		defer p.leave()
		s := p.selection()
		p.expect(")")
		return p.scalar(at, s)
	}
	v := p.expression()
	if !p.tok.is(",") {
		p.expect(")")
		return v
	}
	for p.accept(",") {
		p.expression()
	}
	p.expect(")")
	p.cannotRun("no such column: STRUCT")
	return value{typ: structType, tree: query.Literal{}, size: 1}
}

// constructor reads ARRAY or STRUCT and what belongs to it.
func (p *parser) constructor(word string) value {
	p.next()
	typ := ""
	if p.accept("<") {
		typ = p.typeName()
		for p.accept(",") {
			p.typeName()
		}
		p.expect(">")
	}
	if word == "ARRAY" && p.accept("(") {
		s := p.selection()
		p.expect(")")
		p.cannotRun("syntax error near SELECT")
		return value{typ: "ARRAY<" + p.scalar(p.tok.at, s).typ + ">", tree: query.Literal{}, size: 1}
	}
	if word == "ARRAY" {
		return p.array(typ)
	}
	p.expect("(")
	for first := true; !p.tok.is(")"); first = false {
		if !first {
			p.expect(",")
		}
		p.expression()
		p.alias()
	}
	p.expect(")")
	p.cannotRun("no such column: STRUCT")
	return value{typ: structType, tree: query.Literal{}, size: 1}
}

// array reads elements in brackets.
func (p *parser) array(typ string) value {
	p.enter()
	defer p.leave()
	at := p.tok.at
	p.expect("[")
	var elements []value
	for !p.tok.is("]") {
		if len(elements) > 0 {
			p.expect(",")
		}
		elements = append(elements, p.expression())
	}
	p.expect("]")
	element, ok := common(elements)
	if !ok || isArray(element) {
		refuse("Array elements of types {%s} do not have a common supertype [at %s]", describe(elements), p.place(at))
	}
	if typ == "" {
		typ = element
	}
	p.cannotRun("no such column: ARRAY")
	return value{typ: "ARRAY<" + typ + ">", tree: query.Literal{}, size: 1}
}

var dateParts = set("YEAR MONTH DAY DAYOFWEEK DAYOFYEAR QUARTER HOUR MINUTE SECOND MILLISECOND MICROSECOND DATE WEEK ISOYEAR ISOWEEK")

func (p *parser) extract() value {
	at := p.tok.at
	p.next()
	p.expect("(")
	if !dateParts[p.tok.word] {
		refuse("A valid date part name is required but found %s [at %s]", p.tok.text, p.place(p.tok.at))
	}
	p.next()
	p.expectWord("FROM")
	v := p.expression()
	p.expect(")")
	if v.typ != dateType && v.typ != timestampType && !v.null {
		p.noSignature("function EXTRACT", at, v)
	}
	p.cannotRun("syntax error near FROM")
	return value{typ: int64Type, tree: query.Literal{}, size: 1}
}
