package catalog_test

import (
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/schema"
)

// FuzzSave holds saving to this: whatever a client sends is taken or refused in words
// for the client, what was taken can be read, and the same again changes nothing.
func FuzzSave(f *testing.F) {
	for _, seed := range []string{
		`{"typeName":"shelf","attributes":{"qualifiedName":"s","name":"s","req":"r","count":"7","tags":["a"],"notes":{"k":1},"size":{"x":"2"},"weight":"NaN","total":1e40}}`,
		`{"typeName":"shelf","attributes":{"qualifiedName":"s","name":"s","req":"r","friends":[{"guid":"-1"},null,{"typeName":"shelf","attributes":{"qualifiedName":"s"}}],"next":"x"}}`,
		`{"typeName":"shelf","guid":"-1","attributes":{"qualifiedName":{},"name":[],"req":true,"boxes":{},"byName":{"a":{"guid":"-1"}}}}`,
		`{"typeName":"sorting","attributes":{"qualifiedName":"p","name":"p","inputs":{"guid":"-1"}},"relationshipAttributes":{"outputs":[{"typeName":"shelf","uniqueAttributes":{"qualifiedName":"s"}}]}}`,
		`{"typeName":"book","attributes":{"qualifiedName":"b","name":"b"},"labels":["x"],"customAttributes":{"k":"v"},"classifications":[{"typeName":"PII","validityPeriods":[{"startTime":"2026/01/01 00:00:00"}]}],"businessAttributes":{"cost":{"score":"1"}}}`,
	} {
		f.Add([]byte(seed))
	}
	x := open(f)
	x.make(an("shelf", "s", nil))
	f.Fuzz(func(t *testing.T, body []byte) {
		read := func() *catalog.Entity {
			e := &catalog.Entity{}
			if json.Unmarshal(body, e, schema.Reading) != nil {
				return nil
			}
			return e
		}
		e := read()
		if e == nil {
			return
		}
		m, err := x.Save(t.Context(), workspace, &catalog.Batch{Entities: []*catalog.Entity{e}})
		if err != nil {
			if pedigree.CodeOf(err) == pedigree.Internal {
				t.Errorf("%v for %s", err, body)
			}
			return
		}
		for _, headers := range m.Mutated {
			for _, h := range headers {
				if _, _, err := x.Entity(t.Context(), workspace, catalog.Ref{GUID: h.GUID}, catalog.ReadOptions{}); err != nil {
					t.Errorf("%v for what was made of %s", err, body)
				}
			}
		}
		again, err := x.Save(t.Context(), workspace, &catalog.Batch{Entities: []*catalog.Entity{read()}})
		if err != nil {
			t.Errorf("%v the second time for %s", err, body)
		} else if len(again.Mutated[catalog.ActionUpdate]) > 0 {
			t.Errorf("the second time changed something: %s", body)
		}
	})
}
