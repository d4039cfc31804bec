package mlflowql

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// modelAttributes are the attributes of logged models, with all their spellings.
var modelAttributes = map[string]query.Field{
	"name":                      query.Name,
	"model_id":                  query.UID,
	"status":                    query.State,
	"artifact_location":         query.URI,
	"model_type":                query.Property{Space: pedigree.Field, Key: "model_type"},
	"source_run_id":             query.Property{Space: pedigree.Field, Key: "source_run_id"},
	"status_message":            query.Property{Space: pedigree.Field, Key: "status_message"},
	"creation_time":             query.Created,
	"creation_timestamp":        query.Created,
	"creation_timestamp_ms":     query.Created,
	"last_updated_time":         query.Updated,
	"last_updated_timestamp":    query.Updated,
	"last_updated_timestamp_ms": query.Updated,
}

// ParseLoggedModels reads a filter of logged models. With data sets, metrics
// count only as measured on one of those, and where the filter names no metric,
// only models that were measured on one are kept.
func ParseLoggedModels(filter string, datasets []query.Dataset) (query.Expr, error) {
	for _, d := range datasets {
		if d.Name == "" {
			return nil, invalid("`dataset_name` in the `datasets` clause must be specified.")
		}
	}
	if len(datasets) > MaxClauses {
		return nil, invalid("Search names %d data sets, at most %d are allowed.", len(datasets), MaxClauses)
	}
	clauses, t, err := parse(filter, refuseModelFilter(filter))
	if err != nil {
		return nil, err
	}
	measured := false
	expr, err := build(filter, clauses, t, func(c *clause) (query.Compare, error) {
		compare, err := readModelClause(c)
		if score, ok := compare.Field.(query.Score); ok {
			measured = true
			score.On = datasets
			compare.Field = score
		}
		return compare, err
	}, func(*clause, *query.Compare) error { return nil })
	if err != nil || measured || len(datasets) == 0 {
		return expr, err
	}
	any := query.Compare{Field: query.Score{On: datasets}, Op: query.NotNull}
	if expr == nil {
		return any, nil
	}
	return query.And{expr, any}, nil
}

func refuseModelFilter(filter string) func([]token) error {
	return func(tokens []token) error {
		for _, t := range tokens {
			if t.raw == ";" && strings.TrimSpace(filter[t.at+1:]) != "" {
				return invalid("Invalid filter string: %s. Expected a single SQL expression.", repr(filter))
			}
		}
		return invalid("Invalid filter string: %s. Expected a list of comparisons separated by 'AND'"+
			" (e.g. 'metrics.loss > 0.1 AND params.lr = 0.01').", repr(filter))
	}
}

func modelField(name string) (f query.Field, shown string, err error) {
	entity, key := cut(name)
	switch entity {
	case "metrics":
		return query.Score{Key: key}, "metrics." + key, nil
	case "params":
		return query.Property{Space: pedigree.Param, Key: key}, "params." + key, nil
	case "tags":
		return query.Property{Space: pedigree.Tag, Key: key}, "tags." + key, nil
	case "manifest": // what the MLmodel file says; upstream has no word for it
		return query.Property{Space: pedigree.Manifest, Key: key}, "manifest." + key, nil
	case "", "attributes":
		if f, known := modelAttributes[key]; known {
			return f, "attributes." + key, nil
		}
		return nil, "", invalid("Invalid attribute key '%s' specified. Valid keys are '%s'", key,
			set("name", "model_id", "model_type", "status", "source_run_id", "creation_timestamp", "last_updated_timestamp"))
	}
	return nil, "", invalid("Invalid entity type: %s. Expected one of ['attributes', 'metrics', 'params', 'tags'].", repr(entity))
}

func readModelClause(c *clause) (query.Compare, error) {
	var compare query.Compare
	if !isIdentifier(c.field) {
		return compare, invalid("Invalid comparison: %s. Expected a field on the left.", c.field.raw)
	}
	f, shown, err := modelField(c.field.raw)
	if err != nil {
		return compare, err
	}
	compare.Field = f
	numeric := false
	switch f := f.(type) {
	case query.Score:
		numeric = true
	case query.Attr:
		numeric = f.Numeric()
	}
	if err := judgeModelClause(c, f, shown, numeric); err != nil {
		return compare, err
	}
	v := &compare.Value
	switch {
	case c.value.kind == end:
	case numeric:
		n, ok := c.number()
		if !ok {
			return compare, invalid("Expected a number to compare with %s. Found %s", shown, c.written())
		}
		v.Number = n
	case c.value.kind == open:
		v.Texts, err = c.texts()
	default:
		v.Text = unquote(c.value.raw) // quotes may be left out
	}
	return compare, err
}

func judgeModelClause(c *clause, f query.Field, shown string, numeric bool) error {
	if p, keyed := f.(query.Property); keyed && p.Space != pedigree.Field && (c.op == "IS NULL" || c.op == "IS NOT NULL") {
		return nil
	}
	allowed := []string{"=", "!=", "LIKE", "ILIKE", "IN", "NOT IN"}
	if numeric {
		allowed = []string{"<", "<=", ">", ">=", "=", "!="}
	}
	if !slices.Contains(allowed, c.op) {
		return invalid("Invalid comparison operator for %s: %s. Expected one of (%s).", shown, repr(c.op), listed(allowed))
	}
	return c.listNeedsIn()
}
