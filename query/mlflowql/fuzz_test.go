package mlflowql

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// seed adds what the testdata files hold as input.
func seed(f *testing.F, pattern string) {
	files, err := filepath.Glob("testdata/" + pattern)
	if err != nil || len(files) == 0 {
		f.Fatal("no testdata", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.SplitSeq(string(content), "\n") {
			if line != "" && !strings.HasPrefix(line, "    ") && !strings.HasPrefix(line, "# ") {
				f.Add(line)
			}
		}
	}
}

// checkParse asserts what holds of any filter: it is within the limits and
// well formed, or refused as Invalid.
func checkParse(t *testing.T, filter string, e query.Expr, err error) {
	if err != nil {
		if pedigree.CodeOf(err) != pedigree.Invalid {
			t.Fatalf("%q: code %s", filter, pedigree.CodeOf(err))
		}
		return
	}
	clauses, depth := measure(t, e)
	if clauses > MaxClauses || depth > 2*MaxDepth+2 || len(filter) > MaxFilter {
		t.Fatalf("%q: %d clauses, %d levels", filter, clauses, depth)
	}
}

func measure(t *testing.T, e query.Expr) (clauses, depth int) {
	var terms []query.Expr
	switch e := e.(type) {
	case nil:
		return 0, 0
	case query.Compare:
		if e.Field == nil || e.Op == 0 || len(e.Value.Texts) > MaxValues || (e.Op == query.In || e.Op == query.NotIn) != (e.Value.Texts != nil) {
			t.Fatalf("malformed: %#v", e)
		}
		return 1, 1
	case query.And:
		terms = e
	case query.Or:
		terms = e
	case query.Not:
		terms = []query.Expr{e.Term}
	}
	for _, term := range terms {
		if term == nil {
			t.Fatalf("a term is missing in %#v", e)
		}
		c, d := measure(t, term)
		clauses, depth = clauses+c, max(depth, d)
	}
	return clauses, depth + 1
}

func FuzzParseRuns(f *testing.F) {
	seed(f, "runs*.txt")
	f.Fuzz(func(t *testing.T, filter string) {
		e, err := ParseRuns(filter)
		checkParse(t, filter, e, err)
	})
}

func FuzzParseExperiments(f *testing.F) {
	seed(f, "experiments*.txt")
	f.Fuzz(func(t *testing.T, filter string) {
		e, err := ParseExperiments(filter)
		checkParse(t, filter, e, err)
	})
}

func FuzzParseLoggedModels(f *testing.F) {
	seed(f, "models*.txt")
	f.Fuzz(func(t *testing.T, filter string) {
		e, err := ParseLoggedModels(filter, nil)
		checkParse(t, filter, e, err)
	})
}

func FuzzParseRegistry(f *testing.F) {
	seed(f, "registered*.txt")
	seed(f, "versions*.txt")
	f.Fuzz(func(t *testing.T, filter string) {
		for _, parse := range []func(string) (query.Expr, error){ParseModels, ParseVersions} {
			e, err := parse(filter)
			if err != nil {
				checkParse(t, filter, nil, err)
				continue
			}
			// one condition leaves out prompts, and absence is a condition of its own
			if clauses, depth := measure(t, e); clauses > 2*MaxClauses+1 || depth > 2*MaxDepth+6 || len(filter) > MaxFilter {
				t.Fatalf("%q: %d clauses, %d levels", filter, clauses, depth)
			}
		}
	})
}

func FuzzOrder(f *testing.F) {
	seed(f, "order*.txt")
	f.Fuzz(func(t *testing.T, clause string) {
		for _, order := range []func([]string) ([]query.Order, error){OrderRuns, OrderExperiments, OrderModels, OrderVersions} {
			terms, err := order([]string{clause})
			if err != nil && pedigree.CodeOf(err) != pedigree.Invalid {
				t.Fatalf("%q: code %s", clause, pedigree.CodeOf(err))
			}
			if err == nil && (len(terms) == 0 || terms[0].Field == nil) {
				t.Fatalf("%q: %#v", clause, terms)
			}
		}
	})
}
