package atlasql

import (
	"os"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

type testCase struct{ text, want string }

func cases(t testing.TB, name string) (all []testCase) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		query, want, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " => ")
		if ok && !strings.HasPrefix(line, "#") {
			all = append(all, testCase{query, want})
		}
	}
	if len(all) < 10 {
		t.Fatalf("%s has %d cases only", name, len(all))
	}
	return all
}

func TestQueriesAreUnderstood(t *testing.T) {
	for _, c := range cases(t, "queries.txt") {
		q, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := show(q); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestMistakesAreNamed(t *testing.T) {
	for _, c := range cases(t, "refused.txt") {
		_, err := Parse(c.text)
		if err == nil || err.Error() != c.want || pedigree.CodeOf(err) != pedigree.Invalid {
			t.Errorf("%q:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestLabelsAreTheTextWithoutSpaces(t *testing.T) {
	q, err := Parse(`T select count( ), max ( 'name' ), Asset . owner`)
	if err == nil {
		t.Fatalf("a dot stood alone: %s", show(q))
	}
	q, err = Parse(`T select count( ), max ( 'name' ), Asset.owner, a + 1, x as 'y z'`)
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	for _, i := range q.Select {
		labels = append(labels, i.Label)
	}
	if got := strings.Join(labels, "|"); got != "count()|max('name')|Asset.owner|a+1|'y z'" {
		t.Errorf("labels %s", got)
	}
}

func TestTextIsBounded(t *testing.T) {
	deep := "T where " + strings.Repeat("(", maxDepth+1) + "a = 1" + strings.Repeat(")", maxDepth+1)
	turning := "T where a = 1" + strings.Repeat(" and a = 1 or a = 1", maxDepth)
	adding := "T where a" + strings.Repeat("+a", maxDepth+1) + " > 1"
	long := "T where a = '" + strings.Repeat("x", MaxBytes) + "'"
	for name, text := range map[string]string{"deep": deep, "turning": turning, "adding": adding, "long": long} {
		if _, err := Parse(text); pedigree.CodeOf(err) != pedigree.Invalid || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	wide := "T where a = 1" + strings.Repeat(" or a = 1", 1000)
	if _, err := Parse(wide); err != nil {
		t.Errorf("a wide query is refused: %v", err)
	}
}

// FuzzParse asserts what holds of any text: it is refused as Invalid with a
// reason, or understood in a way that, written down, is understood the same.
func FuzzParse(f *testing.F) {
	for _, file := range []string{"queries.txt", "refused.txt"} {
		for _, c := range cases(f, file) {
			f.Add(c.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		if err != nil {
			if pedigree.CodeOf(err) != pedigree.Invalid || err.Error() == "" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again := show(q)
		if len(again) > MaxBytes || strings.Count(again, "(") > maxDepth {
			return
		}
		q, err = Parse(again)
		if err != nil {
			t.Fatalf("%q became %q: %v", text, again, err)
		}
		if last := show(q); last != again {
			t.Fatalf("%q became %q, then %q", text, again, last)
		}
	})
}
