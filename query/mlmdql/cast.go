package mlmdql

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

var typeNames = map[string]string{
	"INT32": int32Type, "INT64": int64Type, "UINT32": uint32Type, "UINT64": uint64Type,
	"FLOAT": floatType, "FLOAT32": floatType, "DOUBLE": doubleType, "FLOAT64": doubleType,
	"BOOL": boolType, "BOOLEAN": boolType, "STRING": stringType, "BYTES": bytesType, "DATE": dateType, "TIMESTAMP": timestampType,
}

// typeName reads a type.
func (p *parser) typeName() string {
	p.enter()
	defer p.leave()
	t := p.tok
	p.next()
	if word := t.word; word == "ARRAY" || word == "STRUCT" {
		p.expect("<")
		inner := p.typeName()
		for word == "STRUCT" && p.accept(",") {
			p.typeName()
		}
		p.expect(">")
		if word == "STRUCT" {
			return structType
		}
		return "ARRAY<" + inner + ">"
	}
	typ, ok := typeNames[strings.ToUpper(t.text)]
	if !ok || t.kind != tokenName && t.kind != tokenQuotedName {
		refuse("Type not found: %s [at %s]", t.text, p.place(t.at))
	}
	return typ
}

// cast reads what follows the word CAST. A safe one gives null for a constant
// that has no value of the type; no engine runs one of anything else.
func (p *parser) cast(safe bool) value {
	p.enter()
	defer p.leave()
	p.expect("(")
	at := p.tok.at
	v := p.expression()
	p.expectWord("AS")
	typ := p.typeName()
	p.expect(")")
	switch {
	case v.null:
		if isArray(typ) || typ == structType {
			p.cannotRun("syntax error near a type with parameters")
		}
		return literal(typ, nil).settled()
	case v.typ == typ:
		return v.settled()
	case !castable(v.typ, typ):
		refuse("Invalid cast from %s to %s [at %s]", v.typ, typ, p.place(at))
	}
	if v.literal || v.cast {
		folded, ok := fold(v, typ)
		switch {
		case ok:
			return folded
		case typ == bytesType, v.isCalendar(typ):
			p.cannotRun("syntax error near a literal of type %s", typ)
		case safe:
			return literal(typ, nil).settled()
		}
	} else if safe {
		p.cannotRun("syntax error near AS")
	}
	result := v.converted(typ)
	result.add(p, value{depth: result.depth - 1})
	return result
}

// castable reports whether the language has a conversion between two types.
func castable(from, to string) bool {
	switch {
	case from == to:
		return true
	case isInteger(from):
		return isNumeric(to) || to == boolType || to == stringType
	case isNumeric(from):
		return isNumeric(to) || to == stringType
	case from == boolType:
		return isInteger(to) || to == stringType
	case from == stringType:
		return !isArray(to) && to != structType
	}
	return to == stringType && (from == bytesType || from == dateType || from == timestampType) ||
		from == dateType && to == timestampType || from == timestampType && to == dateType
}

// fold converts a constant, as the language defines it. What it cannot convert
// is left to the database.
func fold(v value, typ string) (value, bool) {
	folded, ok := value{}, false
	switch c := v.constant().(type) {
	case nil:
		folded, ok = literal(typ, nil), true
	case int64:
		folded, ok = foldInt(v, c, typ)
	case float64:
		folded, ok = foldFloat(c, typ)
	case bool:
		folded, ok = foldBool(c, typ)
	case string:
		if v.typ == stringType {
			folded, ok = foldString(c, typ)
		} else if v.typ == bytesType {
			folded, ok = literal(typ, c), utf8.ValidString(c)
		}
	}
	return folded.settled(), ok
}

func foldInt(v value, c int64, typ string) (value, bool) {
	switch {
	case typ == stringType && v.large != 0:
		return literal(typ, strconv.FormatUint(v.large, 10)), true
	case typ == stringType:
		return literal(typ, strconv.FormatInt(c, 10)), true
	case typ == boolType:
		return literal(typ, c != 0), true
	case typ == doubleType || typ == floatType:
		return literal(typ, v.asFloat()), true
	}
	return literal(typ, c), v.large == 0 && fits(c, typ)
}

func foldFloat(c float64, typ string) (value, bool) {
	switch {
	case typ == stringType:
		return literal(typ, floatText(c)), true
	case typ == doubleType || typ == floatType:
		return literal(typ, c), true
	}
	rounded := math.Round(c)
	if math.Abs(rounded) >= 1<<63 {
		return value{}, false
	}
	return literal(typ, int64(rounded)), fits(int64(rounded), typ)
}

// floatText writes a number with as few digits as bring it back.
func floatText(c float64) string {
	if math.IsInf(c, 0) {
		return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(c, 'g', -1, 64)), "+")
	}
	if s := strconv.FormatFloat(c, 'g', 15, 64); parsesTo(s, c) {
		return s
	}
	return strconv.FormatFloat(c, 'g', 17, 64)
}

func parsesTo(s string, c float64) bool {
	f, err := strconv.ParseFloat(s, 64)
	return err == nil && f == c
}

func foldBool(c bool, typ string) (value, bool) {
	switch {
	case typ == stringType:
		return literal(typ, strconv.FormatBool(c)), true
	case c:
		return literal(typ, int64(1)), true
	}
	return literal(typ, int64(0)), true
}

func foldString(c, typ string) (value, bool) {
	trimmed := strings.TrimSpace(c)
	switch {
	case isInteger(typ):
		n, err := strconv.ParseInt(hexless(trimmed), hexBase(trimmed), 64)
		return literal(typ, n), err == nil && fits(n, typ)
	case typ == doubleType || typ == floatType:
		f, err := strconv.ParseFloat(trimmed, 64)
		ok := err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) && !strings.ContainsAny(trimmed, "xXpP_")
		return literal(typ, f), ok
	case typ == boolType:
		lower := strings.ToLower(c)
		return literal(typ, lower == "true"), slices.Contains([]string{"true", "false"}, lower)
	}
	return value{}, false
}

// hexless takes the mark of a hexadecimal number away.
func hexless(s string) string {
	if hexBase(s) == 10 {
		return s
	}
	sign, digits := "", s
	if s[0] == '-' || s[0] == '+' {
		sign, digits = s[:1], s[1:]
	}
	return sign + digits[2:]
}

func hexBase(s string) int {
	digits := strings.TrimLeft(s, "+-")
	if len(digits) > 2 && (digits[:2] == "0x" || digits[:2] == "0X") && len(s)-len(digits) <= 1 {
		return 16
	}
	return 10
}
