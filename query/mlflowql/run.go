package mlflowql

import (
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// entities names what a field of a run can belong to, with all its spellings.
var entities = map[string]string{
	"metric": "metric", "metrics": "metric",
	"parameter": "parameter", "parameters": "parameter", "param": "parameter", "params": "parameter",
	"tag": "tag", "tags": "tag",
	"attribute": "attribute", "attributes": "attribute", "attr": "attribute", "run": "attribute",
	"dataset": "dataset", "datasets": "dataset",
	"manifest": "manifest", // what the MLmodel file says; upstream has no word for it
}

// runAttributes are the attributes of runs, with all their spellings.
var runAttributes = map[string]query.Attr{
	"run_id": query.UID, "status": query.State, "user_id": query.Owner, "artifact_uri": query.URI,
	"run_name": query.Name, "run name": query.Name, "Run name": query.Name, "Run Name": query.Name,
	"start_time": query.Started, "created": query.Started, "Created": query.Started,
	"end_time": query.Ended,
}

var datasetAttributes = map[string]query.DatasetAttr{
	"name": query.DatasetName, "digest": query.DatasetDigest, "context": query.DatasetContext,
}

// The attributes of runs that errors offer.
var (
	searchableKeys = slices.Collect(maps.Keys(runAttributes))
	orderableKeys  = []string{"Created", "artifact_uri", "created", "end_time", "run_id", "run_name", "start_time", "status", "user_id"}
)

// ParseRuns reads a filter of runs. An empty one gives nil, which keeps all.
func ParseRuns(filter string) (query.Expr, error) {
	clauses, t, err := parse(filter, refuseClauses(filter, func(s string) string { return "'" + s + "'" }))
	if err != nil {
		return nil, err
	}
	return build(filter, clauses, t, readRunClause, judgeRunClause)
}

// runField finds the field that a name stands for, its entity and its key.
// offered are the keys that the error about an unknown attribute shows.
func runField(name string, offered []string) (f query.Field, entity, key string, err error) {
	entity, key = cut(name)
	if entity == "" {
		entity = "attribute"
	}
	kind, known := entities[entity]
	if !known {
		return nil, "", "", invalid("Invalid entity type '%s'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']", entity)
	}
	switch kind {
	case "metric":
		return query.Property{Space: pedigree.Metric, Key: key}, kind, key, nil
	case "parameter":
		return query.Property{Space: pedigree.Param, Key: key}, kind, key, nil
	case "tag":
		return query.Property{Space: pedigree.Tag, Key: key}, kind, key, nil
	case "manifest":
		return query.Property{Space: pedigree.Manifest, Key: key}, kind, key, nil
	case "dataset":
		d, known := datasetAttributes[key]
		if !known {
			return nil, "", "", invalid("Invalid dataset key '%s' specified. Valid keys are '%s'", key, set("name", "digest", "context"))
		}
		return d, kind, key, nil
	}
	a, known := runAttributes[key]
	if !known {
		return nil, "", "", invalid("Invalid attribute key '%s' specified. Valid keys are '%s'", key, set(slices.Clone(offered)...))
	}
	return a, kind, key, nil
}

func readRunClause(c *clause) (query.Compare, error) {
	var compare query.Compare
	if !isIdentifier(c.field) {
		return compare, invalid("Invalid comparison clause. Expected 'Identifier' found '%s'", c.field.raw)
	}
	f, entity, key, err := runField(c.field.raw, searchableKeys)
	if err != nil {
		return compare, err
	}
	compare.Field = f
	if c.op == "IS NULL" || c.op == "IS NOT NULL" {
		if entity != "tag" && entity != "parameter" && entity != "manifest" {
			return compare, invalid("IS NULL / IS NOT NULL is only supported for tags and params, not for '%s' '%s'", entity, key)
		}
		return compare, nil
	}
	compare.Value, err = runValue(c, f, entity, key)
	return compare, err
}

func runValue(c *clause, f query.Field, entity, key string) (v query.Value, err error) {
	a, isAttr := f.(query.Attr)
	switch {
	case entity == "metric":
		n, ok := c.number()
		if !ok {
			return v, invalid("Expected numeric value type for metric. Found %s", c.written())
		}
		v.Number = n
	case isAttr && a.Numeric():
		n, ok := c.number()
		if !ok {
			return v, invalid("Expected numeric value type for numeric attribute: %s. Found %s", key, c.written())
		}
		v.Number = n
	case isAttr && c.value.kind == open:
		if a != query.UID {
			return v, invalid("Only ['run_id'] attributes support comparison with a list of quoted string values.")
		}
		v.Texts, err = c.texts()
	case isAttr:
		v.Text, err = c.text("attributes")
	case entity == "dataset" && c.value.kind == open:
		v.Texts, err = c.texts()
	case entity == "dataset":
		v.Text, err = c.text("dataset attributes")
	default:
		v.Text, err = c.text(entity + " (e.g. 'my-value')")
	}
	return v, err
}

func judgeRunClause(c *clause, compare *query.Compare) error {
	allowed, shown, close := textOps, textOps, "'"
	switch f := compare.Field.(type) {
	case query.Attr:
		if f.Numeric() {
			allowed, close = numberOps, ""
		}
	case query.DatasetAttr:
		close = ""
	case query.Property:
		switch f.Space {
		case pedigree.Metric:
			allowed, shown, close = numberOps, numberOps, ""
		case pedigree.Tag:
			allowed, shown, close = keyedOps, keyedOps, ""
		default:
			allowed, shown = keyedOps, keyedOps
		}
	}
	if !slices.Contains(allowed, c.op) {
		return invalid("Invalid comparator '%s' not one of '%s%s", c.op, set(slices.Clone(shown)...), close)
	}
	return c.listNeedsIn()
}
