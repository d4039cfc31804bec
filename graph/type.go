package graph

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A Type is what is declared of a type.
type Type struct {
	pedigree.Declaration
	Base string // name of the simple type that it descends from, empty for none
}

// Type finds a type by its name; NotFound where there is none.
func (s *Service) Type(ctx context.Context, t pedigree.Type) (Type, error) {
	var found []Type
	err := s.store.View(ctx, func(r store.Reader) error {
		d, err := r.Declaration(t)
		if err != nil && pedigree.CodeOf(err) != pedigree.NotFound {
			return err
		}
		if err != nil || internal(t) {
			return noType(t)
		}
		found, err = withBase(r, []pedigree.Declaration{d})
		return err
	})
	if err != nil {
		return Type{}, err
	}
	return found[0], nil
}

// noType is the error about a type that nobody declared.
func noType(t pedigree.Type) error {
	version := t.Version
	if version == "" {
		version = "nullopt"
	}
	return pedigree.Errorf(pedigree.NotFound, "No type found for query, name: `%s`, version: `%s`", t.Name, version)
}

// Types gives types of a kind in the order asked for, as often as asked for;
// unknown ones are left out.
func (s *Service) Types(ctx context.Context, kind pedigree.Kind, ids []pedigree.TypeID) (types []Type, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		types, err = typesByID(r, kind, ids)
		return err
	})
	return types, err
}

func typesByID(r store.Reader, kind pedigree.Kind, ids []pedigree.TypeID) ([]Type, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	declared, err := r.Declarations(ids)
	if err != nil {
		return nil, err
	}
	known := make(map[pedigree.TypeID]pedigree.Declaration, len(declared))
	for _, d := range declared {
		if d.Type.Kind == kind && !internal(d.Type) {
			known[d.ID] = d
		}
	}
	var wanted []pedigree.Declaration
	for _, id := range ids {
		if d, ok := known[id]; ok {
			wanted = append(wanted, d)
		}
	}
	return withBase(r, wanted)
}

// TypesOf lists the types of a kind, by identity, that clients declared or that
// other wires brought.
func (s *Service) TypesOf(ctx context.Context, kind pedigree.Kind) (types []Type, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		declared, err := r.DeclarationsOf(kind)
		if err != nil {
			return err
		}
		types, err = withBase(r, withoutHidden(declared))
		return err
	})
	return types, err
}

func withoutHidden(all []pedigree.Declaration) (kept []pedigree.Declaration) {
	for _, d := range all {
		if !hidden(d.Type) {
			kept = append(kept, d)
		}
	}
	return kept
}

// TypesExternal finds types of a kind by what other systems call them; NotFound
// where none is found for any name.
func (s *Service) TypesExternal(ctx context.Context, kind pedigree.Kind, external []string) (types []Type, err error) {
	if err := checkExternal(external); err != nil || len(external) == 0 {
		return nil, err
	}
	err = s.store.View(ctx, func(r store.Reader) error {
		declared, err := r.DeclarationsExternal(kind, distinct(external))
		if err != nil {
			return err
		}
		if len(declared) == 0 {
			return pedigree.Errorf(pedigree.NotFound, "No types found for external_ids.")
		}
		types, err = withBase(r, declared)
		return err
	})
	return types, err
}

// withBase adds the names of the simple types that types descend from.
func withBase(r store.Reader, declared []pedigree.Declaration) ([]Type, error) {
	types := make([]Type, len(declared))
	var parents []pedigree.TypeID
	for i, d := range declared {
		types[i].Declaration = d
		parents = append(parents, d.Parents...)
	}
	if len(parents) == 0 {
		return types, nil
	}
	all, err := r.Declarations(distinct(parents))
	if err != nil {
		return nil, err
	}
	names := make(map[pedigree.TypeID]string, len(all))
	for _, d := range all {
		names[d.ID] = d.Type.Name
	}
	for i := range types {
		if len(types[i].Parents) > 0 {
			types[i].Base = names[types[i].Parents[0]]
		}
	}
	return types, nil
}
