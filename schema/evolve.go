package schema

import (
	"fmt"
	"slices"

	"github.com/pedigree-ml/pedigree/fault"
)

// evolve checks that a definition may take the place of another, and gives it what
// it does not say.
func evolve(from, to Def) error {
	old, b := from.Common(), to.Common()
	if categoryOf(from) != categoryOf(to) {
		return fault.New(fault.TypeMatchFailed, b.Name, categoryOf(to))
	}
	if err := evolveAttributes(from, to); err != nil {
		return err
	}
	switch to := to.(type) {
	case *ClassificationDef:
		from := from.(*ClassificationDef)
		if !contains(to.SuperTypes, from.SuperTypes) {
			return fault.New(fault.SupertypeRemovalNotSupported)
		}
		if len(to.EntityTypes) > 0 && !contains(to.EntityTypes, from.EntityTypes) {
			return fault.New(fault.EntityTypeRemovalNotSupported, b.Name)
		}
	case *EntityDef:
		if !contains(to.SuperTypes, from.(*EntityDef).SuperTypes) {
			return fault.New(fault.SupertypeRemovalNotSupported)
		}
	case *RelationshipDef:
		if err := evolveRelationship(from.(*RelationshipDef), to); err != nil {
			return err
		}
	case *BusinessDef:
		if err := evolveBusiness(from.(*BusinessDef), to); err != nil {
			return err
		}
	}
	inherit := func(of *string, old string) {
		if *of == "" {
			*of = old
		}
	}
	inherit(&b.Description, old.Description)
	inherit(&b.TypeVersion, old.TypeVersion)
	inherit(&b.ServiceType, old.ServiceType)
	if b.Options == nil {
		b.Options = old.Options
	}
	b.GUID, b.CreatedBy, b.CreateTime, b.Version = old.GUID, old.CreatedBy, old.CreateTime, old.Version+1
	return nil
}

// evolveAttributes lets attributes be added that nothing has to have, and none be
// taken away or change their type: what is stored stays valid.
func evolveAttributes(from, to Def) error {
	name := to.Common().Name
	have, want := byName(attributesOf(from)), byName(attributesOf(to))
	for i := range attributesOf(from) {
		if a := &attributesOf(from)[i]; want[a.Name] == nil {
			return fault.New(fault.AttributeDeletionNotSupported, name, a.Name)
		}
	}
	for i := range attributesOf(to) {
		a := &attributesOf(to)[i]
		switch old := have[a.Name]; {
		case old == nil && !a.Optional:
			return fault.New(fault.CannotAddMandatoryAttribute, name, a.Name)
		case old != nil && old.Type != a.Type:
			return fault.New(fault.BadRequest, "Data type update for attribute is not supported")
		}
	}
	return nil
}

func byName(list []AttributeDef) map[string]*AttributeDef {
	all := make(map[string]*AttributeDef, len(list))
	for i := range list {
		all[list[i].Name] = &list[i]
	}
	return all
}

func contains(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

func evolveRelationship(from, to *RelationshipDef) error {
	switch {
	case from.Kind != to.Kind:
		return fault.New(fault.RelationshipDefInvalidCategoryUpdate, to.Name, to.Kind, from.Kind)
	case !sameEnd(&from.End1, &to.End1):
		return fault.New(fault.RelationshipDefInvalidEnd1Update, to.Name, showEnd(&to.End1), showEnd(&from.End1))
	case !sameEnd(&from.End2, &to.End2):
		return fault.New(fault.RelationshipDefInvalidEnd2Update, to.Name, showEnd(&to.End2), showEnd(&from.End2))
	}
	return nil
}

func sameEnd(a, b *EndDef) bool {
	return a.Type == b.Type && a.Name == b.Name && a.Container == b.Container && a.Cardinality == b.Cardinality
}

func showEnd(e *EndDef) string {
	return fmt.Sprintf("{type=%s, name=%s, isContainer=%t, cardinality=%s}", e.Type, e.Name, e.Container, e.Cardinality)
}

func evolveBusiness(from, to *BusinessDef) error {
	have := byName(from.Attributes)
	for i := range to.Attributes {
		a := &to.Attributes[i]
		old := have[a.Name]
		if old == nil {
			continue
		}
		before, err := applicable(old)
		if err != nil {
			return err
		}
		now, err := applicable(a)
		if err != nil {
			return err
		}
		if len(now) > 0 && !contains(now, before) {
			return fault.New(fault.ApplicableEntityTypesDeletionNotSupported, a.Name, to.Name)
		}
	}
	return nil
}
