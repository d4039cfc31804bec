package openapi

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
)

type inner struct {
	When string `json:"when" format:"date-time"`
}

type outer struct {
	inner
	Kind  string         `json:"kind,omitempty" enum:"a,b"`
	Any   any            `json:"any"`
	Count map[string]int `json:"count"`
	Next  *outer         `json:"next,omitempty"`
	Many  []*float64     `json:"many"`
	Text  string         `json:"text" minLength:"1" maxLength:"9" pattern:"x"`
	Least int            `json:"least" minimum:"0"`
}

func TestASchemaSaysWhatTheJSONOfAStructHas(t *testing.T) {
	s := NewSchemas(Comments{"outer": "All.", "inner.When": "At."})
	if ref := s.Of(outer{}).Ref; ref != "#/components/schemas/outer" {
		t.Errorf("referred to as %s", ref)
	}
	text, err := json.Marshal(s.Components)
	want := `{"outer":{"type":"object","description":"All.","properties":{` +
		`"any":{},"count":{"type":"object","additionalProperties":{"type":"integer","format":"int64"}},"kind":{"type":"string","enum":["a","b"]},` +
		`"least":{"type":"integer","format":"int64","minimum":0},"many":{"type":"array","items":{"type":["number","null"]}},"next":{"$ref":"#/components/schemas/outer"},` +
		`"text":{"type":"string","minLength":1,"maxLength":9,"pattern":"x"},` +
		`"when":{"type":"string","format":"date-time","description":"At."}},"required":["when","any","count","many","text","least"]}}`
	if err != nil || string(text) != want {
		t.Errorf("%s\nwant\n%s", text, want)
	}
}

func TestATypeThatCannotBeDescribedIsADefect(t *testing.T) {
	for name, v := range map[string]any{"a channel": make(chan int), "a field without a name in JSON": struct{ A int }{}, "a limit that is none": struct {
		A int `json:"a" minimum:"x"`
	}{}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s has a schema", name)
				}
			}()
			NewSchemas(nil).Of(v)
		}()
	}
}

func TestCommentsAreReadFromTheSource(t *testing.T) {
	c, err := ReadComments(fstest.MapFS{
		"a.go":      {Data: []byte("package a\n\n// T is a\n// thing.\ntype T struct {\n\t// why\n\tA, B int // élan\n\tC int\n}\n")},
		"b_test.go": {Data: []byte("package a\n\n// U is for tests.\ntype U int\n")},
	})
	if err != nil || len(c) != 4 || c["T"] != "T is a thing." || c["T.A"] != "Why élan" || c["T.B"] != c["T.A"] || c["T.C"] != "" {
		t.Errorf("%q (%v)", c, err)
	}
	if _, err := ReadComments(fstest.MapFS{"a.go": {Data: []byte("package")}}); err == nil || !strings.Contains(err.Error(), "a.go") {
		t.Errorf("a file that is no Go: %v", err)
	}
}
