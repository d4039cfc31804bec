package mlflowql

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

var (
	partNames = map[query.Part]string{
		query.ID: "id", query.KindNumber: "kind", query.TypeName: "type", query.Label: "name", query.Stage: "state", query.Location: "uri",
		query.OwnerName: "owner", query.PublicID: "uid", query.VersionName: "version", query.Outer: "external", query.MadeAt: "made", query.ChangedAt: "changed",
		query.IntValue: "int", query.DoubleValue: "double", query.TextValue: "text",
	}
	relationNames  = map[query.Relation]string{query.Fields: "field", query.Customs: "custom", query.Contexts: "context"}
	operationNames = map[query.Operation]string{
		query.AllOf: "AND", query.AnyOf: "OR", query.Negate: "NOT", query.IsTrue: "TRUE?", query.IsAbsent: "NULL?", query.Equals: "=", query.Differs: "<>",
		query.Below: "<", query.AtMost: "<=", query.Above: ">", query.AtLeast: ">=", query.Matches: "LIKE", query.OneOf: "IN",
	}
)

// showScalar writes an expression with the operation first.
func showScalar(s query.Scalar) string {
	switch s := s.(type) {
	case nil:
		return "everything"
	case query.Literal:
		if text, ok := s.Value.(string); ok {
			return fmt.Sprintf("%q", text)
		}
		return fmt.Sprint(s.Value)
	case query.Column:
		return partNames[s.Part]
	case query.Any:
		return fmt.Sprintf("any %s %s: %s", relationNames[s.Of.Relation], s.Of.Label, showScalar(s.Where))
	case query.Call:
		parts := []string{operationNames[s.Op]}
		for _, a := range s.Args {
			parts = append(parts, showScalar(a))
		}
		return "(" + strings.Join(parts, " ") + ")"
	}
	panic(fmt.Sprintf("%T is not shown", s))
}

func FuzzNodes(f *testing.F) {
	f.Add("kind = 'artifact' AND (properties.split = 'train' OR NOT tags.`a b` LIKE '%x') AND metrics.m > 1e3 AND created >= '2026-11-21'")
	f.Add("context.name IN ('a', 'b') OR id != 3 AND uri IS NULL")
	f.Fuzz(func(t *testing.T, filter string) {
		e, err := ParseNodes(filter)
		if err != nil && pedigree.CodeOf(err) != pedigree.Invalid {
			t.Fatalf("%v of %q", err, filter)
		}
		if err == nil {
			_ = showScalar(e)
		}
	})
}
