package schema

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
)

// Names that the server gives meaning to.
const (
	InternalType  = "__internal"
	ReferenceType = "Referenceable"
	AssetType     = "Asset"
	DataSetType   = "DataSet"
	ProcessType   = "Process"

	InputsRelationship  = "dataset_process_inputs"
	OutputsRelationship = "process_dataset_outputs"
)

// Resolve ties definitions together. The error says which of them does not fit,
// and why: those that they build on must all be among them.
func Resolve(defs ...Def) (*Types, error) { return resolve(defs, nil) }

// resolve does the same; foreign are the types among them whose nodes other wires
// declared, beside those that models know.
func resolve(defs []Def, foreign map[string]foreignType) (*Types, error) {
	t := &Types{
		foreign: foreign,
		byName:  make(map[string]Def, len(defs)), byGUID: make(map[string]Def, len(defs)),
		enums: make(map[string]*EnumType), structs: make(map[string]*StructType), classifications: make(map[string]*ClassificationType),
		entities: make(map[string]*EntityType), relationships: make(map[string]*RelationshipType), business: make(map[string]*BusinessType),
		byNode: make(map[pedigree.Type]*EntityType), values: make(map[string]ValueType),
	}
	for _, d := range defs {
		if err := t.add(d); err != nil {
			return nil, err
		}
	}
	for _, step := range []func() error{
		t.growTrees, t.resolveStructs, t.resolveClassifications, t.resolveEntities, t.resolveConstraints, t.resolveRelationships, t.resolveBusiness, t.markEmbedding,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// add enters a definition without looking at others.
func (t *Types) add(d Def) error {
	b := d.Common()
	if t.byName[b.Name] != nil {
		return fault.New(fault.TypeAlreadyExists, b.Name)
	}
	t.byName[b.Name] = d
	if b.GUID != "" {
		t.byGUID[b.GUID] = d
	}
	switch d := d.(type) {
	case *EnumDef:
		e := &enumType{d.Name, make(map[string]string, len(d.Elements))}
		for _, element := range d.Elements {
			e.values[strings.ToLower(element.Value)] = element.Value
		}
		t.enums[d.Name] = &EnumType{d, e}
		t.values[d.Name] = e
	case *StructDef:
		s := &StructType{Def: d}
		t.structs[d.Name] = s
		t.values[d.Name] = &structType{s}
	case *ClassificationDef:
		t.classifications[d.Name] = &ClassificationType{Def: d}
	case *EntityDef:
		t.entities[d.Name] = &EntityType{Def: d, types: t}
		t.values[d.Name] = &referenceType{d.Name}
	case *RelationshipDef:
		t.relationships[d.Name] = &RelationshipType{Def: d}
	case *BusinessDef:
		t.business[d.Name] = &BusinessType{Def: d}
	}
	return nil
}
