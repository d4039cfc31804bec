package mlmdql

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

func TestFiltersMayBeLarge(t *testing.T) {
	for name, filter := range map[string]string{
		"a hundred clauses":     repeated(100, " AND ", "custom_properties.k%[1]d.string_value = 'x%[1]d'"),
		"16 KiB":                "name = '" + strings.Repeat("x", 16<<10) + "'",
		"16 KiB of clauses":     repeated(1000, " OR ", "name != 'x%d'"),
		"a long list":           "id IN (" + repeated(10_000, ", ", "%d") + ")",
		"150 levels":            strings.Repeat("(", 150) + "id = 1" + strings.Repeat(")", 150),
		"all bytes":             "name = '" + strings.Repeat("x", maxBytes-len("name = ''")) + "'",
		"many levels of casts":  strings.Repeat("CAST(", 50) + "TRUE" + strings.Repeat(" AS BOOL)", 50),
		"a long sum":            "id" + strings.Repeat(" + 1", 300) + " = 1",
		"nested subqueries":     strings.Repeat("(SELECT ", 50) + "id = 1" + strings.Repeat(")", 50),
		"spaces and comments":   "id = 1" + strings.Repeat(" /* - */ ", 10_000),
		"many of an enumerator": "state IN (LIVE" + strings.Repeat(",LIVE", 5000) + ")",
	} {
		t.Run(name, func(t *testing.T) {
			if expr, err := Parse(pedigree.Artifact, filter); err != nil || expr == nil {
				t.Fatal(err)
			}
		})
	}
}

func TestFiltersBeyondTheLimitsAreRefusedAndSayWhy(t *testing.T) {
	for name, c := range map[string]struct{ filter, want string }{
		"one byte too many":       {"name = '" + strings.Repeat("x", maxBytes) + "'", "it is longer than 262144 bytes"},
		"not UTF-8":               {"name = '\xff'", "it is not valid UTF-8"},
		"parentheses":             {strings.Repeat("(", 100_000), "it is nested more than 200 levels deep"},
		"negations":               {strings.Repeat("NOT ", 50_000) + "TRUE", "it is nested more than 200 levels deep"},
		"signs":                   {strings.Repeat("- ", 100_000) + "id", "it is nested more than 200 levels deep"},
		"a sum":                   {"id" + strings.Repeat(" + 1", 1000) + " = 1", "it is nested more than 400 levels deep"},
		"arrays":                  {strings.Repeat("[", 100_000), "it is nested more than 200 levels deep"},
		"types":                   {"CAST(1 AS " + strings.Repeat("ARRAY<", 10_000), "it is nested more than 200 levels deep"},
		"functions":               {strings.Repeat("ABS(", 50_000), "it is nested more than 200 levels deep"},
		"cases":                   {strings.Repeat("CASE ", 50_000), "it is nested more than 200 levels deep"},
		"subqueries":              {strings.Repeat("(SELECT ", 20_000), "it is nested more than 200 levels deep"},
		"sources of subqueries":   {strings.Repeat("(SELECT x FROM ", 10_000), "it is nested more than 200 levels deep"},
		"a list":                  {"id IN (" + repeated(25_000, ", ", "%d") + ")", "it has more than 20000 parts"},
		"clauses":                 {repeated(10_000, " OR ", "id = %d"), "it has more than 20000 parts"},
		"a column used too often": {doubled(20), "it has more than 20000 parts"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(pedigree.Artifact, c.filter)
			if pedigree.CodeOf(err) != pedigree.Invalid || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %s", err, c.want)
			}
		})
	}
}

// repeated writes a text n times, each with its number.
func repeated(n int, between, format string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(parts, between)
}

// doubled nests subqueries, each of which uses the column of the inner one twice.
func doubled(levels int) string {
	inner := "(SELECT id AS x)"
	for range levels {
		inner = "(SELECT x + x AS x FROM " + inner + ")"
	}
	return "(SELECT x FROM " + inner + ") = 1"
}
