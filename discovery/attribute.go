package discovery

import (
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

	foreign bool         // of a type whose nodes another protocol writes
	place   schema.Place // where these keep it
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
	if t.Foreign && field.Target == nil {
		a := plainAttribute(name, field)
		a.place, a.foreign = field.Place, true
		return a
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
	a := &attribute{name: key, field: field.Type, trait: query.FieldTrait{Key: key, Form: form, List: list, Decimal: decimal}}
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

// whole reports whether values are whole numbers that fit in 64 bits.
func (a *attribute) whole() bool {
	return a.numeric() && a.trait.Form == pedigree.Int
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
	if a.foreign {
		return stored(a.place, t)
	}
	return t
}

// valueTrait is what is computed with.
func (f *finder) valueTrait(a *attribute) query.Trait {
	switch {
	case a.system != nil:
		return a.system.trait
	case a.foreign:
		return stored(a.place, a.trait)
	}
	return a.trait
}

// holds compares an attribute among nodes of some types: those of other protocols
// keep theirs in places of their own.
func (f *finder) holds(a *attribute, scope []pedigree.Type, h query.Holds) (query.Fact, error) {
	h.Trait = a.trait
	var some query.Some
	var ours []pedigree.Type
	byPlace := make(map[schema.Place][]pedigree.Type)
	var places []schema.Place
	for _, t := range scope {
		of := f.types.OfNode(t)
		if of == nil || !of.Foreign || of.Field(a.name) == nil {
			ours = append(ours, t)
			continue
		}
		place := of.Field(a.name).Place
		if byPlace[place] == nil {
			places = append(places, place)
		}
		byPlace[place] = append(byPlace[place], t)
	}
	if len(places) == 0 {
		return h, nil
	}
	if len(ours) > 0 {
		some = append(some, query.Every{h, query.OfType{Types: ours}})
	}
	for _, place := range places {
		there, err := f.holdsAt(place, h)
		if err != nil {
			return nil, err
		}
		some = append(some, query.Every{there, query.OfType{Types: byPlace[place]}})
	}
	return oneOf(some), nil
}

// columns are the traits that places in columns are.
var columns = map[schema.Column]query.Trait{
	schema.UIDColumn: query.UID, schema.OwnerColumn: query.Owner, schema.StateColumn: query.State, schema.VersionColumn: query.VersionTrait{},
	schema.URIColumn: query.URI, schema.CreatedColumn: query.Created, schema.StartedColumn: query.Started, schema.EndedColumn: query.Ended,
	schema.NameColumn: query.Name,
}

// stored is the trait that a place is; nil where it is none, or a whole space.
func stored(p schema.Place, form query.FieldTrait) query.Trait {
	switch {
	case p.Column == schema.SpelledColumn:
		return p.Spelled
	case p.Column != schema.NoColumn:
		return columns[p.Column]
	case p.Key == "":
		return nil
	}
	form.Space, form.Key = p.Space, p.Key
	return form
}

// holdsAt compares what stands in a place.
func (f *finder) holdsAt(p schema.Place, h query.Holds) (query.Fact, error) {
	form, _ := h.Trait.(query.FieldTrait)
	switch p.Column {
	case schema.NoColumn:
		if p.Key == "" { // a space: it is there where it has any key
			if h.Is == query.Present || h.Is == query.NotEmpty {
				return query.Keyed{Space: p.Space, Is: query.Present}, nil
			}
			return none, nil
		}
	case schema.SpelledColumn:
		return f.spelled(p.Spelled, h)
	case schema.NameColumn: // those without a name are called by their identity
		if h.Is == query.Present || h.Is == query.NotEmpty {
			return query.Every{}, nil
		}
		named := query.Holds{Trait: query.Name, Is: query.NotEmpty}
		byName, byUID := h, h
		byName.Trait, byUID.Trait = query.Name, query.UID
		return query.Some{query.Every{byName, named}, query.Every{byUID, query.Except{Part: named}}}, nil
	default:
		if h.Is == query.Present && form.Form == pedigree.Text { // no text is none
			h.Is = query.NotEmpty
		}
	}
	h.Trait = stored(p, form)
	if h.Trait == nil {
		return none, nil
	}
	return h, nil
}
