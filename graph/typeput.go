package graph

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// TypeOptions say how a type may differ from what stands.
type TypeOptions struct {
	CanAdd  bool // it may have properties that do not stand
	CanOmit bool // it may lack properties that stand; they stay
}

// PutTypes makes types or finds those that stand, all or none, and gives their
// identities in the order asked for. Clients do this at every start, so types
// that stand as they should cost a read alone.
func (s *Service) PutTypes(ctx context.Context, types []Type, o TypeOptions) (ids []pedigree.TypeID, err error) {
	if err := checkParts(len(types)); err != nil {
		return nil, err
	}
	stands := true
	err = s.store.View(ctx, func(r store.Reader) error {
		ids = make([]pedigree.TypeID, len(types))
		for i := range types {
			if err := givenUp(ctx); err != nil {
				return err
			}
			d, changed, err := planType(r, &types[i], o)
			if stands = err == nil && !changed; !stands {
				return err
			}
			ids[i] = d.ID
		}
		return nil
	})
	if err != nil || stands {
		return ids, err
	}
	err = s.store.Update(ctx, func(tx store.Tx) error {
		ids, err = putTypes(ctx, tx, types, o)
		return err
	})
	return ids, err
}

func putTypes(ctx context.Context, tx store.Tx, types []Type, o TypeOptions) ([]pedigree.TypeID, error) {
	ids := make([]pedigree.TypeID, len(types))
	for i := range types {
		if err := givenUp(ctx); err != nil {
			return nil, err
		}
		d, changed, err := planType(tx, &types[i], o)
		if err == nil && changed {
			err = putDeclaration(tx, &d)
		}
		if err != nil {
			return nil, err
		}
		ids[i] = d.ID
	}
	return ids, nil
}

func putDeclaration(tx store.Tx, d *pedigree.Declaration) error {
	err := tx.PutDeclaration(d)
	if pedigree.CodeOf(err) == pedigree.AlreadyExists {
		return pedigree.Errorf(pedigree.AlreadyExists, "Conflict of external_id: %s Found already existing %s type with the same external_id", d.External, d.Type.Kind)
	}
	return err
}

// planType says how a type is to stand, and whether that differs from how it
// does.
func planType(r store.Reader, t *Type, o TypeOptions) (d pedigree.Declaration, changed bool, err error) {
	if t.Type.Name == "" {
		return d, false, pedigree.Errorf(pedigree.Invalid, "No type name is specified.")
	}
	d, err = r.Declaration(t.Type)
	stands := err == nil
	if err != nil && pedigree.CodeOf(err) != pedigree.NotFound {
		return d, false, err
	}
	if stands {
		changed, err = evolve(&d, t, o)
	} else {
		d, changed, err = t.Declaration, true, nil
		d.ID, d.Parents = 0, nil
	}
	if err != nil {
		return d, false, err
	}
	based, err := descend(r, &d, t.Base)
	if changed = changed || based; err == nil && changed && reserved(t.Type) {
		err = pedigree.Errorf(pedigree.BadState, "type %s cannot be declared or changed: names that begin so belong to the server or to other clients", t.Type.Name)
	}
	return d, changed, err
}

// reserved reports whether only the server declares a type.
func reserved(t pedigree.Type) bool { return internal(t) || foreign(t) }

// evolve adds to a type that stands what a request says more of it.
func evolve(d *pedigree.Declaration, t *Type, o TypeOptions) (changed bool, err error) {
	var added []pedigree.DeclaredProperty
	for _, p := range t.Properties {
		switch form, ok := declaredForm(d, p.Key); {
		case !ok:
			added = append(added, p)
		case form != p.Form:
			return false, differs(d, "Conflicting property value type found in stored and given types", p.Key)
		}
	}
	if key, omitted := omits(t, d); omitted && !o.CanOmit {
		return false, differs(d, "can_omit_fields is false while stored type has more properties", key)
	}
	if len(added) > 0 && !o.CanAdd {
		return false, differs(d, "can_add_fields is false while the given type has more properties", added[0].Key)
	}
	d.Properties = append(slices.Clone(d.Properties), added...)
	slices.SortFunc(d.Properties, byDeclaredKey)
	changed = len(added) > 0
	if t.External != "" && t.External != d.External {
		d.External, changed = t.External, true
	}
	return changed, nil
}

// omits finds a property that stands and that a request lacks.
func omits(t *Type, d *pedigree.Declaration) (key string, found bool) {
	given := make(map[string]bool, len(t.Properties))
	for _, p := range t.Properties {
		given[p.Key] = true
	}
	for _, p := range d.Properties {
		if !given[p.Key] {
			return p.Key, true
		}
	}
	return "", false
}

func differs(d *pedigree.Declaration, why, key string) error {
	return pedigree.Errorf(pedigree.AlreadyExists, "Type already exists with different properties: %s: stored type: id: %d name: %q; property: %q",
		why, d.ID, d.Type.Name, key)
}

// descend makes a type descend from a simple one, and reports whether it did not.
func descend(r store.Reader, d *pedigree.Declaration, base string) (changed bool, err error) {
	if base == "" {
		return false, nil
	}
	simple, err := r.Declaration(pedigree.Type{Kind: d.Type.Kind, Name: base})
	switch {
	case err != nil:
		return false, pedigree.Errorf(pedigree.Invalid, "there is no base type %s", base)
	case len(d.Parents) == 0:
		d.Parents = []pedigree.TypeID{simple.ID}
		return true, nil
	case d.Parents[0] != simple.ID:
		return false, pedigree.Errorf(pedigree.Unimplemented, "base_type update is not supported yet")
	}
	return false, nil
}
