package storetest

import (
	"reflect"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func declarations(e *env) {
	base := pedigree.Declaration{Type: pedigree.Type{Kind: pedigree.Artifact, Name: "base"}}
	full := pedigree.Declaration{
		Type: pedigree.Type{Kind: pedigree.Artifact, Name: "full", Version: "1"}, Description: "all of it", External: "x", Reads: "\x00\xff", Writes: "w",
		Properties: []pedigree.DeclaredProperty{{Key: "a", Form: pedigree.Text}, {Key: "b", Form: pedigree.Struct}, {Key: "é", Form: pedigree.Bool}},
	}
	other := pedigree.Declaration{Type: pedigree.Type{Kind: pedigree.Context, Name: "full", Version: "1"}, External: "x"}
	e.update(func(tx store.Tx) error {
		for _, d := range []*pedigree.Declaration{&base, &full, &other} {
			d.Parents = nil
			if d != &base {
				d.Parents = []pedigree.TypeID{base.ID}
			}
			if err := tx.PutDeclaration(d); err != nil || d.ID == 0 {
				e.Errorf("PutDeclaration gave %v and ID %d", err, d.ID)
			}
		}
		return nil
	})
	e.wantDeclarations("by name", []pedigree.Declaration{full}, func(r store.Reader) ([]pedigree.Declaration, error) {
		d, err := r.Declaration(full.Type)
		return []pedigree.Declaration{d}, err
	})
	e.wantDeclarations("by identity", []pedigree.Declaration{other, base, full}, func(r store.Reader) ([]pedigree.Declaration, error) {
		return r.Declarations([]pedigree.TypeID{other.ID, 9999, base.ID, full.ID})
	})
	e.wantDeclarations("by external identity", []pedigree.Declaration{other}, func(r store.Reader) ([]pedigree.Declaration, error) {
		return r.DeclarationsExternal(pedigree.Context, []string{"none", "x"})
	})
	e.wantDeclarations("by kind", []pedigree.Declaration{base, full}, func(r store.Reader) ([]pedigree.Declaration, error) {
		all, err := r.DeclarationsOf(pedigree.Artifact)
		return slices.DeleteFunc(all, func(d pedigree.Declaration) bool { return strings.Contains(d.Type.Name, ".") }), err
	})
	full.Description, full.External, full.Reads, full.Parents, full.Properties = "", "", "", nil, full.Properties[1:2]
	e.update(func(tx store.Tx) error { d := full; return tx.PutDeclaration(&d) })
	e.wantDeclarations("what replaced it", []pedigree.Declaration{full}, func(r store.Reader) ([]pedigree.Declaration, error) {
		d, err := r.Declaration(full.Type)
		return []pedigree.Declaration{d}, err
	})
}

func (e *env) wantDeclarations(what string, want []pedigree.Declaration, read func(store.Reader) ([]pedigree.Declaration, error)) {
	e.Helper()
	e.view(func(r store.Reader) error {
		if got, err := read(r); err != nil || !reflect.DeepEqual(got, want) {
			e.Errorf("%s: %+v (%v)\nwant %+v", what, got, err, want)
		}
		return nil
	})
}

func declarationsRefused(e *env) {
	put := func(d pedigree.Declaration) error {
		return e.Update(e.Context(), func(tx store.Tx) error { return tx.PutDeclaration(&d) })
	}
	named := func(name, external string) pedigree.Declaration {
		return pedigree.Declaration{Type: pedigree.Type{Kind: pedigree.Artifact, Name: name}, External: external}
	}
	if err := put(named("a", "x")); err != nil {
		e.Fatal(err)
	}
	e.wantCode(put(named("b", "x")), pedigree.AlreadyExists)
	for _, d := range []pedigree.Declaration{
		named("a\x00", ""), named("\xff", ""), named("b", "\x00"), named(strings.Repeat("x", 2001), ""),
		{Type: pedigree.Type{Kind: pedigree.Artifact, Name: "b"}, Properties: []pedigree.DeclaredProperty{{Key: "\xff"}}},
	} {
		e.wantCode(put(d), pedigree.Invalid)
	}
	e.view(func(r store.Reader) error {
		_, err := r.Declaration(pedigree.Type{Kind: pedigree.Artifact, Name: "b"})
		e.wantCode(err, pedigree.NotFound)
		return nil
	})
	x := e.experiment() // declares its type by being there
	e.view(func(r store.Reader) error {
		d, err := r.Declaration(x.Type)
		if err != nil || d.ID != x.TypeID || len(d.Properties)+len(d.Parents) != 0 {
			e.Errorf("a type that nobody declared is %+v (%v)", d, err)
		}
		return nil
	})
}
