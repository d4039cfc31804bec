package schema

import (
	"reflect"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
)

// FuzzDefinitions resolves whatever definitions there may be. What is taken hangs
// together: every type knows its ancestors and they know it, it has their
// attributes, and each end of a relationship is seen by who stands at it.
func FuzzDefinitions(f *testing.F) {
	for _, seed := range []string{
		library, v1like, `{}`, `{"entityDefs":[{"name":"a","superTypes":["b"]},{"name":"b","superTypes":["a"]}]}`,
		`{"entityDefs":[{"name":"a","attributeDefs":[{"name":"x","typeName":"map<string,array<array<a>>>"}]}]}`,
		`{"structDefs":[{"name":"s","attributeDefs":[{"name":"s","typeName":"s"}]}]}`,
		`{"entityDefs":[{"name":"a"},{"name":"b","superTypes":["a"]},{"name":"c","superTypes":["a","b","a"]}],"relationshipDefs":[{"name":"r","endDef1":{"type":"a","name":"x"},"endDef2":{"type":"a","name":"x"}}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var given Defs
		if json.Unmarshal([]byte(text), &given, Reading) != nil {
			return
		}
		defs := given.All()
		for _, d := range defs {
			tidy(d)
			if check(d) != nil {
				return
			}
		}
		models, err := readModels(nil)
		if err != nil {
			t.Fatal(err)
		}
		types, err := Resolve(append(models, defs...)...)
		if err != nil {
			return
		}
		for _, d := range defs {
			if types.Def(d.Common().Name) != d {
				t.Errorf("%s is another", d.Common().Name)
			}
			checkWritten(t, types.Shown(d))
		}
		for _, e := range types.Entities() {
			checkEntityType(t, types, e)
		}
		for _, c := range types.Classifications() {
			for _, above := range c.Ancestors() {
				if !slices.Contains(types.Classification(above).Descendants(), c.Def.Name) || above == c.Def.Name {
					t.Errorf("%s is above %s, which does not descend from it", above, c.Def.Name)
				}
			}
		}
	})
}

const v1like = `{"structDefs":[{"name":"p","attributeDefs":[{"name":"a","typeName":"array<p>","isOptional":true}]}],"entityDefs":[{"name":"x y","superTypes":["Process","DataSet"]}]}`

func checkEntityType(t *testing.T, types *Types, e *EntityType) {
	t.Helper()
	for _, above := range e.Ancestors() {
		a := types.Entity(above)
		if !slices.Contains(a.Descendants(), e.Name()) || above == e.Name() {
			t.Errorf("%s is above %s, which does not descend from it", above, e.Name())
		}
		for _, f := range a.Fields {
			if e.Field(f.Def.Name) == nil {
				t.Errorf("%s lacks %s of %s", e.Name(), f.Def.Name, above)
			}
		}
		for _, name := range a.EndNames() {
			if len(e.End(name)) < len(a.End(name)) {
				t.Errorf("%s lacks the end %s of %s", e.Name(), name, above)
			}
		}
	}
	for _, f := range e.Fields {
		if e.Field(f.Def.Name) != f {
			t.Errorf("%s has two attributes %s", e.Name(), f.Def.Name)
		}
		if _, err := f.Normalize(e.Name(), nil); err != nil {
			t.Errorf("%s.%s does not take nothing: %v", e.Name(), f.Def.Name, err)
		}
	}
}

// checkWritten wants that a definition is written as JSON that reads as the same.
func checkWritten(t *testing.T, d Def) {
	t.Helper()
	text, err := json.Marshal(d, json.Deterministic(true))
	if err != nil {
		t.Fatalf("%s is not written: %v", d.Common().Name, err)
	}
	again := newDef(categoryOf(d))
	if err := json.Unmarshal(text, again, Reading); err != nil {
		t.Fatalf("%s is not read again: %v", text, err)
	}
	second, err := json.Marshal(again, json.Deterministic(true))
	if err != nil || string(text) != string(second) {
		t.Errorf("%s reads as %s (%v)", text, second, err)
	}
}

// FuzzValues reads values of every type. What is taken is taken again as it was
// kept, and written as JSON.
func FuzzValues(f *testing.F) {
	for _, seed := range []string{
		`null`, `1`, `-1.5e10`, `"x"`, `"1e99999"`, `true`, `[]`, `[1,[2]]`, `{"a":1}`, `{"guid":1}`, `{"typeName":"point","attributes":{"x":1,"of":{"guid":"g"}}}`,
		`"2023-11-14T22:13:20Z"`, `{"k":[{"x":1}]}`, `"[1,2]"`, `"NaN"`, `"0x1p3"`, `1e-400`, `"-"`, `"."`, `".5"`, `"5."`, `"+1"`,
	} {
		f.Add(seed)
	}
	e := valued(f)
	f.Fuzz(func(t *testing.T, text string) {
		var v any
		if json.Unmarshal([]byte(text), &v, Reading) != nil {
			return
		}
		for _, field := range e.Fields {
			kept, err := field.Normalize("t", v)
			if err != nil {
				continue
			}
			if field.Def.Type == "float" || field.Def.Type == "double" || field.Def.Name == "byNumber" {
				continue // NaN differs from itself
			}
			again, err := field.Normalize("t", kept)
			if err != nil || !reflect.DeepEqual(again, kept) {
				t.Errorf("%s of %s is kept as %#v, and then as %#v (%v)", field.Def.Name, text, kept, again, err)
			}
			if _, err := json.Marshal(kept); err != nil {
				t.Errorf("%s of %s is kept as %#v, which is not written: %v", field.Def.Name, text, kept, err)
			}
		}
	})
}
