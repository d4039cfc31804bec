package schema

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// Delete removes definitions, which are found by guid or name, if nothing uses
// them. All are removed or none. force removes business metadata although entities
// have values of it.
func (s *Service) Delete(ctx context.Context, defs *Defs, force bool) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		t, err := s.Types(tx)
		if err != nil {
			return err
		}
		var gone []Def
		for _, given := range defs.All() {
			d, err := t.named(given)
			if err != nil {
				return err
			}
			gone = append(gone, d)
		}
		return s.remove(ctx, tx, t, gone, force)
	})
}

// DeleteNamed removes the definition of a name likewise.
func (s *Service) DeleteNamed(ctx context.Context, name string, force bool) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		t, err := s.Types(tx)
		if err != nil {
			return err
		}
		d, err := t.Find(0, name)
		if err != nil {
			return err
		}
		return s.remove(ctx, tx, t, []Def{d}, force)
	})
}

// named finds the definition that another stands for.
func (t *Types) named(given Def) (Def, error) {
	b := given.Common()
	if b.GUID != "" {
		return t.FindGUID(categoryOf(given), b.GUID)
	}
	return t.Find(categoryOf(given), b.Name)
}

func (s *Service) remove(ctx context.Context, tx store.Tx, t *Types, gone []Def, force bool) error {
	names := make(map[string]bool, len(gone))
	for _, d := range gone {
		names[d.Common().Name] = true
	}
	for _, d := range gone {
		if err := t.checkUnused(tx, d, names, force); err != nil {
			return err
		}
	}
	for _, d := range gone {
		found, err := tx.DeleteDefinition(workspace, d.Common().Name)
		if err != nil {
			return err
		}
		if !found { // it is of a model
			return fault.New(fault.SystemType, d.Common().Name)
		}
	}
	if _, err := resolve(t.without(names), t.foreignBut(names)); err != nil {
		return err
	}
	return noteLine(ctx, tx, DeletedChange, gone)
}

// checkUnused looks for what uses a definition, other than those that go with it.
func (t *Types) checkUnused(r store.Reader, d Def, gone map[string]bool, force bool) error {
	name := d.Common().Name
	used, err := t.inUse(r, d, force)
	if err != nil {
		return err
	}
	if used {
		return fault.New(fault.TypeHasReferences, name)
	}
	others := t.without(gone)
	for _, other := range others {
		if r, ok := other.(*RelationshipDef); ok && (r.End1.Type == name || r.End2.Type == name) {
			return fault.New(fault.TypeHasRelationships, name)
		}
	}
	for _, other := range others {
		if buildsOn(other, name) {
			return fault.New(fault.TypeHasReferences, name)
		}
	}
	return nil
}

// inUse reports whether something is stored of what is defined.
func (t *Types) inUse(r store.Reader, d Def, force bool) (bool, error) {
	name := d.Common().Name
	switch d := d.(type) {
	case *EntityDef:
		e := t.entities[name]
		if e == nil || e.Foreign {
			return false, fault.New(fault.SystemType, name)
		}
		return hasNodes(r, e.Node)
	case *ClassificationDef:
		some, err := r.ClassificationsOf(workspace, []string{name}, 0, 1)
		return len(some) > 0, err
	case *RelationshipDef:
		return r.RelationshipsUsed(workspace, name)
	case *BusinessDef:
		if force {
			return false, nil
		}
		return businessUsed(r, d)
	}
	return false, nil
}

// buildsOn reports whether a definition names another.
func buildsOn(d Def, name string) bool {
	if slices.Contains(superTypesOf(d), name) {
		return true
	}
	if c, ok := d.(*ClassificationDef); ok && slices.Contains(c.EntityTypes, name) {
		return true
	}
	for i := range attributesOf(d) {
		a := &attributesOf(d)[i]
		if slices.Contains(namesIn(a.Type), name) {
			return true
		}
		if types, err := applicable(a); err == nil && slices.Contains(types, name) {
			return true
		}
	}
	return false
}

// businessUsed reports whether an entity outside the bin has a business attribute.
func businessUsed(r store.Reader, d *BusinessDef) (bool, error) {
	var conditions []query.Scalar
	for i := range d.Attributes {
		of := query.Source{Relation: query.Fields, Label: d.Name + "." + d.Attributes[i].Name}
		conditions = append(conditions, query.Any{Of: of, Where: query.Literal{Value: true}})
	}
	if len(conditions) == 0 {
		return false, nil
	}
	for _, kind := range []pedigree.Kind{pedigree.Artifact, pedigree.Execution, pedigree.Context} {
		nodes, _, err := r.Select(&query.Selection{
			Workspace: workspace, Kind: kind, Where: query.Call{Op: query.AnyOf, Args: conditions}, By: query.Arrival, Limit: 1,
		})
		if err != nil || len(nodes) > 0 {
			return len(nodes) > 0, err
		}
	}
	return false, nil
}
