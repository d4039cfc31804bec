package schema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// An arrayType is a list of values of one type.
type arrayType struct {
	element  ValueType
	min, max int64
	set      bool // without doubles
}

// Name is the name of the type.
func (a *arrayType) Name() string { return "array<" + a.element.Name() + ">" }

// Unset is nil.
func (a *arrayType) Unset() any { return nil }

// unset is what an attribute without a list reads as: none, but for lists of structs
// and of references, which are empty.
func (a *arrayType) unset(soft bool) any {
	switch a.element.(type) {
	case *structType:
		return []any{}
	case *referenceType:
		if !soft {
			return []any{}
		}
	}
	return nil
}

// Normalize reads a list, also one that is written as text.
func (a *arrayType) Normalize(v any) (any, error) {
	if text, ok := v.(string); ok {
		var list []any
		if json.Unmarshal([]byte(text), &list) == nil && list != nil {
			v = list
		}
	}
	if v == nil {
		return nil, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, invalid(v, a.Name())
	}
	if n := int64(len(list)); a.min != NoCount && n < a.min || a.max != NoCount && n > a.max {
		return nil, &Problem{": incorrect number of values. found=" + strconv.Itoa(len(list)) + "; expected: minCount=" + strconv.FormatInt(a.min, 10) +
			", maxCount=" + strconv.FormatInt(a.max, 10)}
	}
	out := make([]any, 0, len(list))
	seen := make(map[string]bool)
	for i, e := range list {
		n, err := a.element.Normalize(e)
		if err != nil {
			return nil, within("["+strconv.Itoa(i)+"]", err)
		}
		if a.set {
			key := show(n)
			if seen[key] {
				continue
			}
			seen[key] = true
		}
		out = append(out, n)
	}
	return out, nil
}

// A mapType ties values of one type to keys.
type mapType struct{ key, value ValueType }

// Name is the name of the type.
func (m *mapType) Name() string { return "map<" + m.key.Name() + "," + m.value.Name() + ">" }

// Unset is nil.
func (m *mapType) Unset() any { return nil }

// Normalize reads a map, also one that is written as text.
func (m *mapType) Normalize(v any) (any, error) {
	if text, ok := v.(string); ok {
		var object map[string]any
		if json.Unmarshal([]byte(text), &object) == nil && object != nil {
			v = object
		}
	}
	if v == nil {
		return nil, nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, invalid(v, m.Name())
	}
	out := make(map[string]any, len(object))
	for k, e := range object {
		key, err := m.key.Normalize(k)
		if err != nil {
			return nil, &Problem{"." + k + ": invalid key for type " + m.Name()}
		}
		if e, err = m.value.Normalize(e); err != nil {
			return nil, within("."+k, err)
		}
		out[show(key)] = e
	}
	return out, nil
}

// An enumType is one of the values that an enum lists, in any case.
type enumType struct {
	name   string
	values map[string]string // as defined, by lower case
}

// Name is the name of the type.
func (e *enumType) Name() string { return e.name }

// Unset is nil.
func (e *enumType) Unset() any { return nil }

// Normalize reads a value as the enum spells it.
func (e *enumType) Normalize(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	if text, ok := v.(string); ok {
		if as, ok := e.values[strings.ToLower(text)]; ok {
			return as, nil
		}
	}
	return nil, invalid(v, e.name)
}

// A structType is a value with attributes. It is kept as {"typeName", "attributes"}.
type structType struct{ of *StructType }

// Name is the name of the type.
func (s *structType) Name() string { return s.of.Def.Name }

// Unset is nil.
func (s *structType) Unset() any { return nil }

// Normalize reads a struct, also one that is given as its attributes alone.
func (s *structType) Normalize(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, invalid(v, s.Name())
	}
	given := object
	if inner, ok := object["attributes"].(map[string]any); ok && object["typeName"] != nil {
		given = inner
	}
	attributes := make(map[string]any, len(s.of.Fields))
	for _, f := range s.of.Fields {
		e := given[f.Def.Name]
		if e == nil {
			if !f.Def.Optional {
				return nil, &Problem{"." + f.Def.Name + ": mandatory attribute value missing in type " + s.Name()}
			}
			attributes[f.Def.Name] = f.Unset()
			continue
		}
		n, err := f.Type.Normalize(e)
		if err != nil {
			return nil, within("."+f.Def.Name, err)
		}
		attributes[f.Def.Name] = n
	}
	return map[string]any{"typeName": s.Name(), "attributes": attributes}, nil
}

// An ObjectID points to an entity: by guid, by a guid that stands for one in the
// same request, or by type and unique attributes.
type ObjectID struct {
	GUID   string         `json:"guid,omitzero"`
	Type   string         `json:"typeName,omitzero"`
	Unique map[string]any `json:"uniqueAttributes,omitzero"`

	// Given is all that the client wrote of it: a whole entity, or what the
	// relationship to it is to be like.
	Given map[string]any `json:"-"`
}

// ReadObjectID reads one; ok is false where nothing says which entity it is.
func ReadObjectID(v any) (id ObjectID, ok bool) {
	switch v := v.(type) {
	case ObjectID:
		return v, true
	case map[string]any:
		if guid := v["guid"]; guid != nil {
			id.GUID = show(guid)
		}
		id.Type, _ = v["typeName"].(string)
		id.Unique, _ = v["uniqueAttributes"].(map[string]any)
		attributes, _ := v["attributes"].(map[string]any)
		id.Given = v
		return id, id.GUID != "" || id.Type != "" && len(id.Unique)+len(attributes) > 0
	}
	return id, false
}

// A referenceType points to entities of a type.
type referenceType struct{ target string }

// Name is the same for entities of all types.
func (r *referenceType) Name() string { return "objectid" }

// Unset is nil.
func (r *referenceType) Unset() any { return nil }

// Normalize reads an [ObjectID].
func (r *referenceType) Normalize(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	id, ok := ReadObjectID(v)
	if !ok {
		return nil, invalid(v, r.Name())
	}
	return id, nil
}

// parseParts takes the name of a type apart: what it is a list or map of.
func parseParts(name string) (outer string, parts []string, ok bool) {
	name = strings.TrimSpace(name)
	if inner, is := strings.CutPrefix(name, "array<"); is && strings.HasSuffix(inner, ">") {
		return "array", []string{strings.TrimSpace(inner[:len(inner)-1])}, true
	}
	inner, is := strings.CutPrefix(name, "map<")
	if !is || !strings.HasSuffix(inner, ">") {
		return "", nil, false
	}
	key, value, is := strings.Cut(inner[:len(inner)-1], ",")
	if !is {
		return "", nil, false
	}
	return "map", []string{strings.TrimSpace(key), strings.TrimSpace(value)}, true
}

// namesIn lists the names of types that the name of a type is made of.
func namesIn(name string) []string {
	outer, parts, ok := parseParts(name)
	if !ok {
		return []string{strings.TrimSpace(name)}
	}
	var all []string
	if outer == "map" {
		all = namesIn(parts[0])
		parts = parts[1:]
	}
	for _, p := range parts {
		all = append(all, namesIn(p)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
