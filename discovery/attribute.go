package discovery

import (
	"slices"
	"strings"

	stdjson "encoding/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/schema"
)

// An attribute is what a name means among entities of a type.
type attribute struct {
	name   string
	field  schema.ValueType // what it holds; nil for system attributes and references
	trait  query.FieldTrait // of plain ones
	system *system
	ways   []way // to what it refers to
	target *schema.EntityType
	owner  string // of plain ones: the definition that declares it
}

// plain reports whether it can be compared.
func (a *attribute) plain() bool { return a.target == nil }

// A way leads from an entity to what an attribute refers to.
type way struct {
	types []string // of relationships
	end   int      // at which the entity stands
	event pedigree.Direction
}

// fact holds of what has something at the end of the way of which a condition does.
func (w way) fact(where query.Fact) query.Fact {
	if w.event != 0 {
		return query.Traded{Direction: w.event, Where: where}
	}
	return query.Tied{Types: w.types, End: w.end, Where: where}
}

// back holds of what is at the end of the way from something of which a condition does.
func (w way) back(where query.Fact) query.Fact {
	if w.event == 0 {
		w.end = 3 - w.end
	}
	return w.fact(where)
}

// onward holds of what refers to something of which a condition holds.
func (a *attribute) onward(where query.Fact) query.Fact {
	var some query.Some
	for _, w := range a.ways {
		some = append(some, w.fact(where))
	}
	return oneOf(some)
}

// backward holds of what something refers to of which a condition holds.
func (a *attribute) backward(where query.Fact) query.Fact {
	var some query.Some
	for _, w := range a.ways {
		some = append(some, w.back(where))
	}
	return oneOf(some)
}

func oneOf(some query.Some) query.Fact {
	if len(some) == 1 {
		return some[0]
	}
	return some
}

// attributeOf finds what a name means; nil where it means nothing. Without a type
// only system attributes are known.
func (f *finder) attributeOf(t *schema.EntityType, name string) *attribute {
	if s := systems[name]; s != nil {
		return &attribute{name: name, system: s}
	}
	if t == nil {
		return nil
	}
	if group, key, ok := strings.Cut(name, "."); ok {
		if b := f.types.Business(group); b != nil {
			if field := b.Field(key); field != nil {
				return plainAttribute(name, field.Field)
			}
		}
		return nil
	}
	if ends := t.End(name); len(ends) > 0 {
		return endAttribute(name, ends)
	}
	field := t.Field(name)
	if field == nil {
		return nil
	}
	if field.Target != nil && !field.Soft() {
		return &attribute{name: name, target: field.Target, ways: []way{{types: []string{field.Owner + "." + name}, end: 1}}}
	}
	return plainAttribute(name, field)
}

func endAttribute(name string, ends []*schema.End) *attribute {
	a := &attribute{name: name, target: ends[0].Other}
	for _, end := range ends {
		a.ways = append(a.ways, way{types: []string{end.Relationship.Def.Name}, end: end.Number, event: end.Relationship.Event})
	}
	return a
}

func plainAttribute(key string, field *schema.Field) *attribute {
	form, list, decimal := formOf(field.Type.Name())
	a := &attribute{name: key, field: field.Type, owner: field.Owner, trait: query.FieldTrait{Key: key, Form: form, List: list, Decimal: decimal}}
	a.trait.Unset = unset(field)
	return a
}

// unset is what an attribute without a value is compared as, if it is shown so.
func unset(field *schema.Field) any {
	switch v := field.Unset().(type) {
	case stdjson.Number:
		n, _ := v.Float64()
		return n
	case bool, int64, float64, string:
		return v
	}
	return nil
}

// formOf tells how values of a type are stored.
func formOf(typeName string) (form pedigree.Form, list, decimal bool) {
	switch typeName {
	case "boolean":
		return pedigree.Bool, false, false
	case "byte", "short", "int", "long", "date":
		return pedigree.Int, false, false
	case "float", "double":
		return pedigree.Double, false, false
	case "biginteger", "bigdecimal":
		return pedigree.Text, false, true
	}
	return pedigree.Text, strings.HasPrefix(typeName, "array<") || strings.HasPrefix(typeName, "map<"), false
}

// primitive reports whether values of an attribute have an order and no parts.
func (f *finder) primitive(a *attribute) bool {
	switch {
	case a.target != nil:
		return false
	case a.system != nil:
		return a.system.trait != nil
	}
	name := elementOf(a.field.Name())
	return schema.IsPrimitive(name) || f.types.Enum(name) != nil
}

// elementOf gives the type of what a list or map holds, or the type itself.
func elementOf(name string) string {
	if inner, ok := strings.CutPrefix(name, "array<"); ok {
		return strings.TrimSuffix(inner, ">")
	}
	if inner, ok := strings.CutPrefix(name, "map<"); ok {
		if _, value, ok := strings.Cut(strings.TrimSuffix(inner, ">"), ","); ok {
			return strings.TrimSpace(value)
		}
	}
	return name
}

// numeric reports whether values are numbers.
func (a *attribute) numeric() bool {
	if a.field == nil {
		return false
	}
	switch elementOf(a.field.Name()) {
	case "byte", "short", "int", "long", "float", "double", "biginteger", "bigdecimal":
		return true
	}
	return false
}

func (a *attribute) date() bool {
	return a.field != nil && elementOf(a.field.Name()) == "date" || a.system != nil && a.system.date
}

// sortTrait is what results are sorted by; nil where that cannot be.
func (f *finder) sortTrait(a *attribute) query.Trait {
	switch {
	case a == nil || !f.primitive(a):
		return nil
	case a.system != nil:
		return a.system.trait
	}
	t := a.trait
	t.Unset = nil
	return t
}

// valueTrait is what is computed with.
func (f *finder) valueTrait(a *attribute) query.Trait {
	if a.system != nil {
		return a.system.trait
	}
	return a.trait
}

// holds compares an attribute. Nodes of other protocols have some of theirs as columns.
func (f *finder) holds(a *attribute, scope []pedigree.Type, h query.Holds) (query.Fact, error) {
	h.Trait = a.trait
	foreign := f.foreign(scope)
	if len(foreign) == 0 {
		return h, nil
	}
	there, err := f.foreignHolds(a, h)
	if err != nil || there == nil {
		return h, err
	}
	ours := slices.DeleteFunc(slices.Clone(scope), func(t pedigree.Type) bool { return slices.Contains(foreign, t) })
	elsewhere := query.Every{query.OfType{Types: foreign}, there}
	if len(ours) == 0 {
		return elsewhere, nil
	}
	return query.Some{query.Every{h, query.OfType{Types: ours}}, elsewhere}, nil
}

// foreignHolds is the condition for nodes of other protocols, nil where it is that of
// all.
func (f *finder) foreignHolds(a *attribute, h query.Holds) (query.Fact, error) {
	switch a.name {
	case "name":
		h.Trait = query.Name
		return h, nil
	case "owner":
		h.Trait = query.Owner
		if h.Is == query.Present {
			return query.Holds{Trait: query.Owner, Is: query.NotEmpty}, nil
		}
		return h, nil
	case "qualifiedName":
		switch h.Is {
		case query.Present, query.NotEmpty:
			return query.Every{}, nil
		case query.Equal:
			var guids []string
			for _, v := range h.Values {
				text, _ := v.(string)
				guids = append(guids, text)
			}
			ids, err := f.guids(guids)
			return query.Among{Nodes: ids}, err
		}
		return none, nil
	}
	return nil, nil
}
