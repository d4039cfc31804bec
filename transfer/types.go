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
		more, err := moreAttributes(d.Name, old.Def.Attributes, d.Attributes)
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

// moreAttributes adds to the attributes of a type those that an archive has more.
func moreAttributes(name string, old, in []schema.AttributeDef) ([]schema.AttributeDef, error) {
	known := make(map[string]string)
	more := append([]schema.AttributeDef(nil), old...)
	for i := range old {
		known[old[i].Name] = old[i].Type
	}
	for i := range in {
		standing, there := known[in[i].Name]
		switch {
		case !there:
			more = append(more, in[i])
		case standing != in[i].Type:
			return nil, fault.New(fault.InvalidImportAttributeTypeChanged, name, in[i].Name, standing, in[i].Type)
		}
	}
	return more, nil
}
