package mlflowql

import (
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

func list(n int) string { return "run_id IN ('a'" + strings.Repeat(", 'a'", n-1) + ")" }

func TestLimitsHoldExactly(t *testing.T) {
	for _, c := range []struct {
		name, within, beyond, want string
	}{
		{
			"bytes", "params.a = '" + strings.Repeat("x", MaxFilter-13) + "'", "params.a = '" + strings.Repeat("x", MaxFilter-12) + "'",
			"Search filter is too long: 16385 bytes, at most 16384 are allowed.",
		},
		{
			"clauses", strings.Repeat("tags.a = '1' AND ", MaxClauses), strings.Repeat("tags.a = '1' OR ", MaxClauses) + "tags.a = '1'",
			"Search filter has 101 comparisons, at most 100 are allowed.",
		},
		{"values", list(MaxValues), list(MaxValues + 1), "Search filter has a list of 501 values, at most 500 are allowed."},
		{
			"parentheses", nested("(", MaxDepth, ")"), nested("(", MaxDepth+1, ")"),
			"Search filter is nested more than 64 levels deep.",
		},
		{"negations", nested("NOT ", MaxDepth, ""), nested("NOT ", MaxDepth+1, ""), "Search filter is nested more than 64 levels deep."},
		{"negations without end", nested("NOT ", MaxDepth, ""), strings.Repeat("NOT ", 4000), "Search filter is nested more than 64 levels deep."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := ParseRuns(c.within); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			_, err := ParseRuns(c.beyond)
			if err == nil || err.Error() != c.want || pedigree.CodeOf(err) != pedigree.Invalid {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func nested(before string, n int, after string) string {
	return strings.Repeat(before, n) + "tags.a = '1'" + strings.Repeat(after, n)
}

func TestModelsAreFilteredByDataSet(t *testing.T) {
	on := []query.Dataset{{Name: "train", Digest: "1"}, {Name: "test"}}
	for _, c := range []struct {
		name, filter, want string
		datasets           []query.Dataset
	}{
		{"none", "metrics.a > 1", `score "a" > 1`, nil},
		{
			"metrics count on them only", "metrics.a > 1 OR NOT metrics.b < 2",
			`(score "a" on "train"@"1" on "test"@"" > 1 or not score "b" on "train"@"1" on "test"@"" < 2)`, on,
		},
		{"without metrics any measurement on them will do", "", `score "" on "train"@"1" on "test"@"" IS NOT NULL`, on},
		{"beside another condition", "name = 'x'", `(name = "x" and score "" on "train"@"1" on "test"@"" IS NOT NULL)`, on},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := ParseLoggedModels(c.filter, c.datasets)
			if err != nil || show(e) != c.want {
				t.Errorf("got %s %v, want %s", show(e), err, c.want)
			}
		})
	}
	if _, err := ParseLoggedModels("", []query.Dataset{{Digest: "1"}}); err == nil ||
		err.Error() != "`dataset_name` in the `datasets` clause must be specified." {
		t.Errorf("a data set without a name: %v", err)
	}
}
