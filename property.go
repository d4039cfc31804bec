package pedigree

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
	}
	return "unknown"
}

// A Property is one text fact about a node, unique by space and key. Metrics
// are not properties but [Point] values.
type Property struct {
	Space Space // never Metric
	Key   string
	Value string
}
