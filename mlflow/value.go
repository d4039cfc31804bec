package mlflow

import (
	"bytes"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/pedigree-ml/pedigree"
)

// A fault is a member that is missing or of the wrong type. Its path is built
// from the inside out as it travels up.
type fault struct {
	path    string
	missing bool
	raw     []byte // the value at fault, as JSON
}

func missing(name string) *fault { return &fault{path: name, missing: true} }

// Error is for the reader of a test; clients get public.
func (f *fault) Error() string { return f.public().Error() }

// public is the fault as upstream words it.
func (f *fault) public() error {
	const more = " See the API docs for more information about request parameters."
	if f.missing {
		return pedigree.Errorf(pedigree.Invalid, "Missing value for required parameter '%s'."+more, f.path)
	}
	return pedigree.Errorf(pedigree.Invalid, "Invalid value %s for parameter '%s' supplied:  Hint: Value was of type '%s'."+more,
		pythonJSON(f.raw), f.path, pythonType(f.raw))
}

// isFault reports whether err is about one member, so that the others can
// still be read.
func isFault(err error) bool {
	_, ok := err.(*fault)
	return ok
}

// isBlank reports whether err is about an empty string where another type
// belongs; for a required member upstream takes that as missing.
func isBlank(err error) bool {
	f, ok := err.(*fault)
	return ok && f.path == "" && string(f.raw) == `""`
}

// under moves a fault one level up.
func under(err error, name string) *fault {
	f := err.(*fault)
	switch {
	case f.path == "":
		f.path = name
	case f.path[0] == '[':
		f.path = name + f.path
	default:
		f.path = name + "." + f.path
	}
	return f
}

// invalid is a fault in a value just read. It keeps its own copy.
func invalid(raw []byte) *fault { return &fault{raw: bytes.Clone(raw)} }

// wrongType passes over the next value and returns the fault that it is.
func (d *decoder) wrongType() error {
	start := d.InputOffset()
	if err := d.skip(); err != nil {
		return err
	}
	return invalid(d.since(start))
}

// since is the text read from an offset on, without what separated it from
// the text before.
func (d *decoder) since(start int64) []byte {
	return bytes.TrimLeft(d.body.Bytes()[start:d.InputOffset()], " \t\r\n:,")
}

// text reads a string.
func (d *decoder) text() (string, error) {
	if d.PeekKind() != '"' {
		return "", d.wrongType()
	}
	raw, err := d.ReadValue()
	if err != nil {
		return "", err
	}
	return unquote(raw), nil
}

func unquote(raw []byte) string {
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	plain, _ := jsontext.AppendUnquote(make([]byte, 0, len(inner)), raw) // the decoder has checked it
	return string(plain)
}

// scalar reads a number or string and returns the text inside, which is good
// until the next read.
func (d *decoder) scalar() (raw []byte, inner string, err error) {
	switch d.PeekKind() {
	case '0':
		raw, err = d.ReadValue()
		return raw, string(raw), err
	case '"':
		if raw, err = d.ReadValue(); err != nil {
			return nil, "", err
		}
		return raw, unquote(raw), nil
	}
	return nil, "", d.wrongType()
}

// integer reads a whole number in a range: a number, also with a fraction of
// zero, or a string of digits.
func (d *decoder) integer(low, high int64) (n int64, err error) {
	raw, inner, err := d.scalar()
	if err != nil {
		return 0, err
	}
	n, err = strconv.ParseInt(inner, 10, 64)
	if err != nil && raw[0] != '"' {
		n, err = wholeOf(inner)
	}
	if err != nil || n < low || n > high {
		return 0, invalid(raw)
	}
	return n, nil
}

// wholeOf reads numbers such as 2.0 and 1e3.
func wholeOf(s string) (int64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, err
	}
	if f != math.Trunc(f) || f < -1<<63 || f >= 1<<63 {
		return 0, strconv.ErrRange
	}
	return int64(f), nil
}

// double reads a number, or one of the words that stand for what JSON has no
// number for. A number too large for a double is refused.
func (d *decoder) double() (v float64, err error) {
	raw, inner, err := d.scalar()
	if err != nil {
		return 0, err
	}
	switch inner {
	case "NaN":
		return math.NaN(), nil
	case "Infinity":
		return math.Inf(1), nil
	case "-Infinity":
		return math.Inf(-1), nil
	}
	if strings.Trim(inner, "0123456789+-.eE") != "" {
		return 0, invalid(raw)
	}
	v, err = strconv.ParseFloat(inner, 64)
	if err != nil {
		return 0, invalid(raw)
	}
	return v, nil
}

// boolean reads true or false.
func (d *decoder) boolean() (bool, error) {
	k := d.PeekKind()
	if k != 't' && k != 'f' {
		return false, d.wrongType()
	}
	_, err := d.ReadToken()
	return k == 't', err
}

// texts reads a list of strings. An element of another type makes the whole
// list the fault.
func (d *decoder) texts() ([]string, error) {
	if d.PeekKind() != '[' {
		return nil, d.wrongType()
	}
	start, depth := d.InputOffset(), d.StackDepth()
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	var list []string
	for d.PeekKind() == '"' {
		if err := d.countItem(); err != nil {
			return nil, err
		}
		s, err := d.text()
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	ended := d.PeekKind() == ']'
	if err := d.unwind(depth); err != nil {
		return nil, err
	}
	if !ended {
		return nil, invalid(d.since(start))
	}
	return list, nil
}

// messages reads a list of objects.
func messages[E any](d *decoder, of shape[E], initial E) ([]E, error) {
	if d.PeekKind() != '[' {
		return nil, d.wrongType()
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	var list []E
	for d.PeekKind() != ']' {
		if err := d.countItem(); err != nil {
			return nil, err
		}
		list = append(list, initial)
		if err := message(d, of, &list[len(list)-1]); err != nil {
			if f, ok := err.(*fault); ok {
				return nil, under(f, "["+strconv.Itoa(len(list)-1)+"]")
			}
			return nil, err
		}
	}
	_, err := d.ReadToken()
	return list, err
}

func message[E any](d *decoder, of shape[E], m *E) error {
	if d.PeekKind() != '{' {
		return d.wrongType()
	}
	return members(d, of, m)
}

// choose reads a value of an enumeration.
func choose[V any](d *decoder, values enum[V]) (v V, err error) {
	raw, inner, err := d.scalar()
	if err != nil {
		return v, err
	}
	number, notNumber := strconv.ParseInt(inner, 10, 32)
	for _, e := range values {
		if e.name == inner && raw[0] == '"' || notNumber == nil && e.number == number {
			return e.value, nil
		}
	}
	return v, invalid(raw)
}

// longestEcho bounds how much of a client's value an error repeats.
const longestEcho = 1000

// pythonJSON writes a JSON value as Python's json.dumps does, so that messages
// agree with upstream's.
func pythonJSON(raw []byte) string {
	v := jsontext.Value(bytes.Clone(raw))
	switch v.Kind() {
	case '"':
		v = appendASCII(nil, unquote(raw))
	case '0':
		if bytes.ContainsAny(v, ".eE") {
			if f, err := strconv.ParseFloat(string(v), 64); err == nil {
				v = appendDouble(nil, f)
			}
		}
	case '{', '[':
		if v.Compact() != nil {
			return "?"
		}
	}
	if len(v) > longestEcho {
		return strings.ToValidUTF8(string(v[:longestEcho]), "") + "..."
	}
	return string(v)
}

// appendASCII quotes s with escapes for all that is not ASCII.
func appendASCII(b []byte, s string) []byte {
	for _, c := range string(appendString(nil, s)) {
		switch {
		case c < 0x7f:
			b = append(b, byte(c))
		case c > 0xffff:
			c -= 0x10000
			b = appendEscape(appendEscape(b, 0xd800+c>>10), 0xdc00+c&0x3ff)
		default:
			b = appendEscape(b, c)
		}
	}
	return b
}

func appendEscape(b []byte, c rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[c>>12&15], digits[c>>8&15], digits[c>>4&15], digits[c&15])
}

// pythonType names the type that Python gives to a JSON value.
func pythonType(raw []byte) string {
	switch jsontext.Value(raw).Kind() {
	case '"':
		return "str"
	case 't', 'f':
		return "bool"
	case '[':
		return "list"
	case '{':
		return "dict"
	case 'n':
		return "NoneType"
	}
	if bytes.ContainsAny(raw, ".eE") {
		return "float"
	}
	return "int"
}

// quoteNonFinite quotes the bare words NaN, Infinity and -Infinity, which
// Python writes although JSON does not have them. It returns nil if there are
// none outside of strings.
func quoteNonFinite(text []byte) []byte {
	var out []byte
	done := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case 'N', 'I', '-':
			for _, word := range [...]string{"NaN", "Infinity", "-Infinity"} {
				if bytes.HasPrefix(text[i:], []byte(word)) {
					out = append(out, text[done:i]...)
					out = append(append(append(out, '"'), word...), '"')
					i += len(word) - 1
					done = i + 1
					break
				}
			}
		}
	}
	if out == nil {
		return nil
	}
	return append(out, text[done:]...)
}
