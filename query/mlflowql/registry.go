package mlflowql

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// Registered models and their versions share one grammar: they differ in their
// attributes only.

var (
	runIDOfVersion = query.Property{Space: pedigree.Field, Key: "run_id"}

	// registeredAttributes are the attributes of registered models.
	registeredAttributes = map[string]query.Field{"name": query.Name}

	// versionAttributes are the attributes of model versions.
	versionAttributes = map[string]query.Field{
		"name": query.Name, "version_number": query.Number, "run_id": runIDOfVersion, "source_path": query.URI,
	}
)

// ownAttributes are attributes that upstream has no word for: which bytes a
// version is made of, and how far it is known.
var ownAttributes = map[string]query.Field{
	"digest":       query.Property{Space: pedigree.Field, Key: "digest"},
	"digest_state": query.Property{Space: pedigree.Field, Key: "digest_state"},
}

// ParseModels reads a filter of registered models. Prompts, which are kept as
// models, are left out unless the filter asks for them by their tag.
func ParseModels(filter string) (query.Expr, error) {
	return parseRegistry(filter, registeredAttributes)
}

// ParseVersions reads a filter of model versions. Those of prompts are left out
// unless the filter asks for them by their tag. A version without a run has the
// empty text for its run_id.
func ParseVersions(filter string) (query.Expr, error) {
	e, err := parseRegistry(filter, versionAttributes)
	return rewrite(e, absentIsEmpty), err
}

func parseRegistry(filter string, attributes map[string]query.Field) (query.Expr, error) {
	clauses, t, err := parse(filter, refuseClauses(filter, func(s string) string { return s }))
	if err != nil {
		return nil, err
	}
	g := registryGrammar{attributes}
	e, err := build(filter, clauses, t, g.read, g.judge)
	if err != nil {
		return nil, err
	}
	return withoutPrompts(e), nil
}

type registryGrammar struct{ attributes map[string]query.Field }

func (g *registryGrammar) field(name string) (query.Field, string, error) {
	entity, key := cut(name)
	switch entity {
	case "tag", "tags":
		return query.Property{Space: pedigree.Tag, Key: key}, key, nil
	case "", "attribute":
	default:
		return nil, "", invalid("Invalid entity type '%s'. Valid entity types are ('attribute', 'tag', 'tags')", entity)
	}
	f, known := g.attributes[key]
	if !known && len(g.attributes) > 1 {
		f, known = ownAttributes[key]
	}
	if !known {
		return nil, "", invalid("Invalid attribute key '%s' specified. Valid keys are '%s'", key, keySet(g.attributes))
	}
	return f, key, nil
}

func keySet(attributes map[string]query.Field) string {
	var names []string
	for name := range attributes {
		names = append(names, name)
	}
	return set(names...)
}

// takesList reports whether an attribute can be compared with a list.
func (g *registryGrammar) takesList(key string) bool { return key == "name" || key == "run_id" }

func (g *registryGrammar) read(c *clause) (query.Compare, error) {
	var compare query.Compare
	if !isIdentifier(c.field) {
		return compare, invalid("Invalid comparison clause. Expected 'Identifier' found '%s'", c.field.raw)
	}
	f, key, err := g.field(c.field.raw)
	if err != nil {
		return compare, err
	}
	compare.Field = f
	compare.Value, err = g.value(c, f, key)
	return compare, err
}

func (g *registryGrammar) value(c *clause, f query.Field, key string) (v query.Value, err error) {
	tagged := isTag(f)
	switch {
	case c.op == "IS NULL" || c.op == "IS NOT NULL":
		if !tagged {
			err = invalid("IS NULL / IS NOT NULL is only supported for tags, not for attribute '%s'", key)
		}
	case tagged:
		v.Text, err = c.text("tag (e.g. 'my-value')")
	case c.value.kind == open:
		if !g.takesList(key) {
			return v, invalid("Only ['name', 'run_id'] attributes support comparison with a list of quoted string values.")
		}
		v.Texts, err = c.texts()
	case c.value.kind == word && isNumber(c.value.raw) && len(g.attributes) > 1:
		if f != query.Field(query.Number) {
			err = invalid("Only the '%s' attributes support comparison with numeric values.",
				set("creation_timestamp", "last_updated_timestamp", "version_number"))
		}
	default:
		v.Text, err = c.text("attributes")
		if err != nil && !strings.HasPrefix(err.Error(), "Parameter") {
			err = invalid("Expected a quoted string value or a list of quoted string values for attributes. Got value %s", c.written())
		}
	}
	return v, err
}

func isTag(f query.Field) bool {
	p, ok := f.(query.Property)
	return ok && p.Space == pedigree.Tag
}

func (g *registryGrammar) judge(c *clause, compare *query.Compare) error {
	switch {
	case isTag(compare.Field):
		if !slices.Contains(keyedOps, c.op) {
			return invalid("Invalid comparator for tag: %s", c.op)
		}
	case compare.Field == query.Field(query.Number):
		if !slices.Contains(numberOps, c.op) {
			return invalid("Invalid comparator for attribute version_number: %s", c.op)
		}
		return readVersionNumber(c, &compare.Value)
	case !slices.Contains(textOps, c.op):
		return invalid("Invalid comparator for attribute: %s", c.op)
	}
	return c.listNeedsIn()
}

// readVersionNumber reads a whole number, which may stand in quotes.
func readVersionNumber(c *clause, v *query.Value) error {
	shown := repr(v.Text)
	digits := strings.TrimSpace(v.Text)
	if c.value.kind == word {
		digits = c.value.raw
		shown = digits
		if f, ok := c.number(); ok {
			shown = pythonFloat(f)
		}
	}
	n, err := strconv.ParseInt(digits, 10, 53) // beyond it a float64 would lie
	if err != nil {
		return invalid("Invalid value for numeric attribute 'version_number': %s", shown)
	}
	v.Text, v.Number = "", float64(n)
	return nil
}

// pythonFloat writes a number as Python shows it.
func pythonFloat(f float64) string {
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// promptTag marks what is kept as a model and is a prompt.
var promptTag = query.Property{Space: pedigree.Tag, Key: "mlflow.prompt.is_prompt"}

// withoutPrompts leaves prompts out, unless the first condition on their tag
// asks for them. Then the condition stands; else conditions on the tag, which
// models do not have, say no more than that.
func withoutPrompts(e query.Expr) query.Expr {
	first, found := firstOn(e, query.Field(promptTag))
	if found && asksForPrompts(first) {
		return e
	}
	if found {
		e = rewrite(e, func(c query.Compare) query.Expr {
			if c.Field == query.Field(promptTag) {
				return query.And{}
			}
			return c
		})
	}
	none := query.Not{Term: query.Compare{Field: promptTag, Op: query.Eq, Value: query.Value{Text: "true"}}}
	switch e := e.(type) {
	case nil:
		return none
	case query.And:
		if e = slices.DeleteFunc(e, alwaysTrue); len(e) > 0 {
			return append(e, none)
		}
		return none
	}
	return query.And{e, none}
}

func alwaysTrue(e query.Expr) bool {
	all, ok := e.(query.And)
	return ok && len(all) == 0
}

func asksForPrompts(c query.Compare) bool {
	return c.Op == query.Eq && strings.EqualFold(c.Value.Text, "true") || c.Op == query.Ne && strings.EqualFold(c.Value.Text, "false")
}

// firstOn finds the first condition on a field.
func firstOn(e query.Expr, f query.Field) (first query.Compare, found bool) {
	rewrite(e, func(c query.Compare) query.Expr {
		if !found && c.Field == f {
			first, found = c, true
		}
		return c
	})
	return first, found
}

// rewrite puts something else in the place of each comparison.
func rewrite(e query.Expr, with func(query.Compare) query.Expr) query.Expr {
	switch e := e.(type) {
	case query.Compare:
		return with(e)
	case query.Not:
		return query.Not{Term: rewrite(e.Term, with)}
	case query.And:
		all := make(query.And, len(e))
		for i := range e {
			all[i] = rewrite(e[i], with)
		}
		return all
	case query.Or:
		some := make(query.Or, len(e))
		for i := range e {
			some[i] = rewrite(e[i], with)
		}
		return some
	}
	return e
}

// absentIsEmpty lets a condition on run_id mean the empty text where there is
// none: a version without a run has no such property.
func absentIsEmpty(c query.Compare) query.Expr {
	if c.Field != query.Field(runIDOfVersion) {
		return c
	}
	positive := c
	switch c.Op {
	case query.Ne:
		positive.Op = query.Eq
	case query.NotIn:
		positive.Op = query.In
	}
	e := query.Expr(positive)
	if holdsForEmpty(positive) {
		e = query.Or{query.Compare{Field: c.Field, Op: query.IsNull}, positive}
	}
	if positive.Op != c.Op {
		return query.Not{Term: e}
	}
	return e
}

// holdsForEmpty reports whether a comparison holds for the empty text.
func holdsForEmpty(c query.Compare) bool {
	switch c.Op {
	case query.Eq:
		return c.Value.Text == ""
	case query.In:
		return slices.Contains(c.Value.Texts, "")
	case query.Like, query.ILike:
		return strings.Trim(c.Value.Text, "%") == ""
	}
	return false
}

// OrderModels reads the order of a search for registered models. Names decide
// where nothing else does.
func OrderModels(clauses []string) ([]query.Order, error) {
	o, err := newOrdering(clauses)
	if err != nil {
		return nil, err
	}
	for _, c := range clauses {
		name, desc, err := term(c)
		if err != nil {
			return nil, err
		}
		f := query.Name
		switch name {
		case "name":
		case "timestamp", "last_updated_timestamp":
			f = query.Updated
		default:
			return nil, invalid("Invalid order by key '%s' specified. Valid keys are '%s'", name, set("name", "timestamp"))
		}
		if err := o.add(f, desc); err != nil {
			return nil, err
		}
	}
	if !o.has(query.Name) {
		o.terms = append(o.terms, query.Order{Field: query.Name})
	}
	return o.terms, nil
}

// versionOrders are what versions can be ordered by.
var versionOrders = map[string]query.Field{
	"name": query.Name, "version_number": query.Number, "creation_timestamp": query.Created, "last_updated_timestamp": query.Updated,
}

// OrderVersions reads the order of a search for model versions. Without one the
// latest changed comes first; where nothing else decides, names do, and among
// the versions of one model the highest comes first.
func OrderVersions(clauses []string) ([]query.Order, error) {
	o, err := newOrdering(clauses)
	if err != nil {
		return nil, err
	}
	if len(clauses) == 0 {
		o.terms = append(o.terms, query.Order{Field: query.Updated, Desc: true})
	}
	for _, c := range clauses {
		name, desc, err := term(c)
		if err != nil {
			return nil, err
		}
		g := registryGrammar{versionOrders}
		f, key, err := g.field(name)
		if err != nil {
			return nil, err
		}
		if isTag(f) {
			return nil, invalid("Invalid order by key '%s' specified. Valid keys are %s", key, keySet(versionOrders))
		}
		if err := o.add(f, desc); err != nil {
			return nil, err
		}
	}
	if !o.has(query.Name) {
		o.terms = append(o.terms, query.Order{Field: query.Name})
	}
	if !o.has(query.Number) {
		o.terms = append(o.terms, query.Order{Field: query.Number, Desc: true})
	}
	return o.terms, nil
}
