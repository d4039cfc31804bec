package mlflowql_test

import (
	"errors"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query/mlflowql"
)

func TestAnErrorTellsWhichPartOfTheFilterIsWrong(t *testing.T) {
	for _, c := range []struct{ filter, part string }{
		{"metrics.a > 1 AND metricsss.b < 2", "metricsss.b"},
		{"params.`é` = 'ü' AND metrics.a > 'high'", "'high'"},
		{"params.a > 'x'", ">"},
		{"params.a is  not   nul", "params.a"},
		{"metrics.a NOT  LIKE 'x'", "'x'"},
		{"params.a NOT  LIKE 'x'", "NOT  LIKE"},
		{"run_id IN ('a' 'b')", "('a' 'b')"},
		{"params.a = 'x' AND (metrics.b > 1", "("},
		{"user_id = joe", "joe"},
		{"start_time LIKE 'x'", "'x'"},
	} {
		_, err := mlflowql.ParseRuns(c.filter)
		e, ok := errors.AsType[*pedigree.Error](err)
		if !ok {
			t.Errorf("%s is not refused", c.filter)
			continue
		}
		if got := string([]rune(c.filter)[e.Part.From:e.Part.To]); got != c.part {
			t.Errorf("%s: wrong is %q, want %q", c.filter, got, c.part)
		}
	}
	_, err := mlflowql.ParseNodes("type = 'a' AND colour = 'red'")
	if e, ok := errors.AsType[*pedigree.Error](err); !ok || e.Part != (pedigree.Span{From: 15, To: 21}) {
		t.Errorf("of a filter of nodes: %+v", err)
	}
}
