package atlas

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzTypeBodies sends whatever bodies as definitions of both versions. The answer
// is one of the protocol's, and never that the server failed.
func FuzzTypeBodies(f *testing.F) {
	for _, body := range []string{
		``, `null`, `[]`, `{`, `{"enumDefs":null}`, `{"entityDefs":[null]}`, `{"entityDefs":[{"name":"a","attributeDefs":[{"name":"x","typeName":"int","isOptional":"yes"}]}]}`,
		v1Some, `{"classTypes":[{"typeName":"a","attributeDefinitions":[{"name":"x","dataTypeName":"array<a>","multiplicity":{"lower":"0","upper":1e9}}]}]}`,
		`{"relationshipDefs":[{"name":"r","endDef1":{"type":"DataSet","name":"x"},"endDef2":{"type":"DataSet","name":"y","cardinality":"SET"}}]}`,
		`{"businessMetadataDefs":[{"name":"b","attributeDefs":[{"name":"x","typeName":"string","options":{"applicableEntityTypes":"[\"Asset\"]","maxStrLength":50}}]}]}`,
		`{"classificationDefs":[{"name":"PII\u0000","options":{"a":1}}]}`, `{"entityDefs":[{"name":"Asset","superTypes":["Referenceable"],"createTime":"soon","version":"x"}]}`,
	} {
		for _, path := range []string{"/v2/types/typedefs", "/types"} {
			f.Add(path, "POST", body)
			f.Add(path, "PUT", body)
		}
		f.Add("/v2/types/typedefs?force=TRUE", "DELETE", body)
	}
	site := open(f)
	f.Fuzz(func(t *testing.T, path, method, body string) {
		switch method + " " + path {
		case "POST /v2/types/typedefs", "PUT /v2/types/typedefs", "DELETE /v2/types/typedefs?force=TRUE", "POST /types", "PUT /types":
		default:
			return
		}
		status, text := site.call(method, path, body)
		if status >= 500 || status < 200 || status != 204 && !json.Valid([]byte(text)) {
			t.Errorf("%s %s of %q: %d %s", method, path, body, status, text)
		}
		if status >= 400 && strings.HasPrefix(path, "/types") != strings.HasPrefix(text, `{"error":`) {
			t.Errorf("%s %s of %q is refused in the form of the other version: %s", method, path, body, text)
		}
		if status, text := site.call("GET", "/v2/types/typedefs/headers", ""); status != 200 {
			t.Fatalf("after %s %s of %q: %d %s", method, path, body, status, text)
		}
	})
}
