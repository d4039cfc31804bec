package atlas

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

const v1Some = `{
	"enumTypes": [{"name": "kind1", "enumValues": [{"value": "A", "ordinal": 1}, {"value": "B", "ordinal": "2"}]}],
	"structTypes": [{"typeName": "serde1", "attributeDefinitions": [{"name": "lib", "dataTypeName": "string", "multiplicity": "optional"}]}],
	"traitTypes": [{"typeName": "Dimension1", "attributeDefinitions": [], "superTypes": [], "hierarchicalMetaTypeName": "org.apache.atlas.typesystem.types.TraitType"}],
	"classTypes": [{"typeName": "table1", "typeVersion": "1.0", "superTypes": ["DataSet"], "attributeDefinitions": [
		{"name": "kind", "dataTypeName": "kind1", "multiplicity": {"lower": 0, "upper": 1, "isUnique": false}},
		{"name": "tags", "dataTypeName": "array<string>", "multiplicity": "set"},
		{"name": "columns", "dataTypeName": "array<column1>", "multiplicity": "optional", "isComposite": true}]},
		{"typeName": "column1", "superTypes": ["Referenceable"], "attributeDefinitions": [{"name": "type", "dataTypeName": "string", "multiplicity": "required", "isIndexable": true}]}]
}`

func TestVersionOneMakesAndReadsTypes(t *testing.T) {
	f := open(t)
	status, text := f.call("POST", "/types", v1Some)
	if status != 201 {
		t.Fatalf("%d %s", status, text)
	}
	var made v1Names
	if err := json.Unmarshal([]byte(text), &made); err != nil || len(made.Types) != 5 || made.RequestID == "" {
		t.Fatalf("%v, made %s", err, text)
	}
	var read struct {
		TypeName   string
		Definition struct{ ClassTypes []map[string]any }
	}
	f.do("GET", "/types/table1", "", &read)
	class := read.Definition.ClassTypes[0]
	if read.TypeName != "table1" || class["hierarchicalMetaTypeName"] != v1ClassType {
		t.Errorf("read %v", read)
	}
	for i, want := range []struct{ name, multiplicity string }{{"kind", "optional"}, {"tags", "set"}, {"columns", "optional"}} {
		a := class["attributeDefinitions"].([]any)[i].(map[string]any)
		if a["name"] != want.name || a["multiplicity"] != want.multiplicity || a["isComposite"] != (want.name == "columns") {
			t.Errorf("attribute %v, want %v", a, want)
		}
	}
	f.do("GET", "/v2/types/structdef/name/serde1", "", nil)
}

func TestVersionOneChangesWhatIsThereAndMakesTheRest(t *testing.T) {
	f := open(t)
	f.do("POST", "/types", v1Some, nil)
	status, text := f.call("POST", "/types", v1Some)
	if status != 409 || text != `{"error":"Given type kind1 already exists"}` {
		t.Errorf("again: %d %s", status, text)
	}
	f.do("PUT", "/types", `{"classTypes": [
		{"typeName": "column1", "superTypes": ["Referenceable"], "attributeDefinitions": [
			{"name": "type", "dataTypeName": "string", "multiplicity": "required"}, {"name": "more", "dataTypeName": "int", "multiplicity": "optional"}]},
		{"typeName": "view1", "superTypes": ["table1"], "attributeDefinitions": []}]}`, nil)
	f.do("GET", "/types/view1", "", nil)
	if _, text := f.call("GET", "/types/column1", ""); !strings.Contains(text, `"more"`) {
		t.Errorf("changed to %s", text)
	}
	for body, want := range map[string]int{`{`: 400, `{}`: 400, `{"classTypes":[{"typeName":"x","superTypes":["nothing"]}]}`: 400} {
		if status, text := f.call("POST", "/types", body); status != want || !strings.HasPrefix(text, `{"error":`) {
			t.Errorf("%s: %d %s", body, status, text)
		}
	}
	if status, text := f.call("GET", "/types/nothing", ""); status != 404 || text != `{"error":"Given typename nothing was invalid"}` {
		t.Errorf("unknown: %d %s", status, text)
	}
}

func TestVersionOneListsTypesByFilter(t *testing.T) {
	f := open(t)
	f.do("POST", "/types", v1Some, nil)
	list := func(query string) []string {
		t.Helper()
		var m struct {
			Count   int
			Results []string
		}
		f.do("GET", "/types"+query, "", &m)
		if m.Count != len(m.Results) {
			t.Errorf("%s: %d results, counted as %d", query, len(m.Results), m.Count)
		}
		return m.Results
	}
	if got := list("?type=TRAIT"); !slices.Equal(got, []string{"Dimension1"}) {
		t.Errorf("traits %q", got)
	}
	if got := list("?type=class&supertype=DataSet"); !slices.Contains(got, "table1") || slices.Contains(got, "column1") || slices.Contains(got, "DataSet") {
		t.Errorf("classes below DataSet: %q", got)
	}
	if got := list("?type=CLASS&notsupertype=DataSet"); slices.Contains(got, "table1") || !slices.Contains(got, "column1") {
		t.Errorf("classes not below DataSet: %q", got)
	}
	if got := list("?type=nonsense"); len(got) != 0 {
		t.Errorf("of no category: %q", got)
	}
	if got := list(""); len(got) < 180 {
		t.Errorf("%d types at all", len(got))
	}
}
