package mlmdql

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

// kinds says by the start of its name what the filters of a file are on.
var kinds = map[string]pedigree.Kind{"artifacts": pedigree.Artifact, "executions": pedigree.Execution, "contexts": pedigree.Context}

func kindOfFile(t testing.TB, file string) pedigree.Kind {
	t.Helper()
	prefix, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".txt"), "-")
	kind, ok := kinds[prefix]
	if !ok {
		t.Fatalf("%s: its name starts with no kind of node", file)
	}
	return kind
}

// Every file of testdata holds cases, apart by blank lines: a filter, and
// indented below it the tree that it gives, or behind an exclamation mark the
// code and the text of the error. What the original engine answers otherwise
// stands in the files named beyond.
func TestFiltersMeanWhatTheTestdataSays(t *testing.T) {
	for _, file := range testdata(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			kind := kindOfFile(t, file)
			for _, c := range cases(t, file) {
				if got := answer(kind, c.filter); got != c.want {
					t.Errorf("%s\n got %s\nwant %s", c.filter, got, c.want)
				}
			}
		})
	}
}

func testdata(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	return files
}

type testCase struct{ filter, want string }

func cases(t testing.TB, file string) (list []testCase) {
	t.Helper()
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
			t.Fatalf("%s: not a case of two lines: %q", file, block)
		}
		list = append(list, testCase{lines[0], lines[1][4:]})
	}
	return list
}

func answer(kind pedigree.Kind, filter string) string {
	expr, err := Parse(kind, filter)
	if err != nil {
		return "! " + pedigree.CodeOf(err).String() + ": " + err.Error()
	}
	return show(expr)
}

var operations = map[query.Operation]string{
	query.AllOf: "and", query.AnyOf: "or", query.Negate: "not",
	query.Equals: "=", query.Differs: "!=", query.Below: "<", query.AtMost: "<=", query.Above: ">", query.AtLeast: ">=",
	query.Between: "between", query.OneOf: "in", query.Matches: "like", query.IsAbsent: "absent", query.IsTrue: "true?", query.IsFalse: "false?",
	query.Add: "+", query.Subtract: "-", query.Multiply: "*", query.Divide: "/", query.Minus: "minus",
	query.BitAnd: "&", query.BitOr: "|", query.BitNot: "~", query.ShiftLeft: "<<", query.ShiftRight: ">>",
	query.FirstPresent: "first", query.NullWhen: "null-when", query.Upper: "upper", query.Lower: "lower", query.Length: "length",
	query.Substring: "substring", query.Absolute: "absolute", query.Round: "round", query.Sign: "sign", query.Replace: "replace",
	query.Trim: "trim", query.TrimLeft: "trim-left", query.TrimRight: "trim-right", query.CodePoint: "code-point",
	query.Format: "format", query.JSONValue: "json", query.ToInteger: "to-integer", query.ToReal: "to-real", query.ToNumber: "to-number",
}

var parts = map[query.Part]string{
	query.ID: "id", query.TypeID: "type-id", query.TypeName: "type", query.Label: "name", query.Outer: "external-id", query.Location: "uri",
	query.Stage: "state", query.MadeAt: "made-at", query.ChangedAt: "changed-at",
	query.IntValue: "int", query.DoubleValue: "double", query.TextValue: "text", query.BoolValue: "bool",
	query.EventPlace: "place", query.HappenedAt: "happened-at", query.EventArtifact: "artifact", query.EventExecution: "execution",
}

// show writes a tree with each operation in parentheses before its operands.
func show(s query.Scalar) string {
	switch s := s.(type) {
	case nil:
		return "everything"
	case query.Literal:
		return showLiteral(s.Value)
	case query.Column:
		return showColumn(s)
	case query.Call:
		name, ok := operations[s.Op]
		if !ok {
			panic(fmt.Sprintf("operation %d", s.Op))
		}
		return "(" + name + showAll(s.Args) + ")"
	case query.Case:
		return showCase(s)
	}
	panic(fmt.Sprintf("%T", s))
}

func showAll(list []query.Scalar) (text string) {
	for _, s := range list {
		text += " " + show(s)
	}
	return text
}

func showLiteral(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return strconv.Quote(v)
	case float64:
		if text := strconv.FormatFloat(v, 'g', -1, 64); strings.ContainsAny(text, ".eI") {
			return text
		}
		return strconv.FormatFloat(v, 'f', 1, 64)
	case int64, bool:
		return fmt.Sprint(v)
	}
	panic(fmt.Sprintf("literal %T", v))
}

func showColumn(c query.Column) string {
	part, ok := parts[c.Part]
	if !ok {
		panic(fmt.Sprintf("part %d", c.Part))
	}
	switch c.Of.Relation {
	case query.Self:
		return part
	case query.Fields:
		return fmt.Sprintf("field[%q].%s", c.Of.Label, part)
	case query.Customs:
		return fmt.Sprintf("custom[%q].%s", c.Of.Label, part)
	}
	relation := map[query.Relation]string{
		query.Contexts: "context", query.Artifacts: "artifact", query.Executions: "execution", query.Children: "child", query.Events: "event",
	}[c.Of.Relation]
	return fmt.Sprintf("%s[%s].%s", relation, c.Of.Label, part)
}

// showCase writes the numbers of an enumeration as #, with what they are of.
func showCase(c query.Case) string {
	for _, numbers := range [][]query.Branch{artifactNumbers, executionNumbers, eventNumbers} {
		if len(c.When) > 0 && &c.When[0] == &numbers[0] {
			return "#" + show(c.Of)
		}
	}
	text := "(case"
	if c.Of != nil {
		text += " " + show(c.Of)
	}
	for _, b := range c.When {
		text += " [" + show(b.If) + " " + show(b.Then) + "]"
	}
	if c.Else != nil {
		text += " else " + show(c.Else)
	}
	return text + ")"
}
