package catalog

import (
	"math"
	"reflect"
	"strings"

	stdjson "encoding/json"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/schema"
)

// Keys in the space Field that hold what every entity has. They begin with what no
// attribute may begin with, and are written where they differ from what is usual.
const (
	keyCreatedBy  = "__createdBy"  // if not [LocalUser]
	keyUpdatedBy  = "__updatedBy"  // if not who created it
	keyCreateTime = "__createTime" // if not when the node was made: of an import
	keyUpdateTime = "__updateTime" // if not when the node was changed last
	keyVersion    = "__version"
	keyHomeID     = "__homeId"
	keyProxy      = "__isProxy"
	keyIncomplete = "__isIncomplete"
	keyProvenance = "__provenanceType"
)

// propertyFor writes a value, which is not nil, as a property.
func propertyFor(key string, value any) pedigree.Property {
	p := pedigree.Property{Space: pedigree.Field, Key: key}
	switch v := value.(type) {
	case bool:
		p.Form = pedigree.Bool
		if v {
			p.Int = 1
		}
	case int64:
		p.Form, p.Int = pedigree.Int, v
	case float64:
		p.Form, p.Number = pedigree.Double, v
	case string:
		p.Form, p.Value = pedigree.TextForm(v), v
	case stdjson.Number:
		p.Form, p.Value = pedigree.Text, string(v)
	default:
		p.Value = jsonText(v)
		p.Form = pedigree.TextForm(p.Value)
	}
	return p
}

// jsonText writes a value, which is made of JSON's, as text.
func jsonText(v any) string {
	text, err := json.Marshal(v, schema.Writing)
	if err != nil {
		panic(err) // normalised values always have a JSON
	}
	return string(text)
}

// parseJSON reads text that jsonText wrote.
func parseJSON(text string) any {
	var v any
	if json.Unmarshal([]byte(text), &v, schema.Reading, jsontext.AllowInvalidUTF8(true)) != nil {
		return nil
	}
	return v
}

// valueOf reads the value of an attribute from a property. What its type cannot be
// made of, because it is from before a change of the type, reads as nil.
func valueOf(t schema.ValueType, p *pedigree.Property) any {
	switch p.Form {
	case pedigree.Bool:
		return p.Int != 0
	case pedigree.Int:
		return p.Int
	case pedigree.Double:
		return p.Number
	}
	name := t.Name()
	if name == "string" {
		return p.Value
	}
	if !strings.HasPrefix(p.Value, "{") && !strings.HasPrefix(p.Value, "[") {
		v, err := t.Normalize(p.Value)
		if err != nil {
			return nil
		}
		return v
	}
	v, err := t.Normalize(parseJSON(p.Value))
	if err != nil {
		return nil
	}
	return v
}

// absent is what an attribute reads as that has no value.
func absent(f *schema.Field) any { return f.Unset() }

// shown makes a value fit for JSON.
func shown(v any) any {
	if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return strings.Trim(jsonText(f), `"`)
	}
	return v
}

// same reports whether two normalised values mean the same; of references what they
// point to counts.
func same(a, b any) bool {
	switch x := a.(type) {
	case ObjectID:
		y, ok := b.(ObjectID)
		if x.GUID != "" || y.GUID != "" {
			return ok && x.GUID == y.GUID
		}
		return ok && x.Type == y.Type && same(x.Unique, y.Unique)
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !same(x[i], y[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for key := range x {
			other, ok := y[key]
			if !ok || !same(x[key], other) {
				return false
			}
		}
		return true
	case float64:
		y, ok := b.(float64)
		return ok && (x == y || math.IsNaN(x) && math.IsNaN(y))
	}
	return reflect.DeepEqual(a, b)
}
