package schema

import (
	"maps"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
)

func (t *Types) resolveEntities() error {
	for _, name := range slices.Sorted(maps.Keys(t.entities)) {
		if err := t.resolveEntity(t.entities[name]); err != nil {
			return err
		}
	}
	return nil
}

func (t *Types) resolveEntity(e *EntityType) error {
	if e.resolved {
		return nil
	}
	var supers [][]*Field
	for _, super := range e.Def.SuperTypes {
		s := t.entities[super]
		if err := t.resolveEntity(s); err != nil {
			return err
		}
		supers = append(supers, s.Fields)
	}
	own, err := t.fields(e.Def.Name, e.Def.Attributes)
	if err != nil {
		return err
	}
	if e.Fields, err = inherit(e.Def.Name, supers, own); err != nil {
		return err
	}
	e.resolved = true
	for _, name := range append([]string{e.Def.Name}, e.ancestors...) {
		if shown := t.entities[name].Def.Options["displayTextAttribute"]; shown != "" && e.Field(shown) != nil {
			e.display = shown
			break
		}
	}
	e.Kind = kindOf(e)
	e.Node = pedigree.Type{Name: pedigree.AtlasPrefix + e.Def.Name, Kind: e.Kind}
	if f, ok := wires[e.Def.Name]; ok {
		t.adopt(e, f)
	} else if f, ok := t.foreign[e.Def.Name]; ok {
		t.adopt(e, f)
	}
	t.byNode[e.Node] = e
	if e.Foreign {
		for _, name := range append([]string{e.Def.Name}, e.ancestors...) {
			t.entities[name].Others = append(t.entities[name].Others, e)
		}
	}
	return nil
}

// kindOf says what the nodes are that are entities of a type.
func kindOf(e *EntityType) pedigree.Kind {
	switch {
	case e.IsA(DataSetType):
		return pedigree.Artifact
	case e.IsA(ProcessType):
		return pedigree.Execution
	}
	return pedigree.Context
}

// resolveConstraints checks what attributes say of their references.
func (t *Types) resolveConstraints() error {
	for _, e := range sorted(t.entities) {
		for _, f := range e.Fields {
			if f.Owner != e.Def.Name {
				continue
			}
			if err := checkConstraints(f); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkConstraints(f *Field) error {
	for i := range f.Def.Constraints {
		c := &f.Def.Constraints[i]
		switch c.Type {
		case OwnedRef:
			if f.Target == nil {
				return fault.New(fault.ConstraintOwnedRefAttributeInvalidType, f.Owner, f.Def.Name, OwnedRef, f.Def.Type)
			}
		case InverseRef:
			if f.Target == nil {
				return fault.New(fault.ConstraintInverseRefAttributeInvalidType, f.Owner, f.Def.Name, InverseRef, f.Def.Type)
			}
			name, _ := c.Params["attribute"].(string)
			if strings.TrimSpace(name) == "" {
				return fault.New(fault.ConstraintMissingParams, f.Owner, f.Def.Name, "attribute", InverseRef, show(c.Params))
			}
			other := f.Target.Field(name)
			if other == nil {
				return fault.New(fault.ConstraintInverseRefInverseAttributeNonExisting, f.Owner, f.Def.Name, InverseRef, f.Target.Def.Name, name)
			}
			if other.Target == nil {
				return fault.New(fault.ConstraintInverseRefInverseAttributeInvalidType, f.Owner, f.Def.Name, InverseRef, f.Target.Def.Name, name)
			}
		}
	}
	return nil
}
