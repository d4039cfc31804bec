package kfmd

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A number is a whole one of 64 bits. It is written as text, as not every reader
// of JSON has such numbers, and read in both forms.
type number int64

var errNumber = errors.New("want a whole number of 64 bits")

// MarshalText writes the number.
func (n number) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(n), 10), nil }

// UnmarshalJSONFrom reads a number or its text.
func (n *number) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	text, _, err := numeral(d)
	if err != nil {
		return err
	}
	i, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return errNumber
	}
	*n = number(i)
	return nil
}

// A double is a floating-point number. Those that JSON has no form for are
// written as text, and texts of numbers are read.
type double float64

var errDouble = errors.New(`want a number within the range of a double, "NaN", "Infinity" or "-Infinity"`)

// notFinite are the numbers that JSON has no form for.
var notFinite = map[string]double{"NaN": double(math.NaN()), "Infinity": double(math.Inf(1)), "-Infinity": double(math.Inf(-1))}

// MarshalJSONTo writes the number, or the text for one that JSON cannot write.
func (f double) MarshalJSONTo(e *jsontext.Encoder) error {
	switch n := float64(f); {
	case math.IsNaN(n):
		return e.WriteToken(jsontext.String("NaN"))
	case math.IsInf(n, 0):
		sign := "-"
		if n > 0 {
			sign = ""
		}
		return e.WriteToken(jsontext.String(sign + "Infinity"))
	default:
		return e.WriteToken(jsontext.Float(n))
	}
}

// UnmarshalJSONFrom reads a number or its text.
func (f *double) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	text, quoted, err := numeral(d)
	if err != nil {
		return err
	}
	if n, ok := notFinite[text]; ok && quoted {
		*f = n
		return nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if v := jsontext.Value(text); err != nil || !v.IsValid() || v.Kind() != '0' {
		return errDouble
	}
	*f = double(n)
	return nil
}

// numeral reads a number or a text that may stand for one; of anything else it
// gives the empty text.
func numeral(d *jsontext.Decoder) (text string, quoted bool, err error) {
	quoted = d.PeekKind() == '"'
	t, err := d.ReadToken()
	if err != nil {
		return "", false, err
	}
	if k := t.Kind(); k != '0' && k != '"' {
		return "", false, nil
	}
	return t.String(), quoted, nil
}

// word reads one of the words of an enumeration, or its number: its place.
func word(d *jsontext.Decoder, words []string) (string, error) {
	text, quoted, err := numeral(d)
	if err != nil {
		return "", err
	}
	if !quoted {
		if i, err := strconv.Atoi(text); err == nil && i >= 0 && i < len(words) {
			return words[i], nil
		}
	} else if slices.Contains(words, text) {
		return text, nil
	}
	return "", errors.New("there is no such word in " + strings.Join(words, ", "))
}
