package storetest

import (
	"fmt"
	"reflect"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// declaredWithin reads types in the transaction that changes them, in every way.
func declaredWithin(e *env) {
	base := pedigree.Declaration{Type: pedigree.Type{Kind: pedigree.Artifact, Name: "base"}}
	thing := pedigree.Declaration{
		Type: pedigree.Type{Kind: pedigree.Artifact, Name: "thing", Version: "1"}, Description: "a thing", External: "things/1", Reads: "\x00r", Writes: "w",
		Properties: []pedigree.DeclaredProperty{{Key: "a", Form: pedigree.Int}, {Key: "b", Form: pedigree.Text}},
	}
	e.update(func(tx store.Tx) error {
		for _, d := range []*pedigree.Declaration{&base, &thing} {
			if d == &thing {
				d.Parents = []pedigree.TypeID{base.ID, 1} // nearest first, whatever their numbers
			}
			if err := tx.PutDeclaration(d); err != nil {
				return err
			}
			if err := e.sameDeclarations(tx, *d); err != nil {
				return err
			}
		}
		changed := thing
		changed.Properties = append(changed.Properties, pedigree.DeclaredProperty{Key: "c", Form: pedigree.Bool})
		changed.Parents = changed.Parents[:1]
		if err := tx.PutDeclaration(&changed); err != nil {
			return err
		}
		thing = changed
		return e.sameDeclarations(tx, thing)
	})
	e.update(func(tx store.Tx) error { // what a caller does to an answer is its own affair
		all, err := tx.Declarations([]pedigree.TypeID{thing.ID})
		if err == nil {
			all[0].Properties[0].Key, all[0].Parents[0] = "changed", 0
			err = e.sameDeclarations(tx, thing)
		}
		return err
	})
	err := e.View(e.Context(), func(r store.Reader) error {
		all, err := r.Declarations([]pedigree.TypeID{thing.ID, 1 << 40, base.ID})
		if err != nil || len(all) != 2 || all[0].ID != thing.ID || all[1].ID != base.ID {
			return fmt.Errorf("in the order asked for: %v, %w", all, err)
		}
		return e.sameDeclarations(r, thing)
	})
	if err != nil {
		e.Error(err)
	}
}

// sameDeclarations reads a type in every way.
func (e *env) sameDeclarations(r store.Reader, want pedigree.Declaration) error {
	named, err := r.Declaration(want.Type)
	if err != nil {
		return err
	}
	got := []pedigree.Declaration{named}
	numbered, err := r.Declarations([]pedigree.TypeID{want.ID})
	if err != nil {
		return err
	}
	listed, err := r.DeclarationsOf(want.Type.Kind)
	if err != nil {
		return err
	}
	got = append(append(got, numbered...), listed[len(listed)-1])
	if want.External != "" {
		external, err := r.DeclarationsExternal(want.Type.Kind, []string{"unknown", want.External})
		if err != nil {
			return err
		}
		got = append(got, external...)
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want) {
			e.Errorf("way %d: %+v, want %+v", i, got[i], want)
		}
	}
	return nil
}
