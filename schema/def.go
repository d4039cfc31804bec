package schema

import "slices"

// Base is what definitions of all categories have.
type Base struct {
	Category    Category          `json:"category"`
	GUID        string            `json:"guid,omitzero"`
	CreatedBy   string            `json:"createdBy,omitzero"`
	UpdatedBy   string            `json:"updatedBy,omitzero"`
	CreateTime  Millis            `json:"createTime,omitzero"`
	UpdateTime  Millis            `json:"updateTime,omitzero"`
	Version     int64             `json:"version,omitzero"` // counts its changes from 1
	Name        string            `json:"name"`
	Description string            `json:"description,omitzero"`
	TypeVersion string            `json:"typeVersion,omitzero"` // as its author counts
	ServiceType string            `json:"serviceType,omitzero"` // the system that it is of, such as hive
	Options     map[string]string `json:"options,omitzero"`
}

// A Def is a definition of any category.
type Def interface{ Common() *Base }

// Common gives what all definitions have.
func (b *Base) Common() *Base { return b }

// An EnumDef lists the values that an attribute may have.
type EnumDef struct {
	Base
	Elements []EnumElement `json:"elementDefs"`
	Default  string        `json:"defaultValue,omitzero"`
}

// An EnumElement is one of them.
type EnumElement struct {
	Value       string `json:"value"`
	Description string `json:"description,omitzero"`
	Ordinal     int64  `json:"ordinal"`
}

// A StructDef is a value of several attributes.
type StructDef struct {
	Base
	Attributes []AttributeDef `json:"attributeDefs"`
}

// A ClassificationDef is a class that entities can be of.
type ClassificationDef struct {
	Base
	Attributes  []AttributeDef `json:"attributeDefs"`
	SuperTypes  []string       `json:"superTypes"`
	EntityTypes []string       `json:"entityTypes"` // what can be of the class, subtypes included; empty for all
	SubTypes    []string       `json:"subTypes"`    // found out, never stored
}

// An EntityDef is a type of entity.
type EntityDef struct {
	Base
	Attributes []AttributeDef `json:"attributeDefs"`
	SuperTypes []string       `json:"superTypes"`
	SubTypes   []string       `json:"subTypes"` // this and what follows are found out, never stored

	RelationshipAttributes []RelationshipAttributeDef `json:"relationshipAttributeDefs"`
	BusinessAttributes     map[string][]AttributeDef  `json:"businessAttributeDefs"`
}

// A RelationshipDef is a way in which two entities are tied.
type RelationshipDef struct {
	Base
	Attributes []AttributeDef `json:"attributeDefs"`
	Kind       string         `json:"relationshipCategory"` // ASSOCIATION, AGGREGATION or COMPOSITION
	Label      string         `json:"relationshipLabel,omitzero"`
	Propagate  string         `json:"propagateTags"` // NONE, ONE_TO_TWO, TWO_TO_ONE or BOTH
	End1       EndDef         `json:"endDef1"`
	End2       EndDef         `json:"endDef2"`
}

// The kinds of relationship.
const (
	Association = "ASSOCIATION"
	Aggregation = "AGGREGATION"
	Composition = "COMPOSITION" // what is contained goes with what contains it
)

// A BusinessDef is a group of attributes that entities of other types can be given.
type BusinessDef struct {
	Base
	Attributes []AttributeDef `json:"attributeDefs"`
}

// Defs are definitions by category, as clients send and read them.
type Defs struct {
	Enums           []EnumDef           `json:"enumDefs"`
	Structs         []StructDef         `json:"structDefs"`
	Classifications []ClassificationDef `json:"classificationDefs"`
	Entities        []EntityDef         `json:"entityDefs"`
	Relationships   []RelationshipDef   `json:"relationshipDefs"`
	Business        []BusinessDef       `json:"businessMetadataDefs"`
}

// All lists the definitions in the order in which they build on each other. They
// are those of d itself, not copies.
func (d *Defs) All() []Def {
	all := make([]Def, 0, len(d.Enums)+len(d.Structs)+len(d.Classifications)+len(d.Entities)+len(d.Relationships)+len(d.Business))
	for i := range d.Enums {
		all = append(all, &d.Enums[i])
	}
	for i := range d.Structs {
		all = append(all, &d.Structs[i])
	}
	for i := range d.Classifications {
		all = append(all, &d.Classifications[i])
	}
	for i := range d.Entities {
		all = append(all, &d.Entities[i])
	}
	for i := range d.Relationships {
		all = append(all, &d.Relationships[i])
	}
	for i := range d.Business {
		all = append(all, &d.Business[i])
	}
	return all
}

// Add appends a copy of a definition to the list of its category.
func (d *Defs) Add(def Def) {
	switch def := def.(type) {
	case *EnumDef:
		d.Enums = append(d.Enums, *def)
	case *StructDef:
		d.Structs = append(d.Structs, *def)
	case *ClassificationDef:
		d.Classifications = append(d.Classifications, *def)
	case *EntityDef:
		d.Entities = append(d.Entities, *def)
	case *RelationshipDef:
		d.Relationships = append(d.Relationships, *def)
	case *BusinessDef:
		d.Business = append(d.Business, *def)
	}
}

// clone copies definitions so far that those of the copy can be changed.
func (d *Defs) clone() *Defs {
	c := &Defs{}
	for _, def := range d.All() {
		c.Add(def)
	}
	for _, def := range c.All() {
		if list := attributeList(def); list != nil {
			*list = slices.Clone(*list)
		}
	}
	return c
}

// Len counts the definitions.
func (d *Defs) Len() int {
	return len(d.Enums) + len(d.Structs) + len(d.Classifications) + len(d.Entities) + len(d.Relationships) + len(d.Business)
}

// categoryOf tells the category of a definition by its list.
func categoryOf(d Def) Category {
	switch d.(type) {
	case *EnumDef:
		return EnumCategory
	case *StructDef:
		return StructCategory
	case *ClassificationDef:
		return ClassificationCategory
	case *EntityDef:
		return EntityCategory
	case *RelationshipDef:
		return RelationshipCategory
	}
	return BusinessCategory
}

// newDef makes an empty definition of a category.
func newDef(c Category) Def {
	switch c {
	case EnumCategory:
		return &EnumDef{}
	case StructCategory:
		return &StructDef{}
	case ClassificationCategory:
		return &ClassificationDef{}
	case EntityCategory:
		return &EntityDef{}
	case RelationshipCategory:
		return &RelationshipDef{}
	case BusinessCategory:
		return &BusinessDef{}
	}
	return nil
}

// attributesOf gives the attributes that a definition itself declares.
func attributesOf(d Def) []AttributeDef {
	switch d := d.(type) {
	case *StructDef:
		return d.Attributes
	case *ClassificationDef:
		return d.Attributes
	case *EntityDef:
		return d.Attributes
	case *RelationshipDef:
		return d.Attributes
	case *BusinessDef:
		return d.Attributes
	}
	return nil
}

// superTypesOf gives the super types that a definition names.
func superTypesOf(d Def) []string {
	switch d := d.(type) {
	case *ClassificationDef:
		return d.SuperTypes
	case *EntityDef:
		return d.SuperTypes
	}
	return nil
}
