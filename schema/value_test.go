package schema

import (
	"math"
	"reflect"
	"strings"
	"testing"

	stdjson "encoding/json"

	"github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree/fault"
)

// valued are types with an attribute of each sort of value: t.int and so on.
func valued(t testing.TB) *EntityType {
	t.Helper()
	defs := parse(t, `{
		"enumDefs":[{"name":"color","defaultValue":"RED","elementDefs":[{"value":"RED","ordinal":1},{"value":"Blue","ordinal":2}]}],
		"structDefs":[{"name":"point","attributeDefs":[{"name":"x","typeName":"int"},{"name":"note","typeName":"string","isOptional":true},{"name":"of","typeName":"t","isOptional":true}]}],
		"entityDefs":[{"name":"t","attributeDefs":[
			{"name":"boolean","typeName":"boolean","isOptional":true},{"name":"byte","typeName":"byte","isOptional":true},{"name":"short","typeName":"short","isOptional":true},
			{"name":"int","typeName":"int","isOptional":true,"defaultValue":"7"},{"name":"long","typeName":"long","isOptional":true},{"name":"float","typeName":"float","isOptional":true},
			{"name":"double","typeName":"double","isOptional":true},{"name":"biginteger","typeName":"biginteger","isOptional":true},
			{"name":"bigdecimal","typeName":"bigdecimal","isOptional":true},{"name":"date","typeName":"date","isOptional":true},{"name":"string","typeName":"string","isOptional":true},
			{"name":"must","typeName":"string"},
			{"name":"color","typeName":"color","isOptional":true,"defaultValue":"RED"},{"name":"point","typeName":"point","isOptional":true},{"name":"ref","typeName":"t","isOptional":true},
			{"name":"list","typeName":"array<int>","isOptional":true,"cardinality":"LIST","valuesMaxCount":3},
			{"name":"set","typeName":"array<string>","isOptional":true,"cardinality":"SET"},
			{"name":"map","typeName":"map<string,array<point>>","isOptional":true},
			{"name":"byNumber","typeName":"map<int,double>","isOptional":true},
			{"name":"refs","typeName":"array<t>","isOptional":true},
			{"name":"any","typeName":"objectid","isOptional":true}]}]}`)
	for _, d := range defs.All() {
		tidy(d)
	}
	types, err := Resolve(defs.All()...)
	if err != nil {
		t.Fatal(err)
	}
	return types.Entity("t")
}

func TestValuesAreReadAsTheirTypeHasThem(t *testing.T) {
	e := valued(t)
	for _, c := range []struct {
		field, given string
		want         any
	}{
		{"boolean", `true`, true},
		{"boolean", `"FALSE"`, false},
		{"byte", `-128`, int64(-128)},
		{"short", `"12"`, int64(12)},
		{"int", `12.9`, int64(12)},
		{"int", `1e3`, int64(1000)},
		{"long", `9223372036854775807`, int64(math.MaxInt64)},
		{"float", `0.1`, 0.1},
		{"double", `"2.5"`, 2.5},
		{"double", `7`, 7.0},
		{"biginteger", `123456789012345678901234567890`, stdjson.Number("123456789012345678901234567890")},
		{"biginteger", `-12.7`, stdjson.Number("-12")},
		{"bigdecimal", `"0012.50"`, stdjson.Number("12.50")},
		{"bigdecimal", `1E2`, stdjson.Number("1e2")},
		{"date", `1700000000000`, int64(1700000000000)},
		{"date", `"1700000000000"`, int64(1700000000000)},
		{"date", `"2023-11-14T22:13:20.000Z"`, int64(1700000000000)},
		{"date", `"2023-11-15"`, int64(1700006400000)},
		{"date", `""`, nil},
		{"string", `"x"`, "x"},
		{"string", `12`, "12"},
		{"string", `{"b":1,"a":[true,null]}`, "{a=[true, null], b=1}"},
		{"color", `"blue"`, "Blue"},
		{"point", `{"typeName":"point","attributes":{"x":"5","other":1}}`, map[string]any{"typeName": "point", "attributes": map[string]any{"x": int64(5), "note": nil, "of": nil}}},
		{"point", `{"x":5,"note":"n"}`, map[string]any{"typeName": "point", "attributes": map[string]any{"x": int64(5), "note": "n", "of": nil}}},
		{"list", `[1,"2",null]`, []any{int64(1), int64(2), nil}},
		{"list", `"[1,2]"`, []any{int64(1), int64(2)}},
		{"set", `["b","a","b"]`, []any{"b", "a"}},
		{"map", `{"k":[{"x":1}]}`, map[string]any{"k": []any{map[string]any{"typeName": "point", "attributes": map[string]any{"x": int64(1), "note": nil, "of": nil}}}}},
		{"byNumber", `{"07":"1.5"}`, map[string]any{"7": 1.5}},
		{"string", `null`, nil},
		{"list", `null`, nil},
	} {
		got, err := e.Field(c.field).Normalize("t", read(t, c.given))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s of %s: %#v (%v), want %#v", c.field, c.given, got, err, c.want)
		}
	}
}

func read(t testing.TB, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v, Reading); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWrongValuesAreRefusedWithWhereTheyStand(t *testing.T) {
	e := valued(t)
	for _, c := range []struct{ field, given, want string }{
		{"int", `"abc"`, "t.int=abc: invalid value for type int"},
		{"int", `2147483648`, "t.int=2147483648: invalid value for type int"},
		{"int", `true`, "t.int=true: invalid value for type int"},
		{"byte", `128`, "t.byte=128: invalid value for type byte"},
		{"int", `"1.5"`, "t.int=1.5: invalid value for type int"},
		{"long", `1e300`, "t.long=1e300: invalid value for type long"},
		{"float", `1e39`, "t.float=1e39: invalid value for type float"},
		{"double", `"many"`, "t.double=many: invalid value for type double"},
		{"double", `"Infinity"`, "t.double=Infinity: invalid value for type double"},
		{"biginteger", `"1e999999999"`, "t.biginteger=1e999999999: invalid value for type biginteger"},
		{"bigdecimal", `"1.2.3"`, "t.bigdecimal=1.2.3: invalid value for type bigdecimal"},
		{"bigdecimal", `"-."`, "t.bigdecimal=-.: invalid value for type bigdecimal"},
		{"bigdecimal", `"1x"`, "t.bigdecimal=1x: invalid value for type bigdecimal"},
		{"boolean", `1`, "t.boolean=1: invalid value for type boolean"},
		{"date", `"yesterday"`, "t.date=yesterday: invalid value for type date"},
		{"color", `"Z"`, "t.color=Z: invalid value for type color"},
		{"point", `"x"`, "t.point=x: invalid value for type point"},
		{"point", `{"note":"n"}`, "t.point.x: mandatory attribute value missing in type point"},
		{"list", `[1,[]]`, "t.list[1]=[]: invalid value for type int"},
		{"list", `[1,2,3,4]`, "t.list: incorrect number of values. found=4; expected: minCount=0, maxCount=3"},
		{"list", `{"a":1}`, "t.list={a=1}: invalid value for type array<int>"},
		{"map", `{"k":[{"x":1},{"x":"y"}]}`, "t.map.k[1].x=y: invalid value for type int"},
		{"map", `[]`, "t.map=[]: invalid value for type map<string,array<point>>"},
		{"byNumber", `{"k":1}`, "t.byNumber.k: invalid key for type map<int,double>"},
		{"ref", `"guid"`, "t.ref=guid: invalid value for type objectid"},
		{"ref", `{"typeName":"t"}`, "t.ref={typeName=t}: invalid value for type objectid"},
	} {
		_, err := e.Field(c.field).Normalize("t", read(t, c.given))
		refused(t, err, fault.InstanceCrudInvalidParams, "")
		if err == nil || err.Error() != "Invalid instance creation/updation parameters passed : "+c.want {
			t.Errorf("%s of %s: %v, want %s", c.field, c.given, err, c.want)
		}
	}
	_, err := e.Field("int").Normalize("t", strings.Repeat("x", 1<<20))
	if err == nil || len(err.Error()) > 2000 {
		t.Errorf("an error repeats %d bytes", len(err.Error()))
	}
}

func TestReferencesAreReadInAllTheirForms(t *testing.T) {
	e := valued(t)
	for given, want := range map[string]ObjectID{
		`{"guid":"g","typeName":"t"}`: {GUID: "g", Type: "t"},
		`{"guid":-1}`:                 {GUID: "-1"},
		`{"typeName":"t","uniqueAttributes":{"qualifiedName":"q"}}`:         {Type: "t", Unique: map[string]any{"qualifiedName": "q"}},
		`{"typeName":"t","guid":"-5","attributes":{"qualifiedName":"q"}}`:   {GUID: "-5", Type: "t"},
		`{"typeName":"t","attributes":{"qualifiedName":"q"},"status":"OK"}`: {Type: "t"},
	} {
		for _, field := range []string{"ref", "any"} {
			got, err := e.Field(field).Normalize("t", read(t, given))
			id, ok := got.(ObjectID)
			if err != nil || !ok || id.Given == nil {
				t.Errorf("%s: %#v (%v)", given, got, err)
				continue
			}
			id.Given = nil
			if !reflect.DeepEqual(id, want) {
				t.Errorf("%s: %#v, want %#v", given, id, want)
			}
		}
	}
	got, err := e.Field("refs").Normalize("t", read(t, `[{"guid":"a"},{"guid":"b"}]`))
	if list, ok := got.([]any); err != nil || !ok || len(list) != 2 || list[1].(ObjectID).GUID != "b" {
		t.Errorf("%#v (%v)", got, err)
	}
	if e.Field("refs").Target != e || e.Field("ref").Target != e || e.Field("map").Target != nil {
		t.Error("attributes point to another type than they say")
	}
}

func TestWhatHasNoValueReadsAsItsTypeSays(t *testing.T) {
	e := valued(t)
	for field, want := range map[string]any{
		"boolean": false, "byte": int64(0), "int": int64(7), "long": int64(0), "float": 0.0, "double": 0.0, "date": int64(0), "biginteger": stdjson.Number("0"),
		"string": nil, "must": "", "color": nil, "point": nil, "list": nil, "map": nil, "ref": nil,
	} {
		if got := e.Field(field).Unset(); got != want {
			t.Errorf("%s reads as %#v, want %#v", field, got, want)
		}
	}
}

func TestNumbersOfAnySizeHaveABound(t *testing.T) {
	e := valued(t)
	for _, name := range []string{"biginteger", "bigdecimal"} {
		f := e.Field(name).Type
		if _, err := f.Normalize(strings.Repeat("1", mostDigits)); err != nil {
			t.Errorf("%s of as many digits as there may be: %v", name, err)
		}
		if _, err := f.Normalize(strings.Repeat("1", mostDigits+1)); err == nil {
			t.Errorf("%s of one digit more is taken", name)
		}
	}
}
