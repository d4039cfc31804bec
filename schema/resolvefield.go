package schema

import (
	"slices"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
)

// mostNested bounds lists of lists.
const mostNested = 16

// valueType gives the type of values that a name stands for.
func (t *Types) valueType(name string, depth int) (ValueType, error) {
	if p := primitives[name]; p != nil {
		return p, nil
	}
	if v := t.values[name]; v != nil {
		return v, nil
	}
	outer, parts, ok := parseParts(name)
	if !ok || depth > mostNested {
		if name == "objectid" {
			return &referenceType{AssetType}, nil
		}
		return nil, fault.New(fault.TypeNameNotFound, name)
	}
	var types []ValueType
	for _, p := range parts {
		v, err := t.valueType(p, depth+1)
		if err != nil {
			return nil, err
		}
		types = append(types, v)
	}
	var v ValueType
	if outer == "array" {
		v = &arrayType{element: types[0], min: NoCount, max: NoCount}
	} else {
		v = &mapType{types[0], types[1]}
	}
	t.values[name] = v
	return v, nil
}

// field resolves an attribute.
func (t *Types) field(owner string, a *AttributeDef) (*Field, error) {
	v, err := t.valueType(a.Type, 0)
	if err != nil {
		for _, name := range namesIn(a.Type) {
			if t.classifications[name] != nil || t.business[name] != nil {
				return nil, fault.New(fault.AttributeTypeInvalid, owner, a.Name)
			}
		}
		return nil, err
	}
	if a.Cardinality == List || a.Cardinality == Set {
		plain, ok := v.(*arrayType)
		if !ok {
			return nil, fault.New(fault.InvalidAttributeTypeForCardinality, owner, a.Name)
		}
		v = &arrayType{plain.element, a.Min, a.Max, a.Cardinality == Set}
	}
	f := &Field{Def: a, Owner: owner, Type: v, Target: t.target(v)}
	if f.Target == nil {
		f.Place = Place{Space: pedigree.Field, Key: a.Name}
	}
	return f, nil
}

// target gives the type of entity that values of a type point to, nil for none.
func (t *Types) target(v ValueType) *EntityType {
	switch v := v.(type) {
	case *arrayType:
		return t.target(v.element)
	case *mapType:
		return t.target(v.value)
	case *referenceType:
		return t.entities[v.target]
	}
	return nil
}

// fields resolves the attributes of a definition itself.
func (t *Types) fields(owner string, defs []AttributeDef) ([]*Field, error) {
	list := make([]*Field, 0, len(defs))
	for i := range defs {
		f, err := t.field(owner, &defs[i])
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, nil
}

func (t *Types) resolveStructs() (err error) {
	for _, s := range sorted(t.structs) {
		if s.Fields, err = t.fields(s.Def.Name, s.Def.Attributes); err != nil {
			return err
		}
	}
	return nil
}

// mostFields bounds the attributes of a type, inherited ones included: they are
// looked through one by one.
const mostFields = 2000

// inherit puts the attributes of super types before those of a type. Of one that
// several declare the last word counts, and its own before all.
func inherit(name string, supers [][]*Field, own []*Field) ([]*Field, error) {
	if len(supers) == 0 {
		return own, checkCount(name, own)
	}
	list := make([]*Field, 0, len(supers[0])+len(own))
	list = append(list, supers[0]...)
	for _, fields := range append(supers[1:], own) {
		if err := checkCount(name, fields); err != nil {
			return nil, err
		}
		for _, f := range fields {
			if i := slices.IndexFunc(list, func(o *Field) bool { return o.Def.Name == f.Def.Name }); i >= 0 {
				list[i] = f
			} else {
				list = append(list, f)
			}
		}
	}
	return list, checkCount(name, list)
}

func checkCount(name string, fields []*Field) error {
	if len(fields) > mostFields {
		return fault.New(fault.InvalidTypeDefinition, name+": more than "+strconv.Itoa(mostFields)+" attributes")
	}
	return nil
}
