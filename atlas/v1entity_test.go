package atlas

import (
	"encoding/json"
	"strings"
	"testing"
)

// reference is an entity as clients of version 1 send it.
func reference(id, typeName string, values object, traits ...string) object {
	all := object{}
	for _, name := range traits {
		all[name] = object{"jsonClass": v1StructClass, "typeName": name, "values": object{}}
	}
	return object{
		"jsonClass": v1ReferenceClass, "id": object{"jsonClass": v1IDClass, "id": id, "version": 0, "typeName": typeName, "state": "ACTIVE"},
		"typeName": typeName, "values": values, "traitNames": append([]string{}, traits...), "traits": all,
	}
}

func TestVersion1WritesAndReadsEntities(t *testing.T) {
	f := open(t)
	f.do("POST", "/v2/types/typedefs", shop, nil)
	in := reference("-1", "shelf", object{
		"qualifiedName": "s", "name": "s", "req": "r", "dt": "2026-01-02T03:04:05.000Z", "en": object{"value": "B", "ordinal": 2},
		"st": object{"jsonClass": v1StructClass, "typeName": "size", "values": object{"x": 3}},
	}, "PII")
	one, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	status, got := f.call("POST", "/entities", text(t, []any{string(one)}))
	if status != 201 {
		t.Fatalf("%d %s", status, got)
	}
	var made any
	if err := json.Unmarshal([]byte(got), &made); err != nil {
		t.Fatal(err)
	}
	guid, _ := at(made, "entities/created/0").(string)
	wants(t, "made", made, object{"guidAssignments/guidAssignments": object{"-1": guid}, "definition/id/id": guid, "definition/jsonClass": v1ReferenceClass})
	process := reference("-2", "Process", object{
		"qualifiedName": "p", "name": "p", "inputs": []any{object{"jsonClass": v1IDClass, "id": guid, "typeName": "shelf", "version": 0, "state": "ACTIVE"}},
		"outputs": []any{reference("-3", "shelf", object{"qualifiedName": "o", "name": "o", "req": "r"})},
	})
	status, got = f.call("POST", "/entities", text(t, []any{process}))
	if status != 201 || strings.Count(got, `"created":[`) != 1 {
		t.Fatalf("%d %s", status, got)
	}
	shown := f.ask("GET", "/entities/"+guid, nil)
	wants(t, "shown", shown, object{
		"definition/typeName": "shelf", "definition/values/dt": "2026-01-02T03:04:05.000Z", "definition/values/en": object{"value": "B", "ordinal": 2.0},
		"definition/values/st": object{"jsonClass": v1StructClass, "typeName": "size", "values": object{"x": 3.0}}, "definition/values/dflt": 7,
		"definition/traitNames": []any{"PII"}, "definition/traits/PII/typeName": "PII", "definition/systemAttributes/createdBy": "admin", "definition/id/state": "ACTIVE",
	})
	again := f.ask("PUT", "/entities", []any{at(shown, "definition")})
	if _, changed := again.(object)["entities"]; changed {
		t.Errorf("what was read changes when it is written: %v", again)
	}
	wants(t, "process", f.ask("GET", "/entities?type=Process&property=qualifiedName&value=p", nil), object{"definition/values/inputs/0/id": guid, "definition/values/inputs/0/jsonClass": v1IDClass, "definition/traitNames": []any{"PII"}})
	wants(t, "guids", f.ask("GET", "/entities?type=Process", nil), object{"count": 1, "typeName": "Process"})
	if status, got := f.call("POST", "/entities/"+guid+"?property=description", "plain text"); status != 200 || !strings.Contains(got, `"updated":["`+guid) {
		t.Errorf("an attribute: %d %s", status, got)
	}
	wants(t, "partial", f.ask("POST", "/entities/qualifiedName?type=shelf&property=qualifiedName&value=s", reference("-9", "shelf", object{"dflt": 4})), object{"entities/updated/0": guid})
	wants(t, "partial", f.ask("POST", "/entities/"+guid, reference("-9", "shelf", object{"b": true})), object{"entities/updated/0": guid, "definition/values/dflt": 4, "definition/values/b": true})
	wants(t, "traits", f.ask("GET", "/entities/"+guid+"/traits", nil), object{"results": []any{"PII"}, "count": 1})
	if status, got := f.call("POST", "/entities/"+guid+"/traits", `{"typeName":"Secret","values":{"lvl":2}}`); status != 201 {
		t.Errorf("add trait: %d %s", status, got)
	}
	wants(t, "trait", f.ask("GET", "/entities/"+guid+"/traitDefinitions/Secret", nil), object{"results/typeName": "Secret", "results/values": object{"lvl": 2.0}})
	wants(t, "trait", f.ask("GET", "/entities/"+guid+"/traitDefinitions", nil), object{"count": 2, "results/0/typeName": "PII"})
	wants(t, "trait gone", f.ask("DELETE", "/entities/"+guid+"/traits/Secret", nil), object{"traitName": "Secret"})
	wants(t, "audit", f.ask("GET", "/entities/"+guid+"/audit?count=1", nil), object{"events/0/action": "TAG_DELETE", "events/0/entityDefinition/id/id": guid})
	wants(t, "deleted", f.ask("DELETE", "/entities?guid="+guid, nil), object{"entities/deleted": []any{guid}})
	wants(t, "deleted by name", f.ask("DELETE", "/entities?type=shelf&property=qualifiedName&value=o", nil), object{"entities/deleted/1": nil})
}

func TestVersion1RefusesInItsOwnForm(t *testing.T) {
	f := open(t)
	for _, c := range []struct {
		method, path, body string
		status             int
		message            string
	}{
		{"GET", "/entities/nope", "", 404, "Given instance guid nope is invalid/not found"},
		{"POST", "/entities", `[{"typeName":"nope","values":{}}]`, 400, "Type ENTITY with name nope does not exist"},
		{"POST", "/entities", `[{"typeName":"DataSet","values":{"name":"x"}}]`, 400, "DataSet.qualifiedName: mandatory attribute value missing in type DataSet"},
		{"POST", "/entities", `[1]`, 400, "holds no entity"},
		{"GET", "/entities?type=DataSet&property=qualifiedName", "", 400, "The parameter value cannot be empty"},
	} {
		status, got := f.call(c.method, c.path, c.body)
		var e v1Failure
		if err := json.Unmarshal([]byte(got), &e); err != nil || status != c.status || !strings.Contains(e.Error, c.message) {
			t.Errorf("%s %s: %d %s, want %d %q", c.method, c.path, status, got, c.status, c.message)
		}
	}
}
