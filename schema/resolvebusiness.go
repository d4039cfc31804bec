package schema

import (
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree/fault"
)

func (t *Types) resolveBusiness() error {
	for _, b := range sorted(t.business) {
		for i := range b.Def.Attributes {
			f, err := t.businessField(b, &b.Def.Attributes[i])
			if err != nil {
				return err
			}
			b.Fields = append(b.Fields, f)
			for _, name := range f.applies {
				e := t.entities[name]
				e.ownGroup = append(e.ownGroup, f)
			}
		}
	}
	return nil
}

func (t *Types) businessField(b *BusinessType, a *AttributeDef) (*BusinessField, error) {
	field, err := t.field(b.Def.Name, a)
	if err != nil {
		return nil, err
	}
	field.Place.Key = b.Def.Name + "." + a.Name
	f := &BusinessField{Field: field, Business: b.Def.Name, Pattern: a.Options["validPattern"]}
	for _, name := range namesIn(a.Type) {
		if !IsPrimitive(name) && t.enums[name] == nil {
			return nil, fault.New(fault.BusinessMetadataDefAttributeTypeInvalid, b.Def.Name, a.Name)
		}
	}
	if f.applies, err = applicable(a); err != nil {
		return nil, err
	}
	for _, name := range f.applies {
		if t.entities[name] == nil {
			return nil, fault.New(fault.TypeNameNotFound, name)
		}
	}
	if innermost(a.Type) == "string" {
		if f.MaxLength, err = strconv.Atoi(a.Options["maxStrLength"]); err != nil {
			return nil, fault.New(fault.MissingMandatoryAttribute, a.Name, "options.maxStrLength")
		}
	}
	return f, nil
}

// innermost gives what a list or map holds.
func innermost(name string) string {
	if _, parts, ok := parseParts(name); ok {
		return parts[len(parts)-1]
	}
	return name
}

// applicable reads the entity types that a business attribute is for.
func applicable(a *AttributeDef) (names []string, err error) {
	text := a.Options["applicableEntityTypes"]
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &names); err != nil {
		return nil, fault.New(fault.InvalidValue, "applicableEntityTypes of "+a.Name+" must be a JSON list of names")
	}
	return names, nil
}
