package transfer

import (
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
	for _, d := range in.Structs {
		old := types.Struct(d.Name)
		if old == nil {
			fresh.Structs = append(fresh.Structs, d)
			continue
		}
		more, err := moreAttributes(d.Name, old.Def.Attributes, d.Attributes)
		if err != nil {
			return nil, nil, err
		}
		if len(more) > len(old.Def.Attributes) {
			def := *old.Def
			def.Attributes = more
			changed.Structs = append(changed.Structs, def)
		}
	}
	for _, d := range in.Classifications {
		old := types.Classification(d.Name)
		if old == nil {
			fresh.Classifications = append(fresh.Classifications, d)
			continue
		}
		more, err := moreAttributes(d.Name, old.Def.Attributes, d.Attributes)
		if err != nil {
			return nil, nil, err
		}
		if len(more) > len(old.Def.Attributes) {
			def := *old.Def
			def.Attributes = more
			changed.Classifications = append(changed.Classifications, def)
		}
	}
	for _, d := range in.Entities {
		old := types.Entity(d.Name)
		if old == nil {
			fresh.Entities = append(fresh.Entities, d)
			continue
		}
		more, err := moreAttributes(d.Name, old.Def.Attributes, lacking(old, d.Attributes))
		if err != nil {
			return nil, nil, err
		}
		if len(more) > len(old.Def.Attributes) {
			def := *old.Def
			def.Attributes = more
			changed.Entities = append(changed.Entities, def)
		}
	}
	for _, d := range in.Relationships {
		old := types.Relationship(d.Name)
		if old == nil {
			fresh.Relationships = append(fresh.Relationships, d)
			continue
		}
		more, err := moreAttributes(d.Name, old.Def.Attributes, d.Attributes)
		if err != nil {
			return nil, nil, err
		}
		if len(more) > len(old.Def.Attributes) {
			def := *old.Def
			def.Attributes = more
			changed.Relationships = append(changed.Relationships, def)
		}
	}
	for _, d := range in.Business {
		old := types.Business(d.Name)
		if old == nil {
			fresh.Business = append(fresh.Business, d)
			continue
		}
		more, err := moreAttributes(d.Name, old.Def.Attributes, d.Attributes)
		if err != nil {
			return nil, nil, err
		}
		if len(more) > len(old.Def.Attributes) {
			def := *old.Def
			def.Attributes = more
			changed.Business = append(changed.Business, def)
		}
	}
	return fresh, changed, nil
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
