package atlas

import "testing"

// FuzzV1Entities holds the reader of entities of version 1 to what follows it: every
// entity has a type and a guid that no other of the request has.
func FuzzV1Entities(f *testing.F) {
	for _, seed := range []string{
		`[{"typeName":"DataSet","id":{"id":"-1"},"values":{"name":"x","inputs":[{"id":{"id":"-2"},"typeName":"T","values":{"a":1}}]}}]`,
		`["{\"typeName\":\"T\",\"values\":{\"e\":{\"value\":\"A\",\"ordinal\":1}},\"traitNames\":[\"PII\"],\"traits\":{\"PII\":{\"values\":{}}}}"]`,
		`{"typeName":"T"}`, `[]`, `null`, `[1]`, `{"typeName":{},"id":{"id":{}},"values":{"x":{"jsonClass":"_Enum"}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		batch, err := readV1Entities(body)
		if err != nil {
			return
		}
		seen := make(map[string]bool)
		for _, e := range batch.Entities {
			if e.GUID == "" || seen[e.GUID] {
				t.Errorf("guid %q in %s", e.GUID, body)
			}
			seen[e.GUID] = true
			for _, c := range e.Classifications {
				if v1Trait(&c).Values == nil {
					t.Errorf("a trait without values in %s", body)
				}
			}
		}
	})
}
