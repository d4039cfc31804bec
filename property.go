package pedigree

import (
	"strings"
	"unicode/utf8"
)

// Space separates the keys of a node that different parts of a wire own: a
// param and a tag of one run may both be called "lr". The numbers are stored
// and never change.
type Space uint8

// The spaces in use.
const (
	Field  Space = 1 // what the node's type declares: a data set's schema, a model's type
	Param  Space = 2 // an input of a run or model; written once
	Tag    Space = 3 // free labels; last write wins
	Metric Space = 4 // the latest point of each series
	Alias  Space = 5 // names that a registered model gives to its versions

	Manifest Space = 6 // what the MLmodel file of a run or logged model says of it

	Custom Space = 7 // facts that the node's type says nothing of
)

// String names the space in lower case.
func (s Space) String() string {
	switch s {
	case Field:
		return "field"
	case Param:
		return "param"
	case Tag:
		return "tag"
	case Metric:
		return "metric"
	case Alias:
		return "alias"
	case Manifest:
		return "manifest"
	case Custom:
		return "custom"
	}
	return "unknown"
}

// Form says what a property's value is. The numbers are stored and never
// change.
type Form uint8

// The forms of values. Value of a Text is UTF-8 without NUL.
const (
	Text   Form = 0 // Value
	Int    Form = 1 // Int
	Double Form = 2 // Number; NaN and infinities are values like any other
	Struct Form = 3 // Value: a google.protobuf.Struct, serialised
	Proto  Form = 4 // Value: a google.protobuf.Any, serialised
	Bool   Form = 5 // Int: 0 or 1
	Bytes  Form = 6 // Value: text that no text column holds, with NUL or not UTF-8
)

// FacetTimesKey is the property in the space [Field] that says of when each facet
// of a node is: a later one stands, in whatever order they arrive.
const FacetTimesKey = "facet_times"

// A Property is one fact about a node, unique by space and key. Most are text;
// those in [Field] and [Custom] may have another form. Metrics are not
// properties but [Point] values.
type Property struct {
	Space  Space // never Metric
	Form   Form  // which of the fields below holds the value
	Key    string
	Value  string
	Int    int64
	Number float64
}

// TextForm tells a text that every engine holds from one that only bytes do.
func TextForm(s string) Form {
	if utf8.ValidString(s) && !strings.Contains(s, "\x00") {
		return Text
	}
	return Bytes
}

// prefixes qualify the keys of spaces for readers that know only one space.
var prefixes = map[Space]string{Param: "params.", Tag: "tags.", Metric: "metrics.", Alias: "aliases.", Manifest: "manifest."}

// QualifiedKey writes a space and a key as one key, such as "params.lr". Keys
// in [Field] and [Custom] stand for themselves.
func QualifiedKey(space Space, key string) string { return prefixes[space] + key }

// SplitKey undoes [QualifiedKey]. ok is false for keys that stand for
// themselves.
func SplitKey(qualified string) (space Space, key string, ok bool) {
	for space, prefix := range prefixes {
		if key, ok := strings.CutPrefix(qualified, prefix); ok {
			return space, key, true
		}
	}
	return 0, qualified, false
}
