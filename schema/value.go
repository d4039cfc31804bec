package schema

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	stdjson "encoding/json"

	"github.com/pedigree-ml/pedigree/fault"
)

// A ValueType says which values an attribute takes.
type ValueType interface {
	// Name is what definitions call the type, such as array<string>.
	Name() string

	// Normalize takes a value as JSON has it (nil, bool, string, number, list,
	// map) and gives the one that is kept: bool, string, int64, float64,
	// [stdjson.Number] for numbers of any size, []any, map[string]any, [ObjectID].
	// An error is a *[Problem]. nil stays nil.
	Normalize(v any) (any, error)

	// Unset is what an attribute without a value reads as: zero for numbers,
	// false, the beginning of 1970, else nil.
	Unset() any
}

// A Problem is what is wrong with a value. The text begins where the name of the
// attribute ends: "=abc: invalid value for type int".
type Problem struct{ Rest string }

// Error gives the text for a value of no name.
func (p *Problem) Error() string { return "value" + p.Rest }

// At makes the error that clients read of the value with the given name, such as
// hive_table.name. Others pass as they are.
func At(name string, err error) error {
	if p, ok := errors.AsType[*Problem](err); ok {
		return fault.New(fault.InstanceCrudInvalidParams, name+p.Rest)
	}
	return err
}

// within puts a step before the text of a problem.
func within(step string, err error) error {
	if p, ok := errors.AsType[*Problem](err); ok {
		return &Problem{step + p.Rest}
	}
	return err
}

func invalid(v any, typeName string) error {
	return &Problem{"=" + show(v) + ": invalid value for type " + typeName}
}

// mostShown bounds how much of a wrong value an error repeats.
const mostShown = 1000

// show writes a value as error messages have it: maps as {a=b}, lists as [a, b].
func show(v any) string {
	var b strings.Builder
	showTo(&b, v)
	text := b.String()
	if len(text) > mostShown {
		text = strings.ToValidUTF8(text[:mostShown], "") + "..."
	}
	return text
}

func showTo(b *strings.Builder, v any) {
	if b.Len() > mostShown {
		return
	}
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			showTo(b, e)
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteByte('{')
		for i, k := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(k + "=")
			showTo(b, v[k])
		}
		b.WriteByte('}')
	default:
		fmt.Fprint(b, v)
	}
}

// A primitive is a type of values without parts.
type primitive struct {
	name  string
	unset any
	read  func(v any) (any, bool)
}

// Name is the name of the type.
func (p *primitive) Name() string { return p.name }

// Unset is what no value reads as.
func (p *primitive) Unset() any { return p.unset }

// Normalize reads a value.
func (p *primitive) Normalize(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	got, ok := p.read(v)
	if !ok {
		return nil, invalid(v, p.name)
	}
	return got, nil
}

// primitives are the types that need no definition.
var primitives = func() map[string]*primitive {
	all := make(map[string]*primitive)
	for _, p := range []*primitive{
		{"boolean", false, readBool},
		{"byte", int64(0), readInt(math.MinInt8, math.MaxInt8)},
		{"short", int64(0), readInt(math.MinInt16, math.MaxInt16)},
		{"int", int64(0), readInt(math.MinInt32, math.MaxInt32)},
		{"long", int64(0), readInt(math.MinInt64, math.MaxInt64)},
		{"float", float64(0), readFloat(32)},
		{"double", float64(0), readFloat(64)},
		{"biginteger", stdjson.Number("0"), readBigInt},
		{"bigdecimal", stdjson.Number("0"), readBigDecimal},
		{"date", int64(0), readDate},
		{"string", nil, readString},
	} {
		all[p.name] = p
	}
	return all
}()

// IsPrimitive reports whether a name is that of a type of values without parts.
func IsPrimitive(name string) bool { return primitives[name] != nil }

func readBool(v any) (any, bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		switch strings.ToLower(v) {
		case "true":
			return true, true
		case "false":
			return false, true
		}
	}
	return nil, false
}

func readString(v any) (any, bool) {
	if s, ok := v.(string); ok {
		return s, true
	}
	return show(v), true
}

// numeral gives the text of a number, which may also come as a string.
func numeral(v any) (string, bool) {
	switch v := v.(type) {
	case stdjson.Number:
		return string(v), true
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case int:
		return strconv.Itoa(v), true
	}
	return "", false
}

// readInt reads whole numbers within bounds. A fraction is cut off a number; text
// has none.
func readInt(least, most int64) func(any) (any, bool) {
	return func(v any) (any, bool) {
		text, ok := numeral(v)
		if !ok {
			return nil, false
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if _, isText := v.(string); err != nil && isText {
			return nil, false
		}
		if err != nil {
			f, err := strconv.ParseFloat(text, 64)
			if err != nil || f != f || f >= 1<<63 || f < -1<<63 {
				return nil, false
			}
			n = int64(f)
		}
		return n, n >= least && n <= most
	}
}

// readFloat reads finite numbers and NaN. A number that is too large is refused.
func readFloat(bits int) func(any) (any, bool) {
	return func(v any) (any, bool) {
		text, ok := numeral(v)
		if !ok {
			return nil, false
		}
		f, err := strconv.ParseFloat(strings.TrimSpace(text), bits)
		if err != nil || math.IsInf(f, 0) {
			return nil, false
		}
		if bits == 32 { // the number that reads as it is written, not the nearest that has its bits
			f, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'g', -1, 32), 64)
		}
		return f, true
	}
}

// mostDigits bounds numbers of any size, and their exponents: a short text can
// stand for a number that fills the memory.
const mostDigits = 10_000

// decimal checks a number of any size.
func decimal(v any) (string, bool) {
	text, ok := numeral(v)
	if !ok || len(text) > mostDigits {
		return "", false
	}
	text = strings.TrimPrefix(text, "+")
	mantissa, exponent, has := strings.Cut(strings.ToLower(text), "e")
	if has {
		if e, err := strconv.Atoi(exponent); err != nil || e > mostDigits || e < -mostDigits {
			return "", false
		}
	}
	digits := strings.TrimPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	if strings.Trim(whole+fraction, "0123456789") != "" || whole+fraction == "" {
		return "", false
	}
	return text, true
}

func readBigInt(v any) (any, bool) {
	text, ok := decimal(v)
	if !ok {
		return nil, false
	}
	if n, ok := new(big.Int).SetString(text, 10); ok {
		return stdjson.Number(n.String()), true
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, false
	}
	return stdjson.Number(new(big.Int).Quo(r.Num(), r.Denom()).String()), true
}

func readBigDecimal(v any) (any, bool) {
	text, ok := decimal(v)
	if !ok {
		return nil, false
	}
	return stdjson.Number(jsonNumeral(text)), true
}

// jsonNumeral writes a checked number as JSON has it: no zeros in front, digits on
// both sides of the point.
func jsonNumeral(text string) string {
	sign := ""
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		sign, text = "-", rest
	}
	mantissa, exponent, has := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, pointed := strings.Cut(mantissa, ".")
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	text = sign + whole
	if pointed && fraction != "" {
		text += "." + fraction
	}
	if has {
		text += "e" + exponent
	}
	return text
}

// dateForms are how moments may be written out.
var dateForms = []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999", "2006-01-02"}

func readDate(v any) (any, bool) {
	text, isText := v.(string)
	if !isText {
		return readInt(math.MinInt64, math.MaxInt64)(v)
	}
	if text == "" {
		return nil, true
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	for _, form := range dateForms {
		if t, err := time.Parse(form, text); err == nil {
			return t.UnixMilli(), true
		}
	}
	return nil, false
}
