package schema

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree/fault"
)

// A Header is what lists say of a definition.
type Header struct {
	GUID        string   `json:"guid"`
	Name        string   `json:"name"`
	ServiceType string   `json:"serviceType,omitzero"`
	Category    Category `json:"category"`
}

// A Filter says which definitions are listed. What is empty asks for nothing.
type Filter struct {
	Category       Category
	Name           string
	SuperType      string // only what descends from it
	ServiceType    string
	NotNames       []string
	NotSuperTypes  []string
	NotServiceType string
}

// Select lists definitions in the order in which they build on each other, and by
// name. They must not be changed.
func (t *Types) Select(f *Filter) []Def {
	var all []Def
	for _, name := range t.Names(f.Category) {
		if d := t.byName[name]; t.passes(f, d) {
			all = append(all, d)
		}
	}
	slices.SortStableFunc(all, func(a, b Def) int { return int(listRank[categoryOf(a)]) - int(listRank[categoryOf(b)]) })
	return all
}

// listRank orders categories as lists have them.
var listRank = [...]uint8{EnumCategory: 1, StructCategory: 2, ClassificationCategory: 3, EntityCategory: 4, RelationshipCategory: 5, BusinessCategory: 6}

func (t *Types) passes(f *Filter, d Def) bool {
	b := d.Common()
	switch {
	case f.Name != "" && b.Name != f.Name,
		f.ServiceType != "" && b.ServiceType != f.ServiceType,
		f.NotServiceType != "" && b.ServiceType == f.NotServiceType,
		slices.Contains(f.NotNames, b.Name),
		f.SuperType != "" && !t.descends(b.Name, f.SuperType):
		return false
	}
	return !slices.ContainsFunc(f.NotSuperTypes, func(s string) bool { return t.descends(b.Name, s) })
}

// descends reports whether a type has another among its ancestors.
func (t *Types) descends(name, from string) bool {
	if e := t.entities[name]; e != nil {
		return name != from && e.IsA(from)
	}
	c := t.classifications[name]
	return c != nil && name != from && c.IsA(from)
}

// HeaderOf gives what lists say of a definition.
func HeaderOf(d Def) Header {
	b := d.Common()
	return Header{b.GUID, b.Name, b.ServiceType, categoryOf(d)}
}

// Find gives a definition of a category by name; of any for 0. What stands for all
// types is found too.
func (t *Types) Find(c Category, name string) (Def, error) {
	d := t.byName[name]
	if d == nil {
		d = roots[name]
	}
	if d == nil || c != 0 && categoryOf(d) != c {
		return nil, fault.New(fault.TypeNameNotFound, name)
	}
	return d, nil
}

// FindGUID does the same by guid.
func (t *Types) FindGUID(c Category, guid string) (Def, error) {
	d := t.byGUID[strings.ToLower(guid)]
	if d == nil || c != 0 && categoryOf(d) != c {
		return nil, fault.New(fault.TypeGUIDNotFound, guid)
	}
	return d, nil
}

// Shown gives a definition with all that is found out about it, for clients to
// read: what descends from it, and which relationships and business attributes
// its entities can have. It is not kept.
func (t *Types) Shown(d Def) Def {
	switch d := d.(type) {
	case *ClassificationDef:
		if c := t.classifications[d.Name]; c != nil {
			shown := *d
			shown.SubTypes = c.subs
			return &shown
		}
	case *EntityDef:
		if e := t.entities[d.Name]; e != nil {
			return e.shown()
		}
	}
	return d
}

func (e *EntityType) shown() *EntityDef {
	d := *e.Def
	d.SubTypes = e.subs
	for _, name := range e.EndNames() {
		for _, end := range e.End(name) {
			d.RelationshipAttributes = append(d.RelationshipAttributes, end.attribute(e))
		}
	}
	d.BusinessAttributes = make(map[string][]AttributeDef, len(e.Business()))
	for group, fields := range e.Business() {
		for _, f := range fields {
			d.BusinessAttributes[group] = append(d.BusinessAttributes[group], *f.Def)
		}
	}
	return &d
}

// attribute gives an end as an attribute of a type that stands at it.
func (end *End) attribute(e *EntityType) RelationshipAttributeDef {
	if f := e.Field(end.Def.Name); f != nil && f.Target != nil {
		return RelationshipAttributeDef{*f.Def, end.Relationship.Def.Name, true}
	}
	a := AttributeDef{
		Name: end.Def.Name, Type: end.Other.Def.Name, Optional: true, Cardinality: end.Def.Cardinality, Min: NoCount, Max: NoCount, Weight: -1,
		Description: end.Def.Description,
	}
	if end.Many {
		a.Type = "array<" + a.Type + ">"
	}
	if end.Relationship.Def.Kind == Composition {
		if end.Def.Container {
			a.Constraints = []ConstraintDef{{Type: OwnedRef}}
		} else {
			a.Optional = false
		}
	}
	if e.appendsEnd(end.Def.Name) {
		a.Options = map[string]string{appendOption: "true"}
	}
	return RelationshipAttributeDef{a, end.Relationship.Def.Name, end.Legacy}
}

// ShownAll puts definitions into lists, as [Types.Shown] gives them.
func (t *Types) ShownAll(defs []Def) *Defs {
	all := &Defs{}
	for _, d := range defs {
		all.Add(t.Shown(d))
	}
	return all
}
