package search

import (
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

func TestPatternsFindTheSameWithAndWithoutTheIndex(t *testing.T) {
	e := newEnv(t)
	for _, name := range []string{"sales_fact_daily", "sales_fact_monthly", "salesman", "Größe", "other.fact daily", "売上元帳", "の台帳 2020"} {
		e.node(dataType, name)
	}
	count := func(pattern string) (n int64) {
		err := e.store.View(e.Context(), func(r store.Reader) error {
			like, err := Like(r, pattern)
			if err != nil {
				return err
			}
			n, err = r.CountEntities(&query.Entities{Workspace: pedigree.DefaultWorkspace, Types: []pedigree.Type{dataType}, Where: like})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	cases := map[string]int64{
		"*fact": 3, "*ac*": 3, "f?ct": 3, "sales*daily": 1, "*fact_daily": 2, "*les_f*": 2, "*les_f?ct_*ly": 2, "s?les": 2, "gr*e": 1, "GRÖ?E": 1, "*röße": 1, "*x*": 0, "*daily_fact": 0,
		"*元帳": 1, "*台*": 1, "売*帳": 1, "*帳": 2, "*帳元": 0,
	}
	for _, when := range []string{"before", "after"} {
		for pattern, want := range cases {
			if got := count(pattern); got != want {
				t.Errorf("%s the index was made, %q finds %d, want %d", when, pattern, got, want)
			}
		}
		e.index()
	}
}

func TestWordsAreFoundWithinTextsThatPartNone(t *testing.T) {
	e := newEnv(t)
	for _, name := range []string{"売上元帳", "の台帳 2020", "Tokyo東京map", "レシート"} {
		e.node(dataType, name)
	}
	e.index()
	for text, want := range map[string]int{"元帳": 1, "台帳": 1, "帳": 2, "の台": 1, "帳元": 0, "東京": 1, "tokyo": 1, "map": 1, "レシート": 1, "レシ": 1, "シート": 0, "元帳 上": 1} {
		if got := e.find(&Query{Words: text}); len(got) != want {
			t.Errorf("%s finds %v, want %d", text, got, want)
		}
	}
}
