package openapi

import (
	"cmp"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// A Schema says what a value in JSON looks like, in the words of JSON Schema.
type Schema struct {
	Ref         string             `json:"$ref,omitempty"`
	Type        any                `json:"type,omitempty"` // a name, or several
	Format      string             `json:"format,omitempty"`
	Description string             `json:"description,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Default     any                `json:"default,omitempty"`
	Minimum     *int64             `json:"minimum,omitempty"`
	Maximum     *int64             `json:"maximum,omitempty"`
	MinLength   int                `json:"minLength,omitempty"`
	MaxLength   int                `json:"maxLength,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	AnyOf       []*Schema          `json:"anyOf,omitempty"`
	Items       *Schema            `json:"items,omitempty"`
	Properties  map[string]*Schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Additional  *Schema            `json:"additionalProperties,omitempty"`
}

// limits reads tags that bound a number or a text.
func limits(s *Schema, tag reflect.StructTag) {
	number := func(name string) int64 {
		n, err := strconv.ParseInt(cmp.Or(tag.Get(name), "0"), 10, 64)
		if err != nil {
			panic(fmt.Sprintf("openapi: the tag %s: %v", name, err))
		}
		return n
	}
	if tag.Get("minimum") != "" {
		least := number("minimum")
		s.Minimum = &least
	}
	s.MinLength, s.MaxLength, s.Pattern = int(number("minLength")), int(number("maxLength")), tag.Get("pattern")
}

// Schemas reads the schemas of Go types as encoding/json writes them. A struct
// becomes a component of its own, under the name of its type; what it embeds
// stands in it as in the JSON. Tags say more of a field: format, enum (words with
// commas), minimum, minLength, maxLength and pattern. Members of a list that are
// pointers to numbers or texts may be null.
type Schemas struct {
	Components map[string]*Schema
	comments   Comments
	types      map[string]reflect.Type // of the components
}

// NewSchemas returns an empty set, which describes types by the given comments.
func NewSchemas(comments Comments) *Schemas {
	return &Schemas{map[string]*Schema{}, comments, map[string]reflect.Type{}}
}

// Of gives the schema of the type of v.
func (s *Schemas) Of(v any) *Schema { return s.of(reflect.TypeOf(v)) }

func (s *Schemas) of(t reflect.Type) *Schema {
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Interface:
		return &Schema{}
	case reflect.String:
		return &Schema{Type: "string"}
	case reflect.Bool:
		return &Schema{Type: "boolean"}
	case reflect.Int, reflect.Int64:
		return &Schema{Type: "integer", Format: "int64"}
	case reflect.Float64:
		return &Schema{Type: "number"}
	case reflect.Slice:
		items := s.of(t.Elem())
		if t.Elem().Kind() == reflect.Pointer && items.Ref == "" {
			items.Type = []any{items.Type, "null"}
		}
		return &Schema{Type: "array", Items: items}
	case reflect.Map:
		return &Schema{Type: "object", Additional: s.of(t.Elem())}
	case reflect.Struct:
		return s.component(t)
	default:
		panic(fmt.Sprintf("openapi: %s has no schema", t))
	}
}

// component gives a reference to the schema of a struct.
func (s *Schemas) component(t reflect.Type) *Schema {
	name := t.Name()
	if known, ok := s.types[name]; ok && known != t {
		panic(fmt.Sprintf("openapi: %s and %s have one name", known, t))
	} else if !ok {
		s.types[name] = t
		c := &Schema{Type: "object", Description: s.comments[name], Properties: map[string]*Schema{}}
		s.Components[name] = c
		s.fields(c, t)
	}
	return &Schema{Ref: "#/components/schemas/" + name}
}

// fields adds the members that a struct has in JSON.
func (s *Schemas) fields(c *Schema, t reflect.Type) {
	for field := range t.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			s.fields(c, field.Type)
			continue
		case name == "" || !field.IsExported():
			panic(fmt.Sprintf("openapi: %s.%s has no name in JSON", t, field.Name))
		}
		m := s.of(field.Type)
		m.Description = s.comments[t.Name()+"."+field.Name]
		m.Format = cmp.Or(field.Tag.Get("format"), m.Format)
		limits(m, field.Tag)
		if words := field.Tag.Get("enum"); words != "" {
			m.Enum = strings.Split(words, ",")
		}
		c.Properties[name] = m
		if options != "omitempty" && options != "omitzero" {
			c.Required = append(c.Required, name)
		}
	}
}
