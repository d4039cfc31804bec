package schema

import (
	"errors"
	"math"
	"strconv"
	"strings"

	stdjson "encoding/json"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/pedigree-ml/pedigree"
)

// Reading is how JSON of clients and people is read: what is said twice counts as
// said last; numbers and flags may be written as text, and stand for text where
// text is expected; numbers of no fixed type keep all of their digits, as
// [stdjson.Number]; attributes are as clients expect where a definition does not
// say it.
var Reading = json.JoinOptions(
	jsontext.AllowDuplicateNames(true),
	json.WithUnmarshalers(json.JoinUnmarshalers(
		json.UnmarshalFromFunc(readNumber),
		json.UnmarshalFromFunc(readText),
		json.UnmarshalFromFunc(readFlag),
		json.UnmarshalFromFunc(readWhole),
		json.UnmarshalFromFunc(readMoment),
		json.UnmarshalFromFunc(readAttribute),
	)),
)

// Writing is how JSON for clients is written. Text that is no Unicode, which only
// other wires can store, is written with marks in the place of what is wrong,
// numbers that JSON has no word for by their names, and a number that can have a
// fraction with one: clients tell the two sorts of numbers apart by that.
var Writing = json.JoinOptions(
	json.Deterministic(true),
	jsontext.AllowInvalidUTF8(true),
	json.WithMarshalers(json.JoinMarshalers(json.MarshalToFunc(writeNumber), json.MarshalToFunc(writeNumeral))),
)

func writeNumber(e *jsontext.Encoder, f float64) error {
	switch {
	case math.IsNaN(f):
		return e.WriteToken(jsontext.String("NaN"))
	case math.IsInf(f, 1):
		return e.WriteToken(jsontext.String("Infinity"))
	case math.IsInf(f, -1):
		return e.WriteToken(jsontext.String("-Infinity"))
	case f == math.Trunc(f) && math.Abs(f) < 1e21: // beyond that there is an exponent
		return e.WriteValue(append(strconv.AppendFloat(nil, f, 'f', -1, 64), ".0"...))
	}
	return errors.ErrUnsupported
}

// writeNumeral writes a number of any size as the number that it is.
func writeNumeral(e *jsontext.Encoder, n stdjson.Number) error {
	return e.WriteValue(jsontext.Value(n))
}

func readNumber(d *jsontext.Decoder, v *any) error {
	if d.PeekKind() != '0' {
		return errors.ErrUnsupported
	}
	text, err := d.ReadValue()
	*v = stdjson.Number(text)
	return err
}

// readText takes a number or flag for text.
func readText(d *jsontext.Decoder, v *string) error {
	switch d.PeekKind() {
	case '0', 't', 'f':
		text, err := d.ReadValue()
		*v = string(text)
		return err
	}
	return errors.ErrUnsupported
}

// readFlag takes text for a flag.
func readFlag(d *jsontext.Decoder, v *bool) error {
	if d.PeekKind() != '"' {
		return errors.ErrUnsupported
	}
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	switch strings.ToLower(token.String()) {
	case "true":
		*v = true
	case "false", "":
		*v = false
	default:
		return errors.New("neither true nor false")
	}
	return nil
}

// readMoment takes text for a moment, as older archives write it.
func readMoment(d *jsontext.Decoder, v *pedigree.Time) error {
	if d.PeekKind() != '"' {
		return errors.ErrUnsupported
	}
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	moment, ok := readDate(token.String())
	if !ok {
		return errors.New("no moment")
	}
	n, _ := moment.(int64) // empty text is none
	*v = pedigree.Time(n)
	return nil
}

// readWhole takes text for a number, and cuts off fractions.
func readWhole(d *jsontext.Decoder, v *int64) error {
	kind := d.PeekKind()
	if kind != '"' && kind != '0' {
		return errors.ErrUnsupported
	}
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	n, ok := readInt(-1<<63, 1<<63-1)(stdjson.Number(token.String()))
	if !ok {
		return strconv.ErrSyntax
	}
	*v = n.(int64)
	return nil
}

// readAttribute reads an attribute. What it does not say: it has one value, no
// bounds, no weight.
func readAttribute(d *jsontext.Decoder, a *AttributeDef) error {
	type plain AttributeDef
	p := plain{Cardinality: Single, Min: NoCount, Max: NoCount, Weight: -1}
	if err := json.UnmarshalDecode(d, &p); err != nil {
		return err
	}
	if p.Cardinality == "" {
		p.Cardinality = Single
	}
	*a = AttributeDef(p)
	return nil
}
