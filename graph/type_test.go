package graph

import (
	"slices"
	"sync"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

func TestATypeIsMadeOnceAndFoundAgain(t *testing.T) {
	f := open(t, Options{})
	want := typ(pedigree.Execution, "Trainer", "a:int", "b:double", "c:text", "d:struct", "e:proto", "f:bool")
	want.Description, want.External, want.Base, want.Reads, want.Writes = "trains", "x", "mlmd.Train", "\x0a\x01", "\x00\xff"
	id := f.declare(want)
	if again := f.declare(want); again != id {
		t.Errorf("made as %d, found as %d", id, again)
	}
	got := f.described(want.Type)
	if got.ID != id || got.Type != want.Type || got.Description != want.Description || got.External != "x" || got.Base != "mlmd.Train" ||
		got.Reads != want.Reads || got.Writes != want.Writes || !slices.Equal(got.Properties, want.Properties) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	byID, err := f.Types(f.ctx, pedigree.Execution, []pedigree.TypeID{id, 99, id})
	f.must(err)
	if len(byID) != 2 || byID[0].Base != "mlmd.Train" || byID[1].ID != id {
		t.Errorf("by identity %+v", byID)
	}
	if other, err := f.Types(f.ctx, pedigree.Artifact, []pedigree.TypeID{id}); err != nil || len(other) != 0 {
		t.Errorf("among types of artifacts %+v (%v)", other, err)
	}
}

func TestTypesDifferByKindNameAndVersion(t *testing.T) {
	f := open(t, Options{})
	var types []Type
	for _, kind := range []pedigree.Kind{pedigree.Artifact, pedigree.Execution, pedigree.Context} {
		for _, version := range []string{"", "1", "2"} {
			one := typ(kind, "T", "p:int")
			one.Type.Version = version
			types = append(types, one)
		}
	}
	types = append(types, typ(pedigree.Artifact, "t"))
	ids, err := f.PutTypes(f.ctx, types, TypeOptions{})
	f.must(err)
	if sorted := slices.Compact(slices.Sorted(slices.Values(ids))); len(sorted) != len(types) {
		t.Errorf("identities %v", ids)
	}
	for i, one := range types {
		if got := f.described(one.Type); got.ID != ids[i] {
			t.Errorf("%+v is %d, want %d", one.Type, got.ID, ids[i])
		}
	}
	_, err = f.Type(f.ctx, pedigree.Type{Kind: pedigree.Artifact, Name: "T", Version: "3"})
	f.refused(err, pedigree.NotFound, "No type found for query, name: `T`, version: `3`")
	_, err = f.Type(f.ctx, pedigree.Type{Kind: pedigree.Artifact, Name: "none"})
	f.refused(err, pedigree.NotFound, "No type found for query, name: `none`, version: `nullopt`")
}

func TestATypeGrowsOnlyAsItIsAllowedTo(t *testing.T) {
	const exists = pedigree.AlreadyExists
	f := open(t, Options{})
	for _, c := range []struct {
		name    string
		want    []string
		options TypeOptions
		refused pedigree.Code
		after   []string
	}{
		{name: "the same", want: []string{"a:int", "b:text"}, after: []string{"a:int", "b:text"}},
		{name: "more, not allowed", want: []string{"a:int", "b:text", "c:bool"}, refused: exists, after: []string{"a:int", "b:text"}},
		{name: "more, fewer allowed", want: []string{"a:int", "b:text", "c:bool"}, options: TypeOptions{CanOmit: true}, refused: exists, after: []string{"a:int", "b:text"}},
		{name: "more", want: []string{"0:bool", "a:int", "b:text", "c:bool"}, options: TypeOptions{CanAdd: true}, after: []string{"0:bool", "a:int", "b:text", "c:bool"}},
		{name: "fewer, not allowed", want: []string{"a:int"}, refused: exists, after: []string{"a:int", "b:text"}},
		{name: "fewer, more allowed", want: []string{"a:int"}, options: TypeOptions{CanAdd: true}, refused: exists, after: []string{"a:int", "b:text"}},
		{name: "fewer", want: []string{"b:text"}, options: TypeOptions{CanOmit: true}, after: []string{"a:int", "b:text"}},
		{name: "none", options: TypeOptions{CanOmit: true}, after: []string{"a:int", "b:text"}},
		{name: "others, one flag short", want: []string{"c:int"}, options: TypeOptions{CanAdd: true}, refused: exists, after: []string{"a:int", "b:text"}},
		{name: "others", want: []string{"c:int"}, options: TypeOptions{CanAdd: true, CanOmit: true}, after: []string{"a:int", "b:text", "c:int"}},
		{name: "another form", want: []string{"a:double", "b:text"}, options: TypeOptions{CanAdd: true, CanOmit: true}, refused: exists, after: []string{"a:int", "b:text"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f.t = t
			id := f.declare(typ(pedigree.Context, c.name, "a:int", "b:text"))
			ids, err := f.PutTypes(f.ctx, []Type{typ(pedigree.Context, c.name, c.want...)}, c.options)
			if c.refused != 0 {
				f.refused(err, c.refused, "Type already exists with different properties")
			} else if f.must(err); ids[0] != id {
				t.Errorf("became %d, was %d", ids[0], id)
			}
			after := typ(pedigree.Context, c.name, c.after...)
			if got := f.described(after.Type); !slices.Equal(got.Properties, after.Properties) {
				t.Errorf("declares %v, want %v", got.Properties, after.Properties)
			}
		})
	}
}

func TestATypeDescendsFromOneSimpleTypeForGood(t *testing.T) {
	f := open(t, Options{})
	plain := typ(pedigree.Artifact, "T")
	id := f.declare(plain)
	based := plain
	based.Base = "mlmd.Model"
	if f.declare(based) != id || f.described(plain.Type).Base != "mlmd.Model" {
		t.Errorf("after a base was added: %+v", f.described(plain.Type))
	}
	if f.declare(plain) != id || f.described(plain.Type).Base != "mlmd.Model" {
		t.Error("a request without a base took it away")
	}
	for base, code := range map[string]pedigree.Code{"mlmd.Dataset": pedigree.Unimplemented, "mlmd.Train": pedigree.Invalid, "none": pedigree.Invalid} {
		other := plain
		other.Base = base
		_, err := f.PutTypes(f.ctx, []Type{other}, TypeOptions{CanAdd: true, CanOmit: true})
		f.refused(err, code, "base")
	}
	if got := f.described(plain.Type).Base; got != "mlmd.Model" {
		t.Errorf("descends from %s", got)
	}
}

func TestSimpleTypesAreThereButNotListed(t *testing.T) {
	f := open(t, Options{})
	for _, s := range simpleTypes {
		if got := f.described(s); got.ID == 0 || len(got.Properties) != 0 {
			t.Errorf("%s is %+v", s.Name, got)
		}
	}
	for _, kind := range []pedigree.Kind{pedigree.Artifact, pedigree.Execution, pedigree.Context} {
		own := f.declare(typ(kind, "mine"))
		listed, err := f.TypesOf(f.ctx, kind)
		f.must(err)
		var last pedigree.TypeID
		found := false
		for _, one := range listed {
			if hidden(one.Type) || one.ID <= last || one.Type.Kind != kind {
				t.Errorf("lists %+v after %d", one, last)
			}
			last, found = one.ID, found || one.ID == own
		}
		if !found {
			t.Errorf("the type of kind %s is not listed", kind)
		}
	}
}

func TestTypesOfOtherWiresCanBeReadButNotChanged(t *testing.T) {
	f := open(t, Options{})
	for _, d := range foreignDeclarations {
		got := f.described(d.Type)
		if got.Base != d.base || len(got.Properties) != len(d.keys) {
			t.Errorf("%s is %+v", d.Name, got)
		}
		if id := f.declare(got); id != got.ID { // get-or-create of what stands
			t.Errorf("%s became %d, was %d", d.Name, id, got.ID)
		}
		more := typ(d.Kind, d.Name, "more:int")
		_, err := f.PutTypes(f.ctx, []Type{more}, TypeOptions{CanAdd: true, CanOmit: true})
		f.refused(err, pedigree.BadState, "belong to the server or to other clients")
	}
	for _, name := range []string{"mlflow.New", "pedigree.Workspace", "pedigree.New"} {
		_, err := f.PutTypes(f.ctx, []Type{typ(pedigree.Context, name, "x:int")}, TypeOptions{CanAdd: true})
		f.refused(err, pedigree.BadState, name)
	}
	_, err := f.Type(f.ctx, pedigree.WorkspaceType)
	f.refused(err, pedigree.NotFound, "pedigree.Workspace")
}

func TestExternalIdentitiesOfTypesAreUniqueWithinTheirKind(t *testing.T) {
	f := open(t, Options{})
	named := func(kind pedigree.Kind, name, external string) Type {
		one := typ(kind, name)
		one.External = external
		return one
	}
	a := f.declare(named(pedigree.Artifact, "A", "x"))
	f.declare(named(pedigree.Execution, "E", "x"))
	b := f.declare(named(pedigree.Artifact, "B", ""))
	c := f.declare(named(pedigree.Artifact, "C", ""))
	_, err := f.PutTypes(f.ctx, []Type{named(pedigree.Artifact, "D", "x")}, TypeOptions{})
	f.refused(err, pedigree.AlreadyExists, "Conflict of external_id: x")
	_, err = f.PutTypes(f.ctx, []Type{named(pedigree.Artifact, "B", "x")}, TypeOptions{})
	f.refused(err, pedigree.AlreadyExists, "external_id: x")
	if f.declare(named(pedigree.Artifact, "B", "y")) != b {
		t.Error("an external identity made another type")
	}
	find := func(external ...string) (ids []pedigree.TypeID) {
		t.Helper()
		types, err := f.TypesExternal(f.ctx, pedigree.Artifact, external)
		f.must(err)
		for _, one := range types {
			ids = append(ids, one.ID)
		}
		slices.Sort(ids)
		return ids
	}
	wantIDs(t, "x, y and an unknown one", find("y", "x", "z", "x"), a, b)
	if slices.Contains(find("x", "y"), c) {
		t.Error("a type without external identity is found by one")
	}
	_, err = f.TypesExternal(f.ctx, pedigree.Artifact, []string{"z"})
	f.refused(err, pedigree.NotFound, "No types found for external_ids.")
	_, err = f.TypesExternal(f.ctx, pedigree.Artifact, []string{"x", ""})
	f.refused(err, pedigree.Invalid, "empty external_id")
}

func TestTypesComeAllOrNone(t *testing.T) {
	f := open(t, Options{})
	f.declare(typ(pedigree.Artifact, "stands", "a:int"))
	for name, bad := range map[string]Type{
		"No type name": typ(pedigree.Artifact, ""), "different properties": typ(pedigree.Artifact, "stands", "a:text"),
	} {
		_, err := f.PutTypes(f.ctx, []Type{typ(pedigree.Artifact, "new"), bad}, TypeOptions{})
		if err == nil {
			t.Errorf("%s: done", name)
		}
		_, err = f.Type(f.ctx, pedigree.Type{Kind: pedigree.Artifact, Name: "new"})
		f.refused(err, pedigree.NotFound, "new")
	}
	ids, err := f.PutTypes(f.ctx, nil, TypeOptions{})
	if err != nil || len(ids) != 0 {
		t.Errorf("of no types: %v (%v)", ids, err)
	}
}

func TestATypeAskedForTwiceInOneRequestIsOne(t *testing.T) {
	f := open(t, Options{})
	ids, err := f.PutTypes(f.ctx, []Type{typ(pedigree.Artifact, "T", "a:int"), typ(pedigree.Artifact, "T", "b:int")}, TypeOptions{CanAdd: true, CanOmit: true})
	f.must(err)
	if got := f.described(pedigree.Type{Kind: pedigree.Artifact, Name: "T"}); ids[0] != ids[1] || len(got.Properties) != 2 {
		t.Errorf("identities %v, %+v", ids, got)
	}
}

func TestManyWhoDeclareATypeAtOnceShareIt(t *testing.T) {
	f := open(t, Options{})
	ids := make([]pedigree.TypeID, 32)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			got, err := f.PutTypes(f.ctx, []Type{typ(pedigree.Artifact, "T", "a:int")}, TypeOptions{})
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = got[0]
		})
	}
	all.Wait()
	if len(slices.Compact(ids)) != 1 {
		t.Errorf("identities %v", ids)
	}
}
