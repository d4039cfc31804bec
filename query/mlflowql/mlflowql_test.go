package mlflowql

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// parsers reads each sort of testdata file, chosen by the start of its name.
// Every file holds cases, apart by blank lines: what a client sends, and
// indented below it what that means, or the error after an exclamation mark.
var parsers = []struct {
	prefix string
	read   func(string) (string, error)
}{
	{"order-runs", orderOf(OrderRuns)},
	{"order-experiments", orderOf(OrderExperiments)},
	{"order-registered", orderOf(OrderModels)},
	{"order-versions", orderOf(OrderVersions)},
	{"registered", shown(ParseModels)},
	{"versions", shown(ParseVersions)},
	{"runs", shown(ParseRuns)},
	{"nodes", func(f string) (string, error) {
		e, err := ParseNodes(f)
		return showScalar(e), err
	}},
	{"experiments", shown(ParseExperiments)},
	{"models", shown(func(f string) (query.Expr, error) { return ParseLoggedModels(f, nil) })},
}

func shown(parse func(string) (query.Expr, error)) func(string) (string, error) {
	return func(f string) (string, error) {
		e, err := parse(f)
		return show(e), err
	}
}

// orderOf shows the term that a client gives, not those that follow it.
func orderOf(order func([]string) ([]query.Order, error)) func(string) (string, error) {
	return func(clause string) (string, error) {
		terms, err := order([]string{clause})
		if err != nil {
			return "", err
		}
		return showOrder(terms[:1]), nil
	}
}

func TestFiltersMeanWhatTheTestdataSays(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			for _, p := range parsers {
				if strings.HasPrefix(filepath.Base(file), p.prefix) {
					checkFile(t, file, p.read)
					return
				}
			}
			t.Fatal("no parser reads this file")
		})
	}
}

func checkFile(t *testing.T, file string, read func(string) (string, error)) {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for block := range strings.SplitSeq(string(content), "\n\n") {
		var lines []string
		for line := range strings.SplitSeq(block, "\n") {
			if line != "" && !strings.HasPrefix(line, "# ") {
				lines = append(lines, line)
			}
		}
		if len(lines) == 0 {
			continue
		}
		if len(lines) != 2 || !strings.HasPrefix(lines[1], "    ") {
			t.Fatalf("not a case of two lines: %q", block)
		}
		got, err := read(lines[0])
		if err != nil {
			if pedigree.CodeOf(err) != pedigree.Invalid {
				t.Errorf("%s: code %s", lines[0], pedigree.CodeOf(err))
			}
			got = "! " + strings.ReplaceAll(err.Error(), "\n", `\n`)
		}
		if want := lines[1][4:]; got != want {
			t.Errorf("%s\n got %s\nwant %s", lines[0], got, want)
		}
	}
}

var opNames = map[query.Op]string{}

func init() {
	for name, op := range ops {
		opNames[op] = name
	}
}

func show(e query.Expr) string {
	switch e := e.(type) {
	case nil:
		return "everything"
	case query.And:
		return showAll(e, " and ")
	case query.Or:
		return showAll(e, " or ")
	case query.Not:
		return "not " + show(e.Term)
	case query.Compare:
		return showField(e.Field) + " " + opNames[e.Op] + showValue(&e)
	}
	panic(fmt.Sprintf("%T", e))
}

func showAll(terms []query.Expr, between string) string {
	texts := make([]string, len(terms))
	for i := range terms {
		texts[i] = show(terms[i])
	}
	return "(" + strings.Join(texts, between) + ")"
}

func showValue(c *query.Compare) string {
	switch c.Op {
	case query.IsNull, query.NotNull:
		return ""
	case query.In, query.NotIn:
		quoted := make([]string, len(c.Value.Texts))
		for i, v := range c.Value.Texts {
			quoted[i] = strconv.Quote(v)
		}
		return " [" + strings.Join(quoted, ", ") + "]"
	}
	numeric := false
	switch f := c.Field.(type) {
	case query.Attr:
		numeric = f.Numeric()
	case query.Property:
		numeric = f.Space == pedigree.Metric
	case query.Score:
		numeric = true
	}
	if numeric {
		if v := c.Value.Number; v == float64(int64(v)) {
			return " " + strconv.FormatInt(int64(v), 10)
		}
		return " " + strconv.FormatFloat(c.Value.Number, 'g', -1, 64)
	}
	return " " + strconv.Quote(c.Value.Text)
}

var attrNames = map[query.Attr]string{
	query.UID: "uid", query.Name: "name", query.State: "state", query.Owner: "owner", query.URI: "uri",
	query.Created: "created", query.Updated: "updated", query.Started: "started", query.Ended: "ended",
	query.Arrival: "arrival", query.Number: "number",
}

func showField(f query.Field) string {
	switch f := f.(type) {
	case query.Attr:
		return attrNames[f]
	case query.DatasetAttr:
		return "dataset " + map[query.DatasetAttr]string{
			query.DatasetName: "name", query.DatasetDigest: "digest", query.DatasetContext: "context",
		}[f]
	case query.Property:
		return f.Space.String() + " " + strconv.Quote(f.Key)
	case query.Score:
		text := "score " + strconv.Quote(f.Key)
		for _, d := range f.On {
			text += " on " + strconv.Quote(d.Name) + "@" + strconv.Quote(d.Digest)
		}
		return text
	}
	panic(fmt.Sprintf("%T", f))
}

func showOrder(terms []query.Order) string {
	texts := make([]string, len(terms))
	for i, o := range terms {
		texts[i] = showField(o.Field) + map[bool]string{false: " asc", true: " desc"}[o.Desc]
	}
	return strings.Join(texts, ", ")
}
