package schema

import (
	"maps"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree/fault"
)

func (t *Types) resolveClassifications() error {
	for _, name := range slices.Sorted(maps.Keys(t.classifications)) {
		if err := t.resolveClassification(t.classifications[name]); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.classifications)) {
		if err := t.restrict(t.classifications[name]); err != nil {
			return err
		}
	}
	return nil
}

func (t *Types) resolveClassification(c *ClassificationType) error {
	if c.resolved {
		return nil
	}
	var supers [][]*Field
	for _, super := range c.Def.SuperTypes {
		s := t.classifications[super]
		if err := t.resolveClassification(s); err != nil {
			return err
		}
		supers = append(supers, s.Fields)
	}
	own, err := t.fields(c.Def.Name, c.Def.Attributes)
	if err != nil {
		return err
	}
	c.resolved = true
	c.Fields, err = inherit(c.Def.Name, supers, own)
	return err
}

// restrict finds which entities can be of a class: those that all of its super
// types allow, or fewer.
func (t *Types) restrict(c *ClassificationType) error {
	var allowed map[string]bool
	for _, name := range c.ancestors {
		some, err := t.expand(name, t.classifications[name].Def.EntityTypes)
		if err != nil {
			return err
		}
		switch {
		case some == nil:
		case allowed == nil:
			allowed = some
		default:
			maps.DeleteFunc(allowed, func(name string, _ bool) bool { return !some[name] })
		}
		if allowed != nil && len(allowed) == 0 {
			return fault.New(fault.ClassificationDefParentsEntityTypesDisjoint, c.Def.Name)
		}
	}
	own, err := t.expand(c.Def.Name, c.Def.EntityTypes)
	if err != nil {
		return err
	}
	if own == nil {
		c.entities = allowed
		return nil
	}
	for name := range own {
		if allowed != nil && !allowed[name] {
			return fault.New(fault.ClassificationDefEntityTypesNotParentsSubset, c.Def.Name, "["+strings.Join(c.Def.EntityTypes, ", ")+"]")
		}
	}
	c.entities = own
	return nil
}

// expand gives entity types with all that descend from them, nil for none.
func (t *Types) expand(classification string, names []string) (map[string]bool, error) {
	if len(names) == 0 {
		return nil, nil
	}
	all := make(map[string]bool)
	for _, name := range names {
		e := t.entities[name]
		if e == nil {
			return nil, fault.New(fault.ClassificationDefInvalidEntityTypes, classification, name)
		}
		for _, d := range e.descendants {
			all[d] = true
		}
	}
	return all, nil
}
