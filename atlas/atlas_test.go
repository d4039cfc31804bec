package atlas

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
)

func TestPathsAreTakenAsClientsPutThemTogether(t *testing.T) {
	f := open(t)
	for _, path := range []string{"/v2/types/typedefs", "/v2/types/typedefs/", "/v2/types//typedefs//?name=Asset", "/v2/types/typedefs/?name="} {
		if status, text := f.call("GET", path, ""); status != 200 || !strings.Contains(text, `"Asset"`) {
			t.Errorf("%s: %d %.100s", path, status, text)
		}
	}
}

func TestWhatIsNotThereIsSaidInTheFormOfTheProtocol(t *testing.T) {
	f := open(t)
	f.refused("GET", "/v2/nothing", "", 404, "ATLAS-404-00-00B", "no operation")
	f.refused("PATCH", "/v2/types/typedefs", "", 405, "ATLAS-405-00-001", "PATCH")
	f.refused("POST", "/v2/types/typedefs", `{"enumDefs": [`, 400, "ATLAS-400-00-029", "JSON")
	f.refused("POST", "/v2/types/typedefs", `{"enumDefs": 7}`, 400, "ATLAS-400-00-029", "enumDefs")
	if _, text := f.call("GET", "/entities/nothing/at/all", ""); !strings.HasPrefix(text, `{"error":`) {
		t.Errorf("version 1 says %s", text)
	}
}

func TestParametersOfUniqueAttributes(t *testing.T) {
	q, err := url.ParseQuery("attr:qualifiedName=a&attr_10:qualifiedName=k&attr_2:name=c&attr_2:qualifiedName=d&attr_x=1&other=y")
	if err != nil {
		t.Fatal(err)
	}
	if got := attributes(q); !reflect.DeepEqual(got, map[string]string{"qualifiedName": "a"}) {
		t.Errorf("one entity: %v", got)
	}
	if got := attributesList(q); !reflect.DeepEqual(got, []map[string]string{{"name": "c", "qualifiedName": "d"}, {"qualifiedName": "k"}}) {
		t.Errorf("several: %v", got)
	}
}

func TestFlagsAndNumbersOfQueries(t *testing.T) {
	q := url.Values{"a": {"True"}, "b": {"FALSE"}, "c": {""}, "n": {"7"}, "m": {"x"}}
	if !flag(q, "a", false) || flag(q, "b", true) || !flag(q, "c", true) || flag(q, "d", false) {
		t.Error("a flag is misread")
	}
	if n, err := number(q, "n", 1); n != 7 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := number(q, "c", 1); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := number(q, "m", 1); err == nil {
		t.Error("text is taken for a number")
	}
}

func TestDefinitionsAreMadeReadChangedAndRemoved(t *testing.T) {
	f := open(t)
	const defs = `{"enumDefs":[{"name":"color","elementDefs":[{"value":"RED","ordinal":1}]}],
		"classificationDefs":[{"name":"Log Data","attributeDefs":[]}],
		"entityDefs":[{"name":"table1","superTypes":["DataSet"],"attributeDefs":[
			{"name":"color","typeName":"color","isOptional":true},{"name":"size","typeName":"int","isOptional":"true","defaultValue":7}]}]}`
	var made struct {
		EntityDefs []struct {
			GUID          string
			Name          string
			CreatedBy     string
			Version       int
			AttributeDefs []map[string]any
		}
	}
	f.do("POST", "/v2/types/typedefs/", defs, &made)
	e := made.EntityDefs[0]
	if e.GUID == "" || e.CreatedBy != "admin" || e.Version != 1 || len(e.AttributeDefs) != 2 || e.AttributeDefs[1]["defaultValue"] != "7" {
		t.Fatalf("made %+v", e)
	}
	f.do("GET", "/v2/types/entitydef/guid/"+e.GUID, "", nil)
	f.do("GET", "/v2/types/classificationdef/name/Log%20Data", "", nil)
	f.refused("GET", "/v2/types/enumdef/name/table1", "", 404, "ATLAS-404-00-001", "Given typename table1 was invalid")
	f.refused("POST", "/v2/types/typedefs", defs, 409, "ATLAS-409-00-001", "already exists")
	f.refused("PUT", "/v2/types/typedefs", `{"entityDefs":[{"name":"table1","superTypes":["DataSet"],"attributeDefs":[{"name":"size","typeName":"int","isOptional":true}]}]}`,
		400, "ATLAS-400-00-00D", "table1.color : attribute delete not supported")
	f.refused("DELETE", "/v2/types/typedef/name/color", "", 409, "ATLAS-409-00-002", "Given type color has references")
	f.do("DELETE", "/v2/types/typedef/name/table1", "", nil)
	f.do("DELETE", "/v2/types/typedefs", `{"enumDefs":[{"name":"color"}],"classificationDefs":[{"name":"Log Data"}]}`, nil)
	f.refused("GET", "/v2/types/typedef/name/color", "", 404, "ATLAS-404-00-001", "color")
}
