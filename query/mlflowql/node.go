package mlflowql

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// nodeAttributes are the attributes that nodes of every wire have.
var nodeAttributes = map[string]struct {
	part query.Part
	as   reading
}{
	"id": {query.ID, asNumber}, "kind": {query.KindNumber, asKind}, "type": {query.TypeName, asText}, "name": {query.Label, asText},
	"state": {query.Stage, asText}, "uri": {query.Location, asText}, "owner": {query.OwnerName, asText}, "uid": {query.PublicID, asText},
	"version": {query.VersionName, asText}, "external_id": {query.Outer, asText},
	"created": {query.MadeAt, asTime}, "updated": {query.ChangedAt, asTime},
}

// contextAttributes are those of a context that a node belongs to.
var contextAttributes = map[string]query.Part{"id": query.ID, "type": query.TypeName, "name": query.Label}

// reading says how a value is read.
type reading uint8

const (
	asText reading = iota
	asNumber
	asKind // artifact, execution, context
	asTime // milliseconds, or text such as '2026-11-21' and '2026-11-21T10:30:00Z'
)

var kinds = map[string]pedigree.Kind{"artifact": pedigree.Artifact, "execution": pedigree.Execution, "context": pedigree.Context}

// nodeOps are the comparators by what is compared.
var nodeOps = map[reading][]string{
	asText:   {"!=", "=", "ILIKE", "IN", "IS NOT NULL", "IS NULL", "LIKE", "NOT ILIKE", "NOT IN", "NOT LIKE"},
	asNumber: {"!=", "<", "<=", "=", ">", ">="},
	asKind:   {"!=", "=", "IN", "NOT IN"},
	asTime:   {"!=", "<", "<=", "=", ">", ">="},
}

// ParseNodes reads a filter of nodes of any type and wire. Beside params, tags,
// metrics and manifest it knows the attributes that all nodes have, properties
// (those that a type declares and free ones alike) and the contexts of a node:
//
//	kind = 'artifact' AND type LIKE '%Model' AND (properties.split = 'train' OR tags.team = 'a') AND NOT context.name = 'old'
//
// Conditions have two values: one on what a node lacks is false, so its negation
// is true. LIKE minds no case, as ILIKE. An empty filter gives nil, which keeps
// all.
func ParseNodes(filter string) (query.Scalar, error) {
	clauses, t, err := parse(filter, refuseClauses(filter, func(s string) string { return "'" + s + "'" }))
	if err != nil || t == nil {
		return nil, err
	}
	conditions := make([]query.Scalar, len(clauses))
	for i := range clauses {
		clauses[i].suspect = clauses[i].field.span()
		if conditions[i], err = nodeCondition(&clauses[i]); err != nil {
			return nil, blame(filter, clauses[i].suspect, err)
		}
	}
	return scalarOf(t, conditions), nil
}

// scalarOf puts conditions together.
func scalarOf(t tree, conditions []query.Scalar) query.Scalar {
	several := func(op query.Operation, terms []tree) query.Scalar {
		call := query.Call{Op: op}
		for _, term := range terms {
			call.Args = append(call.Args, scalarOf(term, conditions))
		}
		return call
	}
	switch t := t.(type) {
	case allOf:
		return several(query.AllOf, t)
	case anyOf:
		return several(query.AnyOf, t)
	case negate:
		return query.Call{Op: query.Negate, Args: []query.Scalar{scalarOf(t.term, conditions)}}
	}
	return conditions[t.(leaf)]
}

// nodeCondition reads one comparison, whose value is true or false.
func nodeCondition(c *clause) (query.Scalar, error) {
	if !isIdentifier(c.field) {
		return nil, invalid("Invalid comparison clause. Expected 'Identifier' found '%s'", c.field.raw)
	}
	entity, key := cut(c.field.raw)
	switch entity {
	case "", "attribute", "attributes", "node":
		return attributeCondition(c, key)
	case "context", "contexts":
		part, ok := contextAttributes[key]
		if !ok {
			return nil, invalid("Invalid attribute key '%s' specified. Valid keys of a context are '%s'", key, set(slices.Collect(maps.Keys(contextAttributes))...))
		}
		as := asText
		if part == query.ID {
			as = asNumber
		}
		return ofSource(c, query.Source{Relation: query.Contexts, Label: "context"}, part, as)
	case "property", "properties":
		return propertyCondition(c, key)
	}
	space, ok := nodeSpaces[entities[entity]]
	if !ok {
		return nil, invalid("Invalid entity type '%s'. Valid values are ['attribute', 'property', 'context', 'metric', 'parameter', 'tag', 'manifest']", entity)
	}
	of := query.Source{Relation: query.Customs, Label: pedigree.QualifiedKey(space, key)}
	if space == pedigree.Metric {
		return ofSource(c, of, query.DoubleValue, asNumber)
	}
	return ofSource(c, of, query.TextValue, asText)
}

var nodeSpaces = map[string]pedigree.Space{
	"metric": pedigree.Metric, "parameter": pedigree.Param, "tag": pedigree.Tag, "manifest": pedigree.Manifest,
}

func attributeCondition(c *clause, key string) (query.Scalar, error) {
	a, ok := nodeAttributes[key]
	if !ok {
		return nil, invalid("Invalid attribute key '%s' specified. Valid keys are '%s'", key, set(slices.Collect(maps.Keys(nodeAttributes))...))
	}
	condition, negated, err := comparison(c, query.Column{Part: a.part}, a.as)
	if err != nil {
		return nil, err
	}
	return turned(query.Call{Op: query.IsTrue, Args: []query.Scalar{condition}}, negated), nil
}

// ofSource makes a condition on what stands beside a node: that there is such a
// thing of which it is true.
func ofSource(c *clause, of query.Source, part query.Part, as reading) (query.Scalar, error) {
	condition, negated, err := comparison(c, query.Column{Of: of, Part: part}, as)
	if err != nil {
		return nil, err
	}
	return turned(query.Any{Of: of, Where: condition}, negated), nil
}

// propertyCondition compares properties with numbers or texts, whichever the
// value is, where they stand among the declared ones or the free ones.
func propertyCondition(c *clause, key string) (query.Scalar, error) {
	parts, as := []query.Part{query.TextValue}, asText
	if c.value.kind == word {
		parts, as = []query.Part{query.IntValue, query.DoubleValue}, asNumber
	}
	var all []query.Scalar
	negated := false
	for _, relation := range []query.Relation{query.Fields, query.Customs} {
		of := query.Source{Relation: relation, Label: key}
		for _, part := range parts {
			condition, not, err := comparison(c, query.Column{Of: of, Part: part}, as)
			if err != nil {
				return nil, err
			}
			negated = not
			all = append(all, query.Any{Of: of, Where: condition})
		}
	}
	return turned(query.Call{Op: query.AnyOf, Args: all}, negated), nil
}

func turned(condition query.Scalar, negated bool) query.Scalar {
	if negated {
		return query.Call{Op: query.Negate, Args: []query.Scalar{condition}}
	}
	return condition
}

var scalarOps = map[string]query.Operation{
	"=": query.Equals, "!=": query.Differs, "<": query.Below, "<=": query.AtMost, ">": query.Above, ">=": query.AtLeast,
	"LIKE": query.Matches, "ILIKE": query.Matches, "IN": query.OneOf,
}

// comparison compares a column. The negation of a relation to a value looks at
// nodes that have one; negated asks for that of presence itself.
func comparison(c *clause, column query.Column, as reading) (condition query.Scalar, negated bool, err error) {
	presence := (c.op == "IS NULL" || c.op == "IS NOT NULL") && column.Of.Relation != query.Self
	if !presence && !slices.Contains(nodeOps[as], c.op) {
		c.suspect = c.operator
		return nil, false, invalid("Invalid comparator '%s' for '%s', not one of '%s'", c.op, c.field.raw, set(slices.Clone(nodeOps[as])...))
	}
	if presence {
		return query.Literal{Value: true}, c.op == "IS NULL", nil
	}
	if c.op == "IS NULL" || c.op == "IS NOT NULL" { // an empty text is none
		return query.Call{Op: query.Differs, Args: []query.Scalar{column, query.Literal{Value: ""}}}, c.op == "IS NULL", nil
	}
	if err := c.listNeedsIn(); err != nil {
		return nil, false, err
	}
	values, err := c.scalars(as)
	if err != nil {
		return nil, false, err
	}
	op, not := strings.CutPrefix(c.op, "NOT ")
	call := query.Call{Op: scalarOps[op], Args: append([]query.Scalar{column}, values...)}
	if not {
		return query.Call{Op: query.Negate, Args: []query.Scalar{call}}, false, nil
	}
	return call, false, nil
}

// scalars reads the value or values of a clause.
func (c *clause) scalars(as reading) ([]query.Scalar, error) {
	if c.value.kind == open {
		texts, err := c.texts()
		if err != nil {
			return nil, err
		}
		var values []query.Scalar
		for _, text := range texts {
			v, err := readText(text, as)
			if err != nil {
				return nil, err
			}
			values = append(values, v)
		}
		return values, nil
	}
	if as == asNumber || as == asTime && c.value.kind == word {
		n, ok := c.number()
		if !ok {
			return nil, invalid("Expected numeric value type for '%s'. Found %s", c.field.raw, c.written())
		}
		if whole, err := strconv.ParseInt(c.value.raw, 10, 64); err == nil {
			return []query.Scalar{query.Literal{Value: whole}}, nil
		}
		return []query.Scalar{query.Literal{Value: n}}, nil
	}
	text, err := c.text("'" + c.field.raw + "'")
	if err != nil {
		return nil, err
	}
	v, err := readText(text, as)
	return []query.Scalar{v}, err
}

var timeLayouts = []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339Nano}

func readText(text string, as reading) (query.Scalar, error) {
	switch as {
	case asKind:
		kind, ok := kinds[text]
		if !ok {
			return nil, invalid("Invalid kind '%s'. Valid values are '%s'", text, set(slices.Collect(maps.Keys(kinds))...))
		}
		return query.Literal{Value: int64(kind)}, nil
	case asTime:
		for _, layout := range timeLayouts {
			if t, err := time.Parse(layout, text); err == nil {
				return query.Literal{Value: t.UnixMilli()}, nil
			}
		}
		return nil, invalid("Invalid time '%s'. Write it as '2026-11-21', '2026-11-21T10:30:00Z' or in milliseconds", text)
	}
	return query.Literal{Value: text}, nil
}
