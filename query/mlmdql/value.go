package mlmdql

import (
	"math"
	"regexp"
	"strings"

	"github.com/pedigree-ml/pedigree/query"
)

// Types are known by their names in the language.
const (
	int32Type     = "INT32"
	int64Type     = "INT64"
	uint32Type    = "UINT32"
	uint64Type    = "UINT64"
	floatType     = "FLOAT"
	doubleType    = "DOUBLE"
	stringType    = "STRING"
	bytesType     = "BYTES"
	boolType      = "BOOL"
	dateType      = "DATE"
	timestampType = "TIMESTAMP"
	structType    = "STRUCT" // whatever its fields: no engine runs one
)

// value is an expression that was read, with its type.
type value struct {
	typ     string
	tree    query.Scalar
	literal bool   // a constant, which takes on other types more easily
	cast    bool   // a constant that was cast, which keeps its type
	null    bool   // NULL, of no type yet; typ is what it is without any other hint
	large   uint64 // a literal of type UINT64
	stuck   bool   // of a constant that no engine has a notation for
	size    int    // of tree, in parts
	depth   int    // of tree, in levels
	length  int    // of the longest text in it, at most; 0 for what is as long as one that is stored
}

var nullValue = value{typ: int64Type, tree: query.Literal{}, null: true, size: 1}

func literal(typ string, v any) value {
	text, _ := v.(string)
	return value{typ: typ, tree: query.Literal{Value: v}, literal: true, size: 1, length: len(text)}
}

// largeLiteral is an integer beyond int64, which databases cut off at its end.
func largeLiteral(v uint64) value {
	l := literal(uint64Type, int64(math.MaxInt64))
	l.large = v
	return l
}

// settled makes a constant keep the type that it has.
func (v value) settled() value {
	v.cast = v.cast || v.literal
	v.literal = false
	return v
}

// isCalendar tells whether a constant is a text that reads as a date or time.
func (v value) isCalendar(typ string) bool {
	text, _ := v.constant().(string)
	return typ == dateType && datePattern.MatchString(text) || typ == timestampType && timestampPattern.MatchString(text)
}

// constant gives the value of a literal.
func (v value) constant() any { return v.tree.(query.Literal).Value }

// describe names the type as the engine does in its messages.
func (v value) describe() string {
	if v.null {
		return "NULL"
	}
	return v.typ
}

func describe(values []value) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = v.describe()
	}
	return strings.Join(names, ", ")
}

func isArray(typ string) bool { return strings.HasPrefix(typ, "ARRAY<") }

func elementOf(typ string) string { return strings.TrimSuffix(strings.TrimPrefix(typ, "ARRAY<"), ">") }

func isInteger(typ string) bool {
	return typ == int32Type || typ == int64Type || typ == uint32Type || typ == uint64Type
}

func isSigned(typ string) bool { return typ == int32Type || typ == int64Type }

func isNumeric(typ string) bool { return isInteger(typ) || typ == floatType || typ == doubleType }

// widening lists what values of a type become by themselves.
var widening = map[string][]string{
	int32Type:  {int64Type, doubleType},
	uint32Type: {int64Type, uint64Type, doubleType},
	int64Type:  {doubleType},
	uint64Type: {doubleType},
	floatType:  {doubleType},
}

func widens(from, to string) bool {
	if from == to {
		return true
	}
	for _, t := range widening[from] {
		if t == to {
			return true
		}
	}
	return false
}

// broad gives the type of 64 bits for one of 32.
func broad(typ string) string {
	switch typ {
	case int32Type, uint32Type:
		return int64Type
	case floatType:
		return doubleType
	}
	return typ
}

// becomes reports whether a value may stand where a type is wanted.
func (v value) becomes(typ string) bool {
	switch {
	case v.null, widens(v.typ, typ):
		return true
	case !v.literal:
		return false
	}
	switch v.typ {
	case int64Type, uint64Type:
		return isNumeric(typ)
	case doubleType:
		return typ == floatType
	case stringType:
		return typ == dateType || typ == timestampType
	}
	return false
}

// as gives a value the type that is wanted; it must be able to become that.
func (v value) as(typ string) value {
	switch {
	case v.null:
		return value{typ: typ, tree: query.Literal{}, size: 1}
	case v.typ == typ:
		return v
	case v.literal:
		return v.literalAs(typ)
	}
	return v.converted(typ)
}

// converted wraps the value in a conversion that the database does.
func (v value) converted(typ string) value {
	return value{typ: typ, tree: query.Call{Op: conversions[typ], Args: []query.Scalar{v.tree}}, stuck: v.stuck, size: v.size + 1, depth: v.depth + 1, length: v.length}
}

// conversions say what the engine's database makes of a cast to each type. It
// knows neither STRING nor BOOL, and what it does not know is a number there.
var conversions = map[string]query.Operation{
	int32Type: query.ToInteger, int64Type: query.ToInteger, uint32Type: query.ToInteger, uint64Type: query.ToInteger,
	floatType: query.ToReal, doubleType: query.ToReal,
	stringType: query.ToNumber, boolType: query.ToNumber, bytesType: query.ToNumber, dateType: query.ToNumber, timestampType: query.ToNumber,
}

// literalAs turns a constant into one of another type.
func (v value) literalAs(typ string) value {
	switch c := v.constant().(type) {
	case int64:
		if typ == doubleType || typ == floatType {
			return literal(typ, v.asFloat())
		}
		if v.typ == uint64Type && v.large > math.MaxInt64 || !fits(c, typ) {
			refuse("Could not cast literal %d to type %s", c, typ)
		}
		return literal(typ, c)
	case float64:
		if typ == floatType && math.Abs(c) > math.MaxFloat32 {
			refuse("Could not cast literal %g to type %s", c, typ)
		}
		return literal(typ, c)
	case string:
		if !v.isCalendar(typ) {
			refuse("Could not cast literal %q to type %s", c, typ)
		}
		l := literal(typ, c)
		l.stuck = true
		return l
	}
	return v.converted(typ)
}

var (
	datePattern      = regexp.MustCompile(`^\d{4}-\d{1,2}-\d{1,2}$`)
	timestampPattern = regexp.MustCompile(`^\d{4}-\d{1,2}-\d{1,2}([ Tt]\d{1,2}:\d{1,2}(:\d{1,2}(\.\d{0,6})?)?)?( ?([Zz]|[+-]\d{1,2}(:\d{2})?|[A-Za-z]+/[A-Za-z_/]+|UTC))?$`)
)

func (v value) asFloat() float64 {
	if v.typ == uint64Type && v.large != 0 {
		return float64(v.large)
	}
	return float64(v.constant().(int64))
}

func fits(v int64, typ string) bool {
	switch typ {
	case int32Type:
		return v == int64(int32(v))
	case uint32Type:
		return v == int64(uint32(v))
	case uint64Type:
		return v >= 0
	}
	return true
}

// common finds the type that all values can become, the engine's way: what is
// no literal decides, and literals follow where they can.
func common(values []value) (typ string, ok bool) {
	for _, v := range values {
		if !v.null && !v.literal {
			if typ, ok = wider(typ, v.typ); !ok {
				return "", false
			}
		}
	}
	given := typ != ""
	for _, v := range values {
		if v.literal && (typ == "" || !v.becomes(typ) || !given && typ == uint64Type) {
			if typ, ok = wider(typ, v.typ); !ok {
				return "", false
			}
		}
	}
	if typ == "" {
		return int64Type, true
	}
	return typ, true
}

// wider gives the narrower type that values of both become.
func wider(a, b string) (string, bool) {
	switch {
	case a == "" || a == b:
		return b, true
	case a == uint64Type && (b == int64Type || b == int32Type), b == uint64Type && (a == int64Type || a == int32Type):
		return "", false
	}
	for _, t := range []string{int32Type, int64Type, uint32Type, uint64Type, floatType, doubleType} {
		if widens(a, t) && widens(b, t) {
			return t, true
		}
	}
	return "", false
}

// all gives the values one type.
func all(values []value, typ string) []value {
	converted := make([]value, len(values))
	for i, v := range values {
		converted[i] = v.as(typ)
	}
	return converted
}
