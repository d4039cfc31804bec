package atlas

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// shop are types that have one of everything.
const shop = `{
	"enumDefs": [{"name": "shade", "elementDefs": [{"value": "A", "ordinal": 1}, {"value": "B", "ordinal": 2}], "defaultValue": "A"}],
	"structDefs": [{"name": "size", "attributeDefs": [{"name": "x", "typeName": "int", "isOptional": true}]}],
	"classificationDefs": [
		{"name": "PII", "attributeDefs": [{"name": "lvl", "typeName": "int", "isOptional": true}]}, {"name": "Secret", "superTypes": ["PII"]},
		{"name": "ShelfOnly", "entityTypes": ["shelf"]}],
	"entityDefs": [{"name": "shelf", "superTypes": ["DataSet"], "attributeDefs": [
			{"name": "req", "typeName": "string", "isOptional": false, "cardinality": "SINGLE", "valuesMinCount": 1, "valuesMaxCount": 1},
			{"name": "dflt", "typeName": "int", "isOptional": true, "defaultValue": "7"}, {"name": "en", "typeName": "shade", "isOptional": true, "defaultValue": "A"},
			{"name": "b", "typeName": "boolean", "isOptional": true}, {"name": "dt", "typeName": "date", "isOptional": true},
			{"name": "arr", "typeName": "array<string>", "isOptional": true, "cardinality": "LIST"}, {"name": "mp", "typeName": "map<string,string>", "isOptional": true},
			{"name": "st", "typeName": "size", "isOptional": true}]},
		{"name": "book", "superTypes": ["shelf"]}],
	"relationshipDefs": [{"name": "shelf_books", "relationshipCategory": "COMPOSITION", "propagateTags": "ONE_TO_TWO",
		"endDef1": {"type": "shelf", "name": "kids", "isContainer": true, "cardinality": "SET"},
		"endDef2": {"type": "book", "name": "parent", "isContainer": false, "cardinality": "SINGLE"}}],
	"businessMetadataDefs": [{"name": "cost", "attributeDefs": [
		{"name": "score", "typeName": "int", "isOptional": true, "options": {"applicableEntityTypes": "[\"DataSet\"]"}}]}]
}`

type object = map[string]any

// text writes a value as JSON.
func text(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// at gives a part of an answer, by keys and numbers separated by slashes.
func at(v any, path string) any {
	for _, step := range strings.Split(path, "/") {
		switch of := v.(type) {
		case object:
			v = of[step]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(of) {
				return nil
			}
			v = of[i]
		default:
			return nil
		}
	}
	return v
}

// ask is do that gives the answer.
func (f *fixture) ask(method, path string, body any) any {
	f.t.Helper()
	in := ""
	if body != nil {
		in = text(f.t, body)
	}
	var out any
	status, got := f.call(method, path, in)
	if status/100 != 2 {
		f.t.Fatalf("%s %s: %d %s", method, path, status, got)
	}
	if got != "" {
		if err := json.Unmarshal([]byte(got), &out); err != nil {
			f.t.Fatalf("%s %s: %v in %s", method, path, err, got)
		}
	}
	return out
}

// quiet is call for a request that answers 204 and nothing.
func (f *fixture) quiet(method, path string, body any) {
	f.t.Helper()
	in := ""
	if body != nil {
		in = text(f.t, body)
	}
	if status, got := f.call(method, path, in); status != 204 || got != "" {
		f.t.Errorf("%s %s: %d %s, want 204", method, path, status, got)
	}
}

// wants holds parts of an answer against what they are to be.
func wants(t testing.TB, what string, got any, parts object) {
	t.Helper()
	for path, want := range parts {
		if n, ok := want.(int); ok {
			want = float64(n)
		}
		if part := at(got, path); !reflect.DeepEqual(part, want) {
			t.Errorf("%s: %s is %v, want %v in %s", what, path, part, want, text(t, got))
		}
	}
}

func shelf(name string, more object) object {
	a := object{"qualifiedName": name, "name": name, "req": "r"}
	for key, value := range more {
		a[key] = value
	}
	return object{"typeName": "shelf", "attributes": a}
}

func book(name string, more object) object {
	b := shelf(name, more)
	b["typeName"] = "book"
	return b
}

// stocked is a wire with the types of a shop and a shelf that holds a book, as the
// recorded cases have it.
func stocked(t *testing.T) (f *fixture, parent, kid string) {
	t.Helper()
	f = open(t)
	f.do("POST", "/v2/types/typedefs", shop, nil)
	p := shelf("p", object{"arr": []any{"a", "b"}, "mp": object{"k": "v"}, "st": object{"typeName": "size", "attributes": object{"x": 5}}, "en": "B", "dt": 1700000000000})
	p["guid"], p["labels"], p["customAttributes"] = "-1", []any{"l1"}, object{"ck": "cv"}
	p["businessAttributes"] = object{"cost": object{"score": 3}}
	p["classifications"] = []any{object{"typeName": "PII", "attributes": object{"lvl": 1}}}
	k := book("k", nil)
	k["guid"], k["relationshipAttributes"] = "-2", object{"parent": object{"guid": "-1", "typeName": "shelf"}}
	got := f.ask("POST", "/v2/entity/bulk", object{"entities": []any{p, k}})
	wants(t, "bulk", got, object{
		"mutatedEntities/CREATE/0/attributes": object{"qualifiedName": "p", "name": "p"}, "mutatedEntities/CREATE/0/status": "ACTIVE",
		"mutatedEntities/CREATE/0/displayText": "p", "mutatedEntities/CREATE/0/labels": []any{"l1"}, "mutatedEntities/CREATE/0/classificationNames": []any{},
		"mutatedEntities/CREATE/1/typeName": "book", "mutatedEntities/UPDATE": nil,
	})
	parent, _ = at(got, "guidAssignments/-1").(string)
	kid, _ = at(got, "guidAssignments/-2").(string)
	return f, parent, kid
}

func TestRefusedEntitiesHaveTheCodeAndTextOfARealServer(t *testing.T) {
	f, _, _ := stocked(t)
	for name, c := range map[string]struct {
		entity  object
		status  int
		code    string
		message string
	}{
		"missing mandatory": {shelf("x", object{"req": nil}), 404, "ATLAS-404-00-007", "Invalid instance creation/updation parameters passed : shelf.req: mandatory attribute value missing in type shelf"},
		"bad int":           {shelf("x", object{"dflt": "abc"}), 404, "ATLAS-404-00-007", "Invalid instance creation/updation parameters passed : shelf.dflt=abc: invalid value for type int"},
		"bad enum":          {shelf("x", object{"en": "Z"}), 404, "ATLAS-404-00-007", "Invalid instance creation/updation parameters passed : shelf.en=Z: invalid value for type shade"},
		"unknown type":      {object{"typeName": "nope", "attributes": object{}}, 400, "ATLAS-400-00-014", "Type ENTITY with name nope does not exist"},
		"dangling reference": {
			func() object {
				b := book("x", nil)
				b["relationshipAttributes"] = object{"parent": object{"typeName": "shelf", "uniqueAttributes": object{"qualifiedName": "none"}}}
				return b
			}(), 404, "ATLAS-404-00-00A", "Referenced entity AtlasObjectId{guid='null', typeName='shelf', uniqueAttributes={qualifiedName:none}} is not found",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.t = t
			f.refused("POST", "/v2/entity", text(t, object{"entity": c.entity}), c.status, c.code, c.message)
		})
	}
	status, got := f.call("POST", "/v2/entity", text(t, object{"entity": shelf("u", object{"unheard": 1})}))
	if status != 200 || strings.Contains(got, "unheard") {
		t.Errorf("an unknown attribute: %d %s", status, got)
	}
	f.refused("POST", "/v2/entity", `{"entity": {`, 400, "ATLAS-400-00-029", "no valid JSON")
	f.refused("POST", "/v2/entity", `{}`, 400, "ATLAS-400-00-01A", "invalid parameters: no entities to create/update.")
}

func TestAnEntityReadsAsOnARealServer(t *testing.T) {
	f, parent, kid := stocked(t)
	got := f.ask("GET", "/v2/entity/guid/"+parent, nil)
	wants(t, "parent", got, object{
		"entity/attributes": object{
			"owner": nil, "arr": []any{"a", "b"}, "st": object{"typeName": "size", "attributes": object{"x": 5.0}}, "b": false, "mp": object{"k": "v"},
			"replicatedTo": nil, "userDescription": nil, "replicatedFrom": nil, "dflt": 7.0, "qualifiedName": "p", "displayName": nil, "description": nil,
			"en": "B", "dt": 1700000000000.0, "name": "p", "req": "r",
		},
		"entity/version": 0, "entity/status": "ACTIVE", "entity/isIncomplete": false, "entity/createdBy": "admin", "entity/updatedBy": "admin",
		"entity/labels": []any{"l1"}, "entity/customAttributes": object{"ck": "cv"}, "entity/businessAttributes": object{"cost": object{"score": 3.0}},
		"entity/classifications": []any{object{
			"typeName": "PII", "attributes": object{"lvl": 1.0}, "entityGuid": parent, "entityStatus": "ACTIVE", "propagate": true, "removePropagationsOnEntityDelete": false,
		}},
		"entity/relationshipAttributes/kids/0/guid": kid, "entity/relationshipAttributes/inputToProcesses": []any{}, "entity/relationshipAttributes/meanings": []any{},
		"referredEntities/" + kid + "/typeName": "book",
	})
	got = f.ask("GET", "/v2/entity/guid/"+kid, nil)
	wants(t, "kid", got, object{
		"referredEntities": object{}, "entity/attributes/dt": 0, "entity/attributes/b": false, "entity/attributes/en": nil, "entity/attributes/dflt": 7,
		"entity/classifications/0/typeName": "PII", "entity/classifications/0/entityGuid": parent, "entity/classifications/1": nil,
		"entity/relationshipAttributes/parent/guid": parent, "entity/relationshipAttributes/parent/displayText": "p",
		"entity/relationshipAttributes/parent/relationshipType": "shelf_books", "entity/relationshipAttributes/parent/relationshipStatus": "ACTIVE",
		"entity/relationshipAttributes/parent/relationshipAttributes": object{"typeName": "shelf_books"}, "entity/relationshipAttributes/parent/entityStatus": "ACTIVE",
	})
	got = f.ask("GET", "/v2/entity/guid/"+parent+"?minExtInfo=True&ignoreRelationships=false", nil)
	wants(t, "minimal", got, object{"referredEntities/" + kid + "/attributes": object{"qualifiedName": "k", "name": "k"}})
	got = f.ask("GET", "/v2/entity/guid/"+parent+"?ignoreRelationships=true", nil)
	wants(t, "without relationships", got, object{"entity/relationshipAttributes": nil, "referredEntities": object{}})
	got = f.ask("GET", "/v2/entity/uniqueAttribute/type/shelf?attr:qualifiedName=k", nil)
	wants(t, "by the type above", got, object{"entity/guid": kid})
	got = f.ask("GET", "/v2/entity/bulk/uniqueAttribute/type/shelf?attr_0:qualifiedName=p&attr_1:qualifiedName=none&attr_2:qualifiedName=k", nil)
	wants(t, "several", got, object{"entities/0/guid": parent, "entities/1/guid": kid, "entities/2": nil, "referredEntities": object{}})
	got = f.ask("GET", "/v2/entity/bulk?guid="+kid+"&guid="+parent, nil)
	wants(t, "bulk", got, object{"entities/0/guid": kid, "entities/1/guid": parent})
	f.refused("GET", "/v2/entity/uniqueAttribute/type/shelf?attr:qualifiedName=none", "", 404, "ATLAS-404-00-009", "Instance shelf with unique attribute {qualifiedName=none} does not exist")
	f.refused("GET", "/v2/entity/uniqueAttribute/type/shelf?attr:name=none", "", 400, "ATLAS-400-00-013", "Type shelf with unique attribute name does not exist")
	f.refused("GET", "/v2/entity/guid/xx", "", 404, "ATLAS-404-00-005", "Given instance guid xx is invalid/not found")
	f.refused("GET", "/v2/entity/bulk", "", 404, "ATLAS-404-00-005", "")
	got = f.ask("GET", "/v2/entity/guid/"+parent+"/header", nil)
	wants(t, "header", got, object{"guid": parent, "attributes": object{"qualifiedName": "p", "name": "p"}, "classificationNames": []any{"PII"}, "classifications/0/typeName": "PII"})
	got = f.ask("GET", "/v2/entity/uniqueAttribute/type/book/header?attr:qualifiedName=k", nil)
	wants(t, "header by unique attribute", got, object{"guid": kid})
}

func TestUpdatesAnswerAsARealServerDoes(t *testing.T) {
	f, parent, _ := stocked(t)
	same := shelf("p", object{"arr": []any{"a", "b"}, "mp": object{"k": "v"}})
	same["guid"] = "-8"
	got := f.ask("POST", "/v2/entity/", object{"entity": same})
	if !reflect.DeepEqual(got, object{"guidAssignments": object{"-8": parent}}) {
		t.Errorf("the same again: %v", got)
	}
	got = f.ask("POST", "/v2/entity", object{"entity": shelf("p", object{"mp": nil})})
	wants(t, "null clears", got, object{"mutatedEntities/UPDATE/0/guid": parent, "mutatedEntities/UPDATE/0/classificationNames": []any{"PII"}, "mutatedEntities/UPDATE/0/classifications/0/typeName": "PII"})
	got = f.ask("GET", "/v2/entity/guid/"+parent, nil)
	wants(t, "after", got, object{"entity/attributes/mp": nil, "entity/attributes/arr": []any{"a", "b"}, "entity/attributes/en": "B"})
	got = f.ask("PUT", "/v2/entity/uniqueAttribute/type/shelf?attr:qualifiedName=p", object{"entity": object{"typeName": "shelf", "attributes": object{"dflt": 9}}})
	wants(t, "partial by unique attribute", got, object{"mutatedEntities/PARTIAL_UPDATE/0/guid": parent, "mutatedEntities/UPDATE": nil})
	got = f.ask("PUT", "/v2/entity/guid/"+parent+"?name=description", "hello")
	wants(t, "partial by guid", got, object{"mutatedEntities/PARTIAL_UPDATE/0/attributes": object{"qualifiedName": "p", "name": "p", "description": "hello"}})
	if status, text := f.call("PUT", "/v2/entity/guid/"+parent+"?name=description", "plain text"); status != 200 {
		t.Errorf("text that is no JSON: %d %s", status, text)
	}
	wants(t, "after", f.ask("GET", "/v2/entity/guid/"+parent, nil), object{"entity/attributes/description": "plain text", "entity/attributes/dflt": 9})
	f.refused("PUT", "/v2/entity/guid/"+parent+"?name=nope", "1", 400, "ATLAS-400-00-023", "Attribute nope not found for type shelf")
}

func TestClassificationsFollowTheRulesOfARealServer(t *testing.T) {
	f, parent, kid := stocked(t)
	of := "/v2/entity/guid/" + parent
	f.refused("POST", of+"/classifications", `[{"typeName":"PII"}]`, 400, "ATLAS-400-00-01A", "invalid parameters: entity: "+parent+", already associated with classification: PII")
	f.refused("POST", of+"/classifications", `[{"typeName":"nope"}]`, 404, "ATLAS-404-00-008", "Given classification nope was invalid")
	f.refused("POST", of+"/classifications", `[]`, 400, "ATLAS-400-00-01A", "")
	f.refused("POST", of+"/classifications", `[{"typeName":"Secret","attributes":{"lvl":"x"}}]`, 400, "ATLAS-400-00-01A", "Secret.lvl=x: invalid value for type int")
	f.refused("POST", of+"/classifications", `[{"typeName":"Secret","validityPeriods":[{"startTime":"yesterday"}]}]`, 400, "ATLAS-400-00-01A", "Invalid startTime yesterday")
	f.refused("POST", of+"/classifications", `[{"typeName":"Secret","validityPeriods":[{"startTime":"2026/01/01 00:00:00","timeZone":"Mars/Olympus"}]}]`, 400, "ATLAS-400-00-01A", "Invalid timezone Mars/Olympus")
	f.quiet("POST", of+"/classifications", []any{object{"typeName": "Secret"}})
	got := f.ask("GET", of+"/classifications", nil)
	wants(t, "list", got, object{"list/0/typeName": "PII", "list/0/attributes": object{"lvl": 1.0}, "list/1/typeName": "Secret", "list/1/attributes": object{"lvl": nil}, "list/2": nil})
	f.refused("DELETE", "/v2/entity/guid/"+kid+"/classification/PII", "", 404, "ATLAS-404-00-003", "No classifications associated with entity: "+kid)
	f.refused("DELETE", "/v2/entity/guid/"+kid+"/classification/PII?associatedEntityGuid="+parent, "", 400, "ATLAS-400-00-089",
		"Removal of classification PII, which is propagated from entity "+parent+", is not supported")
	f.refused("DELETE", "/v2/entity/guid/"+kid+"/classification/ShelfOnly?associatedEntityGuid="+parent, "", 400, "ATLAS-400-00-070", "")
	f.refused("GET", "/v2/entity/guid/"+kid+"/classification/ShelfOnly", "", 404, "ATLAS-404-00-008", "Given classification ShelfOnly was invalid")
	wants(t, "one", f.ask("GET", "/v2/entity/guid/"+kid+"/classification/PII", nil), object{"entityGuid": parent})
	f.quiet("PUT", of+"/classifications", []any{object{"typeName": "PII", "attributes": object{"lvl": 4}, "propagate": false, "validityPeriods": []any{object{"startTime": "2026/01/01 00:00:00", "endTime": "2027/01/01 00:00:00", "timeZone": "Europe/Berlin"}, object{"startTime": "2028/01/01 00:00:00", "timeZone": "PST"}}}})
	wants(t, "changed", f.ask("GET", of+"/classification/PII", nil), object{"attributes/lvl": 4, "propagate": false, "validityPeriods/0/timeZone": "Europe/Berlin"})
	wants(t, "no longer carried", f.ask("GET", "/v2/entity/guid/"+kid, nil), object{"entity/classifications/0/typeName": "Secret", "entity/classifications/1": nil})
	f.refused("PUT", of+"/classifications", `[{"typeName":"ShelfOnly"}]`, 400, "ATLAS-400-00-06D", "Classification ShelfOnly is not associated with entity")
	f.refused("PUT", "/v2/entity/guid/"+kid+"/classifications", text(t, []any{object{"typeName": "Secret", "entityGuid": parent}}), 400, "ATLAS-400-00-06B", "Secret")
	f.quiet("DELETE", of+"/classification/Secret", nil)
	f.quiet("POST", "/v2/entity/uniqueAttribute/type/shelf/classifications?attr:qualifiedName=p", []any{object{"typeName": "Secret"}})
	f.quiet("PUT", "/v2/entity/uniqueAttribute/type/shelf/classifications?attr:qualifiedName=p", []any{object{"typeName": "Secret", "attributes": object{"lvl": 2}}})
	f.quiet("DELETE", "/v2/entity/uniqueAttribute/type/shelf/classification/Secret?attr:qualifiedName=p", nil)
	f.quiet("POST", "/v2/entity/bulk//classification", object{"classification": object{"typeName": "Secret"}, "entityGuids": []any{parent, kid}})
	f.refused("POST", "/v2/entity/bulk/classification", `{"entityGuids":[]}`, 400, "ATLAS-400-00-01A", "no classification")
	some := object{
		"classification": object{"typeName": "PII"}, "entityGuids": []any{"none", parent, kid}, "entityTypeName": "shelf", "entitiesUniqueAttributes": []any{object{"qualifiedName": "none"}},
	}
	f.refused("POST", "/v2/entity/bulk/classification", text(t, some), 404, "ATLAS-404-00-005", "none")
	f.quiet("POST", "/v2/entity/bulk/classification?skipFailedEntities=true", some)
	wants(t, "of those that can be", f.ask("GET", "/v2/entity/guid/"+kid+"/classification/PII", nil), object{"entityGuid": kid})
	report := f.ask("POST", "/v2/entity/bulk/setClassifications", object{"guidHeaderMap": object{kid: object{
		"typeName": "book", "guid": kid, "attributes": object{"qualifiedName": "k"}, "classifications": []any{object{"typeName": "ShelfOnly"}},
	}}})
	if got := text(t, report); !strings.Contains(got, "Delete:"+kid+":book:qualifiedName") || !strings.Contains(got, "Add:"+kid) {
		t.Errorf("report %s", got)
	}
	headers := f.ask("GET", "/v2/entity/bulk/headers?tagUpdateStartTime=0", nil)
	wants(t, "headers", headers, object{"guidHeaderMap/" + kid + "/guid": kid, "guidHeaderMap/" + parent + "/guid": parent})
}

// What is longer than any name is refused before it is looked for.
func TestNamesAreBounded(t *testing.T) {
	f := open(t)
	long := strings.Repeat("x", maxParameter+1)
	for path, name := range map[string]string{
		"/v2/entity/guid/" + long: "guid", "/v2/entity/bulk?guid=a&guid=" + long: "guid", "/v2/types/entitydef/name/" + long: "name",
		"/v2/entity/uniqueAttribute/type/" + long: "typeName", "/v2/entity/guid/a/classification/" + long: "classificationName", "/v2/search/basic?typeName=" + long: "typeName",
	} {
		f.refused("GET", path, "", 400, "ATLAS-400-00-057", "Length of query param "+name+" exceeds the limit")
	}
	f.refused("GET", "/v2/entity/uniqueAttribute/type/DataSet?attr:qualifiedName="+long, "", 404, "ATLAS-404-00-009", "does not exist")
	f.refused("DELETE", "/v2/entity/uniqueAttribute/type/DataSet", "", 404, "ATLAS-404-00-009", "Instance DataSet with unique attribute {} does not exist")
}

func TestOnlyEntitiesOfItsTypesTakeAClassification(t *testing.T) {
	f, _, _ := stocked(t)
	plain := at(f.ask("POST", "/v2/entity", object{"entity": object{"typeName": "DataSet", "attributes": object{"qualifiedName": "d", "name": "d"}}}), "mutatedEntities/CREATE/0/guid").(string)
	f.refused("POST", "/v2/entity/guid/"+plain+"/classifications", `[{"typeName":"ShelfOnly"}]`, 400, "ATLAS-400-00-055", "cannot be classified by Classification")
}

func TestLabelsCustomAndBusinessAttributes(t *testing.T) {
	f, parent, _ := stocked(t)
	of := "/v2/entity/guid/" + parent
	f.quiet("PUT", of+"/labels", []any{"l2"})
	f.refused("PUT", of+"/labels", `["bad label!"]`, 400, "ATLAS-400-00-090", "Invalid label: bad label!, label should contain alphanumeric characters")
	wants(t, "labels", f.ask("GET", of, nil), object{"entity/labels": []any{"l1", "l2"}})
	f.quiet("DELETE", of+"/labels", []any{"l1"})
	f.quiet("POST", "/v2/entity/uniqueAttribute/type/shelf/labels?attr:qualifiedName=p", []any{"l3", "l4"})
	wants(t, "labels", f.ask("GET", of, nil), object{"entity/labels": []any{"l3", "l4"}})
	f.refused("POST", of+"/businessmetadata?isOverwrite=false", `{"cost":{"score":"x"}}`, 404, "ATLAS-404-00-007",
		"Invalid instance creation/updation parameters passed : shelf.cost.score=x: invalid value for type int")
	f.refused("POST", of+"/businessmetadata", `{"nope":{"score":1}}`, 404, "ATLAS-404-00-007", "nope: invalid business-metadata for entity type shelf")
	f.quiet("POST", of+"/businessmetadata/cost", object{"score": 5})
	wants(t, "business", f.ask("GET", of, nil), object{"entity/businessAttributes/cost/score": 5})
	f.quiet("DELETE", of+"/businessmetadata/cost", object{"score": 5})
	wants(t, "business", f.ask("GET", of, nil), object{"entity/businessAttributes": nil})
	custom := shelf("p", nil)
	custom["customAttributes"] = object{"new": "1"}
	wants(t, "custom", f.ask("POST", "/v2/entity", object{"entity": custom}), object{"mutatedEntities/UPDATE/0/guid": parent})
	wants(t, "custom", f.ask("GET", of, nil), object{"entity/customAttributes": object{"new": "1"}})
	custom["customAttributes"] = object{"a b": "1"}
	f.refused("POST", "/v2/entity", text(t, object{"entity": custom}), 400, "ATLAS-400-00-08D", "a b")
}

func TestRelationshipsAreThingsOfTheirOwn(t *testing.T) {
	f, parent, kid := stocked(t)
	id := at(f.ask("GET", "/v2/entity/guid/"+kid, nil), "entity/relationshipAttributes/parent/relationshipGuid").(string)
	ends := object{"typeName": "shelf_books", "end1": object{"guid": parent, "typeName": "shelf"}, "end2": object{"guid": kid, "typeName": "book"}}
	f.refused("POST", "/v2/relationship", text(t, ends), 409, "ATLAS-409-00-004", "relationship shelf_books already exists between entities "+parent+" and "+kid)
	f.refused("POST", "/v2/relationship", `{"typeName":"nope"}`, 400, "ATLAS-400-00-028", "unknown relationship type")
	f.refused("POST", "/v2/relationship", text(t, object{"typeName": "shelf_books", "end1": object{"guid": "nix"}}), 400, "ATLAS-400-00-07D", "Expected shelf but is NULL")
	got := f.ask("GET", "/v2/relationship/guid/"+id+"?extendedInfo=true", nil)
	wants(t, "relationship", got, object{
		"relationship/guid": id, "relationship/typeName": "shelf_books", "relationship/end1/guid": parent, "relationship/end2/uniqueAttributes": object{"qualifiedName": "k"},
		"relationship/propagateTags": "ONE_TO_TWO", "relationship/status": "ACTIVE", "relationship/propagatedClassifications/0/typeName": "PII",
		"relationship/blockedPropagatedClassifications": []any{}, "referredEntities/" + parent + "/displayText": "p", "referredEntities/" + kid + "/typeName": "book",
	})
	ends["guid"], ends["blockedPropagatedClassifications"] = id, []any{object{"typeName": "PII", "entityGuid": parent}}
	wants(t, "blocked", f.ask("PUT", "/v2/relationship", ends), object{"blockedPropagatedClassifications/0/typeName": "PII", "propagatedClassifications": []any{}})
	wants(t, "kid", f.ask("GET", "/v2/entity/guid/"+kid, nil), object{"entity/classifications": nil})
	delete(ends, "blockedPropagatedClassifications")
	ends["propagateTags"] = "TWO_TO_ONE"
	f.refused("PUT", "/v2/relationship", text(t, ends), 400, "ATLAS-400-00-091", "")
	ends["propagateTags"], ends["end1"] = "NONE", object{"guid": kid}
	f.refused("PUT", "/v2/relationship", text(t, ends), 404, "ATLAS-400-00-069", "change of relationship end is not permitted")
	f.quiet("DELETE", "/v2/relationship/guid/"+id, nil)
	f.refused("DELETE", "/v2/relationship/guid/"+id, "", 404, "ATLAS-404-00-00F", id)
	f.refused("DELETE", "/v2/relationship/guid/nope", "", 404, "ATLAS-404-00-00C", "Given relationship guid nope is invalid/not found")
	wants(t, "in the bin", f.ask("GET", "/v2/relationship/guid/"+id, nil), object{"relationship/status": "DELETED"})
	wants(t, "the kid lives", f.ask("GET", "/v2/entity/guid/"+kid, nil), object{"entity/status": "ACTIVE", "entity/relationshipAttributes/parent/relationshipStatus": "DELETED"})
}

func TestInputsAreRelationships(t *testing.T) {
	f, parent, _ := stocked(t)
	run := f.ask("POST", "/v2/entity", object{"entity": object{"typeName": "Process", "attributes": object{"qualifiedName": "run", "name": "run", "inputs": []any{object{"guid": parent, "typeName": "shelf"}}}}})
	process := at(run, "mutatedEntities/CREATE/0/guid").(string)
	wants(t, "carried", run, object{"mutatedEntities/CREATE/0/classificationNames": []any{"PII"}, "mutatedEntities/UPDATE/0/guid": parent})
	id := at(f.ask("GET", "/v2/entity/guid/"+process, nil), "entity/relationshipAttributes/inputs/0/relationshipGuid").(string)
	wants(t, "relationship", f.ask("GET", "/v2/relationship/guid/"+id, nil), object{
		"relationship/typeName": "dataset_process_inputs", "relationship/end1/guid": process, "relationship/end2/guid": parent, "relationship/propagateTags": "TWO_TO_ONE",
		"relationship/propagatedClassifications/0/typeName": "PII",
	})
	wants(t, "off", f.ask("PUT", "/v2/relationship", object{"guid": id, "typeName": "dataset_process_inputs", "propagateTags": "NONE"}), object{"propagateTags": "NONE"})
	wants(t, "no longer carried", f.ask("GET", "/v2/entity/guid/"+process, nil), object{"entity/classifications": nil})
	f.quiet("DELETE", "/v2/relationship/guid/"+id, nil)
	wants(t, "in the bin", f.ask("GET", "/v2/relationship/guid/"+id, nil), object{"relationship/status": "DELETED", "relationship/guid": id})
	wants(t, "no input", f.ask("GET", "/v2/entity/guid/"+process, nil), object{"entity/attributes/inputs": []any{}, "entity/relationshipAttributes/inputs/0/relationshipStatus": "DELETED"})
	made := f.ask("POST", "/v2/relationship", object{"typeName": "dataset_process_inputs", "end1": object{"guid": parent}, "end2": object{"typeName": "Process", "uniqueAttributes": object{"qualifiedName": "run"}}})
	wants(t, "anew, the ends the other way round", made, object{"end1/guid": process, "status": "ACTIVE", "propagateTags": "TWO_TO_ONE"})
}

func TestDeletionAndPurgeFollowARealServer(t *testing.T) {
	f, parent, kid := stocked(t)
	f.quiet("POST", "/v2/entity/guid/"+parent+"/classifications", []any{object{"typeName": "Secret"}})
	got := f.ask("DELETE", "/v2/entity/guid/"+parent, nil)
	wants(t, "delete", got, object{"mutatedEntities/DELETE/0/guid": parent, "mutatedEntities/DELETE/0/status": "ACTIVE", "mutatedEntities/DELETE/0/classificationNames": []any{"PII", "Secret"}, "mutatedEntities/DELETE/1/guid": kid})
	wants(t, "kid", f.ask("GET", "/v2/entity/guid/"+kid, nil), object{"entity/status": "DELETED"})
	if got := f.ask("DELETE", "/v2/entity/guid/"+parent, nil); !reflect.DeepEqual(got, object{}) {
		t.Errorf("deleted again: %v", got)
	}
	f.refused("GET", "/v2/entity/uniqueAttribute/type/shelf?attr:qualifiedName=p", "", 404, "ATLAS-404-00-009", "Instance shelf with unique attribute {qualifiedName=p} does not exist")
	again := at(f.ask("POST", "/v2/entity", object{"entity": shelf("p", object{"name": "p2"})}), "mutatedEntities/CREATE/0/guid")
	if again == parent || again == nil {
		t.Errorf("made again as %v", again)
	}
	purged, err := f.Entities.Purge(t.Context(), workspace, []string{parent})
	if err != nil {
		t.Fatal(err)
	}
	var shown any
	if err := json.Unmarshal([]byte(text(t, purged)), &shown); err != nil {
		t.Fatal(err)
	}
	wants(t, "purge", shown, object{"mutatedEntities/PURGE/0/guid": parent, "mutatedEntities/PURGE/0/status": "DELETED", "mutatedEntities/PURGE/0/classificationNames": []any{"PII", "Secret"}, "mutatedEntities/PURGE/0/classifications/0/typeName": "PII", "mutatedEntities/PURGE/1/guid": kid})
	f.refused("GET", "/v2/entity/guid/"+parent, "", 404, "ATLAS-404-00-005", "Given instance guid "+parent+" is invalid/not found")
	alive, err := f.Entities.Purge(t.Context(), workspace, []string{again.(string)})
	if err != nil || alive.Mutated != nil {
		t.Errorf("purge of what lives: %+v, %v", alive, err)
	}
	events := f.ask("GET", "/v2/entity/"+parent+"/audit", nil).([]any)
	wants(t, "the history stays", events[0], object{"action": "ENTITY_PURGE", "entityId": parent, "user": "admin"})
}

func TestTheHistoryPagesByKeyAndByOffset(t *testing.T) {
	f, parent, _ := stocked(t)
	of := "/v2/entity/" + parent + "/audit"
	f.quiet("PUT", "/v2/entity/guid/"+parent+"/labels", []any{"l2"})
	f.ask("PUT", "/v2/entity/guid/"+parent+"?name=description", "d")
	actions := func(query string) (all []string) {
		for _, e := range f.ask("GET", of+query, nil).([]any) {
			all = append(all, e.(object)["action"].(string))
		}
		return all
	}
	want := []string{"ENTITY_UPDATE", "LABEL_ADD", "ENTITY_CREATE", "CLASSIFICATION_ADD"}
	got := actions("?count=100")
	slices.Sort(want[2:])
	slices.Sort(got[2:])
	slices.Sort(want[2:])
	if !slices.Equal(got, want) {
		t.Errorf("actions %v, want %v", got, want)
	}
	events := f.ask("GET", of, nil).([]any)
	wants(t, "label", events[1], object{"details": "Added labels: l2", "user": "admin", "entityId": parent, "entity/guid": parent})
	if details, _ := events[0].(object)["details"].(string); !strings.HasPrefix(details, "Updated: {") {
		t.Errorf("details %q", details)
	}
	key := events[1].(object)["eventKey"].(string)
	if got := actions("?count=1&startKey=" + url.QueryEscape(key)); !slices.Equal(got, []string{"LABEL_ADD"}) {
		t.Errorf("from a key %v", got)
	}
	if got := actions("?auditAction=LABEL_ADD"); !slices.Equal(got, []string{"LABEL_ADD"}) {
		t.Errorf("of an action %v", got)
	}
	if got := actions("?sortBy=action&sortOrder=asc&offset=1&count=2"); !slices.Equal(got, []string{"ENTITY_CREATE", "ENTITY_UPDATE"}) {
		t.Errorf("sorted %v", got)
	}
	f.refused("GET", "/v2/entity/nope/audit", "", 404, "ATLAS-404-00-005", "nope")
	f.refused("GET", of+"?auditAction=NOPE", "", 400, "ATLAS-400-00-029", "NOPE")
}
