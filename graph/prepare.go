package graph

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// Prepare declares the simple types, the predefined ones and those of other wires. A server does
// this before it serves; a store that has them all is only read.
func (s *Service) Prepare(ctx context.Context) error {
	ready := true
	err := s.store.View(ctx, func(r store.Reader) (err error) {
		ready, err = ownTypesStand(r)
		return err
	})
	if err != nil || ready {
		return err
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		for _, t := range ownTypes() {
			d, changed, err := planOwnType(tx, &t)
			if err == nil && changed {
				err = tx.PutDeclaration(&d)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func ownTypesStand(r store.Reader) (bool, error) {
	for _, t := range ownTypes() {
		_, changed, err := planOwnType(r, &t)
		if changed || err != nil {
			return false, err
		}
	}
	return true, nil
}

// planOwnType says how a type of the server's is to stand, and whether that
// differs from how it does. What clients added to it stays.
func planOwnType(r store.Reader, t *Type) (d pedigree.Declaration, changed bool, err error) {
	d, err = r.Declaration(t.Type)
	missing := err != nil && pedigree.CodeOf(err) == pedigree.NotFound
	if err != nil && !missing {
		return d, false, err
	}
	if missing {
		d = pedigree.Declaration{Type: t.Type}
	}
	evolved, err := evolve(&d, t, TypeOptions{CanAdd: true, CanOmit: true})
	if err != nil {
		return d, false, err
	}
	based, err := descend(r, &d, t.Base)
	return d, missing || evolved || based, err
}

// ownTypes are the types that the server declares, ancestors first.
func ownTypes() []Type {
	var all []Type
	for _, t := range simpleTypes {
		all = append(all, Type{Declaration: pedigree.Declaration{Type: t}})
	}
	for _, f := range foreignDeclarations {
		t := Type{Declaration: pedigree.Declaration{Type: f.Type}, Base: f.base}
		for _, key := range f.keys {
			t.Properties = append(t.Properties, pedigree.DeclaredProperty{Key: key, Form: pedigree.Text})
		}
		all = append(all, t)
	}
	return append(all, predefinedTypes()...)
}
