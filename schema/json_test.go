package schema_test

import (
	stdjson "encoding/json"
	"math"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree/schema"
)

// Clients in Java read a number without a fraction as an Integer, whatever the
// attribute's type.
func TestNumbersAreWrittenSoThatTheirSortShows(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{5.0, "5.0"},
		{0.0, "0.0"},
		{-3.0, "-3.0"},
		{70.5, "70.5"},
		{1e20, "100000000000000000000.0"},
		{1e21, "1e+21"},
		{math.MaxFloat64, "1.7976931348623157e+308"},
		{math.Inf(-1), `"-Infinity"`},
		{int64(5), "5"},
		{[]any{1.0, int64(1)}, "[1.0,1]"},
		{stdjson.Number("1000000000000000000000000000000"), "1000000000000000000000000000000"},
		{stdjson.Number("3.14"), "3.14"},
	} {
		if text, err := json.Marshal(c.value, schema.Writing); err != nil || string(text) != c.want {
			t.Errorf("%v is written as %s, %v; want %s", c.value, text, err, c.want)
		}
	}
}
