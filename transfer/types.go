package transfer

import (
	"errors"
	"slices"

	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// sortTypes tells the types of an archive that are not there from those that are
// there with less. One whose attributes are of other types is refused.
func sortTypes(types *schema.Types, in *schema.Defs) (fresh, changed *schema.Defs, err error) {
	fresh, changed = &schema.Defs{}, &schema.Defs{}
	for _, d := range in.Enums {
		old := types.Enum(d.Name)
		if old == nil {
			fresh.Enums = append(fresh.Enums, d)
			continue
		}
		if more := moreElements(*old.Def, d); len(more.Elements) > len(old.Def.Elements) {
			changed.Enums = append(changed.Enums, more)
		}
	}
	entities := slices.Clone(in.Entities)
	for i := range entities {
		if old := types.Entity(entities[i].Name); old != nil {
			entities[i].Attributes = lacking(old, entities[i].Attributes)
		}
	}
	defer func() { growUp(types, in, changed) }()
	return fresh, changed, errors.Join(
		sortDefs(types, in.Structs, &fresh.Structs, &changed.Structs, func(d *schema.StructDef) (string, *[]schema.AttributeDef) { return d.Name, &d.Attributes }),
		sortDefs(types, in.Classifications, &fresh.Classifications, &changed.Classifications, func(d *schema.ClassificationDef) (string, *[]schema.AttributeDef) { return d.Name, &d.Attributes }),
		sortDefs(types, entities, &fresh.Entities, &changed.Entities, func(d *schema.EntityDef) (string, *[]schema.AttributeDef) { return d.Name, &d.Attributes }),
		sortDefs(types, in.Relationships, &fresh.Relationships, &changed.Relationships, func(d *schema.RelationshipDef) (string, *[]schema.AttributeDef) { return d.Name, &d.Attributes }),
		sortDefs(types, in.Business, &fresh.Business, &changed.Business, func(d *schema.BusinessDef) (string, *[]schema.AttributeDef) { return d.Name, &d.Attributes }),
	)
}

// sortDefs does so for the definitions of one category. parts gives what it looks at.
func sortDefs[D any](types *schema.Types, in []D, fresh, changed *[]D, parts func(*D) (name string, attributes *[]schema.AttributeDef)) error {
	for _, d := range in {
		name, given := parts(&d)
		var def any = types.Def(name)
		old, there := def.(*D)
		if !there {
			*fresh = append(*fresh, d)
			continue
		}
		_, standing := parts(old)
		more, err := moreAttributes(name, *standing, *given)
		if err != nil {
			return err
		}
		if len(more) > len(*standing) {
			grown := *old
			_, attributes := parts(&grown)
			*attributes = more
			*changed = append(*changed, grown)
		}
	}
	return nil
}

// growUp adds to types the super types that an archive has more of them, which newer
// models have: its relationships may be between those.
func growUp(types *schema.Types, in, changed *schema.Defs) {
	for i := range in.Entities {
		d := &in.Entities[i]
		old := types.Entity(d.Name)
		if old == nil {
			continue
		}
		grown := slices.IndexFunc(changed.Entities, func(c schema.EntityDef) bool { return c.Name == d.Name })
		for _, name := range d.SuperTypes {
			if old.IsA(name) {
				continue
			}
			if grown < 0 {
				grown = len(changed.Entities)
				changed.Entities = append(changed.Entities, *old.Def)
			}
			above := &changed.Entities[grown].SuperTypes
			*above = append(slices.Clone(*above), name)
		}
	}
}

func moreElements(old, in schema.EnumDef) schema.EnumDef {
	known := make(map[string]bool)
	elements := append([]schema.EnumElement(nil), old.Elements...)
	for _, e := range old.Elements {
		known[e.Value] = true
	}
	for _, e := range in.Elements {
		if !known[e.Value] {
			elements = append(elements, e)
		}
	}
	old.Elements = elements
	return old
}

// lacking leaves out the attributes that entities of a type have from above, or as
// ends of relationships: older models have some where newer ones have those.
func lacking(old *schema.EntityType, in []schema.AttributeDef) (left []schema.AttributeDef) {
	own := make(map[string]bool)
	for i := range old.Def.Attributes {
		own[old.Def.Attributes[i].Name] = true
	}
	for i := range in {
		name := in[i].Name
		if own[name] || old.Field(name) == nil && len(old.End(name)) == 0 {
			left = append(left, in[i])
		}
	}
	return left
}

// moreAttributes adds to the attributes of a type those that an archive has more. What
// is there already lacks them, so they are none that must be given.
func moreAttributes(name string, old, in []schema.AttributeDef) ([]schema.AttributeDef, error) {
	known := make(map[string]string)
	more := append([]schema.AttributeDef(nil), old...)
	for i := range old {
		known[old[i].Name] = old[i].Type
	}
	for _, a := range in {
		standing, there := known[a.Name]
		switch {
		case !there:
			if !a.Optional {
				a.Optional, a.Min = true, 0
			}
			more = append(more, a)
		case standing != a.Type:
			return nil, fault.New(fault.InvalidImportAttributeTypeChanged, name, a.Name, standing, a.Type)
		}
	}
	return more, nil
}
