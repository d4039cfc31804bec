package schema

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// A patch is a change of a definition of an earlier file, as folders of models
// keep them beside the models that they are for.
type patch struct {
	ID         string            `json:"id"`
	Action     string            `json:"action"`
	TypeName   string            `json:"typeName"`
	From       string            `json:"applyToVersion"` // the only type version that it is for; empty for any
	To         string            `json:"updateToVersion"`
	Params     patchParams       `json:"params"`
	Attribute  string            `json:"attributeName"`
	Attributes []AttributeDef    `json:"attributeDefs"`
	Elements   []EnumElement     `json:"elementDefs"`
	Options    map[string]string `json:"typeDefOptions"`
	Service    string            `json:"serviceType"`
	SuperTypes []string          `json:"superTypes"`
}

// patchParams say what some patches set.
type patchParams struct {
	Weight    *int64 `json:"searchWeight"`
	IndexType string `json:"indexType"`
	Label     string `json:"relationshipLabel"`
	Kind      string `json:"relationshipCategory"`
	SwapEnds  string `json:"swapEnds"`
}

// apply changes a definition. A patch for another version of it than there is has
// been applied already, or is for a model that nobody loads: it is passed over, as
// are those for types that are not there.
func (m *models) apply(p *patch) error {
	i, known := m.byName[p.TypeName]
	if !known || p.From != "" && m.defs[i].Common().TypeVersion != p.From {
		return nil
	}
	d := m.defs[i]
	if err := m.change(p, d); err != nil {
		return fmt.Errorf("patch %s: %w", p.ID, err)
	}
	if b := d.Common(); p.To != "" {
		b.TypeVersion = p.To
	}
	d.Common().Version++
	complete(d)
	return nil
}

func (m *models) change(p *patch, d Def) error {
	b := d.Common()
	switch p.Action {
	case "ADD_ATTRIBUTE", "ADD_MANDATORY_ATTRIBUTE", "UPDATE_ATTRIBUTE":
		return p.putAttributes(d)
	case "UPDATE_ATTRIBUTE_METADATA":
		p.weigh(d)
	case "UPDATE_TYPEDEF_OPTIONS":
		if b.Options == nil {
			b.Options = make(map[string]string)
		}
		maps.Copy(b.Options, p.Options)
	case "SET_SERVICE_TYPE":
		b.ServiceType = p.Service
	case "UPDATE_ENUMDEF":
		return p.putElements(d)
	case "ADD_SUPER_TYPES":
		return p.addSuperTypes(d)
	case "REMOVE_LEGACY_REF_ATTRIBUTES":
		return m.removeLegacy(p, d)
	}
	return nil // the others change what this server does not keep
}

func (p *patch) putAttributes(d Def) error {
	list := attributeList(d)
	if list == nil {
		return errors.New(p.TypeName + " has no attributes")
	}
	for _, a := range p.Attributes {
		if i := slices.IndexFunc(*list, func(o AttributeDef) bool { return o.Name == a.Name }); i >= 0 {
			(*list)[i] = a
		} else {
			*list = append(*list, a)
		}
	}
	return nil
}

// weigh sets how much an attribute counts in searches.
func (p *patch) weigh(d Def) {
	for i := range attributesOf(d) {
		a := &attributesOf(d)[i]
		if a.Name != p.Attribute {
			continue
		}
		if p.Params.Weight != nil {
			a.Weight = *p.Params.Weight
		}
		if p.Params.IndexType != "" {
			a.IndexType = p.Params.IndexType
		}
	}
}

func (p *patch) putElements(d Def) error {
	e, ok := d.(*EnumDef)
	if !ok {
		return errors.New(p.TypeName + " is no enum")
	}
	for _, element := range p.Elements {
		if !slices.ContainsFunc(e.Elements, func(o EnumElement) bool { return o.Value == element.Value }) {
			e.Elements = append(e.Elements, element)
		}
	}
	return nil
}

func (p *patch) addSuperTypes(d Def) error {
	e, ok := d.(*EntityDef)
	if !ok {
		return errors.New(p.TypeName + " is no entity type")
	}
	for _, s := range p.SuperTypes {
		if !slices.Contains(e.SuperTypes, s) {
			e.SuperTypes = append(e.SuperTypes, s)
		}
	}
	return nil
}

// removeLegacy makes the attributes that a relationship stands for the
// relationship's alone: the entity types lose them.
func (m *models) removeLegacy(p *patch, d Def) error {
	r, ok := d.(*RelationshipDef)
	if !ok {
		return errors.New(p.TypeName + " is no relationship")
	}
	for _, end := range []*EndDef{&r.End1, &r.End2} {
		i, known := m.byName[end.Type]
		if !known || !end.Legacy {
			continue
		}
		if list := attributeList(m.defs[i]); list != nil {
			*list = slices.DeleteFunc(*list, func(a AttributeDef) bool { return a.Name == end.Name })
		}
	}
	if p.Params.Label != "" {
		r.Label = p.Params.Label
	}
	if p.Params.Kind != "" {
		r.Kind = p.Params.Kind
	}
	if p.Params.SwapEnds == "true" {
		r.End1, r.End2 = r.End2, r.End1
	}
	return nil
}

// attributeList gives the attributes of a definition to change, nil for an enum.
func attributeList(d Def) *[]AttributeDef {
	switch d := d.(type) {
	case *StructDef:
		return &d.Attributes
	case *ClassificationDef:
		return &d.Attributes
	case *EntityDef:
		return &d.Attributes
	case *RelationshipDef:
		return &d.Attributes
	case *BusinessDef:
		return &d.Attributes
	}
	return nil
}
