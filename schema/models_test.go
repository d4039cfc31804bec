package schema

import "testing"

func TestEmbeddedModelsResolve(t *testing.T) {
	defs, err := readModels(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Resolve(defs...); err != nil {
		t.Fatal(err)
	}
}
