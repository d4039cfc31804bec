package mlmdql

import (
	"regexp"
	"strings"

	"github.com/pedigree-ml/pedigree/query"
)

// function reads the arguments of a function and picks its signature.
func (p *parser) function(name string, at int) value {
	p.enter()
	defer p.leave()
	f, known := functions[name]
	typ, ofCalendar := calendar[name]
	switch {
	case ofCalendar:
		p.passArguments()
		p.cannotRun("no such function: %s", name)
		return value{typ: typ, tree: query.Literal{}, size: 1}
	case aggregates[name]:
		refuse("Aggregate function %s not allowed in standalone expression [at %s]", name, p.place(at))
	case !known:
		refuse("Function not found: %s [at %s]", name, p.place(at))
	}
	args := p.arguments()
	for _, strict := range []bool{true, false} {
		for signature := range strings.FieldsSeq(f.signatures) {
			if converted, result, ok := match(signature, args, strict); ok {
				return p.apply(name, at, f.op, result, converted)
			}
		}
	}
	p.noSignature("function "+name, at, args...)
	return value{}
}

// apply makes the call, of a function that the engine's database has.
func (p *parser) apply(name string, at int, op query.Operation, typ string, args []value) value {
	switch {
	case op == 0:
		p.cannotRun("no such function: %s", name)
		return value{typ: typ, tree: query.Literal{}, size: 1}
	case op == query.FirstPresent && len(args) == 1:
		p.cannotRun("wrong number of arguments to function %s()", name)
	case op == query.Format:
		p.checkFormat(at, args)
	case op == query.JSONValue:
		p.checkPath(at, args[1])
	}
	v := p.call(typ, op, args...)
	if op == query.Replace {
		v.length = replacedLength(args)
	}
	if v.length > maxText {
		refuse("it could make a text of more than %d bytes [at %s]", maxText, p.place(at))
	}
	return v
}

// storedLength is taken for the length of texts that are stored.
const storedLength = 4 << 10

// replacedLength tells how long a text can become by REPLACE.
func replacedLength(args []value) int {
	text, from, to := args[0].longest(), 1, args[2].longest()
	if literal, ok := args[1].constantText(); ok {
		from = max(1, len(literal))
	}
	return max(text, text/from*to)
}

func (v value) longest() int {
	if v.literal {
		return v.length
	}
	return max(v.length, storedLength)
}

// jsonPath is a path that databases know, to a value within a JSON text.
var jsonPath = regexp.MustCompile(`^\$(\.("[^"]*"|[^."[][^.[]*)|\[(\d+|#(-\d+)?)\])*$`)

// checkPath refuses what is no path to a value within a JSON text.
func (p *parser) checkPath(at int, v value) {
	path, ok := v.constantText()
	switch {
	case v.tree == query.Literal{}:
	case !ok:
		refuse("JSONPath must be a string literal or query parameter [at %s]", p.place(at))
	case !jsonPath.MatchString(path):
		p.cannotRun("JSON path error near %q", path)
	}
}

func (v value) constantText() (string, bool) {
	if !v.literal {
		return "", false
	}
	s, ok := v.constant().(string)
	return s, ok
}

// arguments reads expressions in parentheses.
func (p *parser) arguments() []value {
	p.expect("(")
	var args []value
	for !p.tok.is(")") {
		if len(args) > 0 {
			p.expect(",")
		}
		args = append(args, p.expression())
	}
	p.next()
	return args
}

// passArguments passes over what stands in parentheses.
func (p *parser) passArguments() {
	p.expect("(")
	for depth := 1; depth > 0; p.next() {
		switch {
		case p.tok.kind == tokenEnd:
			p.unexpected()
		case p.tok.is("("):
			depth++
		case p.tok.is(")"):
			depth--
		}
	}
}

// parameter is one place in a signature.
type parameter struct {
	typ      string // empty for a letter that stands for several types
	letter   byte
	optional bool
	repeated bool
}

var letters = map[byte]string{
	'i': int32Type, 'I': int64Type, 'u': uint32Type, 'U': uint64Type, 'F': floatType, 'D': doubleType,
	'S': stringType, 'Y': bytesType, 'B': boolType, 'd': dateType, 't': timestampType,
}

// parameters reads a signature.
func parameters(signature string) (list []parameter, result string) {
	text, result, _ := strings.Cut(signature, ">")
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '[':
			list = append(list, parameter{typ: "ARRAY<" + letters[text[i+1]] + ">"})
			i += 2
		case '?':
			list[len(list)-1].optional = true
		case '*':
			list[len(list)-1].repeated = true
		default:
			list = append(list, parameter{typ: letters[c], letter: c})
		}
	}
	return list, result
}

// expand gives each of n arguments its parameter.
func expand(list []parameter, n int) ([]parameter, bool) {
	if len(list) > 0 && list[len(list)-1].repeated {
		last := list[len(list)-1]
		list = list[: len(list)-1 : len(list)-1]
		for len(list) < n {
			list = append(list, last)
		}
	}
	for len(list) > n && list[len(list)-1].optional {
		list = list[:len(list)-1]
	}
	return list, len(list) == n
}

// match tries a signature. A strict one takes values of its very types only.
func match(signature string, args []value, strict bool) (converted []value, result string, ok bool) {
	list, returns := parameters(signature)
	if list, ok = expand(list, len(args)); !ok {
		return nil, "", false
	}
	bound, ok := bind(list, args)
	if !ok {
		return nil, "", false
	}
	converted = make([]value, len(args))
	for i, p := range list {
		typ := p.typ
		if typ == "" {
			typ = bound[p.letter]
		}
		switch {
		case p.letter == 'X':
			converted[i] = args[i]
			continue
		case !args[i].becomes(typ), strict && !args[i].null && args[i].typ != typ && p.typ != "":
			return nil, "", false
		}
		converted[i] = args[i].as(typ)
	}
	return converted, resultType(returns, bound), true
}

func resultType(returns string, bound map[byte]string) string {
	if strings.HasPrefix(returns, "[") {
		return "ARRAY<" + letters[returns[1]] + ">"
	}
	if typ, ok := bound[returns[0]]; ok {
		return typ
	}
	return letters[returns[0]]
}

// bind finds what the letters for several types stand for.
func bind(list []parameter, args []value) (map[byte]string, bool) {
	groups := map[byte][]value{}
	for i, p := range list {
		if p.typ == "" {
			groups[p.letter] = append(groups[p.letter], args[i])
		}
	}
	bound := map[byte]string{}
	for letter, group := range groups {
		typ, ok := common(group)
		if !ok && letter != 'X' {
			return nil, false
		}
		bound[letter] = typ
	}
	if array, ok := bound['a']; ok {
		if !isArray(array) {
			return nil, false
		}
		bound['e'] = elementOf(array)
	}
	return bound, true
}
