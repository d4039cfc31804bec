package mlmdql

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
)

// What does not fit in the lines of testdata: line ends and other odd spaces.
func TestLineEndsAreSpaceAndEndComments(t *testing.T) {
	for filter, want := range map[string]string{
		"id\n=\r\n1":                             "(= id 1)",
		"id\t=\v\f\b1":                           "(= id 1)",
		"id\u00a0=\u2003\u30001":                 "(= id 1)",
		"id = 1 -- one\nAND id = 2":              "(and (= id 1) (= id 2))",
		"id = 1 # one\rAND id = 2":               "(and (= id 1) (= id 2))",
		"id = 1 -- one":                          "(= id 1)",
		"state\n!=\nLIVE":                        "(or (!= #state 2) (absent #state))",
		"state NOT\nIN\n(LIVE,\nDELETED)":        "(or (not (in #state 2 4)) (absent #state))",
		"name = '''a\r\nb\rc'''":                 `(= name "a\nb\nc")`,
		"name = r'''a\nb'''":                     `(= name "a\nb")`,
		"name = 'a\nb'":                          "! invalid: Invalid `filter_query`: Syntax error: Unclosed string literal [at 1:8]",
		"id = 1\nAND ä":                          "! invalid: Invalid `filter_query`: Syntax error: Illegal input character \"ä\" [at 2:5]",
		"id\u1680= 1":                            "! invalid: Invalid `filter_query`: Syntax error: Illegal input character \"\\u1680\" [at 1:3]",
		"custom_properties.`a\nb`.int_value = 1": `(= custom["a\nb"].int 1)`,
	} {
		if got := answer(pedigree.Artifact, filter); got != want {
			t.Errorf("%q\n got %s\nwant %s", filter, got, want)
		}
	}
}

func TestAnEmptyFilterKeepsEverything(t *testing.T) {
	for _, kind := range kinds {
		if got := answer(kind, ""); got != "everything" {
			t.Errorf("%s: %s", kind, got)
		}
	}
	if got := answer(pedigree.Artifact, " "); got != "! invalid: Invalid `filter_query`: Syntax error: Unexpected end of expression [at 1:2]" {
		t.Error(got)
	}
}
