package mlflowql

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

var experimentAttributes = map[string]query.Attr{
	"name": query.Name, "experiment_id": query.UID, "creation_time": query.Created, "last_update_time": query.Updated,
}

// ParseExperiments reads a filter of experiments. An empty one gives nil, which
// keeps all.
func ParseExperiments(filter string) (query.Expr, error) {
	clauses, t, err := parse(filter, refuseClauses(filter, func(s string) string { return s }))
	if err != nil {
		return nil, err
	}
	return build(filter, clauses, t, readExperimentClause, judgeExperimentClause)
}

func experimentField(name string) (f query.Field, key string, err error) {
	entity, key := cut(name)
	switch entity {
	case "tag", "tags":
		return query.Property{Space: pedigree.Tag, Key: key}, key, nil
	case "", "attribute":
	default:
		return nil, "", invalid("Invalid entity type '%s'. Valid entity types are ('attribute', 'tag', 'tags')", entity)
	}
	a, known := experimentAttributes[key]
	if !known {
		return nil, "", invalid("Invalid attribute key '%s' specified. Valid keys are '%s'", key, set(slices.Collect(maps.Keys(experimentAttributes))...))
	}
	return a, key, nil
}

func readExperimentClause(c *clause) (query.Compare, error) {
	var compare query.Compare
	if !isIdentifier(c.field) {
		return compare, invalid("Invalid comparison clause. Expected 'Identifier' found '%s'", c.field.raw)
	}
	f, key, err := experimentField(c.field.raw)
	if err != nil {
		return compare, err
	}
	compare.Field = f
	a, isAttr := f.(query.Attr)
	v := &compare.Value
	switch {
	case c.op == "IS NULL" || c.op == "IS NOT NULL":
		if isAttr {
			return compare, invalid("IS NULL / IS NOT NULL is only supported for tags, not for attribute '%s'", key)
		}
	case isAttr && a.Numeric():
		n, ok := c.number()
		if !ok {
			return compare, invalid("Expected numeric value type for numeric attribute: %s. Found %s", key, c.written())
		}
		v.Number = n
	case isAttr && c.value.kind == open:
		if a != query.UID {
			return compare, invalid("Only ['experiment_id'] attributes support comparison with a list of quoted string values.")
		}
		v.Texts, err = c.texts()
	case isAttr:
		v.Text, err = c.text("attributes")
	default:
		v.Text, err = c.text("tag (e.g. 'my-value')")
	}
	return compare, err
}

func judgeExperimentClause(c *clause, compare *query.Compare) error {
	switch a, isAttr := compare.Field.(query.Attr); {
	case !isAttr:
		if !slices.Contains(keyedOps, c.op) {
			return invalid("Invalid comparator for tag: %s", c.op)
		}
	case a == query.UID:
		if !slices.Contains([]string{"=", "!=", "IN", "NOT IN"}, c.op) {
			return invalid("Invalid comparator for experiment_id: %s", c.op)
		}
		if err := canonicalIDs(&compare.Value); err != nil {
			return err
		}
	case a.Numeric():
		if !slices.Contains(numberOps, c.op) {
			return invalid("Invalid comparator '%s' not one of '%s", c.op, set(slices.Clone(textOps)...))
		}
		if strings.ContainsAny(c.value.raw, ".eE") {
			_, key := cut(c.field.raw)
			return invalid("Invalid value for numeric attribute '%s': '%s'", key, c.value.raw)
		}
	case !slices.Contains(textOps, c.op):
		return invalid("Invalid comparator '%s' not one of '%s'", c.op, set(slices.Clone(textOps)...))
	}
	return c.listNeedsIn()
}

// canonicalIDs rewrites the identities of experiments, which are numbers, in
// the form that they are stored in.
func canonicalIDs(v *query.Value) (err error) {
	if v.Texts == nil {
		v.Text, err = canonicalID(v.Text)
		return err
	}
	for i := range v.Texts {
		if v.Texts[i], err = canonicalID(v.Texts[i]); err != nil {
			return err
		}
	}
	return nil
}

func canonicalID(id string) (string, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(id), 10, 64)
	if err != nil {
		return "", invalid("Invalid experiment ID '%s'. Experiment ID must be a valid integer.", id)
	}
	return strconv.FormatInt(n, 10), nil
}
